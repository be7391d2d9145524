import type { Call, Conversation } from '../../protocol/shapes.ts';

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
  preview: string;
}

/**
 * Who waits, the most pressing first: whoever holds a receiver before whoever reads, each by how long. A conversation waits while it
 * is open, nobody's, no bot's, and the visitor spoke last (a call that was answered is an answer). One whose visitor is calling stands there once, as the call.
 */
export function whoWaits(ringing: readonly Call[], conversations: readonly Conversation[]): Waiting[] {
  const calls = ringing.map((call): Waiting => ({
    kind: 'call', id: call.id, conversationId: call.conversationId, visitor: call.visitor, siteId: call.siteId, mode: call.mode, since: Date.parse(call.createdAt), call, preview: '',
  }));
  const calling = new Set(ringing.map(({ conversationId }) => conversationId));
  const chats = conversations
    .filter(({ id, status, assignee, bot, preview }) => status === 'open' && !assignee && !bot && !calling.has(id) && preview?.authorKind === 'visitor' && !talked(preview))
    .map((each): Waiting => ({
      kind: 'chat', id: each.id, conversationId: each.id, visitor: each.visitor, siteId: each.siteId, mode: null, since: Date.parse(each.lastMessageAt), call: null, preview: each.preview?.text ?? '',
    }));
  const longest = (a: Waiting, b: Waiting): number => a.since - b.since;
  return [...calls.sort(longest), ...chats.sort(longest)];
}

function talked({ kind, call }: NonNullable<Conversation['preview']>): boolean {
  return kind === 'call' && call !== undefined && call.durationMs > 0;
}
