import type { CallTrouble } from './call-engine.ts';

/** This page's microphone and camera. */
export interface Devices {
  /** What is held now: one stream for the whole call, its tracks come and go. */
  readonly stream: MediaStream;
  /** The screen that is shared now, if any. */
  readonly screen: MediaStream;
  /**
   * Asks for the microphone, and for the camera when wished. Without a camera the call goes on by voice (`camera: false`).
   * Call it inside a click. Rejects with a `DeviceFailure`.
   */
  acquire(wish: { video: boolean }): Promise<{ camera: boolean }>;
  /** Asks for one device alone, e.g. the camera turned on again. Rejects with a `DeviceFailure`. */
  add(kind: 'audio' | 'video'): Promise<MediaStreamTrack>;
  /**
   * Takes another device of a kind, or the browser's own choice anew. It has taken the old one's place in the stream; that one goes out with
   * `letGo`, when nothing needs it any more. Rejects with a `DeviceFailure`, and the old one goes on where two may be held at once.
   */
  exchange(kind: 'audio' | 'video', deviceId?: string): Promise<{ track: MediaStreamTrack; letGo(): void }>;
  /** Asks for a screen, a window or a tab; call it in a click. Rejects when nothing was chosen. */
  share(): Promise<MediaStreamTrack>;
  /** Stops one device: its light goes out. */
  drop(kind: 'audio' | 'video' | 'screen'): void;
  /** Stops everything, also what is still being asked for. */
  release(): void;
}

/** Why there is no device. */
export class DeviceFailure extends Error {
  readonly trouble: CallTrouble;

  constructor(trouble: CallTrouble) {
    super(trouble);
    this.name = 'DeviceFailure';
    this.trouble = trouble;
  }
}

const AUDIO: MediaTrackConstraints = { echoCancellation: true, noiseSuppression: true, autoGainControl: true };

/** What the camera is asked for: 720p, or 360p where two cores have to encode, decode and perhaps record. */
function picture(): MediaTrackConstraints {
  const small = (navigator.hardwareConcurrency || 4) <= 2;
  return { width: { ideal: small ? 640 : 1280 }, height: { ideal: small ? 360 : 720 }, frameRate: { ideal: small ? 20 : 30, max: 30 }, facingMode: 'user' };
}

/** iOS and iPadOS hold one microphone and one camera at a time: a second one silences the first (WebKit 179363). */
const oneAtATime = (): boolean => /iPhone|iPad|iPod/.test(navigator.userAgent) || (/Macintosh/.test(navigator.userAgent) && navigator.maxTouchPoints > 1);

/**
 * Makes the devices of one call. `lost` is called when a track ends by itself: unplugged, its permission withdrawn, or a share stopped in the
 * browser's own bar. `wished` names the device that this person likes best.
 */
