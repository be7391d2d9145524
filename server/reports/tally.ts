import type { Figures } from '../../protocol/work.ts';

/** Adds up the figures of one stretch of time, agent or site. */
export interface Tally {
  conversation(): void;
  /** Messages that came in from visitors, and went out from agents and bots. */
  messages(way: 'in' | 'out', n: number): void;
  closed(resolutionMs: number): void;
  firstAnswer(ms: number): void;
  call(call: { answeredMs: number | null; missed: boolean }): void;
  rating(score: number): void;
  figures(): Figures;
}

/** Makes an empty tally. It keeps every duration, because a median of medians is none. */
export function createTally(): Tally {
  let [conversations, messagesIn, messagesOut, closed, calls, callsAnswered, callsMissed, callMs] = [0, 0, 0, 0, 0, 0, 0, 0];
  const answers: number[] = [];
  const resolutions: number[] = [];
  const ratingCounts = [0, 0, 0, 0, 0];
  return {
    conversation: () => void conversations++,
    messages(way, n) {
      if (way === 'in') messagesIn += n;
      else messagesOut += n;
    },
    closed(resolutionMs) {
      closed++;
      resolutions.push(resolutionMs);
    },
    firstAnswer: (ms) => void answers.push(ms),
    call({ answeredMs, missed }) {
      calls++;
      if (missed) callsMissed++;
      if (answeredMs === null) return;
      callsAnswered++;
      callMs += answeredMs;
    },
    rating: (score) => void ratingCounts[score - 1]!++,
    figures() {
      const sortedAnswers = Float64Array.from(answers).sort();
      const ratings = ratingCounts.reduce((sum, n) => sum + n, 0);
      return {
        conversations, messagesIn, messagesOut, closed,
        firstAnswerMedianMs: median(sortedAnswers), firstAnswerP90Ms: nearestRank(sortedAnswers, 0.9), resolutionMedianMs: median(Float64Array.from(resolutions).sort()),
        calls, callsAnswered, callsMissed, callSeconds: Math.floor(callMs / 1000),
        ratings, ratingAverage: ratings === 0 ? null : ratingCounts.reduce((sum, n, index) => sum + n * (index + 1), 0) / ratings, ratingCounts: [...ratingCounts],
      };
    },
  };
}

/** The middle one, or the mean of the middle two. */
function median(sorted: Float64Array): number | null {
  const { length } = sorted;
  return length === 0 ? null : (sorted[(length - 1) >> 1]! + sorted[length >> 1]!) / 2;
}

/** The smallest value that at least this share of all is not above. */
function nearestRank(sorted: Float64Array, share: number): number | null {
  return sorted.length === 0 ? null : sorted[Math.ceil(share * sorted.length) - 1]!;
}
