import type { Page } from '../../protocol/http.ts';
import type { PageView, Visitor } from '../../protocol/shapes.ts';
import type { Audit } from '../audit/audit.ts';
import type { Auth } from '../auth/auth.ts';
import type { StaffPrincipal, VisitorPrincipal } from '../auth/principal.ts';
import type { Clock } from '../clock.ts';
import { problem } from '../errors.ts';
import type { Events } from '../events/events.ts';
import { pageOf, readCursor } from '../page-cursor.ts';
import { settingsOf } from '../sites/site-settings.ts';
import type { Sites } from '../sites/sites.ts';
import type { Queries } from '../store/database.ts';
import { animalName, languageTag } from './animal-name.ts';
import { pageOnWire, unwrittenRows, visitorOnWire } from './visitor-view.ts';
import type { Unwritten, VisitorsOnline } from './visitors-online.ts';
import type { VisitorRow, VisitorsStore } from './visitors.store.ts';

/** A visitor who has just come in. `expiresAt` in ms since the epoch. */
export interface NewVisitor {
  token: string;
  expiresAt: number;
  visitor: { id: string; name: string; verified: boolean };
}

/** Which visitors a list holds. */
export interface VisitorsQuery {
  text?: string | undefined;
  site?: string | undefined;
  verified?: boolean | undefined;
  online?: boolean | undefined;
  cursor?: string | undefined;
  limit: number;
}

/** The people on the websites. Nothing is stored of one before the first message or call, unless somebody vouches for it. */
export interface Visitors {
  /**
   * Gives somebody on a page of `origin` a name and a token. Throws `not_found` for an unknown key and `origin_forbidden`
   * when the site does not allow the origin.
   */
  welcome(visit: { siteKey: string; origin: string | undefined; locale?: string | undefined }): Promise<NewVisitor>;
  /**
   * The visitor as it is now: its name may have changed since its token was made. Throws `token_expired` for one who was found to
   * be somebody else, or who is being erased: the token alone never speaks for that other one.
   */
  current(principal: VisitorPrincipal): Promise<VisitorPrincipal>;
  /**
   * Writes the visitor's row unless it is there, with what was told before; to be called with each first message or call. `q`: the
   * transaction to do it in; then what comes back is to be called after its commit, and tells of the new visitor. Throws `token_expired`
   * as `current` does.
   */
  ensure(principal: VisitorPrincipal, q?: Queries): Promise<() => void>;
  /** Whether a page of the visitor is open at this moment. */
  isOnline(visitorId: string): boolean;
  /** A visitor of the organisation. Throws `not_found`. */
  get(organisationId: string, id: string): Promise<Visitor>;
  /** Those of these visitors that there are. */
  byIds(organisationId: string, ids: readonly string[]): Promise<Visitor[]>;
  /** Visitors of the organisation who have written or called, or were vouched for, newest first. Throws `bad_request` for a cursor that is none. */
  list(organisationId: string, query: VisitorsQuery): Promise<Page<Visitor>>;
  /** Changes what agents know of a visitor. Throws `not_found`. */
  update(staff: StaffPrincipal, id: string, changes: { name?: string; email?: string | null; note?: string }, address?: string): Promise<Visitor>;
  /** The row as agents see it. */
  views(rows: readonly VisitorRow[]): Promise<Visitor[]>;
}

/** What visitors need. */
export interface VisitorsParts {
  store: VisitorsStore;
  sites: Pick<Sites, 'byKey' | 'byId' | 'allows'>;
  auth: Pick<Auth, 'visitorToken'>;
  online: VisitorsOnline;
  events: Pick<Events, 'emit'>;
  audit: Pick<Audit, 'record'>;
  clock: Clock;
  failed: (error: unknown, what: string) => void;
}

// Languages of those who came in and have not written yet, and names that were given away lately.
const rememberedAtMost = 10_000;
const namesToTry = 4;
// So many rows are looked at in one go where a list is of those who are online, or of those who are not.
const batch = 500;

