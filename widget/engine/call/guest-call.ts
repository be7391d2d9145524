import type { CallMember, Reply } from '../../../protocol/server-frames.ts';
import type { Call } from '../../../protocol/shapes.ts';
import { createStore, type Readable } from '../store.ts';
import { WireFailure, type Wire } from '../wire.ts';
import type { CallEngine, CallTrouble } from './call-engine.ts';
import { createDeviceChoice, type DeviceList } from './device-choice.ts';
import { createDevices, DeviceFailure } from './devices.ts';
import { mayPass, type Errands } from './errands.ts';
import { createGuestMesh, type GuestMesh, type LinkedPerson } from './guest-mesh.ts';
import { keyOf } from './guest-links.ts';
import type { PathTiming } from './path-watch.ts';

/** Somebody else in the call, as a guest sees it. `linked`: sound can come from there. */
export interface PersonShown {
  readonly key: string;
  readonly member: CallMember;
  readonly linked: LinkedPerson | null;
}

/** Everything that a guest's view shows. */
export interface GuestCallView {
  readonly callId: string;
  readonly call: Call | null;
  /** `reconnecting`: the link to the server is away; who is in the call is heard all the same. */
  readonly phase: 'joining' | 'joined' | 'reconnecting' | 'ended';
  readonly talks: boolean;
  /** A change between listening and talking is under way. */
  readonly changing: boolean;
  readonly microphoneOn: boolean;
  readonly local: MediaStream | null;
  readonly people: readonly PersonShown[];
  readonly trouble: CallTrouble | null;
  /** What ended it: the call is over, another window carries this part, this person left, it was full, or the server would not have it. */
  readonly ended: 'over' | 'elsewhere' | 'left' | 'full' | 'refused' | null;
}

/** An agent's part as a guest in a colleague's call. */
export interface GuestCall extends Pick<CallEngine, 'devices' | 'chooseDevice'> {
  readonly view: Readable<GuestCallView>;
  /** To talk asks for the microphone: call it inside a click. */
  setTalks(on: boolean): Promise<void>;
  setMicrophone(on: boolean): void;
  allowPlayback(): Promise<void>;
  /** Out of the call: everything is given back at once. */
  leave(): void;
}

/** What a guest's part is made of. */
export interface GuestCallOptions {
  wire: Wire;
  errands: Errands;
  selfId: string;
  callId: string;
  talks: boolean;
  timing?: { path?: Partial<PathTiming>; retryMs?: number };
}

