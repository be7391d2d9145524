import type { RequestType } from '../../protocol/client-frames.ts';
import type { Principal } from '../auth/principal.ts';
import type { Clock } from '../clock.ts';
import { TokenBucket, type Rate } from './token-bucket.ts';

/** Messages of one visitor, over all its connections: room for what waited while it was offline; nobody types faster for long. */
export const VISITOR_MESSAGE_RATE: Rate = { burst: 120, perSecond: 20 };
/** Messages of all visitors of one address class: a large office. Whoever makes itself a new visitor for each message ends here. */
export const ADDRESS_MESSAGE_RATE: Rate = { burst: 2400, perSecond: 200 };
/** Stretches of history for one visitor or agent, over all its connections: scrolling fast through years, in several tabs. */
export const HISTORY_RATE: Rate = { burst: 200, perSecond: 20 };

/** Counts requests of a type against who sends them, over all connections of this process. */
export interface RequestRates {
  /** 0 = allowed, otherwise the ms until it would be. `address`: what limits count as one. */
  waitFor(type: RequestType, principal: Pick<Principal, 'kind' | 'id'>, address: string): number;
  /** Forgets whoever has not been limited for so long that it makes no difference. */
  prune(): void;
}

/** Makes rates that have counted nothing. */
export function createRequestRates({ clock }: { clock: Pick<Clock, 'now'> }): RequestRates {
  const kept: { rate: Rate; buckets: Map<string, TokenBucket> }[] = [];
  const counted = (rate: Rate) => {
    const buckets = new Map<string, TokenBucket>();
    kept.push({ rate, buckets });
    return (key: string): TokenBucket => {
      let bucket = buckets.get(key);
      if (!bucket) buckets.set(key, (bucket = new TokenBucket(rate, clock.now())));
      return bucket;
    };
  };
  const messagesOf = counted(VISITOR_MESSAGE_RATE);
  const messagesFrom = counted(ADDRESS_MESSAGE_RATE);
  const historyOf = counted(HISTORY_RATE);

  return {
    waitFor(type, { kind, id }, address) {
      const now = clock.now();
      if (type === 'history') return historyOf(`${kind} ${id}`).take(HISTORY_RATE, now);
      if (type !== 'message.send' || kind !== 'visitor') return 0;
      // The visitor first: whoever is refused takes nothing from the others of its office. And an office has no debts.
      return messagesOf(id).take(VISITOR_MESSAGE_RATE, now) || messagesFrom(address).takeIfThere(ADDRESS_MESSAGE_RATE, now);
    },
    prune() {
      const now = clock.now();
      for (const { rate, buckets } of kept) {
        for (const [key, bucket] of buckets) if (bucket.full(rate, now)) buckets.delete(key);
      }
    },
  };
}
