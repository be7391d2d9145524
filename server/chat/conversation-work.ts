import type { Author, Conversation } from '../../protocol/shapes.ts';
import type { BulkAnswer, ConversationPatch } from '../../protocol/work.ts';
import type { Asker, Principal, StaffPrincipal, VisitorPrincipal } from '../auth/principal.ts';
import type { Clock } from '../clock.ts';
import { Problem, problem } from '../errors.ts';
import type { Sites } from '../sites/sites.ts';
import { settingsOf } from '../sites/site-settings.ts';
import { visibleSeq } from './chat-shapes.ts';
import type { ChatNews } from './chat-news.ts';
import type { ChatStore } from './chat.store.ts';
import type { Changed, ConversationWorkStore } from './conversation-work.store.ts';
import { requireVisitors, type ConversationFacts, type Memberships } from './memberships.ts';

/** One who writes, reads or has a conversation. */
export interface Participant {
  kind: string;
  id: string;
  name: string;
  readSeq: number;
}

/** What is done with conversations beside writing in them. Whoever does not belong to one gets `not_found`. */
export interface ConversationWork {
  /** Ends a conversation: the team any of its own, visitors their own. Harmless when it is closed already. */
  close(by: Asker, conversationId: string): Promise<Conversation>;
  /** Opens a closed one. Throws `conflict` when its visitor has another open one. */
  reopen(by: Principal, conversationId: string): Promise<Conversation>;
  /**
   * Makes all of a change or nothing of it. Throws `not_found` for an agent or tag of nobody here, `unprocessable` for an agent
   * who is deactivated, `conflict` when it cannot be opened because its visitor has another open one. Of a group of agents its
   * title alone can be changed, of a room of two nothing (`unprocessable`).
   */
  change(by: StaffPrincipal, conversationId: string, patch: ConversationPatch): Promise<Conversation>;
  /** The same change to many, one after the other; those that refuse it are told apart. */
  changeMany(by: StaffPrincipal, ids: readonly string[], patch: ConversationPatch): Promise<BulkAnswer>;
  /** Takes a conversation from a program; people answer from now on. Harmless when they do already. */
  handOver(organisationId: string, conversationId: string, by: Author | null): Promise<void>;
  /** What its visitor thought, while it is open or for a day after; may be changed. Throws `conflict` later, `forbidden` where the site asks nobody. */
  rate(visitor: VisitorPrincipal, conversationId: string, rating: { score: number; comment?: string | undefined }): Promise<Conversation>;
  /** Begins a conversation with a visitor who is known. `created` is false when an open one was there: then it is that one. */
  begin(by: StaffPrincipal, visitorId: string): Promise<{ conversation: Conversation; created: boolean }>;
  /** Everybody of it. Visitors see of the team who wrote to them or has the conversation. */
  participants(asker: Asker, conversationId: string): Promise<Participant[]>;
  /** Closes it if nothing was said since `before` (ms) and no call is going on. False when it was not so. */
  closeSilent(organisationId: string, conversationId: string, before: number): Promise<boolean>;
  /** Somebody else has changed it: tells everybody, with the reason. */
  announce(organisationId: string, conversationId: string, reason: string, by: Author | null): Promise<void>;
}

/** What the work needs. */
export interface ConversationWorkParts {
  store: ConversationWorkStore;
  chatStore: Pick<ChatStore, 'latestOf' | 'conversation'>;
  memberships: Memberships;
  news: ChatNews;
  sites: Pick<Sites, 'byId'>;
  clock: Clock;
}

/** For so long after its end a conversation can be rated, ms. */
export const RATING_MS = 86_400_000;

/** Somebody as lines and events name the author. An API key is a program. */
export function authorOf({ kind, id, name }: Asker): Author {
  return { kind: kind === 'key' ? 'bot' : kind, id, name };
}

