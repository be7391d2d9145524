import { and, desc, eq, inArray, isNotNull, isNull, lt, lte, max, or, sql } from 'drizzle-orm';
import { problem } from '../errors.ts';
import type { Database, Queries } from '../store/database.ts';
import type { NewRow, Row } from '../store/tables.ts';

/** A visitor's row. */
export type VisitorRow = Row<'visitors'>;
/** A page that a visitor opened. */
export type PageViewRow = Row<'pageViews'>;
/** What may be changed of a visitor's row. */
export type VisitorChanges = Partial<Pick<VisitorRow, 'name' | 'email' | 'note' | 'fields' | 'device' | 'context' | 'locale' | 'lastSeenAt'>>;

/** Which visitors a list holds. `before`: only ids below; null for the beginning. */
export interface VisitorsFilter {
  organisationId: string;
  /** Part of the name, the e-mail or the customer's own id, whatever the case. */
  text?: string | undefined;
  siteId?: string | undefined;
  verified?: boolean | undefined;
  /** These alone. */
  ids?: readonly string[] | undefined;
  before: string | null;
  limit: number;
}

/** The queries of visitors and of the pages that they opened. Who was found to be somebody else is in no answer but `find`. */
export interface VisitorsStore {
  /**
   * Writes the row and its pages unless the row is there; then only `lastSeenAt` moves on. Gives the row. `q`: the transaction to
   * do it in, in which nobody can merge or erase the visitor any more. Throws `unauthenticated` for one that was erased.
   */
  ensure(row: NewRow<'visitors'>, pages: readonly PageViewRow[], q?: Queries): Promise<{ row: VisitorRow; created: boolean }>;
  /** Also one who was found to be somebody else. */
  find(organisationId: string, id: string): Promise<VisitorRow | null>;
  get(organisationId: string, id: string): Promise<VisitorRow | null>;
  /** Newest first. */
  list(filter: VisitorsFilter): Promise<VisitorRow[]>;
  /** Changes a visitor by what it is at that moment; null when there is none. */
  change(organisationId: string, id: string, by: (row: VisitorRow) => VisitorChanges): Promise<VisitorRow | null>;
  /** Moves `lastSeenAt` on; harmless when there is no row. */
  touch(organisationId: string, id: string, now: number): Promise<void>;
  /** Which of these names visitors of the site have. */
  namesTaken(siteId: string, names: readonly string[]): Promise<string[]>;
  /** The newest page of each of these visitors. */
  newestPages(ids: readonly string[]): Promise<PageViewRow[]>;
  /** Adds a page unless it is the one that the visitor is on; keeps the newest `most`. */
  addPage(page: PageViewRow, most: number): Promise<void>;
  /** Whether this visitor was erased not long ago. */
  erased(organisationId: string, id: string): Promise<boolean>;
  /** Forgets who was erased before `before`. */
  forgetErased(before: number): Promise<void>;
  /** Forgets pages of all visitors from before `before`. */
  prunePages(before: number): Promise<void>;
}

// A page is this long when rows go to the database: SQLite counts the parameters of a statement.
const pageRows = 100;

