import type { Request } from '../../protocol/client-frames.ts';
import type { ConversationsQuery as WireQuery, Page } from '../../protocol/http.ts';
import type { Author, CallLine, Conversation, Message } from '../../protocol/shapes.ts';
import { MAX_TEXT_LENGTH, textLength } from '../../protocol/version.ts';
import type { Audit } from '../audit/audit.ts';
import type { Asker, Principal, VisitorPrincipal } from '../auth/principal.ts';
import type { Clock } from '../clock.ts';
import { problem } from '../errors.ts';
import type { Events } from '../events/events.ts';
import type { Files } from '../files/files.ts';
import type { Hub, Topic } from '../hub/hub.ts';
import { pageOf, readCursor } from '../page-cursor.ts';
import { lookThrough } from '../search/look-through.ts';
import type { SearchFollower } from '../search/search-follower.ts';
import type { Search } from '../search/search.ts';
import type { Sites } from '../sites/sites.ts';
import type { NewMessage } from '../store/append.ts';
import type { MessageData } from '../store/tables.ts';
import type { Visitors } from '../visitors/visitors.ts';
import { messageOnWire } from './chat-shapes.ts';
import { createChatNews } from './chat-news.ts';
import type { ChatStore, ConversationRow } from './chat.store.ts';
import type { ConversationsFilter } from './conversations-filter.store.ts';
import { createConversationRemoval, type ConversationRemoval } from './conversation-removal.ts';
import type { ConversationRemovalStore } from './conversation-removal.store.ts';
import { authorOf, createConversationWork, type ConversationWork } from './conversation-work.ts';
import type { ConversationWorkStore } from './conversation-work.store.ts';
import { audienceOf, createMemberships, requireVisitors, staffOf, type ConversationFacts } from './memberships.ts';
import { createRooms, type Rooms } from './rooms.ts';
import type { RoomsStore } from './rooms.store.ts';
import { createTransfer, type Transfer } from './transfer.ts';
import type { TransferStore } from './transfer.store.ts';

/** A message that somebody writes. */
export interface Draft {
  /** Visitors may leave it out: their newest conversation is meant, or a new one. */
  conversationId?: string | undefined;
  clientId: string;
  text: string;
  /** For the team alone. */
  note?: boolean | undefined;
  /** Own ones that are not sent yet, or went with this very message. */
  fileIds?: readonly string[] | undefined;
  /** For API keys: the agent in whose name it is written. */
  asAgentId?: string | undefined;
}

/** A message that the server itself writes in somebody's name. */
export interface DraftAs {
  organisationId: string;
  conversationId: string;
  author: { kind: 'bot' | 'agent'; id: string; name: string };
  clientId: string;
  text: string;
  note?: boolean | undefined;
}

/** Which conversations a list holds. */
export type ConversationsQuery = Omit<WireQuery, 'limit'> & { limit: number };

