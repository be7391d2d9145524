import type { SiteSettings } from '../../protocol/site.ts';

// Whose turn it is to be rung. Pure: turn 0 is that of the first group, and the one after the last group is everybody's.

/** How a site wants its visitors' calls to ring. */
export type RingPlan = Pick<SiteSettings['queue'], 'ringSeconds' | 'groups'>;

/** When a turn is over, in ms from the beginning of the call; null for everybody's, which is the last. */
export function turnEndsAt({ groups }: Pick<RingPlan, 'groups'>, turn: number): number | null {
  if (turn >= groups.length) return null;
  return groups.slice(0, turn + 1).reduce((sum, { seconds }) => sum + seconds * 1000, 0);
}

/** Whose turn it is by the clock, so long after the beginning of the call. */
export function turnAt(plan: Pick<RingPlan, 'groups'>, elapsedMs: number): number {
  for (let turn = 0; ; turn++) {
    const end = turnEndsAt(plan, turn);
    if (end === null || elapsedMs < end) return turn;
  }
}

/** Whose turn has come: the agents of the groups up to this turn's; null for everybody. */
export function inTurn({ groups }: Pick<RingPlan, 'groups'>, turn: number): ReadonlySet<string> | null {
  return turn >= groups.length ? null : new Set(groups.slice(0, turn + 1).flatMap(({ agentIds }) => agentIds));
}

/**
 * Who is rung of those who are `free` to answer. Groups whose turn has come go on ringing while the next one joins; where nobody of them is
 * free, it is the next one's turn at once, and the answer says which it came to.
 */
export function rungIn({ groups }: Pick<RingPlan, 'groups'>, turn: number, free: ReadonlySet<string>): { turn: number; agents: ReadonlySet<string> } {
  const agents = new Set<string>();
  const join = (group: number) => {
    for (const id of groups[group]!.agentIds) if (free.has(id)) agents.add(id);
  };
  for (let group = 0; group < Math.min(turn, groups.length); group++) join(group);
  for (let now = turn; now < groups.length; now++) {
    join(now);
    if (agents.size > 0) return { turn: now, agents };
  }
  return { turn: groups.length, agents: free };
}
