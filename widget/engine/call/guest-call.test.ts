import { expect } from '@esm-bundle/chai';
import { createFakeRoom, type FakeRoom, type RoomWire } from '../testing/fake-room.ts';
import { earOn, hearsOnly, toneStream, type Ear } from '../testing/tones.ts';
import { waitFor } from '../testing/wait-for.ts';
import { createErrands } from './errands.ts';
import { createGuestCall, type GuestCall } from './guest-call.ts';
import { createGuestTable, type GuestTable } from './guest-table.ts';

const tones = { v1: 440, a1: 1000, g1: 620, g2: 1600 } as const;
const all = [440, 620, 1000, 1600];

describe('guests of a call', function () {
  this.timeout(90_000);
  const real = navigator.mediaDevices.getUserMedia;
  const realConnection = window.RTCPeerConnection;
  let context: AudioContext;
  let room: FakeRoom;
  let made = 0;
  const cleanups: (() => void)[] = [];

  beforeEach(async () => {
    context = new AudioContext();
    await context.resume();
    room = createFakeRoom();
    made = 0;
    window.RTCPeerConnection = class extends realConnection {
      constructor(configuration?: RTCConfiguration) {
        super(configuration);
        made++;
      }
    };
  });
  afterEach(async () => {
    for (const clean of cleanups.splice(0)) clean();
    navigator.mediaDevices.getUserMedia = real;
    window.RTCPeerConnection = realConnection;
    await context.close();
  });

  /** One of the two members, whose own connection is not looked at here. */
  function member(id: 'v1' | 'a1'): { table: GuestTable; wire: RoomWire; microphone: MediaStreamTrack; ears(): Ear[] } {
    const wire = room.wire(id);
    const errands = createErrands(wire, { retryMs: 200 });
    const local = toneStream(context, tones[id]);
    const microphone = local.getAudioTracks()[0]!;
    const table = createGuestTable({
      kind: id === 'v1' ? 'visitor' : 'agent', wire, errands, local, tracks: () => ({ audio: microphone, video: null, screen: null }), blocked: () => undefined, changed: () => undefined,
      subject: () => ({ callId: room.call.id, iceServers: [], relayOnly: false }),
    });
    wire.on('call.members', ({ members }) => table.members(members));
    table.begin();
    table.mind({ audio: true, video: false, screen: false, held: false }, true);
    cleanups.push(() => (table.close(), errands.close()));
    return { table, wire, microphone, ears: ears(() => table.streams()) };
  }

  function guest(id: 'g1' | 'g2' | 'g3', talks: boolean): { call: GuestCall; wire: RoomWire; ears(): Ear[] } {
    navigator.mediaDevices.getUserMedia = () => Promise.resolve(toneStream(context, id === 'g3' ? 300 : tones[id]));
    const wire = room.wire(id);
    const errands = createErrands(wire, { retryMs: 200 });
    const call = createGuestCall({ wire, errands, selfId: id, callId: room.call.id, talks, timing: { retryMs: 200 } });
    cleanups.push(() => (call.leave(), errands.close()));
    return { call, wire, ears: ears(() => call.view.value.people.flatMap(({ linked }) => (linked ? [linked.stream] : []))) };
  }

  /** An ear on each track that has come so far; those of tracks that ended hear nothing more. */
  function ears(streams: () => readonly MediaStream[]): () => Ear[] {
    const known = new Map<MediaStreamTrack, Ear>();
    return () => {
      const tracks = streams().flatMap((stream) => stream.getAudioTracks());
      for (const track of tracks) if (!known.has(track)) known.set(track, earOn(context, context.createMediaStreamSource(new MediaStream([track]))));
      return tracks.map((track) => known.get(track)!);
    };
  }

  it('[F9] one listens unheard, joins in, another comes, all four hear the other three; held, muted, moved, gone', async () => {
    const [visitor, agent] = [member('v1'), member('a1')];
    const one = guest('g1', false);
    await hearsOnly('the first guest hears both', one.ears, [440, 1000], all);
    expect(visitor.table.shown).to.deep.equal([{ id: 'g1', name: 'Guest g1', talks: false }]);
    await hearsOnly('nobody hears who listens', () => [...visitor.ears(), ...agent.ears()], [], all);
    expect(one.call.view.value).to.include({ phase: 'joined', talks: false, local: null });

    await one.call.setTalks(true);
    await waitFor('told', () => visitor.table.shown[0]?.talks);
    await hearsOnly('the visitor hears the guest', visitor.ears, [620], all);
    await hearsOnly('the agent hears the guest', agent.ears, [620], all);

    const two = guest('g2', true);
    await hearsOnly('the second hears three', two.ears, [440, 620, 1000], all);
    await hearsOnly('the first hears the second', one.ears, [440, 1000, 1600], all);
    await hearsOnly('so does the visitor', visitor.ears, [620, 1600], all);
    await hearsOnly('and the agent', agent.ears, [620, 1600], all);
    const late = guest('g3', false);
    await waitFor('no fifth', () => late.call.view.value.ended === 'full');

    const before = made;
    one.wire.reconnect();
    await waitFor('back on another connection', () => room.members.find(({ id }) => id === 'g1')?.connectionId === one.wire.connectionId && one.call.view.value.phase === 'joined');
    await hearsOnly('as before', visitor.ears, [620, 1600], all);
    expect(made, 'a changed connection to the server costs no other between browsers').to.equal(before);

    one.call.setMicrophone(false);
    await hearsOnly('who is muted is silent', visitor.ears, [1600], all);
    await waitFor('and shown so', () => two.call.view.value.people.find(({ member: { id } }) => id === 'g1')?.linked?.media?.audio === false);
    visitor.microphone.enabled = false;
    visitor.table.mind({ audio: true, video: false, screen: false, held: true }, false);
    await hearsOnly('held: the visitor hears nobody', visitor.ears, [], all);
    await hearsOnly('and is not heard', two.ears, [1000], all);
    await waitFor('and shown so', () => two.call.view.value.people.find(({ member: { kind } }) => kind === 'visitor')?.linked?.media?.held);

    await two.call.setTalks(false);
    await hearsOnly('who only listens again is silent', agent.ears, [], all);
    expect(two.call.view.value).to.include({ talks: false, local: null });
    one.call.leave();
    await waitFor('gone', () => visitor.table.shown.length === 1);
    expect(visitor.table.streams()).to.have.length(1);
    room.end();
    await waitFor('over', () => two.call.view.value.ended === 'over');
    expect(two.call.view.value.people).to.deep.equal([]);
  });

  it('[F9] a fresh page of a guest gets a fresh connection; a blocked microphone listens, and says why; another window takes over', async () => {
    const agent = member('a1');
    member('v1');
    const first = guest('g1', true);
    await hearsOnly('heard', agent.ears, [620], all);
    const second = guest('g1', true);
    await waitFor('the second page is in', () => second.call.view.value.phase === 'joined');
    first.wire.deliver('call.updated', { call: room.call, superseded: true });
    await waitFor('the first knows', () => first.call.view.value.ended === 'elsewhere');
    await hearsOnly('heard from the second', agent.ears, [620], all);
    expect(agent.table.shown).to.have.length(1);
    const offers = made;
    agent.table.send('audio', toneStream(context, 2_500).getAudioTracks()[0]!);
    await hearsOnly('another microphone of the agent', second.ears, [440, 2_500], [...all, 2_500]);
    expect(made).to.equal(offers);

    await second.call.setTalks(false);
    navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException('', 'NotFoundError'));
    await second.call.setTalks(true);
    expect(second.call.view.value).to.include({ talks: false, changing: false, trouble: 'no_microphone', phase: 'joined' });
  });
});
