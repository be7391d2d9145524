import { wave } from '../widget/call/wave.ts';

/** A short, soft sound for a new message. */
export interface Chime {
  /** Plays it once; silently does nothing where the browser wants a click first. */
  play(): void;
}

/** Two sine notes, a fourth apart, that fade. */
const chime = (t: number): number => 0.3 * (note(t, 659.26) + note(t - 0.12, 880));
const note = (t: number, frequency: number): number => (t < 0 ? 0 : Math.sin(2 * Math.PI * frequency * t) * Math.exp(-t * 11));

/** Makes the chime. Nothing is drawn before it is first played. */
export function createChime(): Chime {
  let audio: HTMLAudioElement | null = null;
  return {
    play() {
      audio ??= new Audio(URL.createObjectURL(wave({ rate: 22_050, seconds: 0.45, at: chime })));
      audio.currentTime = 0;
      audio.volume = 0.5;
      // Refused before the first click on the page: then the title alone has to tell.
      audio.play().catch(() => undefined);
    },
  };
}
