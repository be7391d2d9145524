import type { QueueEntry } from '../../protocol/http.ts';
import type { Call, Conversation, PageView } from '../../protocol/shapes.ts';

/** Somebody who waits: by a call that rings, or by a message that nobody has answered. */
export interface Waiting {
  kind: 'call' | 'chat';
  id: string;
  conversationId: string;
  visitor: { id: string; name: string };
  siteId: string;
  mode: 'audio' | 'video' | null;
  /** Since when, in ms. */
  since: number;
  call: Call | null;
  /** Whether the call rings here, and not only at colleagues. */
  rings: boolean;
  preview: string;
  /** As far as they are known: where the visitor is, whether it was here before, what it said to being recorded. */
  page: PageView | null;
  returning: boolean | null;
  consent: boolean | null;
}

/** What is known of who waits. */
export interface WhoWaits {
  /** The line as the server told it. */
  entries: readonly QueueEntry[];
  /** Calls that ring here. */
  ringing: readonly Call[];
  /** Conversations that the session knows, which are newer than the line. */
  conversations: readonly Conversation[];
  /** Calls after which something was left: whoever left it waits there. */
  followUps: readonly Call[];
}

/**
 * Who waits, the most pressing first: whoever holds a receiver before whoever reads, each by how long. A conversation waits while it
 * is open, nobody's, no bot's, and the visitor spoke last (a call that was answered is an answer). One whose visitor is calling stands there once, as the call.
 */
export function whoWaits({ entries, ringing, conversations, followUps }: WhoWaits): Waiting[] {
  const rung = new Map(ringing.map((call) => [call.id, call]));
  const line = entries.filter((entry): entry is QueueEntry & { call: Call } => entry.call !== null);
  const calls = [
    ...line.map(({ call, ...entry }): Waiting => ({ ...told(entry), id: call.id, since: Date.parse(call.createdAt), call: rung.get(call.id) ?? call, rings: entry.rings || rung.has(call.id) })),
    // Rung before the line was read.
    ...ringing.filter(({ id }) => !line.some(({ call }) => call.id === id)).map((call): Waiting => ({
      kind: 'call', id: call.id, conversationId: call.conversationId, visitor: call.visitor, siteId: call.siteId, mode: call.mode, since: Date.parse(call.createdAt),
      call, rings: true, preview: '', page: null, returning: null, consent: call.consents.visitor ?? null,
    })),
  ];
  const elsewhere = new Set([...calls, ...followUps].map(({ conversationId }) => conversationId));
  const known = new Map(conversations.map((each) => [each.id, each]));
  const read = new Map(entries.filter(({ kind }) => kind === 'chat').map((entry) => [entry.conversationId, entry]));
  const chats = [
    ...conversations.filter(waits).map((each): Waiting => {
      const entry = read.get(each.id);
      const own = { kind: 'chat' as const, id: each.id, conversationId: each.id, visitor: each.visitor, siteId: each.siteId, mode: null, call: null, rings: false, preview: each.preview?.text ?? '' };
      return entry ? { ...told(entry), ...own } : { ...own, since: Date.parse(each.lastMessageAt), page: null, returning: null, consent: null };
    }),
    ...[...read.values()].filter(({ conversationId }) => !known.has(conversationId)).map((entry): Waiting => ({ ...told(entry), id: entry.conversationId, call: null })),
  ].filter(({ id }) => !elsewhere.has(id));
  const longest = (a: Waiting, b: Waiting): number => a.since - b.since;
  return [...calls.sort(longest), ...chats.sort(longest)];
}

const told = ({ kind, conversationId, visitor, siteId, mode, since, rings, preview, page, returning, consent }: Omit<QueueEntry, 'call'>): Omit<Waiting, 'id' | 'call'> =>
  ({ kind, conversationId, visitor, siteId, mode, since: Date.parse(since), rings, preview, page, returning, consent });

function waits({ status, assignee, bot, preview }: Conversation): boolean {
  if (status !== 'open' || assignee || bot || preview?.authorKind !== 'visitor') return false;
  return !(preview.kind === 'call' && preview.call !== undefined && preview.call.durationMs > 0);
}
