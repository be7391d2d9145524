import type { Conversation, Named } from '../protocol/shapes.ts';

/** Whether it is one of agents among themselves, which no visitor sees. */
export const isTeamRoom = ({ kind }: Pick<Conversation, 'kind'>): boolean => kind !== 'visitor';

/** Whom a conversation is with, if that is one person: the visitor, or the other one of two. Null for a group. */
export function otherOf({ kind, visitor, members = [] }: Pick<Conversation, 'kind' | 'visitor' | 'members'>, selfId: string | undefined): Named | null {
  if (kind === 'visitor') return visitor;
  return kind === 'direct' ? (members.find(({ id }) => id !== selfId) ?? members[0] ?? null) : null;
}

/** What a conversation is called wherever it is listed: the visitor's name, the colleague's, or the group's title. */
export function roomName(conversation: Pick<Conversation, 'kind' | 'visitor' | 'members' | 'title'>, selfId: string | undefined): string {
  return otherOf(conversation, selfId)?.name ?? conversation.title ?? '';
}
