import type { Named } from '../../protocol/shapes.ts';
import type { Report } from '../../protocol/work.ts';
import type { LocalTime } from './local-time.ts';
import { createTally, type Tally } from './tally.ts';

/** What a report looks at of a conversation. Times are ms since the epoch. */
export interface ConversationFacts {
  siteId: string;
  assigneeId: string | null;
  createdAt: number;
  firstMessageAt: number | null;
  firstAnswerAt: number | null;
  closedAt: number | null;
  rating: number | null;
  ratedAt: number | null;
}

/** Messages that were counted together: of one author in one conversation within a quarter of an hour. */
export interface MessageCount {
  siteId: string;
  assigneeId: string | null;
  authorKind: string;
  authorId: string;
  /** Any moment of the quarter. */
  at: number;
  n: number;
}

/** What a report looks at of a call. */
export interface CallFacts {
  siteId: string;
  state: string;
  startedByKind: string;
  startedById: string;
  agentId: string | null;
  createdAt: number;
  answeredAt: number | null;
  endedAt: number | null;
}

/** Which facts a report is about. `to` is not included. */
export interface ReportScope {
  from: number;
  to: number;
  site?: string | undefined;
  agent?: string | undefined;
}

/** Takes facts one after the other, in any order, and gives the report. */
export interface ReportBuilder {
  conversation(facts: ConversationFacts): void;
  messages(count: MessageCount): void;
  call(facts: CallFacts): void;
  /** The report; agents and sites are those of the names that something was found of, in their order. */
  report(names: { agents: readonly Named[]; sites: readonly Named[] }): Report;
}

/**
 * Adds facts up. Each counts on the day on which it happened: a conversation when it began, and with it how long its first
 * answer took; its end, and how long that took, when it was closed; a rating when it was given. What belongs to a conversation
 * belongs to the agent whom it is assigned to; a message that went out to its author; a call to whoever answered or began it.
 */
export function buildReport({ from, to, site, agent }: ReportScope, local: LocalTime): ReportBuilder {
  const total = createTally();
  const days = new Map(local.days(from, to).map((day) => [day, createTally()]));
  const agents = new Map<string, Tally>();
  const sites = new Map<string, Tally>();
  const heat = Array.from({ length: 7 }, () => Array<number>(24).fill(0));

  const within = (at: number | null): at is number => at !== null && at >= from && at < to;
  const tallyOf = (tallies: Map<string, Tally>, id: string) => {
    const tally = tallies.get(id) ?? createTally();
    tallies.set(id, tally);
    return tally;
  };
  /** The tallies that a fact goes to; none when the report is about another site or agent. */
  const at = (moment: number, siteId: string, agentId: string | null): Tally[] => {
    if ((site !== undefined && siteId !== site) || (agent !== undefined && agentId !== agent)) return [];
    return [total, days.get(local.of(moment).day)!, tallyOf(sites, siteId), ...(agentId === null ? [] : [tallyOf(agents, agentId)])];
  };

  return {
    conversation({ siteId, assigneeId, createdAt, firstMessageAt, firstAnswerAt, closedAt, rating, ratedAt }) {
      if (within(createdAt)) {
        const tallies = at(createdAt, siteId, assigneeId);
        for (const tally of tallies) {
          tally.conversation();
          if (firstMessageAt !== null && firstAnswerAt !== null && firstAnswerAt >= firstMessageAt) tally.firstAnswer(firstAnswerAt - firstMessageAt);
        }
        const { weekday, hour } = local.of(createdAt);
        if (tallies.length > 0) heat[weekday]![hour]!++;
      }
      if (within(closedAt)) for (const tally of at(closedAt, siteId, assigneeId)) tally.closed(closedAt - createdAt);
      if (within(ratedAt) && rating !== null && rating >= 1 && rating <= 5) for (const tally of at(ratedAt, siteId, assigneeId)) tally.rating(rating);
    },
    messages({ siteId, assigneeId, authorKind, authorId, at: moment, n }) {
      const way = authorKind === 'visitor' ? 'in' : 'out';
      const agentId = way === 'in' ? assigneeId : authorKind === 'agent' ? authorId : null;
      for (const tally of at(moment, siteId, agentId)) tally.messages(way, n);
    },
    call({ siteId, state, startedByKind, startedById, agentId, createdAt, answeredAt, endedAt }) {
      if (!within(createdAt)) return;
      const who = agentId ?? (startedByKind === 'agent' ? startedById : null);
      const missed = startedByKind === 'visitor' && state === 'ended' && answeredAt === null;
      const answeredMs = answeredAt === null ? null : Math.max(0, (endedAt ?? answeredAt) - answeredAt);
      for (const tally of at(createdAt, siteId, who)) tally.call({ answeredMs, missed });
    },
    report(names) {
      return {
        total: total.figures(),
        days: [...days].map(([day, tally]) => ({ day, ...tally.figures() })),
        agents: names.agents.filter(({ id }) => agents.has(id)).map(({ id, name }) => ({ agent: { id, name }, ...agents.get(id)!.figures() })),
        sites: names.sites.filter(({ id }) => sites.has(id)).map(({ id, name }) => ({ site: { id, name }, ...sites.get(id)!.figures() })),
        heat,
      };
    },
  };
}
