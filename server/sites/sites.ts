import type { Page } from '../../protocol/http.ts';
import type { Recorder, Site, SiteProfile, SiteSettings } from '../../protocol/site.ts';
import type { Clock } from '../clock.ts';
import { problem } from '../errors.ts';
import { pageOf, readCursor } from '../page-cursor.ts';
import { entriesFor } from './origins.ts';
import { settingsOf } from './site-settings.ts';
import { siteOnWire, siteProfile } from './site-view.ts';
import type { SiteRow, SitesStore } from './sites.store.ts';

/** A site's row. */
export type { SiteRow } from './sites.store.ts';

/** The websites that the element stands on, and whether one may speak to us. Changing them is site-desk.ts. */
export interface Sites {
  /** The site of a publishable key; null when there is none, or when it is archived. At most 5 s old. */
  byKey(publishableKey: string): Promise<SiteRow | null>;
  /** A site of an organisation, also an archived one; null when it has no such site. At most 5 s old. */
  byId(organisationId: string, siteId: string): Promise<SiteRow | null>;
  /** Whether a page of this origin may use the site. The server's own pages always may; a missing or `null` origin never. */
  allows(site: Pick<SiteRow, 'origins'>, origin: string | undefined): boolean;
  /** Whether any site allows the origin: what can be said before a token or key is known (CORS, the socket's upgrade). */
  anySiteAllows(origin: string | undefined): Promise<boolean>;
  /** What visitors may know of a site. Throws `not_found`, for an archived one too. */
  profile(siteId: string): Promise<SiteProfile>;
  /** How calls of a site are recorded, an archived one too. Throws `not_found`. */
  recorder(siteId: string): Promise<Recorder>;
  /** Whom calls of a site ring, and for how long; the defaults for a site that is gone. */
  queue(siteId: string): Promise<SiteSettings['queue']>;
  /** The site that the demo page shows: the oldest; null before the first start is through. */
  first(): Promise<SiteRow | null>;
  /** Throws `bad_request` for a cursor that is none. */
  list(organisationId: string, page: { cursor?: string | undefined; limit: number }): Promise<Page<Site>>;
  /** Throws `not_found`. */
  get(organisationId: string, siteId: string): Promise<Site>;
  /** A site was changed: what is remembered of any is forgotten, in this process. */
  forget(): void;
}

// How long other processes may go on with what a change has replaced, ms.
const cacheMs = 5000;
// Keys that nobody has are not remembered, so only real sites take room.
const sitesAtMost = 1000;

/** Makes the use cases of sites. `ownOrigins`: where the server's own pages (panel, demo) are served from. */
export function createSites({ store, clock, ownOrigins }: { store: SitesStore; clock: Clock; ownOrigins: () => readonly string[] }): Sites {
  const cache = new Map<string, { until: number; site: SiteRow }>();
  let origins: { until: number; all: Promise<Set<string>> } | undefined;
  // What was asked of the database before a change must not be remembered after it.
  let changes = 0;

  const cached = async (key: string, load: () => Promise<SiteRow | null>): Promise<SiteRow | null> => {
    const hit = cache.get(key);
    if (hit && hit.until > clock.now()) return hit.site;
    const seen = changes;
    const site = await load();
    if (seen !== changes) return site;
    cache.delete(key);
    if (cache.size >= sitesAtMost) cache.delete(cache.keys().next().value!);
    if (site) cache.set(key, { until: clock.now() + cacheMs, site });
    return site;
  };
  const byAnyId = (siteId: string) => cached(`id ${siteId}`, () => store.byId(siteId));

  return {
    async byKey(publishableKey) {
      const site = await cached(`key ${publishableKey}`, () => store.byKey(publishableKey));
      return site?.archivedAt === null ? site : null;
    },
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
      if (site?.archivedAt !== null) throw problem('not_found');
      return siteProfile(site, clock.now());
    },
    async recorder(siteId) {
      const site = await byAnyId(siteId);
      if (!site) throw problem('not_found');
      return settingsOf(site.settings).recorder;
    },
    async queue(siteId) {
      return settingsOf((await byAnyId(siteId))?.settings ?? {}).queue;
    },
    first: () => store.first(),
    async list(organisationId, { cursor, limit }) {
      const found = await store.list(organisationId, readCursor(cursor)?.id ?? '', limit + 1);
      const { rows, next } = pageOf(found, limit, ({ createdAt, id }) => ({ at: createdAt, id }));
      return { items: rows.map(siteOnWire), next };
    },
    async get(organisationId, siteId) {
      const site = await store.byId(siteId);
      if (site?.organisationId !== organisationId) throw problem('not_found');
      return siteOnWire(site);
    },
    forget() {
      changes += 1;
      cache.clear();
      origins = undefined;
    },
  };
}
