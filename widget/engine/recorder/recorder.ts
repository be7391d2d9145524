import type { CallMode } from '../../../protocol/shapes.ts';

/** One MediaRecorder from start to stop: one segment of a recording. */
export interface Recorder {
  readonly mimeType: string;
  /** Brings out at once what it holds, e.g. before the page goes away. */
  flush(): void;
  /** Ends; resolves when the last piece was handed to `data`. Its tracks may end in the same tick. */
  stop(): Promise<void>;
}

/** What a recorder is made of. */
export interface RecorderOptions {
  stream: MediaStream;
  mode: CallMode;
  /** How long a piece is, in ms. */
  timesliceMs: number;
  /** Bits a second of the sound, and of the picture if there is one. */
  bits: { audio: number; video: number };
  started(): void;
  data(piece: Blob): void;
  /** It stopped by itself; no more data follows. */
  failed(): void;
}

/** In this order. WebM pieces come every timeslice; MP4 (older Safari) comes when it likes. */
const TYPES: Record<CallMode, readonly string[]> = {
  audio: ['audio/webm;codecs=opus', 'audio/webm', 'audio/mp4'],
  video: ['video/webm;codecs=vp8,opus', 'video/webm', 'video/mp4'],
};

/** The type this browser records, or null: it records none that we can join. */
export function recorderType(mode: CallMode): string | null {
  return typeof MediaRecorder === 'function' ? (TYPES[mode].find((type) => MediaRecorder.isTypeSupported(type)) ?? null) : null;
}

/** Makes a recorder and starts it. Throws where the browser cannot record. */
export function createRecorder({ stream, mode, timesliceMs, bits, started, data, failed }: RecorderOptions): Recorder {
  const mimeType = recorderType(mode);
  if (!mimeType) throw new DOMException('This browser records neither WebM nor MP4.', 'NotSupportedError');
  const recorder = new MediaRecorder(stream, {
    mimeType,
    audioBitsPerSecond: bits.audio,
    ...(mode === 'video' ? { videoBitsPerSecond: bits.video } : {}),
    // A lost piece costs the picture until the next key frame. Not in every browser's dictionary: unknown members are ignored.
    videoKeyFrameIntervalDuration: 2_000,
  } as MediaRecorderOptions);
  let stopping = false;
  let stopped!: () => void;
  const end = new Promise<void>((resolve) => (stopped = resolve));
  recorder.onstart = started;
  // The last piece may be empty.
  recorder.ondataavailable = ({ data: piece }) => piece.size > 0 && data(piece);
  recorder.onstop = () => {
    stopped();
    if (!stopping) failed();
  };
  recorder.start(timesliceMs);
  return {
    mimeType,
    flush() {
      if (recorder.state === 'recording') recorder.requestData();
    },
    stop() {
      stopping = true;
      if (recorder.state === 'inactive') stopped();
      else recorder.stop();
      return end;
    },
  };
}
