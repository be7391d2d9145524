/** How a site gives conversations to its team. */
export type RoutingMode = 'manual' | 'round_robin' | 'least_busy';

/** An agent as choosing sees it. */
export interface Candidate {
  id: string;
  /** Whether it can be reached: connected, and neither `away` nor `off`. */
  online: boolean;
  /** Open conversations that it has. */
  open: number;
  /** So many it may have; null = any number. */
  capacity: number | null;
  /** When it was last given one, ms since the epoch; null = never. */
  lastAssignedAt: number | null;
}

/**
 * Who gets a conversation; null = nobody can take it now. In turn, whoever waited longest since the last one; or whoever has the
 * fewest open, and of those whoever waited longest. Nobody gets more than it may have.
 */
export function chooseAgent(mode: RoutingMode, agents: readonly Candidate[]): string | null {
  if (mode === 'manual') return null;
  const free = agents.filter(({ online, open, capacity }) => online && (capacity === null || open < capacity));
  const waited = (a: Candidate, b: Candidate) => (a.lastAssignedAt ?? -1) - (b.lastAssignedAt ?? -1) || (a.id < b.id ? -1 : 1);
  const [first] = free.toSorted((a, b) => (mode === 'least_busy' ? a.open - b.open : 0) || waited(a, b));
  return first?.id ?? null;
}
