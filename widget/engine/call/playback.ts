/** The other side's voice, out of the loudspeaker. A media element of our own: views may come and go, and the echo canceller knows it. */
export interface Playback {
  /** Call it again when a track has come. */
  play(stream: MediaStream): void;
  /** After a refusal: call it inside a click. */
  allow(): Promise<void>;
  /** Lets the sound come out of a speaker; empty: the browser's own choice. Rejects when it is not there. */
  setSpeaker(id: string): Promise<void>;
  stop(): void;
}

/** Makes a playback. `blocked` tells whether the browser refuses to play without a click. */
export function createPlayback(blocked: (blocked: boolean) => void): Playback {
  const audio = new Audio();
  audio.autoplay = true;
  const start = async (): Promise<void> => {
    try {
      await audio.play();
      blocked(false);
    } catch (error) {
      // An AbortError only says that another play or stop came in between.
      if ((error as DOMException).name === 'NotAllowedError') blocked(true);
    }
  };
  return {
    play(stream) {
      // The element may be asked for its voice before there is one: it would wait for ever for a first frame.
      if (stream.getAudioTracks().length === 0) return;
      if (audio.srcObject !== stream) audio.srcObject = stream;
      void start();
    },
    allow: start,
    async setSpeaker(id) {
      await (audio as { setSinkId?(id: string): Promise<void> }).setSinkId?.(id);
    },
    stop() {
      audio.pause();
      audio.srcObject = null;
    },
  };
}
