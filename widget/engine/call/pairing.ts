import type { PrincipalKind } from '../../../protocol/shapes.ts';
import type { NumberedSignal } from './peer.ts';

/** A visitor's page that returned asks the agent's side for a fresh connection. `page` tells one page from another. */
export interface FreshWord {
  type: 'fresh';
  page: number;
}

/** Whatever two members say to one another about their connections. */
export type PairSignal = NumberedSignal | FreshWord;

/** What to do with a signal: `anew` = open a fresh connection, and take it there. */
export type Heard = 'take' | 'anew' | 'drop';

/**
 * Which two peer connections belong together. Only the agent's side counts, the visitor's follows: were both to count, each would
 * answer the other's fresh connection by one of its own, for ever.
 */
export interface Pairing {
  /** What our signals carry, from 1 on. */
  readonly number: number;
  /** We open a connection. */
  opened(): void;
  hear(signal: PairSignal, number: number): Heard;
}

/** Makes a pairing. `begunBefore`: ms since the call began, for a page that returns; it counts on beyond all numbers of earlier pages. */
export function createPairing(kind: PrincipalKind, begunBefore = 0): Pairing {
  let number = kind === 'agent' ? begunBefore : 0;
  let lastPage: number | null = null;
  return {
    get number() {
      return Math.max(1, number);
    },
    opened() {
      if (kind === 'agent') number++;
    },
    hear(signal, of) {
      if (isFresh(signal)) {
        if (kind === 'visitor' || signal.page === lastPage) return 'drop';
        lastPage = signal.page;
        return 'anew';
      }
      if (kind === 'agent') return of === number ? 'take' : 'drop';
      if (of < number) return 'drop';
      const anew = of > number && number > 0;
      number = of;
      return anew ? 'anew' : 'take';
    },
  };
}

/** Whether a signal asks for a fresh connection. */
export function isFresh(signal: PairSignal): signal is FreshWord {
  return signal !== null && 'type' in signal && signal.type === 'fresh';
}
