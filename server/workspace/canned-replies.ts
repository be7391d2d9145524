import type { Page } from '../../protocol/http.ts';
import type { CannedReply } from '../../protocol/work.ts';
import type { Audit } from '../audit/audit.ts';
import type { StaffPrincipal } from '../auth/principal.ts';
import { rfc3339, type Clock } from '../clock.ts';
import { problem } from '../errors.ts';
import { pageOf, readCursor } from '../page-cursor.ts';
import type { Row } from '../store/tables.ts';
import type { WorkspaceStore } from './workspace.store.ts';

/** What is written of an answer. */
export interface CannedReplyDraft {
  shortcut: string;
  text: string;
}

/** Answers that are written once and used often. Their variables are filled in where they are used: here a text is a text. */
export interface CannedReplies {
  /** The oldest first. Throws `bad_request` for a cursor that is none. */
  list(organisationId: string, page: { cursor?: string | undefined; limit: number }): Promise<Page<CannedReply>>;
  /** Throws `name_taken` for a shortcut that is there, whatever its case. */
  add(organisationId: string, draft: CannedReplyDraft): Promise<CannedReply>;
  /** Throws `not_found` and `name_taken`. */
  change(organisationId: string, id: string, draft: Partial<CannedReplyDraft>): Promise<CannedReply>;
  /** Throws `not_found`. */
  remove(by: StaffPrincipal, id: string): Promise<void>;
}

/** Makes the use cases of canned replies. */
export function createCannedReplies({ store, audit, clock }: { store: WorkspaceStore; audit: Pick<Audit, 'record'>; clock: Clock }): CannedReplies {
  const small = (shortcut: string) => shortcut.normalize('NFC').toLowerCase();
  return {
    async list(organisationId, { cursor, limit }) {
      const found = await store.replies(organisationId, readCursor(cursor), limit + 1);
      const { rows, next } = pageOf(found, limit, ({ createdAt, id }) => ({ at: createdAt, id }));
      return { items: rows.map(onWire), next };
    },
    async add(organisationId, { shortcut, text }) {
      const now = clock.now();
      const row = await store.addReply({ id: clock.id(), organisationId, shortcut: small(shortcut), text: text.trim(), createdAt: now, updatedAt: now });
      if (!row) throw problem('name_taken', 'There is an answer with this shortcut already.');
      return onWire(row);
    },
    async change(organisationId, id, { shortcut, text }) {
      const changed = await store.changeReply(organisationId, id, {
        ...(shortcut !== undefined && { shortcut: small(shortcut) }), ...(text !== undefined && { text: text.trim() }), updatedAt: clock.now(),
      });
      if (changed === 'taken') throw problem('name_taken', 'There is an answer with this shortcut already.');
      if (!changed) throw problem('not_found');
      return onWire(changed);
    },
    async remove({ organisationId, kind, id: actorId, name }, id) {
      const shortcut = await store.removeReply(organisationId, id);
      if (shortcut === null) throw problem('not_found');
      audit.record({ organisationId, actor: { kind, id: actorId, name }, action: 'canned_reply.deleted', target: { kind: 'canned_reply', id, name: shortcut } });
    },
  };
}

function onWire({ id, shortcut, text, updatedAt }: Row<'cannedReplies'>): CannedReply {
  return { id, shortcut, text, updatedAt: rfc3339(updatedAt) };
}
