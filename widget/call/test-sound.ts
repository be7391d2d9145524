import { wave } from './wave.ts';

/** Two notes out of a speaker, so that somebody hears which one it is. Resolves when they begin; rejects where it cannot play. */
export async function playTestSound(speaker: string): Promise<void> {
  const address = URL.createObjectURL(wave({ rate: 24_000, seconds: 0.9, at: notes }));
  const audio = new Audio(address);
  audio.onended = () => URL.revokeObjectURL(address);
  if (speaker) await (audio as { setSinkId?(id: string): Promise<void> }).setSinkId?.(speaker);
  await audio.play();
}

function notes(t: number): number {
  const [hertz, since] = t < 0.4 ? [523.25, t] : [783.99, t - 0.4];
  return 0.4 * Math.min(1, since / 0.01) * Math.exp(-since * 6) * Math.sin(2 * Math.PI * hertz * since);
}
