import { waitFor } from './wait-for.ts';

/** A stream with one tone, as from a microphone. */
export function toneStream(context: AudioContext, hertz: number): MediaStream {
  const oscillator = new OscillatorNode(context, { frequency: hertz });
  const out = context.createMediaStreamDestination();
  oscillator.connect(new GainNode(context, { gain: 0.3 })).connect(out);
  oscillator.start();
  return out.stream;
}

/** An ear on some sound. */
export interface Ear {
  /** Whether a tone is in it at this moment. */
  hears(hertz: number): boolean;
}

/** Listens to a node of the graph. */
export function earOn(context: AudioContext, source: AudioNode, output = 0): Ear {
  const analyser = new AnalyserNode(context, { fftSize: 8192, smoothingTimeConstant: 0 });
  source.connect(analyser, output);
  const bins = new Float32Array(analyser.frequencyBinCount);
  return {
    hears(hertz) {
      analyser.getFloatFrequencyData(bins);
      const at = (wanted: number): number => bins[Math.round((wanted * analyser.fftSize) / context.sampleRate)] ?? -Infinity;
      return at(hertz) > -65 && at(hertz) > Math.max(at(hertz * 0.89), at(hertz * 1.13)) + 12;
    },
  };
}

/** Waits until exactly these tones of all those named are in what the ears hear together. */
export async function hearsOnly(what: string, ears: () => readonly Ear[], wanted: readonly number[], all: readonly number[], ms = 20_000): Promise<void> {
  let last = '';
  const heard = (): number[] => all.filter((hertz) => ears().some((ear) => ear.hears(hertz)));
  let times = 0;
  await waitFor(what, () => {
    last = heard().join();
    // More than once: a moment between two tones is no silence.
    times = last === [...wanted].join() ? times + 1 : 0;
    return times >= 15;
  }, ms).catch((error: unknown) => {
    throw new Error(`${(error as Error).message} (heard: ${last})`);
  });
}
