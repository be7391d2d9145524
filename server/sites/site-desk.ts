import { isDeepStrictEqual } from 'node:util';
import { CLOSE } from '../../protocol/codes.ts';
import type { Site, SiteSettings } from '../../protocol/site.ts';
import type { Audit } from '../audit/audit.ts';
import type { StaffPrincipal } from '../auth/principal.ts';
import type { Clock } from '../clock.ts';
import { problem } from '../errors.ts';
import type { Hub } from '../hub/hub.ts';
import type { Pictures } from '../pictures/pictures.ts';
import { normalOrigin } from './origins.ts';
import { checkRingGroups, checkedSettings } from './settings-check.ts';
import { newSiteSettings, settingsOf } from './site-settings.ts';
import { pictureOf, siteOnWire } from './site-view.ts';
import type { Sites } from './sites.ts';
import type { SiteRow, SiteRowChanges, SitesStore } from './sites.store.ts';

/** What may be changed of a site. */
export interface SiteChanges {
  name?: string;
  settings?: Partial<SiteSettings>;
  origins?: string[];
  archived?: boolean;
}

/** Who changes a site, and from which address. */
export interface SiteEditor {
  staff: StaffPrincipal;
  address: string;
}

/** What owners do with their sites. Each change counts at once, and is written into the audit log. */
export interface SiteDesk {
  create(editor: SiteEditor, site: { name: string; origins?: string[] | undefined }): Promise<Site>;
  /**
   * Throws `not_found`, `unprocessable` with the field or the entry of the allow-list that is wrong, and `conflict` for archiving
   * the last active site.
   */
  update(editor: SiteEditor, siteId: string, changes: SiteChanges): Promise<Site>;
  /** Gives the site another publishable key; the former one is nobody's from then on. */
  rotateKey(editor: SiteEditor, siteId: string): Promise<Site>;
  /** Makes the secret by which the customer's server vouches for visitors; an earlier one is worth nothing from then on. */
  makeIdentitySecret(editor: SiteEditor, siteId: string): Promise<string>;
  /** From then on nobody can be vouched for. Harmless when there is no secret. */
  dropIdentitySecret(editor: SiteEditor, siteId: string): Promise<void>;
  /** Puts a picture up in place of the one before. Throws what `Pictures.keep` throws. */
  setPicture(editor: SiteEditor, siteId: string, bytes: Uint8Array): Promise<Site>;
  removePicture(editor: SiteEditor, siteId: string): Promise<Site>;
}

/** What the desk needs. */
export interface SiteDeskParts {
  store: SitesStore;
  sites: Pick<Sites, 'forget' | 'get'>;
  pictures: Pictures;
  audit: Pick<Audit, 'record'>;
  hub: Pick<Hub, 'close'>;
  clock: Clock;
}

/** Makes a publishable key. */
export function publishableKey(clock: Clock): string {
  return `pk_${clock.random(18).toString('base64url')}`;
}

