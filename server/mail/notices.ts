import type { Clock, Timer } from '../clock.ts';
import type { DomainEvent } from '../events/events.ts';
import { filesOf } from '../files/files.ts';
import type { Sites } from '../sites/sites.ts';
import { cut } from './letter.ts';
import type { Mail } from './mail.ts';
import type { NoticeSituation, NoticesStore } from './notices.store.ts';

/** Mails to people who are not there: to agents when a visitor waits, to a visitor when it was answered. */
export interface Notices {
  /** Hears of a message. */
  heard(event: DomainEvent): void;
  /** Looks after what an earlier process may have left: every conversation of the last hour. */
  start(): Promise<void>;
  /** Resolves when no look is under way. */
  idle(): Promise<void>;
  /** Looks no more; what is under way is let out. */
  close(): Promise<void>;
}

/** Somebody gets so long to read or to answer before a mail goes out, ms. */
const patienceMs = 60_000;
/** Nobody gets more than one mail about a conversation in this time, ms. */
const pauseMs = 15 * 60_000;
/** How far back a start looks, ms: longer than any pause. */
const lookBackMs = 3_600_000;
const agentPreview = 600;
const visitorPreview = 3000;

type Addressee = 'agents' | 'visitor';

/** Makes the notices. A look decides by what is in the database, so that a timer that was lost or fires twice does no harm. */
export function createNotices({ store, mail, sites, clock, agentsOnline, visitorOnline, ownOrigins, failed }: {
  store: NoticesStore; mail: Mail; sites: Pick<Sites, 'byId' | 'allows'>; clock: Clock; agentsOnline: (organisationId: string) => readonly string[];
  visitorOnline: (visitorId: string) => boolean; ownOrigins: () => readonly string[]; failed: (error: unknown, what: string) => void;
}): Notices {
  const timers = new Map<string, Timer>();
  const looking = new Set<Promise<void>>();
  let closed = false;

  const lookLater = (addressee: Addressee, organisationId: string, conversationId: string, ms: number) => {
    const key = `${addressee} ${conversationId}`;
    if (closed || timers.has(key)) return;
    timers.set(key, clock.after(ms, () => {
      timers.delete(key);
      const look: Promise<void> = (addressee === 'agents' ? lookForAgents : lookForVisitor)(organisationId, conversationId).then((at) => {
        if (at !== null) lookLater(addressee, organisationId, conversationId, Math.max(1000, at - clock.now()));
      }).catch((error: unknown) => failed(error, 'notice')).finally(() => looking.delete(look));
      looking.add(look);
    }));
  };

  /** Tells agents of a visitor who waits; gives when to look again, null for not at all. */
  const lookForAgents = async (organisationId: string, conversationId: string): Promise<number | null> => {
    const situation = await store.situation(organisationId, conversationId);
    if (!situation || situation.conversation.status !== 'open' || agentsOnline(organisationId).length > 0) return null;
    const waiting = unanswered(situation);
    if (waiting.length === 0) return null;
    const due = waiting[0]!.createdAt + patienceMs;
    if (due > clock.now()) return due;

    const { conversation, visitor } = situation;
    const site = await sites.byId(organisationId, conversation.siteId);
    const active = (await store.activeAgents(organisationId)).filter(({ settings }) => settings?.mailNotices !== false);
    const assignee = active.find(({ id }) => id === conversation.assigneeId);
    const key = keyOf(conversationId);
    let again: number | null = null;
    for (const { name, email, settings } of assignee ? [assignee] : active) {
      const last = await mail.lastAbout(organisationId, 'agent_notice', key, email);
      const fresh = waiting.filter(({ createdAt }) => last === null || createdAt > last);
      if (fresh.length === 0) continue;
      if (last !== null && last + pauseMs > clock.now()) {
        again = Math.min(again ?? Infinity, last + pauseMs);
        continue;
      }
      await mail.send({
        organisationId, kind: 'agent_notice', to: email, key, locale: typeof settings?.locale === 'string' ? settings.locale : null,
        values: { agent: name, visitor: visitor.name, site: site?.name ?? '', preview: textOf(fresh, agentPreview), link: `${ownOrigins()[0]}/admin/#/inbox/${conversationId}` },
      });
    }
    return again;
  };

  /** Tells a visitor of an answer; gives when to look again, null for not at all. */
  const lookForVisitor = async (organisationId: string, conversationId: string): Promise<number | null> => {
    const situation = await store.situation(organisationId, conversationId);
    if (!situation?.visitor.email || visitorOnline(situation.visitor.id)) return null;
    const { conversation, visitor } = situation;
    const key = keyOf(conversationId);
    const last = await mail.lastAbout(organisationId, 'visitor_notice', key, situation.visitor.email);
    const unread = unreadByVisitor(situation).filter(({ createdAt }) => last === null || createdAt > last);
    if (unread.length === 0) return null;
    const due = Math.max(unread[0]!.createdAt + patienceMs, last === null ? 0 : last + pauseMs);
    if (due > clock.now()) return due;
    const site = await sites.byId(organisationId, conversation.siteId);
    if (!site) return null;
    const page = await store.lastPage(organisationId, visitor.id);
    const link = [page, ...site.origins.filter((entry) => !entry.includes('*'))].map((address) => pageOn(address, (origin) => sites.allows(site, origin))).find((address) => address !== null) ?? null;
    await mail.send({
      organisationId, kind: 'visitor_notice', to: situation.visitor.email, key, locale: visitor.locale,
      values: { site: site.name, preview: textOf(unread, visitorPreview), link },
    });
    return null;
  };

  return {
    heard(event) {
      if (event.type !== 'message.created' || event.message.kind !== 'text') return;
      const { message, organisationId } = event;
      const { kind } = message.author;
      if (kind !== 'system') lookLater(kind === 'visitor' ? 'agents' : 'visitor', organisationId, message.conversationId, patienceMs);
    },
    async start() {
      for (const { organisationId, id } of await store.livelySince(clock.now() - lookBackMs)) {
        // Not at once: after a restart everybody is away, and comes back within seconds.
        for (const addressee of ['agents', 'visitor'] as const) lookLater(addressee, organisationId, id, patienceMs);
      }
    },
    async idle() {
      while (looking.size > 0) await Promise.race(looking);
    },
    async close() {
      closed = true;
      for (const timer of timers.values()) timer.cancel();
      timers.clear();
      await Promise.all(looking);
    },
  };
}