/** Makes the work on conversations. */
export function createConversationWork({ store, chatStore, memberships, news, sites, clock }: ConversationWorkParts): ConversationWork {
  const make = async (facts: ConversationFacts, patch: ConversationPatch, by: Author | null): Promise<Changed[]> => {
    const changed = await store.change(facts.organisationId, facts.id, patch, by, clock.now());
    if (changed === 'missing') {
      memberships.forget([facts.id]);
      throw problem('not_found');
    }
    if (changed === 'conflict') throw problem('conflict', 'The visitor has another open conversation.');
    await news.changed(facts, changed, by);
    return changed;
  };
  const judge = async (organisationId: string, { assigneeId, tagIds }: ConversationPatch) => {
    if (typeof assigneeId === 'string') {
      const agent = await store.agent(organisationId, assigneeId);
      if (!agent) throw problem('not_found', 'There is no such agent here.');
      if (agent.status !== 'active') throw problem('unprocessable', 'This agent is deactivated.');
    }
    if (tagIds && (await store.knownTags(organisationId, tagIds)).length < new Set(tagIds).size) throw problem('not_found', 'There is no such tag here.');
  };
  /** What a change means for this conversation. */
  const fit = (facts: ConversationFacts, { title, ...patch }: ConversationPatch): ConversationPatch => {
    if (Object.values(patch).some((value) => value !== undefined)) requireVisitors(facts);
    if (title === undefined) return patch;
    if (facts.kind === 'direct') throw problem('unprocessable', 'A room of two has no title.');
    const trimmed = title?.trim() || null;
    if (facts.kind === 'group' && trimmed === null) throw problem('unprocessable', 'A group has a title.');
    return { ...patch, title: trimmed };
  };
  const change: ConversationWork['change'] = async (by, conversationId, patch) => {
    const facts = await memberships.member(by, conversationId);
    const fitting = fit(facts, patch);
    await judge(facts.organisationId, patch);
    await make(facts, fitting, authorOf(by));
    return news.view(facts, by);
  };

  return {
    change,
    async close(by, conversationId) {
      const facts = await memberships.member(by, conversationId);
      requireVisitors(facts);
      await make(facts, { status: 'closed' }, authorOf(by));
      return news.view(facts, by);
    },
    async reopen(by, conversationId) {
      const facts = await memberships.member(by, conversationId);
      requireVisitors(facts);
      await make(facts, { status: 'open' }, authorOf(by));
      return news.view(facts, by);
    },
    async changeMany(by, ids, patch) {
      await judge(by.organisationId, patch);
      const answer: BulkAnswer = { changed: [], refused: [] };
      for (const id of new Set(ids)) {
        try {
          const facts = await memberships.member(by, id);
          await make(facts, fit(facts, patch), authorOf(by));
          answer.changed.push(id);
        } catch (error) {
          if (!(error instanceof Problem)) throw error;
          answer.refused.push({ id, code: error.code });
        }
      }
      return answer;
    },
    async handOver(organisationId, conversationId, by) {
      await make(await memberships.require(organisationId, conversationId), { bot: false }, by);
    },
    async rate(visitor, conversationId, { score, comment = '' }) {
      const facts = await memberships.member(visitor, conversationId);
      const site = await sites.byId(facts.organisationId, facts.siteId);
      if (site && !settingsOf(site.settings).rating) throw problem('forbidden', 'This site asks for no ratings.');
      const now = clock.now();
      if (!(await store.rate(facts.organisationId, facts.id, { score, comment: comment.trim() }, now, now - RATING_MS))) {
        throw problem('conflict', 'A conversation can be rated until a day after its end.');
      }
      await news.changed(facts, ['rated'], authorOf(visitor));
      return news.view(facts, visitor);
    },
    async begin(by, visitorId) {
      const { organisationId } = by;
      let visitor = await store.visitor(organisationId, visitorId);
      if (visitor?.mergedInto) visitor = await store.visitor(organisationId, visitor.mergedInto);
      if (!visitor) throw problem('not_found', 'There is no such visitor here.');
      const now = clock.now();
      const made = await store.create({
        id: clock.id(), organisationId, siteId: visitor.siteId, visitorId: visitor.id, status: 'open', openKey: visitor.id, lastSeq: 0, lastMessageAt: now,
        createdAt: now, updatedAt: now, ...(by.kind === 'agent' && { assigneeId: by.id, assignedAt: now, handedOverAt: now }),
      });
      const found = made ?? await chatStore.latestOf(organisationId, visitor.id);
      if (!found) throw problem('conflict');
      const facts = memberships.remember(found);
      if (made) await news.changed(facts, ['created'], authorOf(by));
      return { conversation: await news.view(facts, by), created: made !== null };
    },
    async participants(asker, conversationId) {
      const facts = await memberships.member(asker, conversationId);
      const row = await chatStore.conversation(facts.organisationId, facts.id);
      if (!row) throw problem('not_found');
      const everybody = await store.participants(facts.organisationId, facts.id);
      const most = asker.kind === 'visitor' ? visibleSeq(row.conversation) : row.conversation.lastSeq;
      return everybody.filter(({ wrote }) => wrote || asker.kind !== 'visitor')
        .map(({ kind, id, name, readSeq }) => ({ kind, id, name, readSeq: Math.min(readSeq, most) }));
    },
    async closeSilent(organisationId, conversationId, before) {
      if (!(await store.closeSilent(organisationId, conversationId, before, clock.now()))) return false;
      await news.changed(await memberships.require(organisationId, conversationId), ['silence'], null);
      return true;
    },
    async announce(organisationId, conversationId, reason, by) {
      await news.changed(await memberships.require(organisationId, conversationId), [reason], by);
    },
  };
}