/** Makes the use cases of a site's owner. */
export function createSiteDesk({ store, sites, pictures, audit, hub, clock }: SiteDeskParts): SiteDesk {
  const note = ({ staff, address }: SiteEditor, action: string, { id, name }: Pick<SiteRow, 'id' | 'name'>, detail?: Record<string, unknown>) => audit.record({
    organisationId: staff.organisationId, actor: { kind: staff.kind, id: staff.id, name: staff.name }, action, target: { kind: 'site', id, name }, address,
    ...(detail && { detail }),
  });
  const change = async ({ staff }: SiteEditor, siteId: string, by: (site: SiteRow) => SiteRowChanges) => {
    const changed = await store.change(staff.organisationId, siteId, (site) => ({ updatedAt: clock.now(), ...by(site) })).finally(() => sites.forget());
    if (changed === 'last') throw problem('conflict', 'The last active site cannot be archived.');
    if (!changed) throw problem('not_found');
    return changed;
  };
  const setPictureKey = async (editor: SiteEditor, siteId: string, key: string | null) => {
    const { before, after } = await change(editor, siteId, ({ settings }) => ({ settings: { ...settings, picture: key } }));
    const former = pictureOf(before);
    if (former !== null) await pictures.remove(former);
    note(editor, key === null ? 'site.picture_removed' : 'site.picture_changed', after);
    return siteOnWire(after);
  };

  return {
    async create(editor, { name, origins = [] }) {
      const now = clock.now();
      const site = await store.insert({
        id: clock.id(), organisationId: editor.staff.organisationId, name: name.trim(), publishableKey: publishableKey(clock), origins: allowList(origins),
        settings: newSiteSettings, createdAt: now, updatedAt: now,
      });
      sites.forget();
      note(editor, 'site.created', site, { origins: site.origins });
      return siteOnWire(site);
    },
    async update(editor, siteId, { name, settings, origins, archived }) {
      await sites.get(editor.staff.organisationId, siteId); // whose site it is comes before what is wrong with the change
      const parts = settings && checkedSettings(settings);
      if (parts?.queue) {
        const named = parts.queue.groups.flatMap(({ agentIds }) => agentIds);
        checkRingGroups(parts.queue, new Set(await store.agentsAmong(editor.staff.organisationId, named)));
      }
      const list = origins && allowList(origins);
      const { before, after } = await change(editor, siteId, (site) => ({
        ...(name !== undefined && { name: name.trim() }),
        ...(list && { origins: list }),
        ...(parts && { settings: { ...site.settings, ...parts } }),
        ...(archived !== undefined && { archivedAt: archived ? site.archivedAt ?? clock.now() : null }),
      }));
      const detail = differences(before, after);
      if (Object.keys(detail).length > 0) note(editor, 'site.updated', after, detail);
      if (before.archivedAt === null && after.archivedAt !== null) {
        note(editor, 'site.archived', after);
        hub.close(`site:${siteId}`, CLOSE.notFound, 'no such site');
      } else if (before.archivedAt !== null && after.archivedAt === null) note(editor, 'site.restored', after);
      return siteOnWire(after);
    },
    async rotateKey(editor, siteId) {
      const { after } = await change(editor, siteId, () => ({ publishableKey: publishableKey(clock) }));
      note(editor, 'site.key_rotated', after);
      return siteOnWire(after);
    },
    async makeIdentitySecret(editor, siteId) {
      const secret = `pci_${clock.random(36).toString('base64url')}`;
      const { before, after } = await change(editor, siteId, () => ({ identitySecret: secret }));
      note(editor, 'site.identity_secret_made', after, { replaced: before.identitySecret !== null });
      return secret;
    },
    async dropIdentitySecret(editor, siteId) {
      const { before, after } = await change(editor, siteId, () => ({ identitySecret: null }));
      if (before.identitySecret !== null) note(editor, 'site.identity_secret_removed', after);
    },
    async setPicture(editor, siteId, bytes) {
      await sites.get(editor.staff.organisationId, siteId); // before anything is kept for a site that is not there
      const key = await pictures.keep(bytes);
      try {
        return await setPictureKey(editor, siteId, key);
      } catch (error) {
        await pictures.remove(key);
        throw error;
      }
    },
    removePicture: (editor, siteId) => setPictureKey(editor, siteId, null),
  };
}

function allowList(entries: readonly string[]): string[] {
  return [...new Set(entries.map(normalOrigin))];
}

/** What a change changed, for the audit log. Of settings the parts' names are enough: texts may be long. */
function differences(before: SiteRow, after: SiteRow): Record<string, unknown> {
  const [old, fresh] = [settingsOf(before.settings), settingsOf(after.settings)];
  const settings = (Object.keys(fresh) as (keyof SiteSettings)[]).filter((part) => !isDeepStrictEqual(old[part], fresh[part]));
  return {
    ...(before.name !== after.name && { name: [before.name, after.name] }),
    ...(!isDeepStrictEqual(before.origins, after.origins) && { origins: [before.origins, after.origins] }),
    ...(settings.length > 0 && { settings }),
  };
}