/** An address without name, password and fragment, when it is on an origin that may be linked to. */
function pageOn(address: string | null, allowed: (origin: string) => boolean): string | null {
  if (address === null || !URL.canParse(address)) return null;
  const { protocol, origin, pathname, search } = new URL(address);
  return /^https?:$/.test(protocol) && allowed(origin) ? `${origin}${pathname}${search}` : null;
}

const keyOf = (conversationId: string) => `conversation:${conversationId}`;

/** What the visitor wrote after the last word of an agent or bot, oldest first. Notes and lines about calls are no words. */
function unanswered({ lines }: NoticeSituation): NoticeSituation['lines'] {
  const spoken = lines.filter(({ kind, authorKind }) => kind === 'text' && authorKind !== 'system');
  const answer = spoken.findIndex(({ authorKind }) => authorKind !== 'visitor');
  return (answer < 0 ? spoken : spoken.slice(0, answer)).reverse();
}

/** What agents and bots wrote behind the visitor's cursor, oldest first. Never a note. */
function unreadByVisitor({ lines, readSeq }: NoticeSituation): NoticeSituation['lines'] {
  return lines.filter(({ seq, kind, authorKind }) => seq > readSeq && kind === 'text' && (authorKind === 'agent' || authorKind === 'bot')).reverse();
}

function textOf(lines: NoticeSituation['lines'], length: number): string {
  return cut(lines.map(({ text, data }) => [text, ...filesOf(data).map(({ name }) => `[${name}]`)].filter((part) => part !== '').join('\n')).filter((text) => text !== '').join('\n\n'), length);
}