/** Makes the use cases of visitors. */
export function createVisitors({ store, sites, auth, online, events, audit, clock, failed }: VisitorsParts): Visitors {
  const locales = createMemory<string>();
  const given = createMemory<true>();

  const below = (n: number) => clock.random(4).readUInt32BE() % n;
  /** A name that nobody of the site has, as far as is known; two who come in at the same moment elsewhere may share one. */
  const freshName = async (siteId: string, locale: string | undefined): Promise<string> => {
    const names = Array.from({ length: namesToTry }, () => animalName(locale, below));
    const taken = new Set(await store.namesTaken(siteId, names));
    const free = names.find((name) => !taken.has(name) && !given.get(`${siteId} ${name}`)) ?? `${names[0]} ${2 + below(998)}`;
    given.set(`${siteId} ${free}`, true);
    return free;
  };

  const views = async (rows: readonly VisitorRow[]): Promise<Visitor[]> => {
    const shown = new Map<string, boolean>();
    for (const { organisationId, siteId } of rows) {
      if (shown.has(siteId)) continue;
      const site = await sites.byId(organisationId, siteId);
      shown.set(siteId, site !== null && settingsOf(site.settings).pagesShown);
    }
    const away = rows.filter(({ id, siteId }) => shown.get(siteId) && online.pageOf(id) === null);
    const last = new Map((await store.newestPages(away.map(({ id }) => id))).map((page) => [page.visitorId, pageOnWire(page)]));
    const pageFor = ({ id, siteId }: VisitorRow): PageView | null => (shown.get(siteId) ? online.pageOf(id) ?? last.get(id) ?? null : null);
    return rows.map((row) => visitorOnWire(row, { online: online.isOnline(row.id), page: pageFor(row) }));
  };

  const emit = (type: 'visitor.created' | 'visitor.updated', row: VisitorRow) => void views([row]).then(
    ([visitor]) => events.emit({ type, organisationId: row.organisationId, siteId: row.siteId, visitor: visitor! }),
    (error: unknown) => failed(error, type),
  );

  /** The first `limit` rows below `before` that are online, or that are not. */
  const listByPresence = async (organisationId: string, wanted: boolean, filter: { text?: string | undefined; siteId?: string | undefined; verified?: boolean | undefined }, before: string | null, limit: number) => {
    const found: VisitorRow[] = [];
    if (wanted) {
      const ids = online.idsOf(organisationId).filter((id) => before === null || id < before);
      for (let at = 0; at < ids.length && found.length < limit; at += batch) {
        found.push(...await store.list({ ...filter, organisationId, ids: ids.slice(at, at + batch), before, limit: limit - found.length }));
      }
      return found;
    }
    for (let last = before; found.length < limit;) {
      const rows = await store.list({ ...filter, organisationId, before: last, limit: batch });
      found.push(...rows.filter(({ id }) => !online.isOnline(id)));
      if (rows.length < batch) break;
      last = rows.at(-1)!.id;
    }
    return found.slice(0, limit);
  };

  return {
    views,
    isOnline: (visitorId) => online.isOnline(visitorId),
    async welcome({ siteKey, origin, locale }) {
      const site = await sites.byKey(siteKey);
      if (!site) throw problem('not_found', 'There is no site with this key.');
      if (!sites.allows(site, origin)) throw problem('origin_forbidden');
      const visitor = { id: clock.id(), name: await freshName(site.id, locale) };
      const tag = languageTag(locale);
      if (tag !== null) locales.set(visitor.id, tag);
      return { visitor: { ...visitor, verified: false }, ...(await auth.visitorToken({ ...visitor, organisationId: site.organisationId, siteId: site.id })) };
    },
    async current(principal) {
      const row = await store.find(principal.organisationId, principal.id);
      if (!row) {
        if (await store.erased(principal.organisationId, principal.id)) throw problem('unauthenticated');
        return principal;
      }
      if (row.mergedInto !== null) throw problem('token_expired', 'The visitor is known as somebody else by now; identify again.');
      return { ...principal, name: row.name };
    },
    async ensure({ id, organisationId, siteId, name }, q) {
      const now = clock.now();
      const unwritten: Unwritten = online.unwritten(id) ?? { pages: [] };
      const told = unwrittenRows(unwritten, { organisationId, visitorId: id });
      const { row, created } = await store.ensure({
        locale: locales.get(id) ?? null, ...told.row, id, organisationId, siteId, name: unwritten.name ?? name, createdAt: now, lastSeenAt: now,
      }, told.pages, q);
      if (row.mergedInto !== null) throw problem('token_expired', 'The visitor is known as somebody else by now; identify again.');
      const tell = () => {
        online.known(id);
        if (!created) return;
        online.forget(id);
        emit('visitor.created', row);
      };
      if (q) return tell;
      tell();
      return () => {};
    },
    async get(organisationId, id) {
      const row = await store.get(organisationId, id);
      if (!row) throw problem('not_found');
      return (await views([row]))[0]!;
    },
    async byIds(organisationId, ids) {
      return ids.length === 0 ? [] : views(await store.list({ organisationId, ids, before: null, limit: ids.length }));
    },
    async list(organisationId, { text, site, verified, online: wanted, cursor, limit }) {
      const before = readCursor(cursor)?.id ?? null;
      const filter = { text: text?.trim() || undefined, siteId: site, verified };
      const found = wanted === undefined ? await store.list({ ...filter, organisationId, before, limit: limit + 1 })
        : await listByPresence(organisationId, wanted, filter, before, limit + 1);
      const { rows, next } = pageOf(found, limit, ({ createdAt, id }) => ({ at: createdAt, id }));
      return { items: await views(rows), next };
    },
    async update(staff, id, { name, email, note }, address) {
      const row = await store.change(staff.organisationId, id, () => ({
        ...(name !== undefined && { name: name.trim() }), ...(email !== undefined && { email }), ...(note !== undefined && { note: note.trim() || null }),
      }));
      if (!row) throw problem('not_found');
      if (name !== undefined) online.renamed(id, row.name);
      audit.record({
        organisationId: staff.organisationId, actor: { kind: staff.kind, id: staff.id, name: staff.name }, action: 'visitor.updated', target: { kind: 'visitor', id, name: '' },
        // Which, and never what: the log outlives the person's data.
        detail: { changed: Object.entries({ name, email, note }).filter(([, value]) => value !== undefined).map(([field]) => field) },
        ...(address !== undefined && { address }),
      });
      emit('visitor.updated', row);
      return (await views([row]))[0]!;
    },
  };
}

/** Remembers the newest `rememberedAtMost` of something by name. */
function createMemory<T>() {
  const known = new Map<string, T>();
  return {
    get: (key: string) => known.get(key),
    set(key: string, value: T) {
      if (known.size >= rememberedAtMost) known.delete(known.keys().next().value!);
      known.set(key, value);
    },
  };
}
