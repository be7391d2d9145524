import { mayPass } from '../call/errands.ts';
import type { WireFailure, Wire } from '../wire.ts';
import type { RecordingWish, RunningRecording } from '../call/recording-desk.ts';
import { createChunkQueue, type ChunkQueue, type RecordingUpload } from './chunk-queue.ts';
import { openChunkStore, type SegmentBegin } from './chunk-store.ts';
import { createCompositor, type Compositor } from './compositor.ts';
import { createMixer, type Mixer } from './mixer.ts';
import { freeBytes, nextPictureLevel, PICTURE_BITS, type PictureLevel } from './picture-thrift.ts';
import { createRecorder, type Recorder } from './recorder.ts';

/** What a call's recording is made of. */
export interface CallRecordingOptions extends RecordingWish {
  wire: Wire;
  /** For tests. */
  queue?: ChunkQueue;
  /** For tests: how much room the browser has. */
  room?: typeof freeBytes;
}

const queues = new WeakMap<Wire, ChunkQueue>();

/** The queue of a link's server. It outlives calls: what was recorded is sent to the end. */
export function queueOf(wire: Wire): ChunkQueue {
  let queue = queues.get(wire);
  if (!queue) {
    queue = createChunkQueue({
      server: wire.server, token: () => wire.token(), store: openChunkStore(),
      startLate: (begin) => wire.request('recording.start', { ...begin, late: true }).catch((failure: WireFailure) => {
        // Somebody else may be signed in here now.
        if (mayPass(failure) || failure.code === 'not_found') throw failure;
        return null;
      }),
    });
    queues.set(wire, queue);
    void queue.sendLeftovers();
  }
  return queue;
}

/** How often the mixer's clock is looked at, and how long it may stand still. Milliseconds. */
const WATCH_MS = 1_000;
const FROZEN_MS = 2_000;

/** Bits a second of the sound; of a standby, which is heard in holes alone. */
const SOUND_BITS = { primary: 64_000, standby: 32_000 } as const;

interface Stage {
  mixer: Mixer;
  /** Made with the first segment that has pictures. */
  compositor: Compositor | null;
  close(): void;
}

interface Segment {
  stage: Stage;
  recorder: Recorder;
  /** Ends it; resolves when its last piece has gone into the queue, or when the server would not have it. `keep`: another follows on its stage. */
  end(keep?: 'keep'): Promise<void>;
}

/**
 * Records a call: both voices (and pictures), cut into pieces that are on their way while the call goes on. It is made ready
 * at once, so that `start` costs no first word. Where the machine's sound stands still (sleep, another call on a phone), the
 * segment is ended and a new one begun; so it is when the call becomes one with pictures, and when pictures become too much for the queue.
 */
