import { wave } from './wave.ts';

/** A telephone's ring, drawn by arithmetic: no file to load, no AudioContext to wake. */
export interface RingTone {
  /** Rings until `stop`. Silent when the browser does not let us play yet: ringing is also on screen. */
  start(): void;
  stop(): void;
}

const RATE = 16_000;
/** Two soft beats and a pause: 3 s, repeated. */
const LENGTH_S = 3;

/** Makes a ring tone. Nothing is drawn before the first `start`. */
export function createRingTone(options: { volume?: number } = {}): RingTone {
  let audio: HTMLAudioElement | null = null;
  let ringing = false;
  return {
    start() {
      ringing = true;
      if (!audio) {
        audio = new Audio(URL.createObjectURL(wave({ rate: RATE, seconds: LENGTH_S, at: ring })));
        audio.loop = true;
        audio.volume = options.volume ?? 0.5;
      }
      audio.currentTime = 0;
      const element = audio;
      element.play().then(
        // The ringing may have stopped while the element was getting ready.
        () => void (ringing || element.pause()),
        () => undefined,
      );
    },
    stop() {
      ringing = false;
      audio?.pause();
    },
  };
}

/** A C major sixth with soft edges, twice. */
function ring(t: number): number {
  const beat = t < 0.45 ? t : t >= 0.6 && t < 1.05 ? t - 0.6 : -1;
  const edge = beat < 0 ? 0 : Math.min(1, beat / 0.02) * Math.exp(-beat * 4);
  const tone = Math.sin(2 * Math.PI * 523.25 * t) + Math.sin(2 * Math.PI * 659.26 * t) + 0.6 * Math.sin(2 * Math.PI * 783.99 * t);
  return 0.9 * (tone / 2.6) * edge;
}
