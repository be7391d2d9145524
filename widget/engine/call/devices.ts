import type { CallTrouble } from './call-engine.ts';

/** This page's microphone and camera. */
export interface Devices {
  /** What is held now: one stream for the whole call, its tracks come and go. */
  readonly stream: MediaStream;
  /**
   * Asks for the microphone, and for the camera when wished. Without a camera the call goes on by voice (`camera: false`).
   * Call it inside a click. Rejects with a `DeviceFailure`.
   */
  acquire(wish: { video: boolean }): Promise<{ camera: boolean }>;
  /** Asks for one device alone, e.g. the camera turned on again. Rejects with a `DeviceFailure`. */
  add(kind: 'audio' | 'video'): Promise<MediaStreamTrack>;
  /** Stops one device: its light goes out. */
  drop(kind: 'audio' | 'video'): void;
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

/** Makes the devices of one call. `lost` is called when a track ends by itself: unplugged, or its permission withdrawn. */
export function createDevices(options: { lost?: (kind: 'audio' | 'video') => void } = {}): Devices {
  const stream = new MediaStream();
  let released = false;

  const ask = async (constraints: MediaStreamConstraints): Promise<MediaStreamTrack[]> => {
    let tracks: MediaStreamTrack[];
    try {
      tracks = (await navigator.mediaDevices.getUserMedia(constraints)).getTracks();
    } catch (error) {
      // The device was busy starting or stopping: browsers say so once and succeed then.
      if ((error as DOMException).name !== 'AbortError') throw error;
      tracks = (await navigator.mediaDevices.getUserMedia(constraints)).getTracks();
    }
    // Hung up while the question was on screen: the answer must not light a lamp.
    if (released) {
      for (const track of tracks) track.stop();
      throw new DeviceFailure('permission_dismissed');
    }
    for (const track of tracks) {
      const kind = track.kind as 'audio' | 'video';
      drop(kind);
      stream.addTrack(track);
      track.onended = () => {
        stream.removeTrack(track);
        options.lost?.(kind);
      };
    }
    return tracks;
  };

  const drop = (kind: 'audio' | 'video'): void => {
    for (const track of stream.getTracks()) {
      if (track.kind !== kind) continue;
      track.onended = null;
      track.stop();
      stream.removeTrack(track);
    }
  };

  return {
    stream,
    async acquire({ video }) {
      const hindrance = pageHindrance();
      if (hindrance) throw new DeviceFailure(hindrance);
      try {
        await ask({ audio: AUDIO, ...(video ? { video: picture() } : {}) });
        return { camera: video };
      } catch (error) {
        if (!video || error instanceof DeviceFailure || !(await voiceMayWork(error))) throw await failure(error, 'audio');
        try {
          await ask({ audio: AUDIO });
          return { camera: false };
        } catch (again) {
          throw await failure(again, 'audio');
        }
      }
    },
    async add(kind) {
      try {
        const [track] = await ask(kind === 'audio' ? { audio: AUDIO } : { video: picture() });
        return track!;
      } catch (error) {
        throw await failure(error, kind);
      }
    },
    drop,
    release() {
      released = true;
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

async function permission(name: 'microphone' | 'camera'): Promise<PermissionState | null> {
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
