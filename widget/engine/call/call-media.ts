import type { DeviceChoice, DeviceKind } from './device-choice.ts';
import type { CallInput, CallModel } from './call-state.ts';
import { DeviceFailure, type Devices } from './devices.ts';
import { isHeld, type MediaEffect, type MediaInput, type MediaModel } from './media-state.ts';
import type { VideoWord } from '../../../protocol/shapes.ts';
import type { CallTrouble, MediaShown } from './call-engine.ts';
import type { Peer, Slot } from './peer.ts';

/** What this side sends and hears in a call: microphone, camera, screen, and which devices they are. One change at a time. */
export interface CallMedia {
  /** What is to be sent at each place now. A camera that waits for the other side's word is not. */
  tracks(): Record<Slot, MediaStreamTrack | null>;
  setMicrophone(on: boolean): Promise<void>;
  /** In a voice call the other side is asked first. */
  setCamera(on: boolean): Promise<void>;
  /** Call it inside a click. */
  shareScreen(on: boolean): Promise<void>;
  /** Takes another device, at once where one of its kind is in use. */
  choose(kind: DeviceKind, id: string): Promise<void>;
  /** The system has another default microphone, and none is wished for. */
  followDefault(): Promise<void>;
  /** A device ended by itself. */
  lost(kind: Slot): Promise<void>;
  /** What the pure machine asks for; words and news go elsewhere. */
  run(effect: Exclude<MediaEffect, { type: 'tell-media' }>): void;
  /** Silences and darkens what must not be heard or seen now, and nothing else. Call it after each change; it costs nothing. */
  mind(): void;
  /** The call is over. */
  end(): void;
}

/** What it works on. */
export interface CallMediaOptions {
  devices: Devices;
  choice: DeviceChoice;
  remote: MediaStream;
  remoteScreen: MediaStream;
  state(): CallModel;
  feed(input: CallInput): void;
  peer(): Pick<Peer, 'send'> | null;
  /** A track was exchanged. */
  replug(): void;
  setSpeaker(id: string): Promise<void>;
  say(word: VideoWord): void;
  /** It became a call with pictures. */
  modeChanged(): void;
  /** How long a question about pictures waits for its answer, in ms. */
  patienceMs?: number;
}

