import type { Conversation, Tag } from '../../protocol/shapes.ts';
import { isTeamRoom, roomName } from '../room-name.ts';

/** Which conversations the inbox shows: the fields of `GET /v1/conversations`, as they stand in the address and in saved filters. */
export interface InboxQuery {
  /** With visitors, or among agents: then only `unread` and `text` count; the others wait for the way back. */
  kind: 'visitor' | 'team';
  status: 'open' | 'closed';
  /** An agent's id, `me`, `none`, or null for anybody. */
  assignee: string | null;
  site: string | null;
  tag: string | null;
  unread: boolean;
  text: string;
}

/** The views that are always there. */
export const INBOX_VIEWS = ['mine', 'unassigned', 'all', 'closed', 'team'] as const;
/** One of them. */
export type InboxView = (typeof INBOX_VIEWS)[number];

/** Reads the query of an address or of a saved filter. What makes no sense is left out. */
export function readInboxQuery(query: ReadonlyMap<string, string>): InboxQuery {
  return {
    kind: query.get('kind') === 'team' ? 'team' : 'visitor',
    status: query.get('status') === 'closed' ? 'closed' : 'open',
    assignee: query.get('assignee') || null,
    site: query.get('site') || null,
    tag: query.get('tag') || null,
    unread: query.get('unread') === 'true',
    text: (query.get('text') ?? '').trim().slice(0, 100),
  };
}

/** Writes it: only what differs from the view *all*. */
export function writeInboxQuery({ kind, status, assignee, site, tag, unread, text }: InboxQuery): Record<string, string> {
  return {
    ...(kind === 'team' ? { kind } : {}),
    ...(status === 'closed' ? { status } : {}),
    ...(assignee ? { assignee } : {}),
    ...(site ? { site } : {}),
    ...(tag ? { tag } : {}),
    ...(unread ? { unread: 'true' } : {}),
    ...(text ? { text } : {}),
  };
}

/** Whether an address looks for messages and not for conversations. */
export function amongMessages(query: ReadonlyMap<string, string>): boolean {
  return query.get('in') === 'messages' && Boolean(query.get('text')?.trim());
}

/** The line of the open conversation that an address leads to. */
export function lineAt(query: ReadonlyMap<string, string>): number | null {
  const at = Number(query.get('at'));
  return Number.isSafeInteger(at) && at > 0 ? at : null;
}

/** The view that a query belongs to. */
export function viewOf({ kind, status, assignee }: InboxQuery, selfId: string | undefined): InboxView {
  if (kind === 'team') return 'team';
  if (status === 'closed') return 'closed';
  if (assignee === 'me' || (assignee !== null && assignee === selfId)) return 'mine';
  return assignee === 'none' ? 'unassigned' : 'all';
}

/** The query in another view; the other filters stay, except an assignee that the view speaks for. */
export function inView(query: InboxQuery, view: InboxView): InboxQuery {
  const assignee = view === 'mine' ? 'me' : view === 'unassigned' ? 'none' : null;
  return { ...query, kind: view === 'team' ? 'team' : 'visitor', status: view === 'closed' ? 'closed' : 'open', assignee };
}

/** Whether anything narrows the view. */
export function isNarrowed(query: InboxQuery, selfId: string | undefined): boolean {
  const { site, tag, unread, text, assignee } = query;
  const view = viewOf(query, selfId);
  if (view === 'team') return Boolean(unread || text);
  return Boolean(site || tag || unread || text || (assignee && (view === 'all' || view === 'closed')));
}

/** Whether a conversation belongs into what the query shows. Its text is the server's to judge. */
export function fits(conversation: Conversation, { kind, status, assignee, site, tag, unread }: InboxQuery, selfId: string | undefined): boolean {
  if (isTeamRoom(conversation) !== (kind === 'team')) return false;
  if (kind === 'team') return !unread || conversation.unread > 0;
  if (conversation.status !== status) return false;
  if (assignee === 'none' && conversation.assignee) return false;
  if (assignee !== null && assignee !== 'none' && (!conversation.assignee || conversation.assignee.id !== (assignee === 'me' ? selfId : assignee))) return false;
  if (site !== null && conversation.siteId !== site) return false;
  if (tag !== null && !conversation.tags?.some(({ id }) => id === tag)) return false;
  return !unread || conversation.unread > 0;
}

/** What is known without asking the server: whether the words stand in the name or in the newest line. */
export function holdsText(conversation: Conversation, text: string, selfId: string | undefined): boolean {
  const wanted = text.toLowerCase();
  return roomName(conversation, selfId).toLowerCase().includes(wanted) || (conversation.preview?.text.toLowerCase().includes(wanted) ?? false);
}

/** Those that are pinned first, in the order of the pins; the others stay as they are. */
export function pinnedFirst(conversations: readonly Conversation[], pins: readonly string[]): Conversation[] {
  const place = new Map(pins.map((id, at) => [id, at]));
  const pinned = conversations.filter(({ id }) => place.has(id)).sort((a, b) => place.get(a.id)! - place.get(b.id)!);
  return [...pinned, ...conversations.filter(({ id }) => !place.has(id))];
}

/** How many of those that are known each view has; of the team's rooms, in how many something is unread. */
export function countViews(conversations: readonly Conversation[], selfId: string | undefined): Record<'mine' | 'unassigned' | 'all' | 'team', number> {
  const counts = { mine: 0, unassigned: 0, all: 0, team: 0 };
  for (const { kind, status, assignee, unread } of conversations) {
    if (isTeamRoom({ kind })) {
      if (unread > 0) counts.team++;
      continue;
    }
    if (status !== 'open') continue;
    counts.all++;
    if (!assignee) counts.unassigned++;
    else if (assignee.id === selfId) counts.mine++;
  }
  return counts;
}

/** The changes that add one tag to many: a change replaces all tags, so those with equal tags go together. */
export function tagChanges(conversations: readonly Conversation[], tag: Tag): { ids: string[]; tagIds: string[] }[] {
  const groups = new Map<string, { ids: string[]; tagIds: string[] }>();
  for (const { id, tags = [] } of conversations) {
    const tagIds = [...new Set([...tags.map((each) => each.id), tag.id])].sort();
    const group = groups.get(tagIds.join()) ?? { ids: [], tagIds };
    group.ids.push(id);
    groups.set(tagIds.join(), group);
  }
  return [...groups.values()];
}
