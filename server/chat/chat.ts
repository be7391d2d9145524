import type { Request } from '../../protocol/client-frames.ts';
import type { Page } from '../../protocol/http.ts';
import type { Author, CallLine, Conversation, Message } from '../../protocol/shapes.ts';
import { MAX_TEXT_LENGTH, textLength } from '../../protocol/version.ts';
import type { Principal, VisitorPrincipal } from '../auth/principal.ts';
import type { Clock } from '../clock.ts';
import { problem } from '../errors.ts';
import type { Hub, Topic } from '../hub/hub.ts';
import { pageOf, readCursor } from '../page-cursor.ts';
import type { NewMessage } from '../store/append.ts';
import type { Visitors } from '../visitors/visitors.ts';
import { conversationOnWire, messageOnWire } from './chat-shapes.ts';
import type { ChatStore, ConversationRow, Member } from './chat.store.ts';

/** What never changes about a conversation, and all that one needs to judge who belongs to it. */
export interface ConversationFacts {
  id: string;
  organisationId: string;
  siteId: string;
  visitorId: string;
}

/** A message that somebody writes. */
export interface Draft {
  /** Visitors may leave it out: their newest conversation is meant, or a new one. */
  conversationId?: string | undefined;
  clientId: string;
  text: string;
  note?: boolean | undefined;
  /** None are taken yet. */
  fileIds?: readonly string[] | undefined;
}

/** Which conversations a list holds. */
export interface ConversationsQuery {
  status?: 'open' | 'closed' | undefined;
  visitor?: string | undefined;
  unread?: boolean | undefined;
  cursor?: string | undefined;
  limit: number;
}

/** Conversations and their messages. Whoever does not belong to one gets `not_found`, as if it did not exist. */
export interface Chat {
  /** The visitor's open conversation: found, reopened if its newest one is closed, or made together with the visitor's row. */
  conversationOf(visitor: VisitorPrincipal): Promise<ConversationFacts>;
  /** The facts of a conversation that `principal` belongs to: its visitor, or any agent of its organisation. */
  member(principal: Principal, conversationId: string): Promise<ConversationFacts>;
  /** Who hears of it: every connection of its visitor and of the organisation's agents. */
  audience(facts: ConversationFacts): Topic[];
  /** The conversation as `principal` sees it. */
  conversation(principal: Principal, conversationId: string): Promise<Conversation>;
  /** Those that `principal` belongs to, newest first. Throws `bad_request` for a cursor that is none. */
  list(principal: Principal, query: ConversationsQuery): Promise<Page<Conversation>>;
  /**
   * Writes a message; resolves when it is durable and everybody but the connection `except` has been told. `repeated`: the
   * `clientId` was there before, and `message` is the first one. A closed conversation opens again. Throws `unprocessable`
   * for a text that is empty or too long after trimming, or for files, `conversation_closed` when the visitor has another open one.
   */
  send(principal: Principal, draft: Draft, except?: string): Promise<{ message: Message; repeated: boolean }>;
  /** A stretch of messages, ascending: the newest, or those next to `before` or `after`. `more`: further on there are others. */
  history(principal: Principal, request: Request<'history'>): Promise<{ messages: Message[]; more: boolean }>;
  /** Moves the reader's cursor, only ever forward. Resolves to where it is now. */
  read(principal: Principal, conversationId: string, seq: number, except?: string): Promise<number>;
  /** Tells the others that somebody writes, or stopped. Never stored. */
  typing(principal: Principal, conversationId: string, on: boolean): Promise<void>;
  /** Ends a conversation: agents any of theirs, visitors their own. Harmless when it is closed already. */
  close(principal: Principal, conversationId: string): Promise<Conversation>;
  /** Opens a closed one. Throws `conflict` when its visitor has another open one. */
  reopen(principal: Principal, conversationId: string): Promise<Conversation>;
  /**
   * Adds the line that tells how a call went, and tells everybody, once it is durable. `clientId` makes a repetition
   * harmless: give the call's id. Never reopens a closed conversation.
   */
  addCallLine(line: { conversationId: string; organisationId: string; author: Author; line: CallLine; clientId: string }): Promise<Message>;
}

/** What the use cases of chat need. */
export interface ChatParts {
  store: ChatStore;
  hub: Pick<Hub, 'publish'>;
  visitors: Pick<Visitors, 'ensure'>;
  clock: Clock;
}

// Facts of so many conversations are remembered; they never change. 10,000 are 2 MB, and save a query for each message.
const remembered = 10_000;
// How soon a message may be tried again when too many wait to be written, in ms.
const busyMs = 1_000;

