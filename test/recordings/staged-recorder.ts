import { createHash } from 'node:crypto';
import type { TestSocket } from '../../server/testing/test-socket.ts';
import { connect } from '../../server/testing/test-socket.ts';
import { recordingFixture } from '../fixtures/recording-fixture.ts';
import { createBlockReader } from '../../server/recordings/merge/block-reader.ts';
import { opusDurationMs } from '../../server/recordings/merge/opus.ts';
import type { House } from './house.ts';

/** A slice: what a recorder hands on at a time, and what dies with it. Milliseconds. */
export const SLICE_MS = 500;
/** After so many slices a recorder begins another segment: the fixture is not longer. */
const MOST_SLICES = 16;

const fixture = recordingFixture('voice');
/** Up to where the first n slices sound, ms. */
const soundsUntil = fixture.chunks.map((_, n) => {
  const last = createBlockReader().push(Buffer.concat(fixture.chunks.slice(0, n))).at(-1);
  return last ? last.timeMs + opusDurationMs(last.data) : 0;
});

/** One segment of a recorder: from when to when it ran, and how far its slices reach that the browser had in its store. */
export interface Ran {
  side: 'visitor' | 'agent';
  fromMs: number;
  toMs: number;
  keptMs: number;
  killed: boolean;
}

interface Segment {
  number: number;
  fromMs: number;
  made: number;
}

/** One member's page: its link, its recorder and its store of slices, which outlives it. */
export interface StagedPage {
  readonly side: 'visitor' | 'agent';
  readonly ran: readonly Ran[];
  /** Whether the page is there. */
  readonly alive: boolean;
  connected(): TestSocket | null;
  /** Takes the call up on a new link. */
  come(): Promise<void>;
  /** A slice's time has passed: it is in the store, and goes up as far as the network does. */
  slice(): Promise<void>;
  /** Ends the segment without losing anything. */
  endSegment(): void;
  /** The browser dies in the middle of a slice. */
  die(): void;
  /** The network goes; the page records on. */
  cut(): void;
  /** Everything in the store goes up and is completed: at the end, or at the next visit. */
  sendAll(): Promise<void>;
}

/** Makes a page that has no link yet. `records`: whether it is its job; `held`: whether the recording is held, as far as it knows. */
export function createStagedPage({ house, side, token, callId, records, held, recording }: {
  house: House;
  side: 'visitor' | 'agent';
  token: string;
  callId: string;
  records: boolean;
  held(): boolean;
  recording(id?: string): string | null;
}): StagedPage {
  const ran: Ran[] = [];
  let socket: TestSocket | null = null;
  let there = true;
  let segment: Segment | null = null;
  let store: { segment: Segment; seq: number }[] = [];
  const made = new Map<number, number>();

  const endSegment = (killed = false): void => {
    if (!segment) return;
    ran.push({ side, fromMs: segment.fromMs, toMs: house.now(), keptMs: segment.fromMs + soundsUntil[segment.made]!, killed });
    segment = null;
  };
  const send = async (): Promise<boolean> => {
    const id = recording();
    for (const piece of id === null ? [] : [...store]) {
      const bytes = fixture.chunks[piece.seq]!;
      const digest = createHash('sha256').update(bytes).digest('base64');
      const answer = await fetch(`${house.url()}/v1/recordings/${id}/segments/${piece.segment.number}/chunks/${piece.seq}`, {
        method: 'PUT', body: new Uint8Array(bytes),
        headers: { 'content-type': 'application/octet-stream', 'content-digest': `sha-256=:${digest}:`, authorization: `Bearer ${token}` },
      }).catch(() => null);
      if (answer && answer.status < 500 && !answer.ok) throw new Error(`A slice was refused: ${answer.status} ${await answer.text()}`);
      if (!answer?.ok || !(await answer.arrayBuffer().catch(() => null))) return false;
      store = store.filter((each) => each !== piece);
    }
    return true;
  };
  const begin = async (): Promise<void> => {
    if (segment || !records || held() || socket?.socket.readyState !== 1) return;
    const fromMs = house.now();
    // What fails here begins with the next slice: nobody answered, or the recording is held.
    const reply = await socket.request('recording.start', { callId, mimeType: fixture.mimeType, epochMs: fromMs }).catch(() => null);
    if (!reply) return;
    recording(reply.recordingId);
    segment = { number: reply.segment, fromMs, made: 0 };
    made.set(reply.segment, 0);
  };

  return {
    side, ran,
    get alive() {
      return there;
    },
    connected: () => (socket?.socket.readyState === 1 ? socket : null),
    async come() {
      there = true;
      socket?.socket.terminate();
      socket = await connect({ url: house.url().replace('http', 'ws'), origin: house.url(), token }).catch(() => null);
      // A call that is over meanwhile, or a server that died again, shows at the next slice.
      await socket?.request('call.resume', { callId }).catch(() => undefined);
      await begin();
    },
    async slice() {
      if (!there) return;
      if (segment) {
        store.push({ segment, seq: segment.made++ });
        made.set(segment.number, segment.made);
        if (segment.made === MOST_SLICES || held()) endSegment();
      }
      await begin();
      if (this.connected()) await send();
    },
    endSegment: () => endSegment(),
    die() {
      endSegment(true);
      there = false;
      socket?.socket.terminate();
      socket = null;
    },
    cut() {
      socket?.socket.terminate();
      socket = null;
    },
    async sendAll() {
      const id = recording();
      if (id === null || made.size === 0) return;
      for (let tries = 0; !(await send()); tries++) {
        if (tries > 50) throw new Error('The store could not be sent.');
        await house.alive();
      }
      await fetch(`${house.url()}/v1/recordings/${id}/complete`, {
        method: 'POST', body: JSON.stringify({ segments: [...made].map(([number, chunks]) => ({ segment: number, chunks })) }),
        headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
      }).catch(() => undefined);
    },
  };
}
