import type { Request } from '../../protocol/client-frames.ts';
import type { PageView } from '../../protocol/shapes.ts';
import { visitorTokenMs } from '../auth/auth.ts';
import type { VisitorPrincipal } from '../auth/principal.ts';
import { rfc3339, type Clock, type Timer } from '../clock.ts';
import { problem } from '../errors.ts';
import type { Events } from '../events/events.ts';
import { TokenBucket, type Rate } from '../gateway/token-bucket.ts';
import { settingsOf } from '../sites/site-settings.ts';
import type { Sites } from '../sites/sites.ts';
import { languageTag } from './animal-name.ts';
import { contextOf } from './visitor-view.ts';
import type { VisitorsOnline } from './visitors-online.ts';
import type { Visitors } from './visitors.ts';
import type { VisitorChanges, VisitorRow, VisitorsStore } from './visitors.store.ts';

/** What visitors and their pages say of themselves: unverified, and kept from the first message or call on. */
export interface VisitorFacts {
  /** Answers to what is asked before the chat, or an address for the answer. */
  contact(visitor: VisitorPrincipal, said: Request<'visitor.contact'>): Promise<void>;
  /** The page, the browser, what the page gave to `setContext`. Throws `unprocessable` for a page that is none of the site's, and `rate_limited`. */
  context(visitor: VisitorPrincipal, connectionId: string, told: Request<'visitor.context'>): Promise<void>;
  /** For the hello: whether everything is known that the site asks for before a chat. Notes that the visitor is here. */
  greeted(visitor: VisitorPrincipal): Promise<{ contactKnown: boolean }>;
  /** The connection is gone. */
  left(visitor: VisitorPrincipal, connectionId: string): Promise<void>;
  /** Begins to forget old pages. */
  start(): void;
  close(): void;
}

/** What the facts need. */
export interface VisitorFactsParts {
  store: VisitorsStore;
  online: VisitorsOnline;
  sites: Pick<Sites, 'byId' | 'allows'>;
  visitors: Pick<Visitors, 'views'>;
  events: Pick<Events, 'emit'>;
  clock: Clock;
  failed: (error: unknown, what: string) => void;
}

/** Of a visitor so many pages are kept, for so long (ms). */
export const pagesKept = { most: 200, ms: 30 * 86_400_000 } as const;
// A page in motion tells of itself some times a minute; a program in a loop does not fill the database.
const contextRate: Rate = { burst: 30, perSecond: 1 };
const fieldsAtMost = 40;
const unwrittenPages = 20;
const wordLength = 120;
const seenEveryMs = 60_000;
const pruneEveryMs = 3_600_000;

