/**
 * Draws a sound by arithmetic: a 16-bit mono WAV (RIFF, PCM) of `seconds` at `rate` samples a second, to be played by an audio
 * element. No file to load, no AudioContext to wake. `at(t)` gives the sample at `t` seconds, from -1 to 1.
 */
export function wave({ rate, seconds, at }: { rate: number; seconds: number; at: (t: number) => number }): Blob {
  const samples = Math.floor(rate * seconds);
  const file = new DataView(new ArrayBuffer(44 + samples * 2));
  const text = (offset: number, word: string): void => [...word].forEach((letter, index) => file.setUint8(offset + index, letter.charCodeAt(0)));
  text(0, 'RIFF');
  file.setUint32(4, 36 + samples * 2, true);
  text(8, 'WAVEfmt ');
  file.setUint32(16, 16, true);
  file.setUint16(20, 1, true);
  file.setUint16(22, 1, true);
  file.setUint32(24, rate, true);
  file.setUint32(28, rate * 2, true);
  file.setUint16(32, 2, true);
  file.setUint16(34, 16, true);
  text(36, 'data');
  file.setUint32(40, samples * 2, true);
  for (let index = 0; index < samples; index++) file.setInt16(44 + index * 2, at(index / rate) * 32_767, true);
  return new Blob([file.buffer as ArrayBuffer], { type: 'audio/wav' });
}
