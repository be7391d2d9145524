import type { Page } from '../../protocol/http.ts';
import type { Site, SiteProfile, SiteSettings } from '../../protocol/site.ts';
import { CONSENT_TEXT_VERSION } from '../../protocol/version.ts';
import { rfc3339, type Clock } from '../clock.ts';
import { problem } from '../errors.ts';
import { pageOf, readCursor } from '../page-cursor.ts';
import { entriesFor, normalOrigin } from './origins.ts';
import { settingsOf } from './site-settings.ts';
import type { SiteRow, SitesStore } from './sites.store.ts';

/** What may be changed of a site. */
export interface SiteChanges {
  name?: string;
  settings?: Partial<SiteSettings>;
  origins?: string[];
}

/** The websites that the element stands on, and whether one may speak to us. */
export interface Sites {
  /** The site of a publishable key; null when there is none. At most 5 s old. */
  byKey(publishableKey: string): Promise<SiteRow | null>;
  /** A site of an organisation; null when it has no such site. At most 5 s old. */
  byId(organisationId: string, siteId: string): Promise<SiteRow | null>;
  /** Whether a page of this origin may use the site. The server's own pages always may; a missing or `null` origin never. */
  allows(site: Pick<SiteRow, 'origins'>, origin: string | undefined): boolean;
  /** Whether any site allows the origin: what can be said before a token or key is known (CORS, the socket's upgrade). */
  anySiteAllows(origin: string | undefined): Promise<boolean>;
  /** What visitors may know of a site. Throws `not_found`. */
  profile(siteId: string): Promise<SiteProfile>;
  /** The site that the demo page shows: the oldest; null before the first start is through. */
  first(): Promise<SiteRow | null>;
  /** Throws `bad_request` for a cursor that is none. */
  list(organisationId: string, page: { cursor?: string | undefined; limit: number }): Promise<Page<Site>>;
  /** Changes a site. Throws `not_found`, and `unprocessable` with the entry of the allow-list that is wrong. */
  update(organisationId: string, siteId: string, changes: SiteChanges): Promise<Site>;
}

// How long other processes may go on with what a change has replaced, ms.
const cacheMs = 5000;
// Keys that nobody has are not remembered, so only real sites take room.
const sitesAtMost = 1000;

/** Makes the use cases of sites. `ownOrigins`: where the server's own pages (panel, demo) are served from. */
export function createSites({ store, clock, ownOrigins }: { store: SitesStore; clock: Clock; ownOrigins: () => readonly string[] }): Sites {
  const cache = new Map<string, { until: number; site: SiteRow }>();
  let origins: { until: number; all: Promise<Set<string>> } | undefined;

  const cached = async (key: string, load: () => Promise<SiteRow | null>): Promise<SiteRow | null> => {
    const hit = cache.get(key);
    if (hit && hit.until > clock.now()) return hit.site;
    const site = await load();
    cache.delete(key);
    if (cache.size >= sitesAtMost) cache.delete(cache.keys().next().value!);
    if (site) cache.set(key, { until: clock.now() + cacheMs, site });
    return site;
  };
  const byAnyId = (siteId: string) => cached(`id ${siteId}`, () => store.byId(siteId));
  const forget = () => {
    cache.clear();
    origins = undefined;
  };

  return {
    byKey: (publishableKey) => cached(`key ${publishableKey}`, () => store.byKey(publishableKey)),
    async byId(organisationId, siteId) {
      const site = await byAnyId(siteId);
      return site?.organisationId === organisationId ? site : null;
    },
    allows(site, origin) {
      if (origin === undefined) return false;
      return ownOrigins().includes(origin) || entriesFor(origin).some((entry) => site.origins.includes(entry));
    },
    async anySiteAllows(origin) {
      if (origin === undefined) return false;
      if (ownOrigins().includes(origin)) return true;
      const entries = entriesFor(origin);
      if (entries.length === 0) return false;
      if (!origins || origins.until <= clock.now()) {
        const loading = { until: clock.now() + cacheMs, all: store.allOrigins().then((lists) => new Set(lists.flat())) };
        loading.all.catch(() => { if (origins === loading) origins = undefined; });
        origins = loading;
      }
      const all = await origins.all;
      return entries.some((entry) => all.has(entry));
    },
    async profile(siteId) {
      const site = await byAnyId(siteId);
      if (!site) throw problem('not_found');
      return siteProfile(site);
    },
    first: () => store.first(),
    async list(organisationId, { cursor, limit }) {
      const found = await store.list(organisationId, readCursor(cursor)?.id ?? '', limit + 1);
      const { rows, next } = pageOf(found, limit, ({ createdAt, id }) => ({ at: createdAt, id }));
      return { items: rows.map(siteOnWire), next };
    },
    async update(organisationId, siteId, { name, settings, origins: entries }) {
      const before = await store.byId(siteId);
      if (before?.organisationId !== organisationId) throw problem('not_found');
      const after = await store.update(organisationId, siteId, {
        updatedAt: clock.now(),
        ...(name !== undefined && { name: name.trim() }),
        ...(entries !== undefined && { origins: [...new Set(entries.map(normalOrigin))] }),
        ...(settings !== undefined && { settings: { ...before.settings, ...settings } }),
      });
      forget();
      if (!after) throw problem('not_found');
      return siteOnWire(after);
    },
  };
}

/** A site as the wire shows it to its owner. */
export function siteOnWire(site: SiteRow): Site {
  const { id, name, publishableKey, origins, createdAt } = site;
  return {
    id, name, publishableKey, origins, settings: settingsOf(site.settings), picture: null, identity: site.identitySecret !== null,
    archived: site.archivedAt !== null, createdAt: rfc3339(createdAt),
  };
}

/** A site as the wire shows it to everybody. */
export function siteProfile(site: SiteRow): SiteProfile {
  const { greeting, statusText, languages, look, recording, calls, privacyUrl, pagesShown, preChat, offline, rating, transcripts } = settingsOf(site.settings);
  return {
    id: site.id, name: site.name, greeting, statusText, languages, look, picture: null, hours: { open: true, opensAt: null },
    recording: { enabled: recording.enabled, textVersion: CONSENT_TEXT_VERSION, consentText: recording.consentText },
    calls, privacyUrl, pagesShown, preChat: preChat.enabled ? preChat.fields : [], offline, rating, transcripts,
  };
}
