/** A file that goes with an unsent message. */
export interface UnsentFile {
  /** Names the upload, so that repeating it is harmless. */
  uploadId: string;
  name: string;
  type: string;
  bytes: Blob;
  /** What the server calls it; absent while it is not there. */
  fileId?: string;
}

/** A message that the server has not acknowledged yet. */
export interface Unsent {
  clientId: string;
  /** '' while the visitor has no conversation. */
  conversationId: string;
  text: string;
  /** RFC 3339. */
  createdAt: string;
  /** Why it was refused; it then waits for its writer. */
  failure?: string;
  /** Agents: for colleagues only. */
  note?: boolean;
  files?: readonly UnsentFile[];
}

/** Where unsent messages survive a reload. No method ever rejects: what cannot be stored lives in memory. */
export interface Outbox {
  /** Everything stored, in the order it was written. */
  all(): Promise<Unsent[]>;
  put(message: Unsent): Promise<void>;
  remove(clientId: string): Promise<void>;
  clear(): Promise<void>;
}

/** An outbox that lives as long as the page. */
export function createMemoryOutbox(): Outbox {
  const entries = new Map<string, Unsent>();
  return {
    all: async () => [...entries.values()],
    put: async (message) => void entries.set(message.clientId, message),
    remove: async (clientId) => void entries.delete(clientId),
    clear: async () => entries.clear(),
  };
}

const DATABASE = 'peer-consult-outbox';
const STORE = 'unsent';
/** Files beyond this many bytes are held in memory alone: a visitor's disk is not ours to fill. */
const MOST_BYTES = 100 * 2 ** 20;

/**
 * An outbox in IndexedDB. `scope` keeps sites and people of one origin apart. Where storage is denied (private windows,
 * sandboxed frames) it falls back to memory. The database is opened with the first call, not before.
 */
export function createStoredOutbox(scope: string, factory: () => IDBFactory = () => indexedDB, mostBytes = MOST_BYTES): Outbox {
  const memory = createMemoryOutbox();
  let opening: Promise<IDBDatabase | null> | undefined;

  const open = (): Promise<IDBDatabase | null> =>
    (opening ??= new Promise((resolve) => {
      try {
        const request = factory().open(DATABASE, 1);
        request.onupgradeneeded = () => request.result.createObjectStore(STORE, { keyPath: ['scope', 'clientId'] });
        request.onsuccess = () => {
          // Another tab may want to delete or upgrade it.
          request.result.onversionchange = () => {
            request.result.close();
            opening = undefined;
          };
          resolve(request.result);
        };
        request.onerror = (event) => {
          event.preventDefault();
          resolve(null);
        };
        request.onblocked = () => resolve(null);
      } catch {
        resolve(null);
      }
    }));

  /** Runs one request; null when there is no storage or it fails. */
  const run = async <T>(mode: IDBTransactionMode, ask: (store: IDBObjectStore) => IDBRequest<T>): Promise<T | null> => {
    const database = await open();
    if (!database) return null;
    return new Promise((resolve) => {
      try {
        const transaction = database.transaction(STORE, mode);
        const request = ask(transaction.objectStore(STORE));
        transaction.oncomplete = () => resolve(request.result);
        transaction.onabort = () => resolve(null);
        transaction.onerror = (event) => event.preventDefault();
      } catch {
        resolve(null);
      }
    });
  };

  // One after the other: a removal must not overtake the storing that it undoes.
  let last: Promise<unknown> = Promise.resolve();
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const done = last.then(work);
    last = done.catch(() => undefined);
    return done;
  };

  const ours = (): IDBKeyRange => IDBKeyRange.bound([scope], [scope, []]);

  const stored = async (): Promise<Unsent[]> => (await run('readonly', (store) => store.getAll(ours()) as IDBRequest<Unsent[]>)) ?? [];
  const weight = ({ files = [] }: Unsent): number => files.reduce((sum, { bytes }) => sum + bytes.size, 0);

  /** Whether there is room on the disk for its files. What is stored are handles: looking at all of them reads no bytes. */
  const fits = async (message: Unsent): Promise<boolean> =>
    !message.files || (await stored()).reduce((sum, other) => sum + (other.clientId === message.clientId ? 0 : weight(other)), weight(message)) <= mostBytes;

  return {
    all: () => inTurn(async () => {
      const all = new Map((await stored()).map((entry) => [entry.clientId, entry]));
      for (const entry of await memory.all()) all.set(entry.clientId, entry);
      return [...all.values()].sort((a, b) => (a.createdAt < b.createdAt ? -1 : a.createdAt > b.createdAt ? 1 : a.clientId < b.clientId ? -1 : 1));
    }),
    put: (message) => inTurn(async () => {
      const done = (await fits(message)) ? await run('readwrite', (store) => store.put({ ...message, scope })) : null;
      if (done === null) await memory.put(message);
      else await memory.remove(message.clientId);
    }),
    remove: (clientId) => inTurn(async () => {
      await memory.remove(clientId);
      await run('readwrite', (store) => store.delete([scope, clientId]));
    }),
    clear: () => inTurn(async () => {
      await memory.clear();
      await run('readwrite', (store) => store.delete(ours()));
    }),
  };
}