/** Makes the media of one call; it takes nothing by itself. */
export function createCallMedia(options: CallMediaOptions): CallMedia {
  const { devices, choice, remote, remoteScreen, state, feed, peer, replug } = options;
  let turn = Promise.resolve();
  let patience: ReturnType<typeof setTimeout> | undefined;

  const inTurn = (work: () => Promise<void>): Promise<void> => (turn = turn.then(() => (state().phase === 'ended' ? undefined : work())).catch(() => undefined));
  const tell = (input: MediaInput): void => feed({ type: 'media', input });
  const camera = (): MediaStreamTrack | undefined => devices.stream.getVideoTracks()[0];

  const mind = (): void => {
    const { media, microphoneOn, remoteCameraOn } = state();
    const open = !isHeld(media);
    set(devices.stream.getAudioTracks(), open && microphoneOn);
    set(devices.stream.getVideoTracks(), open);
    set(devices.screen.getTracks(), open);
    set(remote.getAudioTracks(), open);
    // Of a camera or screen that was turned off over there the last picture would stay.
    set(remote.getVideoTracks(), open && remoteCameraOn);
    set(remoteScreen.getTracks(), open && media.remoteScreenOn);
  };

  // The wished speaker, as far as it is plugged in; without it the browser's own.
  let speaker = '';
  const unfollow = choice.list.subscribe(({ speaker: { wished } }) => {
    if (wished === speaker) return;
    speaker = wished;
    options.setSpeaker(wished).catch(() => undefined);
  });

  const newMicrophone = async (on: boolean): Promise<void> => {
    try {
      const track = await devices.add('audio');
      track.enabled = on && !isHeld(state().media);
      await peer()?.send('audio', track);
      replug();
      feed({ type: 'microphone', on });
    } catch (failure) {
      feed({ type: 'microphone', on: false, trouble: troubleOf(failure) });
    }
  };

  const showCamera = async (): Promise<void> => {
    try {
      const track = camera() ?? await devices.add('video');
      mind();
      await peer()?.send('video', track);
      feed({ type: 'camera', on: true });
    } catch (failure) {
      feed({ type: 'camera', on: false, trouble: troubleOf(failure) });
    }
  };

  /** The camera comes before the question: nobody is asked for pictures that there cannot be. */
  const askForPictures = async (): Promise<void> => {
    try {
      if (!camera()) await devices.add('video');
      tell({ type: 'ask' });
    } catch (failure) {
      feed({ type: 'camera', on: false, trouble: troubleOf(failure) });
    }
  };

  const exchange = async (kind: 'audio' | 'video', id?: string): Promise<void> => {
    const { track, letGo } = await devices.exchange(kind, id);
    // A muted microphone stays muted, whichever it is.
    mind();
    if (kind === 'audio' || state().cameraOn) await peer()?.send(kind, track);
    replug();
    letGo();
    feed({ type: 'devices.changed' });
  };

  const endSharing = async (): Promise<void> => {
    devices.drop('screen');
    await peer()?.send('screen', null);
    tell({ type: 'screen', on: false });
  };

  return {
    tracks: () => ({
      audio: devices.stream.getAudioTracks()[0] ?? null,
      video: state().cameraOn ? (camera() ?? null) : null,
      screen: devices.screen.getVideoTracks()[0] ?? null,
    }),
    setMicrophone(on) {
      if (!devices.stream.getAudioTracks()[0]) return inTurn(() => newMicrophone(on));
      feed({ type: 'microphone', on });
      return Promise.resolve();
    },
    setCamera: (on) => inTurn(async () => {
      const { media, cameraOn, devices: have, peer: path } = state();
      if (have !== 'held') return;
      if (media.mode === 'audio') {
        if (path !== 'begun') return;
        return on ? askForPictures() : tell({ type: 'withdraw' });
      }
      if (on === cameraOn) return;
      if (on) return showCamera();
      await peer()?.send('video', null);
      devices.drop('video');
      feed({ type: 'camera', on: false });
    }),
    async shareScreen(on) {
      if (!on) return inTurn(endSharing);
      if (state().peer !== 'begun' || state().media.screenOn) return;
      try {
        // Not in turn: browsers open their chooser only while the click is young.
        const track = await devices.share();
        await inTurn(async () => {
          mind();
          await peer()?.send('screen', track);
          tell({ type: 'screen', on: true });
        });
      } catch {
        // The chooser was closed: nothing was wished for, nothing is shared.
      }
    },
    choose: (kind, id) => inTurn(async () => {
      try {
        if (kind === 'speaker') await options.setSpeaker(id);
        else if (kind === 'microphone' || camera()) await exchange(kind === 'microphone' ? 'audio' : 'video', id);
        choice.wish(kind, id);
      } catch (failure) {
        if (kind === 'microphone' && !devices.stream.getAudioTracks()[0]) await newMicrophone(state().microphoneOn);
        feed({ type: 'trouble', trouble: failure instanceof DeviceFailure && failure.trouble === 'no_microphone' ? 'device_in_use' : troubleOf(failure) });
      }
    }),
    followDefault: () => inTurn(() => exchange('audio').catch(() => undefined)),
    async lost(kind) {
      if (state().phase === 'ended') return;
      if (kind === 'screen') return inTurn(endSharing);
      // Another microphone may be there; the camera is off then.
      if (kind === 'audio') return inTurn(() => newMicrophone(state().microphoneOn));
      await peer()?.send('video', null);
      tell({ type: 'withdraw' });
      feed({ type: 'camera', on: false, trouble: 'no_camera' });
    },
    run(effect) {
      switch (effect.type) {
        case 'say-video':
          return options.say(effect.word);
        case 'show-camera':
          return void inTurn(showCamera);
        case 'drop-camera':
          return devices.drop('video');
        case 'mode-changed':
          return options.modeChanged();
        case 'await-word':
          clearTimeout(patience);
          if (effect.on) patience = setTimeout(() => tell({ type: 'unanswered' }), options.patienceMs ?? 30_000);
      }
    },
    mind,
    end() {
      clearTimeout(patience);
      unfollow();
    },
  };
}

/** How a view sees it. */
export function mediaShown({ held, remoteHeld, question, refused, screenOn, remoteScreenOn }: MediaModel, screen: MediaStream, remoteScreen: MediaStream): MediaShown {
  return { held, remoteHeld, question, refused, screen: screenOn ? screen : null, remoteScreen: remoteScreenOn ? remoteScreen : null };
}

function set(tracks: readonly MediaStreamTrack[], enabled: boolean): void {
  for (const track of tracks) if (track.enabled !== enabled) track.enabled = enabled;
}

function troubleOf(failure: unknown): CallTrouble {
  return failure instanceof DeviceFailure ? failure.trouble : 'no_microphone';
}
