import { expect } from '@esm-bundle/chai';
import type { CallView } from './call/call-engine.ts';
import { openChunkStore } from './recorder/chunk-store.ts';
import { createSession } from './session.ts';
import type { Session } from './session-state.ts';
import { FakeServer, until, type FakeFrame } from './testing/fake-server.ts';

describe('call desk', () => {
  let server: FakeServer;
  let session: Session;
  let acted: number;
  const frames = (type: string): FakeFrame[] => server.sockets.flatMap(({ sent }) => sent.filter((frame) => frame.type === type));

  beforeEach(async () => {
    server = new FakeServer().install();
    acted = 0;
    session = createSession({ kind: 'visitor', server: 'https://consult.example', locale: () => 'ko', token: async () => 'token', acting: () => acted++ });
    session.connect();
    await until(() => session.state.value.link === 'online');
  });
  afterEach(() => {
    session.dispose();
    server.uninstall();
  });

  it('[F14] a call is on screen at once, while its engine is still on its way, and then rings over there', async () => {
    const seen: (CallView | null)[] = [];
    session.state.subscribe(({ call }) => seen.at(-1) !== call && seen.push(call));
    server.intercept = (_, frame) => frame.type === 'call.start';
    session.startCall({ mode: 'audio', consent: true });
    expect(session.state.value.call).to.include({ phase: 'preparing', mode: 'audio', outgoing: true });
    expect(acted).to.equal(1);
    await until(() => frames('call.start').length === 1);
    expect(frames('call.start')[0]).to.include({ mode: 'audio' });
    expect(session.callEngine).not.to.equal(null);
    // One call at a time: a second wish changes nothing.
    session.startCall({ mode: 'video', consent: true });
    expect(session.state.value.call).to.include({ mode: 'audio' });
    // From the first moment to the last there is always something to see.
    expect(seen.includes(null)).to.equal(false);
  });

  it('[G3] what a visitor’s earlier page recorded goes up at the next visit; without such a visit nothing that records is loaded', async () => {
    const uploads = (): string[] => server.requests.map(({ url }) => url).filter((url) => url.includes('/v1/recordings/'));
    expect(uploads()).to.deep.equal([]);
    const store = (await openChunkStore())!;
    await store.remember({ recordingId: 'r1', server: 'https://consult.example', segments: { 1: 1 }, at: Date.now() });
    await store.put({ recordingId: 'r1', segment: 1, seq: 0, bytes: new Uint8Array([1, 2, 3]).buffer, digest: 'AAAA' });
    const next = createSession({ kind: 'visitor', server: 'https://consult.example', locale: () => 'ko', token: async () => 'token', acting: () => acted++ });
    try {
      next.connect();
      await until(() => uploads().some((url) => url.endsWith('/v1/recordings/r1/segments/1/chunks/0')), 'the piece');
    } finally {
      next.dispose();
      await store.forget('r1');
    }
  });

  it('[F11] cancelled while its engine is on its way, a call never begins', async () => {
    session.startCall({ mode: 'audio', consent: true });
    session.endCall();
    expect(session.state.value.call).to.equal(null);
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(session.state.value.call).to.equal(null);
    expect(frames('call.start')).to.deep.equal([]);
  });

  it('[F11] a call that the server refuses ends with its trouble, can be taken off the screen, and the next one may begin', async () => {
    server.intercept = (socket, frame) => frame.type === 'call.start' && server.refuse(socket, frame, 'forbidden');
    session.startCall({ mode: 'audio', consent: true });
    await until(() => session.state.value.call?.phase === 'ended');
    expect(session.state.value.call!.trouble).to.equal('refused');
    session.dismissCall();
    expect(session.state.value.call).to.equal(null);
    session.startCall({ mode: 'audio', consent: false });
    await until(() => frames('call.start').length === 2);
  });

  it('[F13] a call that goes on without this page is offered, not rung; a click returns to it, and its end takes it off the screen', async () => {
    const call = {
      id: 'k1', conversationId: 'c1', siteId: 's1', mode: 'audio' as const, state: 'active' as const, visitor: { id: server.visitor.id, name: 'Mina' },
      startedBy: { kind: 'visitor' as const, id: server.visitor.id, name: 'Mina' }, answeredBy: { kind: 'agent' as const, id: 'a1', name: 'Joon' },
      createdAt: '2026-11-21T09:00:00Z', answeredAt: '2026-11-21T09:00:05Z', endedAt: null, endReason: null, consents: { visitor: true, agent: true }, recording: null,
    };
    server.calls.push(call);
    session.reconnect();
    await until(() => session.state.value.call?.phase === 'away');
    expect(session.state.value.ringing).to.deep.equal([]);
    expect(acted).to.equal(0);
    server.emit('call.updated', { call: { ...call, state: 'ended', endReason: 'left' } });
    expect(session.state.value.call).to.equal(null);
    server.emit('call.updated', { call });
    expect(session.state.value.call).to.equal(null, 'only the snapshot offers it');
    session.reconnect();
    await until(() => session.state.value.call?.phase === 'away');
    server.intercept = (_, frame) => frame.type === 'call.resume';
    session.acceptCall(call, { consent: true });
    await until(() => frames('call.resume').length === 1);
    expect([frames('call.accept'), frames('call.start')]).to.deep.equal([[], []]);
    session.endCall();
    await until(() => frames('call.end').length === 1);
  });
});

