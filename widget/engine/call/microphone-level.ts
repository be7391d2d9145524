/** How loud a microphone is, for a meter on screen. Nothing of it is played or kept. */
export interface MicrophoneLevel {
  /** 0 (silence) to 1, at this moment. */
  level(): number;
  close(): void;
}

/** Listens to a stream's microphone; when the stream gets another one, to that. Make it inside a click and close it soon: it keeps a context open. */
export function createMicrophoneLevel(stream: MediaStream): MicrophoneLevel {
  const context = new AudioContext();
  const analyser = context.createAnalyser();
  analyser.fftSize = 1024;
  const samples = new Float32Array(analyser.fftSize);
  let heard: { track: MediaStreamTrack; source: MediaStreamAudioSourceNode } | null = null;

  const listen = (): void => {
    const track = stream.getAudioTracks()[0];
    if (track === heard?.track) return;
    heard?.source.disconnect();
    heard = track ? { track, source: context.createMediaStreamSource(new MediaStream([track])) } : null;
    heard?.source.connect(analyser);
  };
  if (context.state === 'suspended') void context.resume().catch(() => undefined);

  return {
    level() {
      listen();
      analyser.getFloatTimeDomainData(samples);
      const power = samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length;
      // Speech lies between -50 and -10 dB: a linear meter would hardly move.
      return power === 0 ? 0 : Math.min(1, Math.max(0, (10 * Math.log10(power) + 60) / 55));
    },
    close() {
      heard?.source.disconnect();
      if (context.state !== 'closed') void context.close();
    },
  };
}
