import { readStored, writeStored } from '../returning.ts';
import { createStore, type Readable } from '../store.ts';

/** What a person may choose between in a call. */
export type DeviceKind = 'microphone' | 'camera' | 'speaker';

/** A device by its name. Without a name (before anything was allowed): an empty one. */
export interface NamedDevice {
  id: string;
  name: string;
}

/** The devices of this machine, and which ones are wished for; an empty wish is the browser's own choice. */
export type DeviceList = Readonly<Record<DeviceKind, { readonly all: readonly NamedDevice[]; readonly wished: string }>>;

/** Which devices there are, followed as they come and go, and which of them this person wants. */
export interface DeviceChoice {
  readonly list: Readable<DeviceList>;
  /** The wished device; undefined: whatever the browser takes. */
  wished(kind: DeviceKind): string | undefined;
  /** Keeps a wish, for the next call in this browser too where it may be stored. */
  wish(kind: DeviceKind, id: string): void;
  /** Looks again, e.g. once names may be read. */
  refresh(): Promise<void>;
  close(): void;
}

const KEY = 'peer-consult:devices';
const KINDS: Readonly<Record<MediaDeviceKind, DeviceKind>> = { audioinput: 'microphone', videoinput: 'camera', audiooutput: 'speaker' };

/** Whether this browser lets a page choose where sound comes out. */
export const choosesSpeaker = (): boolean => 'setSinkId' in HTMLMediaElement.prototype;

/** Makes a choice. It asks for nothing; `defaultChanged` tells that the system has another default microphone and none is wished for. */
export function createDeviceChoice({ defaultChanged }: { defaultChanged?: () => void } = {}): DeviceChoice {
  const wishes = stored();
  let standard: string | undefined;
  const empty = { all: [], wished: '' };
  const list = createStore<DeviceList>({ microphone: empty, camera: empty, speaker: empty });

  const show = (all: readonly MediaDeviceInfo[]): void => {
    const of = (kind: DeviceKind) => {
      const devices = all.filter((each) => KINDS[each.kind] === kind && each.deviceId !== 'communications' && each.deviceId !== '')
        .map(({ deviceId, label }) => ({ id: deviceId, name: label }));
      // A wish for something that is not plugged in waits until it is again.
      const wished = devices.some(({ id }) => id === wishes[kind]) ? (wishes[kind] ?? '') : '';
      return { all: kind === 'speaker' && !choosesSpeaker() ? [] : devices, wished };
    };
    list.set({ microphone: of('microphone'), camera: of('camera'), speaker: of('speaker') });
  };

  const refresh = async (): Promise<void> => {
    try {
      const all = await navigator.mediaDevices.enumerateDevices();
      show(all);
      const now = all.find(({ kind, deviceId }) => kind === 'audioinput' && deviceId === 'default')?.groupId;
      const changed = standard !== undefined && now !== undefined && now !== standard;
      standard = now ?? standard;
      if (changed && list.value.microphone.wished === '') defaultChanged?.();
    } catch {
      // A page that may not look shows no choice.
    }
  };
  const look = (): void => void refresh();
  navigator.mediaDevices?.addEventListener('devicechange', look);

  return {
    list,
    wished: (kind) => wishes[kind] || undefined,
    wish(kind, id) {
      wishes[kind] = id;
      writeStored(KEY, JSON.stringify(wishes));
      list.set({ ...list.value, [kind]: { ...list.value[kind], wished: id } });
    },
    refresh,
    close: () => navigator.mediaDevices?.removeEventListener('devicechange', look),
  };
}

/** The device that an earlier call in this browser was given, e.g. for a look at it before the next one. */
export function wishedDevice(kind: DeviceKind): string | undefined {
  return stored()[kind] || undefined;
}

/** What an earlier call in this browser has left, whatever somebody else wrote there. */
function stored(): Partial<Record<DeviceKind, string>> {
  try {
    const found = JSON.parse(readStored(KEY) ?? '{}') as Record<string, unknown> | null;
    return Object.fromEntries(Object.values(KINDS).flatMap((kind) => (typeof found?.[kind] === 'string' ? [[kind, found[kind]]] : [])));
  } catch {
    return {};
  }
}
