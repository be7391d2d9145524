/** The voices of a call on one stereo track: the visitor left, the team right (the agent, and guests), whichever side records. */
export interface Mixer {
  /** The mix. It goes on, silent or not, until `close`. */
  readonly track: MediaStreamTrack;
  /** Puts the stream's present microphone track on a channel, in place of the one before. Without a track: silence. */
  plug(side: 'visitor' | 'agent', stream: MediaStream): void;
  /** Guests, all of them: their voices are the team's too. Who is no more among them goes. */
  plugGuests(streams: readonly MediaStream[]): void;
  /** Whether time goes on in it. A suspended, interrupted or frozen context records nothing. */
  running(): boolean;
  close(): void;
}

/** The context did not start: the browser wants a click first, or the machine has no sound at all. */
export class MixerAsleep extends Error {}

/**
 * Makes a mixer and waits until its clock really moves: a context may call itself running and stand still, and a recorder
 * on it would write nothing, or seconds of silence that never were.
 */
export async function createMixer({ patienceMs = 5_000 }: { patienceMs?: number } = {}): Promise<Mixer> {
  const context = new AudioContext();
  const merger = context.createChannelMerger(2);
  const out = context.createMediaStreamDestination();
  out.channelCount = 2;
  merger.connect(out);
  const plugged = new Map<'visitor' | 'agent' | MediaStream, { track: MediaStreamTrack; source: MediaStreamAudioSourceNode; element: HTMLAudioElement }>();
  let seen = -1;

  const running = (): boolean => {
    const moved = context.currentTime !== seen;
    seen = context.currentTime;
    return context.state === 'running' && moved;
  };
  const unplug = (voice: 'visitor' | 'agent' | MediaStream): void => {
    const old = plugged.get(voice);
    old?.source.disconnect();
    if (old) old.element.srcObject = null;
    plugged.delete(voice);
  };
  const plug = (voice: 'visitor' | 'agent' | MediaStream, track: MediaStreamTrack | undefined): void => {
    if (track && plugged.get(voice)?.track === track) return;
    unplug(voice);
    if (!track) return;
    const only = new MediaStream([track]);
    const source = context.createMediaStreamSource(only);
    // A merger's inputs are mono: a stereo microphone is folded down. Visitor = input 0 = left; voices on one input are added up.
    source.connect(merger, 0, voice === 'visitor' ? 0 : 1);
    // Chromium feeds a remote track to WebAudio only while a media element plays it; a muted one will do (crbug 933677).
    const element = new Audio();
    element.muted = true;
    element.srcObject = only;
    element.play().catch(() => undefined);
    plugged.set(voice, { track, source, element });
  };
  const close = (): void => {
    for (const voice of plugged.keys()) unplug(voice);
    for (const track of out.stream.getTracks()) track.stop();
    if (context.state !== 'closed') void context.close();
  };

  const deadline = performance.now() + patienceMs;
  seen = context.currentTime;
  while (!running()) {
    if (performance.now() > deadline) {
      close();
      throw new MixerAsleep('The AudioContext does not run.');
    }
    // On iOS resume() during an interruption leaves a context that says running and stands still.
    if (context.state === 'suspended') void context.resume().catch(() => undefined);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }

  return {
    track: out.stream.getAudioTracks()[0]!,
    plug: (side, stream) => plug(side, stream.getAudioTracks()[0]),
    plugGuests(streams) {
      for (const voice of plugged.keys()) if (typeof voice !== 'string' && !streams.includes(voice)) unplug(voice);
      for (const stream of streams) plug(stream, stream.getAudioTracks()[0]);
    },
    running,
    close,
  };
}