type Facts = ConversationFacts & { audience: Topic[] };

/** Makes the use cases of chat. */
export function createChat({ store, hub, visitors, clock }: ChatParts): Chat {
  const known = new Map<string, Facts>();

  const remember = ({ id, organisationId, siteId, visitorId }: ConversationFacts): Facts => {
    if (known.size >= remembered) known.delete(known.keys().next().value!);
    const facts = { id, organisationId, siteId, visitorId, audience: [`visitor:${visitorId}`, `agents:${organisationId}`] satisfies Topic[] };
    known.set(id, facts);
    return facts;
  };
  const require = async (organisationId: string, id: string): Promise<Facts> => {
    let facts = known.get(id);
    if (!facts) {
      const row = await store.conversation(organisationId, id);
      if (!row) throw problem('not_found');
      facts = remember(row.conversation);
    }
    if (facts.organisationId !== organisationId) throw problem('not_found');
    return facts;
  };
  const member = async (principal: Principal, id: string): Promise<Facts> => {
    const facts = await require(principal.organisationId, id);
    if (principal.kind === 'visitor' && facts.visitorId !== principal.id) throw problem('not_found');
    return facts;
  };

  const rowOf = async ({ organisationId, id }: Facts): Promise<ConversationRow> => {
    const row = await store.conversation(organisationId, id);
    if (!row) throw problem('not_found');
    return row;
  };
  const view = async (facts: Facts, reader: Member): Promise<Conversation> => {
    const [row, cursors] = [await rowOf(facts), await store.cursors([facts.id])];
    return conversationOnWire(row, cursors, reader);
  };

  /** `readSeq` and `unread` are each reader's own: agents who have opened the conversation are told one by one. */
  const tellUpdated = async (facts: Facts, reason: string) => {
    const [row, cursors] = [await rowOf(facts), await store.cursors([facts.id])];
    const tell = (topic: Topic, reader: Member, unless?: Topic[]) => {
      const conversation = conversationOnWire(row, cursors, reader);
      hub.publish([topic], { type: 'conversation.updated', conversation, reason }, unless && { unless });
    };
    const readers = cursors.filter(({ memberKind }) => memberKind === 'agent').map(({ memberId }) => memberId);
    tell(`visitor:${facts.visitorId}`, { kind: 'visitor', id: facts.visitorId });
    for (const id of readers) tell(`agent:${id}`, { kind: 'agent', id });
    tell(`agents:${facts.organisationId}`, { kind: 'agent', id: '' }, readers.map((id): Topic => `agent:${id}`));
  };

  /** Nothing of a visitor is stored before this. Several tabs may race: one conversation comes of it. */
  const create = async (visitor: VisitorPrincipal): Promise<Facts> => {
    const { id: visitorId, organisationId, siteId } = visitor;
    await visitors.ensure(visitor);
    const now = clock.now();
    const made = await store.create({
      id: clock.id(), organisationId, siteId, visitorId, status: 'open', openKey: visitorId, lastSeq: 0, lastMessageAt: now,
      createdAt: now, updatedAt: now,
    });
    const conversation = made ?? await store.latestOf(organisationId, visitorId);
    if (!conversation) throw problem('conflict');
    const facts = remember(conversation);
    if (made) await tellUpdated(facts, 'created');
    return facts;
  };
  const latestOf = async (visitor: VisitorPrincipal) => {
    const found = await store.latestOf(visitor.organisationId, visitor.id);
    return found && { facts: remember(found), open: found.status === 'open' };
  };

  const append = async (facts: Facts, draft: Omit<NewMessage, 'organisationId' | 'conversationId' | 'id' | 'createdAt'>, except?: string) => {
    const result = await store.append({
      organisationId: facts.organisationId, conversationId: facts.id, id: clock.id(), createdAt: clock.now(), ...draft,
    });
    if (!result) throw problem('unavailable', undefined, busyMs);
    switch (result.outcome) {
      case 'missing':
        known.delete(facts.id);
        throw problem('not_found');
      case 'conflict':
        throw problem('conversation_closed', 'The conversation is closed, and its visitor has another open one.');
      case 'failed':
        throw result.error;
      case 'stored':
    }
    // Nothing may be awaited between the commit and this: events leave in the order of seq.
    const message = messageOnWire(result.message);
    if (!result.duplicate) {
      hub.publish(facts.audience, { type: 'message', message }, except === undefined ? undefined : { except });
    } else if (message.author.id !== draft.author.id || message.author.kind !== draft.author.kind) {
      throw problem('conflict', 'This clientId was used by somebody else.');
    }
    if (result.reopened) await tellUpdated(facts, 'reopened');
    return { message, repeated: result.duplicate };
  };

  return {
    member,
    audience: ({ organisationId, visitorId }) => [`visitor:${visitorId}`, `agents:${organisationId}`],
    async conversationOf(visitor) {
      const latest = await latestOf(visitor);
      if (!latest) return create(visitor);
      if (latest.open) return latest.facts;
      const outcome = await store.reopen(visitor.organisationId, latest.facts.id, clock.now());
      if (outcome === 'reopened') await tellUpdated(latest.facts, 'reopened');
      if (outcome !== 'conflict') return latest.facts;
      return (await latestOf(visitor))?.facts ?? create(visitor);
    },
    async conversation(principal, conversationId) {
      return view(await member(principal, conversationId), principal);
    },
    async list(principal, { status, visitor, unread, cursor, limit }) {
      const rows = await store.list({
        organisationId: principal.organisationId, status, limit: limit + 1, before: readCursor(cursor),
        visitorId: principal.kind === 'visitor' ? principal.id : visitor,
        unread: unread === undefined ? undefined : { by: principal, is: unread },
      });
      const { rows: page, next } = pageOf(rows, limit, ({ conversation: { lastMessageAt, id } }) => ({ at: lastMessageAt, id }));
      const cursors = await store.cursors(page.map(({ conversation }) => conversation.id));
      return { items: page.map((row) => conversationOnWire(row, cursors, principal)), next };
    },
    async send(principal, { conversationId, clientId, text, note, fileIds }, except) {
      const trimmed = text.trim();
      if (fileIds && fileIds.length > 0) throw problem('unprocessable', 'Messages take no files in this version; send the text without fileIds.');
      const length = textLength(trimmed);
      if (length === 0 || length > MAX_TEXT_LENGTH) {
        throw problem('unprocessable', `text must have 1 to ${MAX_TEXT_LENGTH} characters after trimming; it has ${length}.`);
      }
      if (note && principal.kind === 'visitor') throw problem('forbidden', 'Only agents write notes.');
      // A note takes a seq, and a visitor must neither see it nor wait for it; until that is built, none is taken.
      if (note) throw problem('unprocessable', 'Private notes are not available in this version.');
      let facts: Facts;
      if (conversationId !== undefined) facts = await member(principal, conversationId);
      else if (principal.kind === 'visitor') facts = (await latestOf(principal))?.facts ?? await create(principal);
      else throw problem('bad_request', 'conversationId is missing.');
      const { kind, id, name } = principal;
      return append(facts, { clientId, author: { kind, id, name }, kind: 'text', text: trimmed, reopen: true }, except);
    },
    async history(principal, { conversationId, before, after, limit = 50 }) {
      if (before !== undefined && after !== undefined) throw problem('bad_request', 'before and after exclude one another.');
      const { organisationId } = await member(principal, conversationId);
      const rows = after === undefined
        ? await store.messagesBefore(organisationId, conversationId, before ?? Number.MAX_SAFE_INTEGER, limit + 1)
        : await store.messagesAfter(organisationId, conversationId, after, limit + 1);
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
        const event = { type: 'read', conversationId, reader: { kind, id, name }, seq: cursor.seq } as const;
        hub.publish(facts.audience, event, except === undefined ? undefined : { except });
      }
      return cursor.seq;
    },
    async typing(principal, conversationId, on) {
      const { visitorId, organisationId } = await member(principal, conversationId);
      const { kind, id, name } = principal;
      const event = { type: 'typing', conversationId, author: { kind, id, name }, on } as const;
      if (kind === 'visitor') hub.publish([`agents:${organisationId}`], event);
      else hub.publish([`visitor:${visitorId}`, `agents:${organisationId}`], event, { unless: [`agent:${id}`] });
    },
    async close(principal, conversationId) {
      const facts = await member(principal, conversationId);
      if (await store.close(facts.organisationId, conversationId, clock.now())) await tellUpdated(facts, 'closed');
      return view(facts, principal);
    },
    async reopen(principal, conversationId) {
      const facts = await member(principal, conversationId);
      const outcome = await store.reopen(facts.organisationId, conversationId, clock.now());
      if (outcome === 'conflict') throw problem('conflict', 'The visitor has another open conversation.');
      if (outcome === 'reopened') await tellUpdated(facts, 'reopened');
      return view(facts, principal);
    },
    async addCallLine({ conversationId, organisationId, author, line, clientId }) {
      const facts = await require(organisationId, conversationId);
      return (await append(facts, { clientId, author, kind: 'call', text: '', data: { ...line } })).message;
    },
  };
}