/** Conversations and their messages. Whoever does not belong to one gets `not_found`, as if it did not exist. */
export interface Chat extends Omit<ConversationWork, 'handOver'>, ConversationRemoval, Rooms, Transfer {
  /** The visitor's open conversation: found, reopened if its newest one is closed, or made together with the visitor's row. */
  conversationOf(visitor: VisitorPrincipal): Promise<ConversationFacts>;
  /** The facts of a conversation that `asker` belongs to: its visitor, or anybody of its organisation; of a room of agents its members alone. */
  member(asker: Asker, conversationId: string): Promise<ConversationFacts>;
  /** Who hears of what visitors may know: every connection of its visitor and of the organisation's agents, or of the members of a room of agents. */
  audience(facts: ConversationFacts): Topic[];
  /** The conversation as `asker` sees it. */
  conversation(asker: Asker, conversationId: string): Promise<Conversation>;
  /** Those that `asker` belongs to, newest first. Throws `bad_request` for a cursor that is none. */
  list(asker: Asker, query: ConversationsQuery): Promise<Page<Conversation>>;
  /** What a connection begins with: a visitor's conversations; an agent's newest with visitors, its rooms, and what is `pinned`. */
  snapshot(principal: Principal, pinned: readonly string[]): Promise<Conversation[]>;
  /**
   * Writes a message; resolves when it is durable and everybody but the connection `except` has been told. `repeated`: the
   * `clientId` was there before, and `message` is the first one; `json` is it as text, made once for all. A closed conversation opens again, unless it is a note. Throws
   * `unprocessable` for a text that is too long after trimming, or empty where there are no files, `conversation_closed` when the
   * visitor has another open one, and for files what `Files.claim` does.
   */
  send(asker: Asker, draft: Draft, except?: string): Promise<{ message: Message; repeated: boolean; json: string }>;
  /** The same for what a program of the server's writes. What a bot says opens no closed conversation. */
  sendAs(draft: DraftAs): Promise<{ message: Message; repeated: boolean }>;
  /** Takes a conversation from a bot: people answer from now on. What a bot gives as its `reason` becomes a private note. */
  handOver(organisationId: string, conversationId: string, by: Author | null, reason: string): Promise<void>;
  /** A stretch of messages, ascending: the newest, or those next to `before` or `after`. `more`: further on there are others. */
  history(asker: Asker, request: Request<'history'>): Promise<{ messages: Message[]; more: boolean }>;
  /** Moves the reader's cursor, only ever forward. Resolves to where it is now. */
  read(principal: Principal, conversationId: string, seq: number, except?: string): Promise<number>;
  /** Tells the others that somebody writes, or stopped; of a note visitors hear nothing. Never stored. */
  typing(principal: Principal, conversationId: string, on: boolean, note?: boolean): Promise<void>;
  /**
   * Adds the line that tells how a call went, and tells everybody, once it is durable. `clientId` makes a repetition
   * harmless: give the call's id. Never reopens a closed conversation.
   */
  addCallLine(line: { conversationId: string; organisationId: string; author: Author; line: CallLine; clientId: string }): Promise<Message>;
  /** These conversations went to another visitor, or away: nothing is remembered of them. */
  forget(conversationIds: readonly string[]): void;
  /** Tells everybody who belongs to a conversation that the server itself changed it, or its visitor. */
  tell(organisationId: string, conversationId: string, reason: string): Promise<void>;
}

/** What the use cases of chat need. */
export interface ChatParts {
  store: ChatStore;
  workStore: ConversationWorkStore;
  removalStore: ConversationRemovalStore;
  roomsStore: RoomsStore;
  transferStore: TransferStore;
  hub: Pick<Hub, 'publish'>;
  events: Pick<Events, 'emit'>;
  visitors: Pick<Visitors, 'ensure'>;
  sites: Pick<Sites, 'byId'>;
  audit: Pick<Audit, 'record'>;
  files: Pick<Files, 'claim' | 'claimable' | 'erase'>;
  clock: Clock;
  /** Which program answers a new conversation; null: people do. */
  botFor?(organisationId: string): Promise<{ id: string; name: string } | null>;
  /** Removes the bytes, then the rows, of a recording that is doomed. */
  eraseRecording(recording: { id: string; blobKey: string | null }): Promise<void>;
  /** Hears of what was written, and finds it again; without it lists look through the messages themselves. */
  search?: Pick<SearchFollower, 'note'> & Pick<Search, 'conversationsHolding'>;
  failed: (error: unknown, what: string) => void;
}

// Conversations in a hello's reply, and rooms of agents there.
const [snapshotSize, roomsAtMost] = [50, 200];
// How soon a message may be tried again when too many wait to be written, in ms.
const busyMs = 1_000;

