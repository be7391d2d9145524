import type { Clock, Timer } from '../clock.ts';
import { searchGrams } from './search-grams.ts';
import { fold } from './search-text.ts';
import type { Chapter, SearchStore } from './search.store.ts';

/** Keeps the search index behind the messages, at a distance: writing a message never waits for it. */
export interface SearchFollower {
  /** Messages were committed to a conversation. */
  note(conversationId: string): void;
  /** From now on; first it looks for what an earlier process, or an earlier version, did not get to. */
  start(): void;
  /** Takes in what little is missing, and says whether then nothing is: whatever was committed before the call can be found. */
  caughtUp(): Promise<boolean>;
  /** Resolves when nothing is missing any more. For tests, and for whoever fills a database. */
  settled(): Promise<void>;
  /** Begins nothing more; resolves when what was under way has ended. */
  close(): Promise<void>;
}

/** What the follower is made of. */
export interface SearchFollowerParts {
  store: Pick<SearchStore, 'behind' | 'progress' | 'lines' | 'write'>;
  clock: Clock;
  failed: (error: unknown, what: string) => void;
}

/** A message waits so long for others to be taken in with it, ms. */
const gatherMs = 150;
/** In one transaction, at most. On SQLite everybody else waits meanwhile, so it has to be short. */
const conversationsAtOnce = 64;
const messagesAtOnce = 256;
/** The same where nobody waits. */
const conversationsAtRest = 512;
const messagesAtRest = 4_096;
/** Of the time, the index takes a third at most; while messages come this fast, in a second, a twentieth, in shorter pieces and seldom: each look makes all conversations be told. */
const restTimes = 2;
const restTimesBusy = 19;
const busyRate = 500;
const restBusyMs = 5_000;
const messagesWhileBusy = 96;
/** After a failure. */
const patienceMs = 5_000;
/** So many conversations are remembered; beyond, all are looked through. */
const mostNoted = 20_000;
const scanPage = 2_000;
/** A search takes in what is missing up to this, and looks through so many conversations for what it is. */
const roundsBeforeAnswer = 4;
const scansBeforeAnswer = 100;

/** Makes the follower. What is noted before `start` waits for it. */
export function createSearchFollower({ store, clock, failed }: SearchFollowerParts): SearchFollower {
  const noted = new Set<string>();
  let scannedTo: string | null = '';
  let started = false;
  let closed = false;
  let timer: Timer | null = null;
  let queue: Promise<unknown> = Promise.resolve();
  let arrived = 0;
  let ratedAt = clock.now();

  const idle = () => noted.size === 0 && scannedTo === null;
  const missing = () => !idle() && !closed;

  /** Looks at the next conversations of all. */
  const scan = async (after: string) => {
    const { ids, last } = await store.behind(after, scanPage);
    for (const id of ids) noted.add(id);
    if (scannedTo === after) scannedTo = last;
  };

  /** Takes in one transaction's worth. */
  const follow = async (conversations: number, messages: number) => {
    const ids = [...noted].slice(0, conversations);
    for (const id of ids) noted.delete(id);
    try {
      const chapters: Chapter[] = [];
      let room = messages;
      for (const { id, organisationId, lastSeq, indexedSeq } of await store.progress(ids)) {
        if (lastSeq <= indexedSeq) continue;
        if (room <= 0) {
          noted.add(id);
          continue;
        }
        const lines = await store.lines(id, indexedSeq, room);
        room -= lines.length;
        const upTo = lines.at(-1)?.seq ?? lastSeq;
        if (upTo < lastSeq) noted.add(id);
        const messages = lines.map(({ seq, text, createdAt }) => ({ seq, createdAt, grams: searchGrams(organisationId, fold(text)) }));
        // A line of one letter has no fragments, and still is found by looking at all of them.
        chapters.push({ conversationId: id, organisationId, after: indexedSeq, upTo, messages: messages.filter((_message, at) => lines[at]!.text !== '') });
      }
      await store.write(chapters);
    } catch (error) {
      for (const id of ids) noted.add(id);
      throw error;
    }
  };

  const round = (conversations = conversationsAtOnce, messages = messagesAtOnce): Promise<void> => {
    const done = queue.then(async () => {
      if (!missing()) return;
      if (noted.size === 0 && scannedTo !== null) await scan(scannedTo);
      if (noted.size > 0) await follow(conversations, messages);
    });
    queue = done.catch(() => undefined);
    return done;
  };

  const later = (ms: number) => {
    if (started && !closed) timer ??= clock.after(ms, () => {
      timer = null;
      const begun = clock.now();
      const busy = arrived > (busyRate * Math.max(1, begun - ratedAt)) / 1000;
      [arrived, ratedAt] = [0, begun];
      round(conversationsAtOnce, busy ? messagesWhileBusy : messagesAtOnce).then(
        () => {
          const took = Math.max(1, clock.now() - begun);
          if (missing()) later(busy ? Math.max(restBusyMs, took * restTimesBusy) : took * restTimes);
        },
        (error: unknown) => {
          failed(error, 'search index');
          later(patienceMs);
        },
      );
    });
  };

  return {
    note(conversationId) {
      arrived += 1;
      noted.add(conversationId);
      if (noted.size > mostNoted) {
        noted.clear();
        scannedTo = '';
      }
      later(gatherMs);
    },
    start() {
      started = true;
      later(gatherMs);
    },
    async caughtUp() {
      for (let left = roundsBeforeAnswer, scans = scansBeforeAnswer; left > 0 && missing();) {
        if (noted.size > 0 || --scans < 0) left--;
        await round();
      }
      return idle();
    },
    async settled() {
      while (missing()) await round(conversationsAtRest, messagesAtRest);
    },
    async close() {
      closed = true;
      timer?.cancel();
      await queue;
    },
  };
}
