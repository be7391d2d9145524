import { expect } from '@esm-bundle/chai';
import { clientId } from './client-id.ts';
import { createLink } from './link.ts';
import { createMemoryOutbox, createStoredOutbox, type Outbox, type Unsent } from './outbox.ts';
import { createSession, type SessionOptions } from './session.ts';
import type { Session, Thread } from './session-state.ts';
import { FakeServer, until, type FakeFrame } from './testing/fake-server.ts';

const written = (n: number, conversationId = 'c'): Unsent => ({ clientId: `00000000-0000-7000-8000-10000000000${n}`, conversationId, text: `old ${n}`, createdAt: new Date(n).toISOString() });

describe('session under faults', () => {
  let server: FakeServer;
  const sessions: Session[] = [];

  const make = (options: Partial<SessionOptions> = {}): Session => {
    const session = createSession({
      kind: 'visitor', server: 'https://consult.example', locale: () => 'ko', token: async () => 'token',
      link: (link) => createLink({ ...link, timing: { requestMs: 200, backoffMinMs: 4, backoffMaxMs: 10, probeMs: 50 } }), ...options,
    });
    sessions.push(session);
    return session;
  };
  const thread = (session: Session, id = 'c'): Thread | undefined => session.state.value.threads.get(id);
  const texts = (session: Session, id = 'c'): string[] => (thread(session, id)?.lines ?? []).map(({ text }) => text);
  const states = (session: Session, id = 'c'): string[] => (thread(session, id)?.lines ?? []).map(({ state }) => state);
  const stored = (id = 'c'): string[] => server.rooms.get(id)?.messages.map(({ text }) => text) ?? [];
  const online = (session: Session): Promise<void> => until(() => session.state.value.link === 'online', 'online');
  const hellos = (): FakeFrame[] => server.sockets.flatMap(({ sent }) => sent.filter(({ type }) => type === 'hello'));
  const open = async (options: Partial<SessionOptions> = {}): Promise<Session> => {
    const session = make(options);
    session.connect();
    session.load('c');
    await online(session);
    return session;
  };

  beforeEach(() => {
    server = new FakeServer().install();
    server.converse('c', ['hello']);
  });
  afterEach(() => {
    for (const session of sessions.splice(0)) session.dispose();
    server.uninstall();
  });

  it('[J11] what is written while the socket is closing waits for the next one, and does not hang the page', async () => {
    const session = await open();
    await until(() => texts(session).length === 1);
    server.socket.readyState = 2;
    session.send('patience', 'c');
    // A page that asks again and again never gets as far as this.
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(states(session)).to.deep.equal(['sent', 'sending']);
    server.sockets.at(-1)!.end(1006);
    await until(() => states(session).every((state) => state === 'sent'));
    expect(stored()).to.deep.equal(['hello', 'patience']);
  });

  it('[J11][CH7] what an earlier page left goes before what is written now, however slow the storage is', async () => {
    const disk = createMemoryOutbox();
    await disk.put(written(1));
    await disk.put(written(2));
    let read: (() => void) | undefined;
    const outbox: Outbox = { ...disk, all: async () => (await new Promise<void>((resolve) => (read = resolve)), [written(1), written(2)]) };
    const session = await open({ outbox });
    session.send('new', 'c');
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(stored()).to.deep.equal(['hello']);
    read!();
    await until(() => stored().length === 4);
    expect(stored()).to.deep.equal(['hello', 'old 1', 'old 2', 'new']);
  });

  it('[S23] a storage that never answers keeps nobody from writing', async function () {
    this.timeout(6_000);
    const session = await open({ outbox: { ...createMemoryOutbox(), all: () => new Promise(() => undefined) } });
    session.send('here I am', 'c');
    await new Promise((resolve) => setTimeout(resolve, 2_100));
    await until(() => stored().length === 2);
  });

  it('[J11][CH14] a hole whose answer the break swallowed is resumed from, not from the last message', async () => {
    const session = await open();
    await until(() => texts(session).length === 1);
    server.append('c', { text: 'missed' });
    server.intercept = (_, frame) => frame.type === 'history';
    server.say('c', 'heard');
    await until(() => server.socket.sent.some(({ type, after }) => type === 'history' && after === 1));
    expect(texts(session)).to.deep.equal(['hello', 'heard']);
    server.socket.end(1006);
    await until(() => texts(session).length === 3);
    expect(texts(session)).to.deep.equal(['hello', 'missed', 'heard']);
    expect(hellos().at(-1)!.resume).to.deep.equal({ c: 1 });
  });

  it('[S18][CH14] a server that is too busy for a page, or for what is missing, is asked again on the same link', async () => {
    const session = make();
    session.connect();
    await online(session);
    let refused = 0;
    server.intercept = (socket, frame) => frame.type === 'history' && ++refused % 2 === 1 && server.refuse(socket, frame, refused === 1 ? 'rate_limited' : 'unavailable', 30);
    session.load('c');
    await until(() => texts(session).length === 1);
    server.append('c', { text: 'missed' });
    server.say('c', 'heard');
    await until(() => texts(session).length === 3);
    expect(texts(session)).to.deep.equal(['hello', 'missed', 'heard']);
    expect(refused).to.equal(4);
    expect(hellos()).to.have.length(1);
  });

  it('[J8][CH2] two tabs restore one outbox: each message is stored once, and no tab goes on showing it as on its way', async () => {
    const disk = createMemoryOutbox();
    await disk.put(written(1));
    await disk.put(written(2));
    const [one, two] = [make({ outbox: disk }), make({ outbox: disk })];
    for (const session of [one, two]) {
      session.connect();
      session.load('c');
    }
    for (const session of [one, two]) await until(() => texts(session).length === 3 && states(session).every((state) => state === 'sent'));
    expect(stored()).to.deep.equal(['hello', 'old 1', 'old 2']);
    for (const session of [one, two]) expect(texts(session)).to.deep.equal(stored());
    expect(await disk.all()).to.deep.equal([]);
  });

  it('[J8][S23] the same with the browser’s own storage: what two tabs wrote offline is there once after both were reloaded', async () => {
    const scope = `two tabs ${clientId()}`;
    server.reachable = false;
    for (const words of ['from one', 'from two']) {
      const session = make({ outbox: createStoredOutbox(scope) });
      session.connect();
      session.send(words, 'c');
    }
    let kept = 0;
    await until(() => (void createStoredOutbox(scope).all().then((all) => (kept = all.length)), kept === 2), 'both stored');
    for (const session of sessions.splice(0)) session.dispose();
    server.reachable = true;
    const again = [await open({ outbox: createStoredOutbox(scope) }), await open({ outbox: createStoredOutbox(scope) })];
    for (const session of again) await until(() => texts(session).length === 3 && states(session).every((state) => state === 'sent'));
    expect(stored()).to.deep.equal(['hello', 'from one', 'from two']);
    let left = -1;
    await until(() => (void createStoredOutbox(scope).all().then((all) => (left = all.length)), left === 0), 'an empty outbox');
  });

  it('[J8] a line that one tab delivers is no longer on its way in the other, whose own sending is refused just then', async () => {
    const disk = createMemoryOutbox();
    await disk.put(written(1));
    const one = await open({ outbox: disk });
    await until(() => texts(one).length === 2);
    server.intercept = (_, frame) => frame.type === 'message.send';
    const two = await open({ outbox: { ...disk, all: async () => [written(1)] } });
    await until(() => texts(two).length >= 2);
    expect(texts(two).filter((text) => text === 'old 1')).to.have.length(1);
    await until(() => states(two).every((state) => state === 'sent'));
  });

  it('[J7][CH2] retrying a failed line twice, and once more after a reload, stores it once', async () => {
    const disk = createMemoryOutbox();
    const session = await open({ outbox: disk });
    let answers = 0;
    server.intercept = (socket, frame) => frame.type === 'message.send' && answers++ === 0 && server.refuse(socket, frame, 'forbidden');
    const id = session.send('once', 'c');
    await until(() => states(session).at(-1) === 'failed');
    session.retry(id);
    session.retry(id);
    session.dispose();
    const again = await open({ outbox: disk });
    await until(() => stored().length === 2 && states(again).every((state) => state === 'sent') && texts(again).length === 2);
    expect(stored()).to.deep.equal(['hello', 'once']);
  });

  it('[J12][J11] offline for hours: what was written and what was missed are both there, once, in order', async () => {
    const session = await open();
    await until(() => texts(session).length === 1);
    server.reachable = false;
    server.socket.end(1006);
    await until(() => session.state.value.link === 'offline');
    for (let n = 1; n <= 30; n++) session.send(`mine ${n}`, 'c');
    for (let n = 1; n <= 130; n++) server.append('c', { text: `theirs ${n}` });
    server.reachable = true;
    await until(() => stored().length === 161 && texts(session).length === 161 && states(session).every((state) => state === 'sent'));
    expect(texts(session)).to.deep.equal(stored());
    expect(stored().filter((text) => text.startsWith('mine'))).to.deep.equal(Array.from({ length: 30 }, (_, n) => `mine ${n + 1}`));
  });
});
