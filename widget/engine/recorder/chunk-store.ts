import type { Request } from '../../../protocol/client-frames.ts';
import { RECORDINGS_DATABASE } from './database-name.ts';

/** What a segment begins with. */
export type SegmentBegin = Omit<Request<'recording.start'>, 'late'>;

/** A piece of a recording that was not acknowledged yet. */
export interface StoredChunk {
  recordingId: string;
  segment: number;
  seq: number;
  bytes: ArrayBuffer;
  /** Base64, as Content-Digest has it. */
  digest: string;
}

/** What is known of a recording whose upload is not finished. */
export interface StoredRecording {
  recordingId: string;
  /** The server that it belongs to. */
  server: string;
  /** How many chunks each segment has so far. */
  segments: Record<number, number>;
  /** When it was last written to, ms since the epoch. */
  at: number;
  /** The server has not said yet where it belongs: `recordingId` is this browser's own name for it. */
  begin?: SegmentBegin;
}

/** Where chunks lie until the server has them, over a crash or the end of the tab. */
export interface ChunkStore {
  put(chunk: StoredChunk): Promise<void>;
  get(recordingId: string, segment: number, seq: number): Promise<StoredChunk | undefined>;
  remove(recordingId: string, segment: number, seq: number): Promise<void>;
  remember(recording: StoredRecording): Promise<void>;
  /** Takes away everything of a recording. */
  forget(recordingId: string): Promise<void>;
  recordings(): Promise<StoredRecording[]>;
  /** The numbers of the chunks of a recording, in order. */
  chunks(recordingId: string): Promise<{ segment: number; seq: number }[]>;
}

/** Opens the store in IndexedDB; null where the browser keeps nothing (private window, blocked site data). */
export async function openChunkStore(factory: IDBFactory | undefined = globalThis.indexedDB): Promise<ChunkStore | null> {
  let database: IDBDatabase;
  try {
    if (!factory) return null;
    const opening = factory.open(RECORDINGS_DATABASE, 1);
    opening.onupgradeneeded = () => {
      opening.result.createObjectStore('chunks', { keyPath: ['recordingId', 'segment', 'seq'] });
      opening.result.createObjectStore('recordings', { keyPath: 'recordingId' });
    };
    database = await answer(opening);
    // Another tab may bring a newer version one day: do not stand in its way.
    database.onversionchange = () => database.close();
  } catch {
    return null;
  }
  const open = (store: 'chunks' | 'recordings', mode: IDBTransactionMode): IDBObjectStore => database.transaction(store, mode).objectStore(store);
  const ofRecording = (id: string): IDBKeyRange => IDBKeyRange.bound([id], [id, []]);
  return {
    put: async (chunk) => void (await done(open('chunks', 'readwrite'), (store) => store.put(chunk))),
    get: (recordingId, segment, seq) => answer(open('chunks', 'readonly').get([recordingId, segment, seq]) as IDBRequest<StoredChunk | undefined>),
    remove: async (recordingId, segment, seq) => void (await done(open('chunks', 'readwrite'), (store) => store.delete([recordingId, segment, seq]))),
    remember: async (recording) => void (await done(open('recordings', 'readwrite'), (store) => store.put(recording))),
    async forget(recordingId) {
      await done(open('chunks', 'readwrite'), (store) => store.delete(ofRecording(recordingId)));
      await done(open('recordings', 'readwrite'), (store) => store.delete(recordingId));
    },
    recordings: () => answer(open('recordings', 'readonly').getAll() as IDBRequest<StoredRecording[]>),
    async chunks(recordingId) {
      const keys = await answer(open('chunks', 'readonly').getAllKeys(ofRecording(recordingId)));
      return keys.map((key) => {
        const [, segment, seq] = key as [string, number, number];
        return { segment, seq };
      });
    },
  };
}

function answer<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
    // A request to open that another tab holds up would wait for ever.
    if ('onblocked' in request) request.onblocked = () => reject(new DOMException('Blocked by another tab.', 'AbortError'));
  });
}

/** Written is what its transaction has committed, not what its request has taken. */
function done(store: IDBObjectStore, work: (store: IDBObjectStore) => IDBRequest): Promise<void> {
  return new Promise((resolve, reject) => {
    store.transaction.oncomplete = () => resolve();
    store.transaction.onabort = () => reject(store.transaction.error);
    work(store);
  });
}
