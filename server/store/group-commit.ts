/** How to build a group commit. */
export interface GroupCommitOptions<Item, Result> {
  /** Writes a batch and resolves, when it is durable, to one result for each item, in order. Never called twice at a time. */
  write: (batch: Item[]) => Promise<Result[]>;
  /** Items in one write, at most (512). Beyond some hundreds a batch gains nothing and only makes the first one wait. */
  maxBatch?: number;
  /** Items that may wait, at most (8192); more are refused. */
  maxWaiting?: number;
  /** Starts a write. By default (`setImmediate`) after the input that has arrived by now was read, so that it goes in together. */
  defer?: (work: () => void) => void;
}

/** Puts what arrives while one commit is under way into the next. No timer: an item alone is written at once. */
export interface GroupCommit<Item, Result> {
  /**
   * Resolves when the item is durable. Rejects with a QueueFull when too many wait, and with the error of `write` when that
   * fails: then with all others of the same batch, of which none, or (a connection lost in the commit) all may be stored.
   */
  add(item: Item): Promise<Result>;
  /** The same; null when too many wait. */
  offer(item: Item): Promise<Result> | null;
  /** Items not yet in a write. */
  readonly waiting: number;
  /** True while more than half of `maxWaiting` wait: time to stop reading from whoever sends most. */
  readonly pressed: boolean;
  /** Resolves when `pressed` is false; at once if it is. */
  relieved(): Promise<void>;
  /** Resolves when nothing waits and nothing is being written, for a shutdown. */
  settled(): Promise<void>;
}

/** Refused: more items wait than may. Nothing of it was stored. */
export class QueueFull extends Error {
  override name = 'QueueFull';
}

interface Entry<Item, Result> {
  item: Item;
  resolve: (result: Result) => void;
  reject: (error: unknown) => void;
}

/** Makes an empty queue before `write`. */
export function createGroupCommit<Item, Result>(options: GroupCommitOptions<Item, Result>): GroupCommit<Item, Result> {
  const { write, maxBatch = 512, maxWaiting = 8192, defer = setImmediate } = options;
  const queue: Entry<Item, Result>[] = [];
  let writing = false;
  let whenRelieved: (() => void)[] = [];
  let whenSettled: (() => void)[] = [];

  const pressed = () => queue.length > maxWaiting / 2;

  const writeOne = async (batch: Entry<Item, Result>[]) => {
    try {
      const results = await write(batch.map(({ item }) => item));
      if (results.length !== batch.length) throw new Error(`${results.length} results came for ${batch.length} items.`);
      batch.forEach(({ resolve }, index) => resolve(results[index]!));
    } catch (error) {
      for (const { reject } of batch) reject(error);
    }
  };

  // Deferred between batches as well: a write may be synchronous, and a long queue must not keep everybody else from running.
  const writeNext = async () => {
    const batch = queue.splice(0, maxBatch);
    if (!pressed()) whenRelieved = callAll(whenRelieved);
    await writeOne(batch);
    if (queue.length > 0) return defer(() => void writeNext());
    writing = false;
    whenSettled = callAll(whenSettled);
  };

  const offer = (item: Item): Promise<Result> | null => queue.length >= maxWaiting ? null : new Promise<Result>((resolve, reject) => {
    queue.push({ item, resolve, reject });
    if (writing) return;
    writing = true;
    defer(() => void writeNext());
  });

  return {
    offer,
    add: (item) => offer(item) ?? Promise.reject(new QueueFull(`${queue.length} items wait already.`)),
    get waiting() {
      return queue.length;
    },
    get pressed() {
      return pressed();
    },
    relieved: () => (pressed() ? new Promise((resolve) => whenRelieved.push(resolve)) : Promise.resolve()),
    settled: () => (writing ? new Promise((resolve) => whenSettled.push(resolve)) : Promise.resolve()),
  };
}

function callAll(waiters: (() => void)[]): [] {
  for (const call of waiters) call();
  return [];
}