export function createDevices(options: { lost?: (kind: 'audio' | 'video' | 'screen') => void; wished?: (kind: 'audio' | 'video') => string | undefined } = {}): Devices {
  const stream = new MediaStream();
  const screen = new MediaStream();
  let released = false;

  /** What a device of a kind is asked for. Exactly this one: browsers may take an ideal for no more than a hint, and the default instead. */
  const like = (kind: 'audio' | 'video', deviceId?: string): MediaTrackConstraints =>
    ({ ...(kind === 'audio' ? AUDIO : picture()), ...(deviceId ? { deviceId: { exact: deviceId } } : {}) });

  const take = async (constraints: MediaStreamConstraints): Promise<MediaStreamTrack[]> => {
    let tracks: MediaStreamTrack[];
    try {
      tracks = (await navigator.mediaDevices.getUserMedia(constraints)).getTracks();
    } catch (error) {
      // The device was busy starting or stopping: browsers say so once and succeed then.
      if ((error as DOMException).name !== 'AbortError') throw error;
      tracks = (await navigator.mediaDevices.getUserMedia(constraints)).getTracks();
    }
    return held(tracks);
  };
  /** Hung up while the question was on screen: the answer must not light a lamp. */
  const held = (tracks: MediaStreamTrack[]): MediaStreamTrack[] => {
    if (!released) return tracks;
    for (const track of tracks) track.stop();
    throw new DeviceFailure('permission_dismissed');
  };
  const adopt = (track: MediaStreamTrack, into: MediaStream, kind: 'audio' | 'video' | 'screen'): void => {
    into.addTrack(track);
    track.onended = () => {
      into.removeTrack(track);
      options.lost?.(kind);
    };
  };
  const wishing = (kinds: readonly ('audio' | 'video')[]): MediaStreamConstraints => Object.fromEntries(kinds.map((kind) => [kind, like(kind, options.wished?.(kind))]));
  const any = (kinds: readonly ('audio' | 'video')[]): MediaStreamConstraints => Object.fromEntries(kinds.map((kind) => [kind, like(kind)]));
  const ask = async (...kinds: ('audio' | 'video')[]): Promise<MediaStreamTrack[]> => {
    let tracks: MediaStreamTrack[];
    try {
      tracks = await take(wishing(kinds));
    } catch (error) {
      // The wished one is not plugged in today: another will do.
      if (!kinds.some((kind) => options.wished?.(kind)) || !['OverconstrainedError', 'NotFoundError'].includes((error as DOMException).name)) throw error;
      tracks = await take(any(kinds));
    }
    for (const track of tracks) {
      const kind = track.kind as 'audio' | 'video';
      drop(kind);
      adopt(track, stream, kind);
    }
    return tracks;
  };

  const present = (kind: 'audio' | 'video' | 'screen'): MediaStreamTrack[] => (kind === 'screen' ? screen.getTracks() : stream.getTracks().filter((track) => track.kind === kind));
  const drop = (kind: 'audio' | 'video' | 'screen'): void => {
    for (const track of present(kind)) {
      track.onended = null;
      track.stop();
      (kind === 'screen' ? screen : stream).removeTrack(track);
    }
  };

  return {
    stream,
    screen,
    async acquire({ video }) {
      const hindrance = pageHindrance();
      if (hindrance) throw new DeviceFailure(hindrance);
      try {
        await ask('audio', ...(video ? ['video' as const] : []));
        return { camera: video };
      } catch (error) {
        if (!video || error instanceof DeviceFailure || !(await voiceMayWork(error))) throw await failure(error, 'audio');
        try {
          await ask('audio');
          return { camera: false };
        } catch (again) {
          throw await failure(again, 'audio');
        }
      }
    },
    async add(kind) {
      try {
        const [track] = await ask(kind);
        return track!;
      } catch (error) {
        throw await failure(error, kind);
      }
    },
    async exchange(kind, deviceId) {
      try {
        if (oneAtATime()) drop(kind);
        const [track] = await take({ [kind]: like(kind, deviceId) });
        const old = present(kind);
        for (const each of old) {
          each.onended = null;
          stream.removeTrack(each);
        }
        adopt(track!, stream, kind);
        return { track: track!, letGo: () => old.forEach((each) => each.stop()) };
      } catch (error) {
        throw await failure(error, kind);
      }
    },
    async share() {
      const [track] = held((await navigator.mediaDevices.getDisplayMedia({ video: { frameRate: { max: 15 } } })).getTracks());
      // Text has to stay readable: rather fewer pictures than a soft one.
      track!.contentHint = 'detail';
      drop('screen');
      adopt(track!, screen, 'screen');
      return track!;
    },
    drop,
    release() {
      released = true;
      drop('screen');
      drop('audio');
      drop('video');
    },
  };
}

/** What makes calls impossible on this page, before anybody is asked for anything; null: nothing does. */
export function pageHindrance(): CallTrouble | null {
  if (!window.isSecureContext) return 'insecure_page';
  if (!navigator.mediaDevices?.getUserMedia || typeof RTCPeerConnection !== 'function') return 'not_supported';
  return null;
}

/** Whether, after camera and microphone together failed, the microphone alone is worth a question. */
async function voiceMayWork(error: unknown): Promise<boolean> {
  if ((error as DOMException).name !== 'NotAllowedError') return true;
  const [microphone, camera] = await Promise.all([permission('microphone'), permission('camera')]);
  return microphone === 'granted' || (camera === 'denied' && microphone !== 'denied');
}

/** Whether this page may use a device: `prompt` means that the person will be asked; null: this browser does not say. */
export async function permission(name: 'microphone' | 'camera'): Promise<PermissionState | null> {
  try {
    return (await navigator.permissions.query({ name: name as PermissionName })).state;
  } catch {
    return null;
  }
}

async function failure(error: unknown, kind: 'audio' | 'video'): Promise<DeviceFailure> {
  return error instanceof DeviceFailure ? error : new DeviceFailure(await classify(error as DOMException, kind));
}

/** Says what a refusal of getUserMedia means to a person. */
async function classify({ name, message }: DOMException, kind: 'audio' | 'video'): Promise<CallTrouble> {
  const device = kind === 'audio' ? 'microphone' : 'camera';
  switch (name) {
    case 'NotAllowedError':
    case 'PermissionDeniedError': {
      const policy = (document as { featurePolicy?: { allowsFeature(feature: string): boolean } }).featurePolicy;
      if (policy && !policy.allowsFeature(device)) return 'not_allowed_here';
      if (/dismiss/i.test(message)) return 'permission_dismissed';
      // Closing the question leaves the permission open; a "no" closes it.
      return (await permission(device)) === 'prompt' ? 'permission_dismissed' : 'permission_denied';
    }
    case 'NotReadableError':
    case 'TrackStartError':
    case 'AbortError':
      return 'device_in_use';
    case 'SecurityError':
      return 'not_allowed_here';
    case 'TypeError':
      return 'insecure_page';
    default:
      return kind === 'audio' ? 'no_microphone' : 'no_camera';
  }
}