/** Queries over `visitors` and `page_views`. */
export function createVisitorsStore(database: Database): VisitorsStore {
  const { visitors, pageViews, erasedVisitors } = database.tables;
  const own = (organisationId: string, id: string) => and(eq(visitors.organisationId, organisationId), eq(visitors.id, id));
  const live = isNull(visitors.mergedInto);
  const wasErased = async (q: Queries, organisationId: string, id: string) =>
    (await q.select({ id: erasedVisitors.id }).from(erasedVisitors).where(and(eq(erasedVisitors.id, id), eq(erasedVisitors.organisationId, organisationId)))).length > 0;
  const ensure: VisitorsStore['ensure'] = async (row, pages, q) => {
    // Both or neither: whoever was erased while its message was on the way leaves no row behind.
    if (!q) return database.atomic((inside) => ensure(row, pages, inside));
    const [created] = await q.insert(visitors).values(row).onConflictDoNothing().returning();
    if (created) {
      if (await wasErased(q, row.organisationId, row.id)) throw problem('unauthenticated');
      if (pages.length > 0) await q.insert(pageViews).values(pages.slice(-pageRows));
      return { row: created, created: true };
    }
    const [found] = await q.update(visitors).set({ lastSeenAt: row.lastSeenAt }).where(own(row.organisationId, row.id)).returning();
    if (!found) throw new Error('A visitor\'s id is in use in another organisation.');
    return { row: found, created: false };
  };
  return {
    ensure,
    async find(organisationId, id) {
      const [row] = await database.q.select().from(visitors).where(own(organisationId, id));
      return row ?? null;
    },
    async get(organisationId, id) {
      const [row] = await database.q.select().from(visitors).where(and(own(organisationId, id), live));
      return row ?? null;
    },
    async list({ organisationId, text, siteId, verified, ids, before, limit }) {
      const like = text === undefined ? undefined : `%${lowerAscii(text).replaceAll(/[\\%_]/g, String.raw`\$&`)}%`;
      const contains = (column: typeof visitors.name | typeof visitors.email | typeof visitors.externalId) => sql`lower(${column}) like ${like} escape '\\'`;
      return database.q.select().from(visitors).where(and(
        eq(visitors.organisationId, organisationId), live,
        like === undefined ? undefined : or(contains(visitors.name), contains(visitors.email), contains(visitors.externalId)),
        siteId === undefined ? undefined : eq(visitors.siteId, siteId),
        verified === undefined ? undefined : verified ? isNotNull(visitors.verifiedAt) : isNull(visitors.verifiedAt),
        ids && inArray(visitors.id, [...ids]),
        before === null ? undefined : lt(visitors.id, before),
      )).orderBy(desc(visitors.id)).limit(limit);
    },
    change: (organisationId, id, by) => database.atomic(async (q) => {
      // The update that changes nothing takes the row's lock.
      const [row] = await q.update(visitors).set({ lastSeenAt: sql`${visitors.lastSeenAt}` }).where(and(own(organisationId, id), live)).returning();
      if (!row) return null;
      const changes = by(row);
      if (Object.keys(changes).length === 0) return row;
      const [changed] = await q.update(visitors).set(changes).where(own(organisationId, id)).returning();
      return changed!;
    }),
    async touch(organisationId, id, now) {
      await database.q.update(visitors).set({ lastSeenAt: now }).where(and(own(organisationId, id), lt(visitors.lastSeenAt, now)));
    },
    async namesTaken(siteId, names) {
      return (await database.q.selectDistinct({ name: visitors.name }).from(visitors).where(and(eq(visitors.siteId, siteId), inArray(visitors.name, [...names])))).map(({ name }) => name);
    },
    async newestPages(ids) {
      if (ids.length === 0) return [];
      const newest = database.q.select({ id: max(pageViews.id) }).from(pageViews).where(inArray(pageViews.visitorId, [...ids])).groupBy(pageViews.visitorId);
      return database.q.select().from(pageViews).where(inArray(pageViews.id, newest));
    },
    async addPage(page, most) {
      const { q } = database;
      const [last] = await q.select({ url: pageViews.url }).from(pageViews).where(eq(pageViews.visitorId, page.visitorId)).orderBy(desc(pageViews.id)).limit(1);
      if (last?.url === page.url) return;
      await q.insert(pageViews).values(page);
      const [surplus] = await q.select({ id: pageViews.id }).from(pageViews).where(eq(pageViews.visitorId, page.visitorId)).orderBy(desc(pageViews.id)).limit(1).offset(most);
      if (surplus) await q.delete(pageViews).where(and(eq(pageViews.visitorId, page.visitorId), lte(pageViews.id, surplus.id)));
    },
    erased: (organisationId, id) => wasErased(database.q, organisationId, id),
    async forgetErased(before) {
      await database.q.delete(erasedVisitors).where(lt(erasedVisitors.erasedAt, before));
    },
    async prunePages(before) {
      // Ids begin with the time at which they were made.
      const hex = before.toString(16).padStart(12, '0');
      await database.q.delete(pageViews).where(lt(pageViews.id, `${hex.slice(0, 8)}-${hex.slice(8)}`));
    },
  };
}

/** As both engines' `lower` has it, which knows ASCII alone. */
function lowerAscii(text: string): string {
  return text.replaceAll(/[A-Z]/g, (letter) => letter.toLowerCase());
}
