import { text } from 'node:stream/consumers';
import type { Waveform } from '../../protocol/playback.ts';
import type { StaffPrincipal } from '../auth/principal.ts';
import { BlobMissing, type BlobStore } from '../blobs/blobs.ts';
import type { Clock } from '../clock.ts';
import { problem } from '../errors.ts';
import { waveformKey } from './recording-keys.ts';
import type { RecordingRow, RecordingsStore } from './recordings.store.ts';
import type { WaveformRunner } from './waveform-runner.ts';

/** How loud each speaker of a recording is, over its length. */
export interface Waveforms {
  /** Throws `not_found` while there is no file, and `unavailable` until the waveform is made, which asking for it sees to. */
  get(staff: Pick<StaffPrincipal, 'organisationId'>, recordingId: string): Promise<Waveform>;
  /** A recording has a file, or a new one: makes its waveform. */
  merged(organisationId: string, recordingId: string): void;
  /** Resolves when nothing is being made. */
  idle(): Promise<void>;
  /** Ends what is being made; it is made again when somebody asks for it. */
  close(): Promise<void>;
}

/** What waveforms are made of. */
export interface WaveformsParts {
  store: Pick<RecordingsStore, 'find'>;
  blobs: Pick<BlobStore, 'read' | 'head' | 'delete'>;
  runner: WaveformRunner;
  clock: Pick<Clock, 'now'>;
  failed: (error: unknown, what: string) => void;
}

/** After a failure nobody's asking starts it again for so long, ms. */
export const WAVEFORM_REST_MS = 10 * 60_000;
/** When whoever asked too early may ask again, ms. */
const askAgainMs = 2_000;

/** Makes the use cases of waveforms. */
export function createWaveforms({ store, blobs, runner, clock, failed }: WaveformsParts): Waveforms {
  const making = new Map<string, Promise<void>>();
  const failedAt = new Map<string, number>();
  let closed = false;

  const make = async ({ organisationId, id, blobKey, durationMs, mimeType, parts }: RecordingRow): Promise<void> => {
    if (blobKey === null || durationMs === null) return;
    const key = waveformKey(blobKey);
    try {
      await runner.run({ mergedKey: blobKey, waveformKey: key, durationMs, mimeType, parts });
      failedAt.delete(id);
      // Deleted, or merged anew, meanwhile: whoever did that could not know of this.
      if ((await store.find(organisationId, id))?.blobKey !== blobKey) await blobs.delete(key);
    } catch (error) {
      if (closed) return;
      if (failedAt.size >= 1000) failedAt.clear();
      failedAt.set(id, clock.now());
      failed(error, `waveform of ${id}`);
    }
  };
  const begin = (row: RecordingRow) => {
    const key = `${row.id} ${row.blobKey}`;
    if (closed || making.has(key)) return;
    making.set(key, make(row).finally(() => making.delete(key)));
  };

  return {
    async get({ organisationId }, recordingId) {
      const row = await store.find(organisationId, recordingId);
      if (row?.blobKey == null) throw problem('not_found');
      try {
        return JSON.parse(await text(await blobs.read(waveformKey(row.blobKey)))) as Waveform;
      } catch (error) {
        if (!(error instanceof BlobMissing)) throw error;
      }
      if (clock.now() - (failedAt.get(row.id) ?? -Infinity) < WAVEFORM_REST_MS) throw problem('not_found', 'No waveform can be made of this recording.');
      begin(row);
      throw problem('unavailable', 'The waveform is being made.', askAgainMs);
    },
    merged(organisationId, recordingId) {
      void store.find(organisationId, recordingId).then((row) => row && begin(row)).catch((error: unknown) => failed(error, `waveform of ${recordingId}`));
    },
    async idle() {
      while (making.size > 0) await Promise.all(making.values());
    },
    async close() {
      closed = true;
      await runner.close();
      await Promise.all(making.values());
    },
  };
}