/** Makes the use cases of chat. */
export function createChat({ store, workStore, removalStore, roomsStore, transferStore, hub, events, visitors, sites, audit, files, clock, botFor, eraseRecording, search, failed }: ChatParts): Chat {
  const memberships = createMemberships(store);
  const { member, remember, require } = memberships;
  const news = createChatNews({ store, hub, events });
  const work = createConversationWork({ store: workStore, chatStore: store, memberships, news, sites, clock });
  const { eraseBelongings, ...removal } = createConversationRemoval({ store: removalStore, memberships, hub, audit, clock, eraseRecording, eraseFiles: files.erase, failed });
  const rooms = createRooms({ store: roomsStore, memberships, news, hub, clock, eraseBelongings });
  const transfer = createTransfer({ store: transferStore, workStore, memberships, news, hub, clock });

  /** Nothing of a visitor is stored before this. Several tabs may race: one conversation comes of it. */
  const create = async (visitor: VisitorPrincipal): Promise<ConversationFacts> => {
    const { id: visitorId, organisationId, siteId } = visitor;
    const bot = await botFor?.(organisationId);
    const now = clock.now();
    let told = () => {};
    // In one transaction with the visitor's row, whose lock keeps it from becoming somebody else meanwhile.
    const made = await workStore.create({
      id: clock.id(), organisationId, siteId, visitorId, status: 'open', openKey: visitorId, lastSeq: 0, lastMessageAt: now,
      createdAt: now, updatedAt: now, ...(bot && { botId: bot.id, botName: bot.name }),
    }, async (q) => void (told = await visitors.ensure(visitor, q)));
    told();
    const conversation = made ?? await store.latestOf(organisationId, visitorId);
    if (!conversation) throw problem('conflict');
    const facts = remember(conversation);
    if (made) await news.changed(facts, ['created'], authorOf(visitor));
    return facts;
  };
  const latestOf = async (visitor: VisitorPrincipal) => {
    const found = await store.latestOf(visitor.organisationId, visitor.id);
    return found && { facts: remember(found), open: found.status === 'open' };
  };

  const append = async (facts: ConversationFacts, draft: Omit<NewMessage, 'organisationId' | 'conversationId' | 'id' | 'createdAt'>, except?: string) => {
    const { organisationId, siteId, visitorId } = facts;
    const result = await store.append({
      organisationId, conversationId: facts.id, id: clock.id(), createdAt: clock.now(), ...(draft.author.kind === 'visitor' && { visitorId: draft.author.id }), ...draft,
    });
    if (!result) throw problem('unavailable', undefined, busyMs);
    switch (result.outcome) {
      case 'missing':
        memberships.forget([facts.id]);
        throw problem('not_found');
      case 'conflict':
        throw problem('conversation_closed', 'The conversation is closed, and its visitor has another open one.');
      case 'failed':
        throw result.error;
      case 'stored':
    }
    // Nothing may be awaited between the commit and this: events leave in the order of seq.
    const message = messageOnWire(result.message);
    const json = JSON.stringify(message);
    if (!result.duplicate) {
      search?.note(facts.id);
      const isNote = message.kind === 'note';
      hub.publish(isNote ? staffOf(facts) : audienceOf(facts), { type: 'message', message }, { json: `{"type":"message","message":${json}}`, ...(except !== undefined && { except }) });
      // Listeners mail, push and post what they hear of: what is private, and what agents say to one another, stays here.
      if (!isNote && facts.members === null) events.emit({ type: 'message.created', organisationId, siteId, visitorId, message });
    } else if (message.author.id !== draft.author.id || message.author.kind !== draft.author.kind) {
      throw problem('conflict', 'This clientId was used by somebody else.');
    }
    if (result.reopened) await news.changed(facts, ['reopened'], message.author);
    if (result.bot) await news.changed(facts, [result.bot === 'began' ? 'bot' : 'handed_over'], message.author);
    return { message, repeated: result.duplicate, json };
  };

  const fitText = (text: string, least = 1): string => {
    const trimmed = text.trim();
    const length = textLength(trimmed);
    if (length < least || length > MAX_TEXT_LENGTH) {
      throw problem('unprocessable', `text must have ${least} to ${MAX_TEXT_LENGTH} characters after trimming; it has ${length}.`);
    }
    return trimmed;
  };
  /** What an unwritten visitor begins with files is begun only if they are there. */
  const createFor = async (visitor: VisitorPrincipal, fileIds: readonly string[]): Promise<ConversationFacts> => {
    if (fileIds.length > 0) await files.claimable(visitor, fileIds);
    return create(visitor);
  };
  // Whoever claims files, by writer and conversation: what the same writer says next comes after it.
  const claims = new Map<string, Promise<unknown>>();
  const claimed = async (asker: Asker, conversationId: string, clientId: string, fileIds: readonly string[]): Promise<MessageData | undefined> => {
    const key = `${asker.id} ${conversationId}`;
    while (claims.has(key)) await claims.get(key);
    if (fileIds.length === 0) return undefined;
    const claim = files.claim({ asker, fileIds, conversationId, clientId });
    claims.set(key, claim.then(() => {}, () => {}).finally(() => void claims.delete(key)));
    return { files: await claim };
  };
  const writerOf = async (asker: Asker, asAgentId: string | undefined): Promise<Author> => {
    if (asAgentId === undefined || (asker.kind === 'agent' && asker.id === asAgentId)) return authorOf(asker);
    if (asker.kind !== 'key') throw problem('forbidden', 'Only API keys write in the name of somebody else.');
    const agent = await store.activeAgent(asker.organisationId, asAgentId);
    if (!agent) throw problem('not_found', 'There is no such active agent here.');
    return { kind: 'agent', ...agent };
  };

  return {
    ...work,
    ...removal,
    ...rooms,
    ...transfer,
    member,
    audience: audienceOf,
    forget: (ids) => memberships.forget(ids),
    async tell(organisationId, conversationId, reason) {
      await news.changed(await require(organisationId, conversationId), [reason], null);
    },
    async conversationOf(visitor) {
      const latest = await latestOf(visitor);
      if (!latest) return create(visitor);
      if (latest.open) return latest.facts;
      const changed = await workStore.change(visitor.organisationId, latest.facts.id, { status: 'open' }, null, clock.now());
      if (Array.isArray(changed)) {
        await news.changed(latest.facts, changed, authorOf(visitor));
        return latest.facts;
      }
      return (await latestOf(visitor))?.facts ?? create(visitor);
    },
    async conversation(asker, conversationId) {
      return news.view(await member(asker, conversationId), asker);
    },
    async list(asker, { kind: among, status, visitor, unread, assignee, tag, site, text, cursor, limit }) {
      if (asker.kind === 'visitor' && tag !== undefined) throw problem('forbidden', 'Tags are the team\'s.');
      if (asker.kind !== 'agent' && assignee === 'me') throw problem('bad_request', 'Only an agent is somebody to be assigned.');
      const { organisationId, kind, id } = asker;
      const ofTeam = among === 'team' && kind !== 'visitor';
      const holding = text === undefined || ofTeam || kind === 'visitor' ? null : await search?.conversationsHolding(organisationId, text);
      const before = readCursor(cursor);
      const filter: ConversationsFilter = ofTeam ? { kind: among, organisationId, unread, reader: { kind, id }, limit: limit + 1 } : {
        organisationId, status, siteId: site, tagId: tag, ...(holding && { holding }), unread, reader: { kind, id }, limit: limit + 1,
        visitorId: kind === 'visitor' ? id : visitor, assigneeId: assignee === 'me' ? id : assignee === 'none' ? null : assignee,
      };
      const placeOf = ({ conversation: { lastMessageAt, id } }: ConversationRow) => ({ at: lastMessageAt, id });
      const { rows: page, next } = text === undefined || holding ? pageOf(await store.list({ ...filter, before }), limit, placeOf) : await lookThrough({
        places: (before, limit) => store.places({ ...filter, before, limit }), holding: (ids) => store.list({ ...filter, text, ids, limit: ids.length }), placeOf,
      }, before, limit);
      return { items: await news.views(page, asker), next };
    },
    async snapshot(principal, pinned) {
      const { kind, id, organisationId } = principal;
      const among = { organisationId, reader: { kind, id }, ...(kind === 'visitor' && { visitorId: id }) };
      const rows = await store.list({ ...among, limit: snapshotSize });
      if (kind === 'agent') {
        rows.push(...await store.list({ ...among, kind: 'team', limit: roomsAtMost }));
        const missing = pinned.filter((pin) => !rows.some(({ conversation }) => conversation.id === pin));
        for (const row of await Promise.all(missing.map((pin) => store.conversation(organisationId, pin)))) if (row) rows.push(row);
      }
      return news.views(rows, principal);
    },
    async send(asker, { conversationId, clientId, text, note = false, fileIds = [], asAgentId }, except) {
      const trimmed = fitText(text, fileIds.length > 0 ? 0 : 1);
      if (note && asker.kind === 'visitor') throw problem('forbidden', 'Only the team writes notes.');
      let facts: ConversationFacts;
      if (conversationId !== undefined) facts = memberships.recall(asker, conversationId) ?? await member(asker, conversationId);
      else if (asker.kind === 'visitor') facts = (await latestOf(asker))?.facts ?? await createFor(asker, fileIds);
      else throw problem('bad_request', 'conversationId is missing.');
      if (note) requireVisitors(facts);
      const author = asAgentId === undefined ? authorOf(asker) : await writerOf(asker, asAgentId);
      const data = fileIds.length > 0 || claims.size > 0 ? await claimed(asker, facts.id, clientId, fileIds) : undefined;
      return append(facts, { clientId, author, kind: note ? 'note' : 'text', text: trimmed, reopen: !note, ...(data && { data }) }, except);
    },
    async sendAs({ organisationId, conversationId, author, clientId, text, note = false }) {
      const trimmed = fitText(text);
      const facts = await require(organisationId, conversationId);
      return append(facts, { clientId, author, kind: note ? 'note' : 'text', text: trimmed, reopen: !note && author.kind === 'agent' });
    },
    async handOver(organisationId, conversationId, by, reason) {
      if (by?.kind === 'bot' && reason.trim() !== '') {
        const text = [...reason.trim()].slice(0, MAX_TEXT_LENGTH).join('');
        await append(await require(organisationId, conversationId), { clientId: clock.id(), author: by, kind: 'note', text });
      }
      await work.handOver(organisationId, conversationId, by);
    },
    async history(asker, { conversationId, before, after, limit = 50 }) {
      if (before !== undefined && after !== undefined) throw problem('bad_request', 'before and after exclude one another.');
      const { organisationId } = await member(asker, conversationId);
      const withNotes = asker.kind !== 'visitor';
      const rows = after === undefined
        ? await store.messagesBefore(organisationId, conversationId, before ?? Number.MAX_SAFE_INTEGER, limit + 1, withNotes)
        : await store.messagesAfter(organisationId, conversationId, after, limit + 1, withNotes);
      const more = rows.length > limit;
      if (more) rows.splice(after === undefined ? 0 : limit, 1);
      return { messages: rows.map(messageOnWire), more };
    },
    async read(principal, conversationId, seq, except) {
      const facts = await member(principal, conversationId);
      const { kind, id, name } = principal;
      const cursor = await store.moveCursor(facts.organisationId, conversationId, { kind, id }, seq, clock.now());
      if (!cursor) throw problem('not_found');
      if (cursor.moved) {
        const reader = { kind, id, name };
        const tell = (topics: Topic[], reader: Author, seq: number) =>
          hub.publish(topics, { type: 'read', conversationId, reader, seq }, except === undefined ? undefined : { except });
        tell(staffOf(facts), reader, cursor.seq);
        // Visitors see how far the team has read, and not who of it only looks.
        if (cursor.visible !== null && facts.members === null) tell([`visitor:${facts.visitorId}`], kind === 'agent' ? { kind, id: '', name: '' } : reader, cursor.visible);
      }
      return cursor.seq;
    },
    async typing(principal, conversationId, on, note = false) {
      const facts = await member(principal, conversationId);
      const { kind, id, name } = principal;
      const event = { type: 'typing', conversationId, author: { kind, id, name }, on } as const;
      if (kind === 'visitor') hub.publish(staffOf(facts), event);
      else hub.publish(note ? staffOf(facts) : audienceOf(facts), event, { unless: [`agent:${id}`] });
    },
    async addCallLine({ conversationId, organisationId, author, line, clientId }) {
      const facts = await require(organisationId, conversationId);
      return (await append(facts, { clientId, author, kind: 'call', text: '', data: { ...line } })).message;
    },
  };
}
