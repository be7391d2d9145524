import type { Static } from 'typebox';
import type { Tag } from '../../protocol/shapes.ts';
import type { TagBody } from '../../protocol/work.ts';
import type { Audit } from '../audit/audit.ts';
import type { StaffPrincipal } from '../auth/principal.ts';
import type { Clock } from '../clock.ts';
import { problem } from '../errors.ts';
import type { WorkspaceStore } from './workspace.store.ts';

/** The words that an organisation sorts its conversations by. */
export interface Tags {
  /** All of them, by name. */
  list(organisationId: string): Promise<Tag[]>;
  /** Throws `name_taken`, whatever the case, and `unprocessable` when there are too many. */
  add(organisationId: string, tag: Static<typeof TagBody>): Promise<Tag>;
  /** Throws `not_found` and `name_taken`. */
  change(organisationId: string, id: string, tag: Partial<Static<typeof TagBody>>): Promise<Tag>;
  /** Removes it, also from every conversation. Throws `not_found`. */
  remove(by: StaffPrincipal, id: string): Promise<void>;
}

/** A list that people choose from by eye. */
const most = 200;

/** How names are compared: whatever their case, and however their letters are put together. */
export function nameKey(name: string): string {
  return name.trim().normalize('NFC').toLowerCase();
}

/** Makes the use cases of tags. */
export function createTags({ store, audit, clock }: { store: WorkspaceStore; audit: Pick<Audit, 'record'>; clock: Clock }): Tags {
  return {
    list: (organisationId) => store.tags(organisationId),
    async add(organisationId, { name, colour }) {
      if ((await store.tags(organisationId)).length >= most) throw problem('unprocessable', `There are ${most} tags already; that is all there can be.`);
      const tag = await store.addTag({ id: clock.id(), organisationId, key: nameKey(name), name: name.trim(), colour, createdAt: clock.now() });
      if (!tag) throw problem('name_taken');
      return tag;
    },
    async change(organisationId, id, { name, colour }) {
      const changed = await store.changeTag(organisationId, id, { ...(name !== undefined && { name: name.trim(), key: nameKey(name) }), ...(colour !== undefined && { colour }) });
      if (changed === 'taken') throw problem('name_taken');
      if (!changed) throw problem('not_found');
      return changed;
    },
    async remove({ organisationId, kind, id: actorId, name }, id) {
      const removed = await store.removeTag(organisationId, id);
      if (!removed) throw problem('not_found');
      audit.record({
        organisationId, actor: { kind, id: actorId, name }, action: 'tag.deleted', target: { kind: 'tag', id, name: removed.name },
        detail: { conversations: removed.conversations },
      });
    },
  };
}