describe('call desk of an agent', () => {
  const person = (kind: 'visitor' | 'agent', id: string) => ({ kind, id, name: id });
  const active = (id: string, state: 'active' | 'ringing') => ({
    id, conversationId: `c-${id}`, siteId: 's1', mode: 'audio' as const, state, visitor: { id: `v-${id}`, name: 'Mina' }, startedBy: person('visitor', `v-${id}`),
    answeredBy: state === 'active' ? person('agent', 'a1') : null, createdAt: '2026-11-21T09:00:00Z', answeredAt: state === 'active' ? '2026-11-21T09:00:05Z' : null,
    endedAt: null, endReason: null, consents: {}, recording: null,
  });

  it('[E7] whoever answers while another window of theirs is in a call reads so, and is led back to that one', async () => {
    const server = new FakeServer().install();
    const session = createSession({ kind: 'agent', server: 'https://consult.example', locale: () => 'en', token: async () => 'token', acting: () => undefined });
    try {
      session.connect();
      await until(() => session.state.value.link === 'online');
      const [mine, other] = [active('k1', 'active'), active('k2', 'ringing')];
      server.intercept = (socket, frame) => {
        if (frame.type !== 'call.accept') return frame.type === 'call.resume';
        server.emit('call.updated', { call: mine, engaged: true });
        return server.refuse(socket, frame, 'already_in_call');
      };
      session.acceptCall(other, { consent: true });
      expect(session.state.value.call).to.include({ phase: 'preparing' });
      await until(() => session.state.value.call?.phase === 'away', 'the way back');
      expect(session.state.value.call).to.deep.include({ call: mine, trouble: 'already_in_call' });
      // A second try comes to the same.
      session.acceptCall(other, { consent: true });
      await until(() => session.state.value.call?.phase === 'preparing' || session.state.value.call?.phase === 'connecting');
      await until(() => session.state.value.call?.phase === 'away', 'the way back once more');
      session.acceptCall(mine, { consent: true });
      await until(() => server.sockets.some(({ sent }) => sent.some(({ type, callId }) => type === 'call.resume' && callId === 'k1')), 'the return');
      session.endCall();
      session.dismissCall();
      expect(session.state.value.call).to.equal(null);
      // Asked for whoever is next, with nothing begun here.
      server.emit('call.updated', { call: mine, engaged: true });
      expect(session.state.value.call).to.include({ phase: 'away', trouble: 'already_in_call' });
    } finally {
      session.dispose();
      server.uninstall();
    }
  });
});
