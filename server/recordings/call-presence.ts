import type { AuditEntry } from '../../protocol/team.ts';
import type { Author } from '../../protocol/shapes.ts';
import type { CallRecord } from '../calls/calls.ts';

/** Somebody who was in a call, from one moment to another (ms since the epoch). */
export interface Presence {
  by: Author;
  /** `member`: one of its two sides; `took_over`: the agent's side, after `former`; the others: a colleague beside the two. */
  how: 'member' | 'took_over' | 'listened' | 'talked';
  from: number;
  /** Null: it is still so, or nobody wrote down when it ended (the server stopped meanwhile). */
  until: number | null;
  former?: Author;
}

/** Whose call it was at the agent's side, one after the other. */
export interface AgentTurn {
  agent: Author;
  from: number;
}

/** What the audit log has to say about a call, in order of time. */
export type CallEntry = Pick<AuditEntry, 'at' | 'action' | 'actor'>;
type PresentCall = Pick<CallRecord, 'visitorId' | 'visitorName' | 'agentId' | 'agentName' | 'answeredAt' | 'endedAt'>;

const agentOf = ({ actor: { id, name } }: CallEntry): Author => ({ kind: 'agent', id, name });

/** The agents who had a call, the first one first. The call names the last of them; each who handed it over stands in the log. */
export function agentTurns(call: PresentCall, entries: readonly CallEntry[]): AgentTurn[] {
  if (call.agentId === null) return [];
  const handed = entries.filter(({ action }) => action === 'call.handed_over');
  const agents = [...handed.map(agentOf), { kind: 'agent' as const, id: call.agentId, name: call.agentName ?? '' }];
  return agents.map((agent, nth) => ({ agent, from: nth === 0 ? (call.answeredAt ?? 0) : Date.parse(handed[nth - 1]!.at) }));
}

/** Who was in a call from when to when: nobody in one that was never answered. */
export function presences(call: PresentCall, entries: readonly CallEntry[]): Presence[] {
  const { answeredAt, endedAt } = call;
  if (answeredAt === null) return [];
  const turns = agentTurns(call, entries);
  return [
    { by: { kind: 'visitor', id: call.visitorId, name: call.visitorName }, how: 'member', from: answeredAt, until: endedAt },
    ...turns.map(({ agent, from }, nth): Presence => {
      const former = turns[nth - 1]?.agent;
      return { by: agent, how: former ? 'took_over' : 'member', from, until: turns[nth + 1]?.from ?? endedAt, ...(former && { former }) };
    }),
    ...guests(entries),
  ];
}

function guests(entries: readonly CallEntry[]): Presence[] {
  const all: Presence[] = [];
  const there = new Map<string, Presence>();
  for (const entry of entries) {
    const { action, actor } = entry;
    if (action !== 'call.listened' && action !== 'call.joined' && action !== 'call.left') continue;
    const at = Date.parse(entry.at);
    const before = there.get(actor.id);
    if (before) before.until = at;
    there.delete(actor.id);
    if (action === 'call.left') continue;
    const now: Presence = { by: agentOf(entry), how: action === 'call.listened' ? 'listened' : 'talked', from: at, until: null };
    there.set(actor.id, now);
    all.push(now);
  }
  return all;
}