/** Joins a call and begins at once: call it inside a click. Nobody is heard before the others were told who talks. */
export function createGuestCall(options: GuestCallOptions): GuestCall {
  const { wire, errands, selfId, callId } = options;
  let mesh: GuestMesh | null = null;
  let members: readonly CallMember[] = [];
  let retry: ReturnType<typeof setTimeout> | undefined;
  let asking = false;
  /** What this person wants; the server's word on it is `talks` of the view. */
  let wish = options.talks;
  const devices = createDevices({ lost: () => void lostMicrophone(), wished: () => choice.wished('microphone') });
  const choice = createDeviceChoice({ defaultChanged: () => void exchange().catch(() => undefined) });

  const heard = createStore(soundOf(choice.list.value, false));
  const view = createStore<GuestCallView>({
    callId, call: null, phase: 'joining', talks: false, changing: false, microphoneOn: true, local: null, people: [], trouble: null, ended: null,
  });
  const over = (): boolean => view.value.phase === 'ended';
  const microphone = (): MediaStreamTrack | null => devices.stream.getAudioTracks()[0] ?? null;
  const put = (fields: Partial<GuestCallView>): void => {
    const linked = new Map(mesh?.people.map((person) => [person.key, person]));
    const people = members.filter(({ kind, id }) => kind === 'visitor' || id !== selfId).map((member) => ({ key: keyOf(member), member, linked: linked.get(keyOf(member)) ?? null }));
    const talked = view.value.talks;
    view.set({ ...view.value, people, local: microphone() && devices.stream, ...fields });
    if (view.value.talks !== talked) heard.set(soundOf(choice.list.value, view.value.talks));
    tell();
  };
  const tell = (): void => mesh?.tell({ audio: view.value.talks && view.value.microphoneOn && microphone() !== null, video: false, screen: false, held: false });

  const end = (ended: NonNullable<GuestCallView['ended']>): void => {
    if (over()) return;
    clearTimeout(retry);
    for (const off of leaves.splice(0)) off();
    mesh?.close();
    mesh = null;
    members = [];
    devices.release();
    choice.close();
    put({ phase: 'ended', ended, talks: false, changing: false, trouble: null });
  };

  /** Takes the microphone if it is wished for; without one this person listens. */
  const ready = async (): Promise<void> => {
    if (!wish || microphone()) return;
    try {
      await devices.acquire({ video: false });
      void choice.refresh();
    } catch (failure) {
      wish = false;
      put({ trouble: failure instanceof DeviceFailure ? failure.trouble : 'no_microphone' });
    }
  };

  /** Asks until the server has taken or refused it; what was wished meanwhile is asked afterwards. */
  const ask = async (): Promise<void> => {
    if (asking || over()) return;
    asking = true;
    clearTimeout(retry);
    const talks = wish;
    try {
      joined(await wire.request('call.join', { callId, talks }), talks);
    } catch (failure) {
      refused(failure);
    } finally {
      asking = false;
    }
    if (wish !== talks && view.value.phase === 'joined') await ask();
  };

  const joined = (reply: Reply<'call.join'>, talks: boolean): void => {
    if (over()) return errands.insist(`leave ${callId}`, 'call.leave', { callId });
    mesh ??= createGuestMesh({
      wire, errands, callId, isSelf: ({ guest, id }) => guest && id === selfId, local: devices.stream, iceServers: reply.iceServers, relayOnly: reply.relayOnly ?? false,
      tracks: () => ({ audio: view.value.talks ? microphone() : null, video: null, screen: null }),
      changed: () => put({}), blocked: () => put({ trouble: 'playback_blocked' }),
      ...(options.timing?.path ? { timing: options.timing.path } : {}),
    });
    if (choice.list.value.speaker.wished) mesh.setSpeaker(choice.list.value.speaker.wished);
    members = reply.members;
    const talked = view.value.talks;
    put({ call: reply.call, phase: 'joined', talks, changing: false });
    mesh.members(members);
    if (talks && !talked) mesh.send('audio', microphone());
  };

  const refused = (failure: unknown): void => {
    const code = failure instanceof WireFailure ? failure.code : 'internal';
    // Once inside, `conflict` is of an old connection of ours that still carries the part.
    if (code === 'call_over' || code === 'not_found') end('over');
    else if (code === 'conflict' && view.value.phase === 'joining') end('full');
    else if (!mayPass(failure)) end('refused');
    else retry = setTimeout(() => void ask(), (failure as WireFailure).retryAfterMs ?? options.timing?.retryMs ?? 2_000);
  };

  const lostMicrophone = async (): Promise<void> => {
    if (over() || !view.value.talks) return;
    try {
      await exchange();
    } catch (failure) {
      mesh?.send('audio', null);
      put({ trouble: failure instanceof DeviceFailure ? failure.trouble : 'no_microphone' });
    }
  };
  const exchange = async (id?: string): Promise<void> => {
    if (!view.value.talks) return;
    const { track, letGo } = await devices.exchange('audio', id);
    track.enabled = view.value.microphoneOn;
    mesh?.send('audio', track);
    letGo();
    put({});
  };

  const setTalks = async (on: boolean): Promise<void> => {
    if (over() || wish === on) return;
    wish = on;
    // Silent at once, whatever the link does; heard only when everybody was told.
    if (!on) {
      mesh?.send('audio', null);
      devices.drop('audio');
    }
    put({ changing: true, microphoneOn: true, trouble: null });
    await ready();
    if (over()) return;
    if (wish === view.value.talks) return put({ changing: false });
    await ask();
  };

  const leaves = [
    wire.on('call.members', (event) => {
      if (event.callId !== callId || !mesh) return;
      members = event.members;
      mesh.members(members);
      put({});
    }),
    wire.on('call.updated', ({ call, superseded }) => {
      if (call.id !== callId) return;
      if (call.state === 'ended') end('over');
      else if (superseded) end('elsewhere');
      else put({ call });
    }),
    wire.on('recording.updated', ({ callId: of, recordingId, on, paused }) => {
      const { call } = view.value;
      if (of === callId && call) put({ call: { ...call, recording: { id: recordingId, state: 'recording', durationMs: null, ...call.recording, on, paused } } });
    }),
    wire.status.subscribe((status) => status !== 'online' && view.value.phase === 'joined' && put({ phase: 'reconnecting' })),
    wire.onHello(() => void ask()),
    choice.list.subscribe((list) => {
      heard.set(soundOf(list, view.value.talks));
      mesh?.setSpeaker(list.speaker.wished);
    }),
  ];
  void choice.refresh();
  void ready().then(ask);

  return {
    view,
    devices: heard,
    setTalks,
    setMicrophone(on) {
      const track = microphone();
      if (track) track.enabled = on;
      put({ microphoneOn: on });
    },
    async chooseDevice(kind, id) {
      try {
        if (kind === 'microphone') await exchange(id);
        choice.wish(kind, id);
      } catch (failure) {
        put({ trouble: failure instanceof DeviceFailure ? failure.trouble : 'no_microphone' });
      }
    },
    async allowPlayback() {
      put({ trouble: null });
      await mesh?.allow();
    },
    leave() {
      if (over()) return;
      errands.insist(`leave ${callId}`, 'call.leave', { callId });
      end('left');
    },
  };
}

/** A guest shows no picture, and who only listens has no microphone: there is nothing to choose. */
function soundOf(list: DeviceList, talks: boolean): DeviceList {
  const none = { all: [], wished: '' };
  return { ...list, camera: none, microphone: talks ? list.microphone : none };
}
