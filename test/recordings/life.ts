import { rmSync } from 'node:fs';
import { dirname } from 'node:path';
import type { BlobStore } from '../../server/blobs/blobs.ts';
import { readChunksFrom } from '../../server/recordings/merge/blob-chunks.ts';
import { mergeRecording } from '../../server/recordings/merge/merge.ts';
import type { Database } from '../../server/store/database.ts';
import { fakeClock } from '../../server/testing/fake-clock.ts';
import { testApp } from '../../server/testing/test-app.ts';

/** One life of the server: the real one, on real sockets, but for its clock, which goes as it is told. */
export interface Life {
  url: string;
  advance(ms: number): void;
  now(): number;
  /** Nobody reaches it any more. It is not told to stop, and what it was about to do it may do or not. */
  cut(): void;
}

/** What a life is lived on; it outlasts it. */
export interface Estate {
  database: Database;
  blobs: BlobStore;
}

/**
 * Begins a life at `now`. `merging` hears of each merge before it begins, and says how it goes: `on`, `slowly` (so that there is time
 * to be killed in it), or `never` to its end.
 */
export async function beginLife({ database, blobs }: Estate, now: number, merging: () => 'on' | 'slowly' | 'never'): Promise<Life> {
  const clock = fakeClock(now);
  const read = readChunksFrom(blobs);
  const app = await testApp({
    database: { ...database, close: async () => {} }, blobs: { ...blobs, close: async () => {} }, clock, logLevel: 'silent', config: { rateLimits: false },
    merges: {
      async run(job) {
        const pace = merging();
        if (pace === 'never') return new Promise<never>(() => {});
        const slow = async (): Promise<void> => void (pace === 'slowly' && (await new Promise((resolve) => setTimeout(resolve, 5))));
        return mergeRecording({ job, blobs, readChunk: async (chunk) => slow().then(() => read(chunk)) });
      },
      close: async () => {},
    },
  });
  const url = await app.listen();
  return {
    url, now: clock.now, advance: clock.advance,
    cut() {
      app.fastify.server.close();
      app.fastify.server.closeAllConnections();
      for (const socket of app.fastify.websocketServer.clients) socket.terminate();
      rmSync(dirname(app.tempDir), { recursive: true, force: true });
    },
  };
}