export function createCallRecording(options: CallRecordingOptions): RunningRecording {
  const { wire, call, kind, standby, local, remote, timesliceMs } = options;
  const queue = options.queue ?? queueOf(wire);
  const room = options.room ?? freeBytes;
  let mode = options.mode;
  let level: PictureLevel = 'full';
  const ended: Promise<void>[] = [];
  let upload: RecordingUpload | null = null;
  let stage: Stage | null = null;
  let segment: Segment | null = null;
  let preparing = false;
  let wanted = false;
  let stopped = false;
  let standsSince: number | null = null;

  const plug = ({ mixer }: Stage): void => {
    mixer.plug(kind, local);
    mixer.plug(kind === 'visitor' ? 'agent' : 'visitor', remote);
    mixer.plugGuests(options.guests?.() ?? []);
  };

  const prepare = async (): Promise<void> => {
    if (preparing || stopped || stage) return;
    preparing = true;
    try {
      const mixer = await createMixer();
      const ready: Stage = {
        mixer,
        compositor: null,
        close() {
          mixer.close();
          ready.compositor?.close();
          if (stage === ready) stage = null;
        },
      };
      if (stopped) return ready.close();
      stage = ready;
      plug(ready);
    } catch {
      // The context is asleep; the watch tries again.
    } finally {
      preparing = false;
    }
    if (wanted) begin();
  };

  const halves = () => {
    const agent = call.startedBy.kind === 'agent' ? call.startedBy : call.answeredBy;
    const [left, right] = kind === 'visitor' ? [local, remote] : [remote, local];
    const { screens } = options;
    const [first, second] = screens && kind === 'visitor' ? [screens.local, screens.remote] : [screens?.remote, screens?.local];
    return {
      visitor: { stream: left, name: call.visitor.name, ...(first ? { screen: first } : {}) },
      agent: { stream: right, name: agent?.name ?? '', ...(second ? { screen: second } : {}) },
    };
  };

  const begin = (): void => {
    if (stopped || segment) return;
    if (!stage) return void prepare();
    try {
      segment = createSegment(stage);
    } catch {
      // This browser records nothing that could be joined.
      stage.close();
      stopped = true;
      options.refused();
    }
  };

  const createSegment = (on: Stage): Segment => {
    const before: Blob[] = [];
    let early: { push(piece: Blob): unknown } | null = before;
    let into: { upload: RecordingUpload; number: number } | null = null;
    let opened: Promise<void> = Promise.resolve();
    let over = false;
    const pictures = mode === 'video' && level !== 'none';
    if (pictures) on.compositor ??= createCompositor(halves());
    const recorder = createRecorder({
      stream: new MediaStream([on.mixer.track, ...(pictures ? [on.compositor!.track] : [])]),
      mode: pictures ? 'video' : 'audio', timesliceMs,
      bits: { audio: SOUND_BITS[standby ? 'standby' : 'primary'], video: level === 'none' ? 0 : PICTURE_BITS[level] },
      started() {
        const begin = { callId: call.id, mimeType: recorder.mimeType, epochMs: wire.serverNow(), ...(standby ? { standby } : {}) };
        const kept = queue.early(begin);
        for (const piece of before) kept.push(piece);
        early = kept;
        opened = openSegment(begin, () => over && stopped).then((place) => {
          if (place === 'refused') kept.refused();
          else if (place !== 'unheard') {
            upload = kept.placed(place.recordingId, place.segment);
            into = { upload, number: place.segment };
          }
          early = null;
        });
      },
      data(piece) {
        if (early) early.push(piece);
        else into?.upload.push(into.number, piece);
      },
      failed() {
        if (segment?.recorder !== recorder) return;
        anew();
      },
    });
    return {
      stage: on,
      recorder,
      async end(keep) {
        over = true;
        // The last data come before the context goes; the server's answer to the beginning may come even later.
        await recorder.stop();
        if (keep !== 'keep') on.close();
        await opened;
      },
    };
  };

  /** Ends the segment and begins another on a new context. */
  const anew = (): void => {
    standsSince = null;
    if (segment) ended.push(segment.end());
    segment = stage = null;
    void prepare();
  };

  /** Ends the segment and begins another on the same context, in the same tick: nothing is lost between them. */
  const goOn = (): void => {
    if (!segment || stopped) return;
    ended.push(segment.end('keep'));
    segment = null;
    begin();
  };

  /** Pictures give way before sound does: they become poorer, or go, while the server is out of reach or the browser's store fills up. */
  const spare = async (): Promise<void> => {
    if (mode !== 'video') return;
    const next = nextPictureLevel(level, { backlogBytes: queue.pendingBytes, freeBytes: await room() });
    if (next === level || stopped) return;
    level = next;
    goOn();
  };

  /** Asks for a segment until there is one. `hopeless` says that the call is over for us as well; `unheard`: the next visit asks again. */
  const openSegment = async (begin: SegmentBegin, hopeless: () => boolean): Promise<{ recordingId: string; segment: number } | 'refused' | 'unheard'> => {
    let late = false;
    for (let tries = 0; ; tries++) {
      try {
        return await wire.request('recording.start', { ...begin, ...(late ? { late } : {}) });
      } catch (failure) {
        const { code } = failure as WireFailure;
        // It ended before we were heard; what was said until then is recorded all the same.
        if (code === 'call_over' && !late) {
          late = true;
          continue;
        }
        // The other side's consent may still be on its way into the database.
        const again = mayPass(failure) || (code === 'consent_required' && tries < 5);
        if (!again || (hopeless() && tries > 60)) {
          if (!late && code !== 'recording_paused') options.refused();
          return again ? 'unheard' : 'refused';
        }
        await new Promise((resolve) => setTimeout(resolve, (failure as WireFailure).retryAfterMs ?? 1_000));
      }
    }
  };

  const watch = (): void => {
    if (!wanted) return;
    if (segment) void spare();
    if (!segment) return begin();
    if (segment.stage.mixer.running()) standsSince = null;
    else if (performance.now() - (standsSince ??= performance.now()) >= FROZEN_MS) anew();
  };

  const onHidden = (): void => {
    if (document.visibilityState === 'hidden') segment?.recorder.flush();
  };
  const onBeforeUnload = (event: BeforeUnloadEvent): void => {
    queue.leaving();
    segment?.recorder.flush();
    // Nobody asks a visitor to stay for our sake: the other side records as well.
    if (queue.unsafe > 0 && !standby) event.preventDefault();
  };

  const timer = setInterval(watch, WATCH_MS);
  document.addEventListener('visibilitychange', onHidden);
  window.addEventListener('beforeunload', onBeforeUnload);
  void prepare();

  return {
    start() {
      wanted = true;
      begin();
    },
    replug() {
      if (stage) plug(stage);
    },
    modeChanged(next) {
      if (next === mode) return;
      mode = next;
      goOn();
    },
    stop({ callOver }) {
      if (stopped) return;
      stopped = true;
      clearInterval(timer);
      document.removeEventListener('visibilitychange', onHidden);
      if (segment) ended.push(segment.end());
      else stage?.close();
      segment = null;
      if (wanted && !callOver) wire.request('recording.stop', { callId: call.id }).catch(() => undefined);
      void Promise.all(ended)
        .then(() => upload?.finish())
        .finally(() => window.removeEventListener('beforeunload', onBeforeUnload));
    },
  };
}