/** Makes the use cases of what visitors tell of themselves. */
export function createVisitorFacts({ store, online, sites, visitors, events, clock, failed }: VisitorFactsParts): VisitorFacts {
  const buckets = new Map<string, TokenBucket>();
  let pruning: Timer | null = null;
  const prune = () => {
    const now = clock.now();
    for (const [id, bucket] of buckets) if (bucket.full(contextRate, now)) buckets.delete(id);
    store.prunePages(now - pagesKept.ms).catch((error: unknown) => failed(error, 'old pages'));
    // By then no token is left that could speak for them.
    store.forgetErased(now - visitorTokenMs).catch((error: unknown) => failed(error, 'ids of the erased'));
  };
  const throttle = (visitorId: string) => {
    let bucket = buckets.get(visitorId);
    if (!bucket) buckets.set(visitorId, (bucket = new TokenBucket(contextRate, clock.now())));
    const wait = bucket.take(contextRate, clock.now());
    if (wait > 0) throw problem('rate_limited', undefined, wait);
  };
  const siteOf = async ({ organisationId, siteId }: VisitorPrincipal) => {
    const site = await sites.byId(organisationId, siteId);
    if (!site) throw problem('not_found');
    return site;
  };
  const tellUpdated = async (row: VisitorRow) => {
    const [visitor] = await visitors.views([row]);
    events.emit({ type: 'visitor.updated', organisationId: row.organisationId, siteId: row.siteId, visitor: visitor! });
  };

  return {
    async contact(visitor, { name, email, fields = {} }) {
      throttle(visitor.id);
      const said = {
        name: (name ?? fields.name)?.trim().slice(0, 80) || undefined,
        email: (email ?? fields.email)?.trim() || undefined,
        fields: Object.fromEntries(Object.entries(fields).filter(([key]) => key !== 'name' && key !== 'email').map(([key, value]) => [key, value.trim()])),
      };
      if (said.email !== undefined && !/^[^\s@]+@[^\s@]+$/.test(said.email)) throw problem('unprocessable', 'email must be an e-mail address.');
      const row = await store.change(visitor.organisationId, visitor.id, (before) => {
        const { vouched = [] } = contextOf(before);
        return {
          fields: bounded({ ...before.fields, ...said.fields }),
          ...(said.name !== undefined && !vouched.includes('name') && { name: said.name }),
          ...(said.email !== undefined && !vouched.includes('email') && { email: said.email }),
        };
      });
      if (row) {
        online.renamed(visitor.id, row.name);
        await tellUpdated(row);
        return;
      }
      const unwritten = online.unwritten(visitor.id);
      if (!unwritten) return;
      unwritten.fields = bounded({ ...unwritten.fields, ...said.fields });
      if (said.email !== undefined) unwritten.email = said.email;
      if (said.name === undefined) return;
      unwritten.name = said.name;
      online.renamed(visitor.id, said.name);
    },

    async context(visitor, connectionId, { page, device, context }) {
      throttle(visitor.id);
      const site = await siteOf(visitor);
      let view: PageView | null = null;
      if (page && settingsOf(site.settings).pagesShown) {
        const url = pageAddress(page.url);
        if (!url || !sites.allows(site, url.origin)) throw problem('unprocessable', 'page.url must be a page of the site.');
        view = { id: clock.id(), url: `${url.origin}${url.pathname}`.slice(0, 1000), title: page.title.trim().slice(0, 300), at: rfc3339(clock.now()) };
      }
      const words = device && Object.fromEntries(Object.entries(device).filter(([name]) => deviceWords.has(name)).map(([name, word]) => [name, word.trim().slice(0, wordLength)]));
      const locale = languageTag(device?.language);
      const row = words || context ? await store.change(visitor.organisationId, visitor.id, (before): VisitorChanges => ({
        ...(words && { device: words }),
        ...(locale !== null && before.locale === null && { locale }),
        ...(context && { context: { ...contextOf(before), told: withChanges(contextOf(before).told, context) } }),
      })) : await store.get(visitor.organisationId, visitor.id);
      if (view) online.turned(visitor.id, connectionId, view);
      if (row) {
        if (view) await store.addPage({ id: view.id, organisationId: visitor.organisationId, visitorId: visitor.id, url: view.url, title: view.title, createdAt: Date.parse(view.at) }, pagesKept.most);
        return;
      }
      const unwritten = online.unwritten(visitor.id);
      if (!unwritten) return;
      if (words) unwritten.device = words;
      if (locale !== null) unwritten.locale ??= locale;
      if (context) unwritten.context = withChanges(unwritten.context, context);
      if (view && unwritten.pages.at(-1)?.url !== view.url) unwritten.pages = [...unwritten.pages, view].slice(-unwrittenPages);
    },

    async greeted(visitor) {
      const row = await store.get(visitor.organisationId, visitor.id);
      const now = clock.now();
      if (row) {
        online.known(visitor.id);
        if (now - row.lastSeenAt >= seenEveryMs) await store.touch(visitor.organisationId, visitor.id, now);
      }
      const { preChat } = settingsOf((await siteOf(visitor)).settings);
      if (!preChat.enabled || preChat.fields.length === 0) return { contactKnown: true };
      const known = row ?? online.unwritten(visitor.id);
      const answered = known?.fields ?? null;
      const vouched = row?.verifiedAt !== null && row !== null;
      if (answered === null && !vouched) return { contactKnown: false };
      const has = (key: string) => (key === 'name' ? true : key === 'email' ? Boolean(known?.email) : Boolean(answered?.[key]));
      return { contactKnown: preChat.fields.every(({ key, required }) => !required || has(key)) };
    },

    async left(visitor, connectionId) {
      online.left(visitor.id, connectionId);
      await store.touch(visitor.organisationId, visitor.id, clock.now());
    },
    start() {
      pruning ??= clock.every(pruneEveryMs, prune);
      prune();
    },
    close: () => pruning?.cancel(),
  };
}

const deviceWords = new Set(['browser', 'system', 'kind', 'language', 'timeZone', 'screen']);

/** The newest answers count when there are too many. */
function bounded(fields: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(fields).slice(-fieldsAtMost));
}

/** What a page told, as text. A null takes a key away. */
function withChanges(before: Record<string, string> = {}, changes: NonNullable<Request<'visitor.context'>['context']>): Record<string, string> {
  const after = { ...before };
  for (const [key, value] of Object.entries(changes)) {
    delete after[key];
    if (value !== null) after[key] = String(value);
  }
  return bounded(after);
}

/** A page's address; null for what is none. What stands behind ? and # is nobody's business. */
function pageAddress(text: string): URL | null {
  try {
    const url = new URL(text);
    return /^https?:$/.test(url.protocol) ? url : null;
  } catch {
    return null;
  }
}
