import { expect } from '@esm-bundle/chai';
import type { Call } from '../../protocol/shapes.ts';
import { clientId } from './client-id.ts';
import { createMemoryOutbox, createStoredOutbox, type Outbox } from './outbox.ts';
import { createSession, type SessionOptions } from './session.ts';
import type { Session, Thread } from './session-state.ts';
import { FakeServer, until, type FakeFrame } from './testing/fake-server.ts';
import { createVisitorIdentity } from './visitor-identity.ts';
import { createLink } from './link.ts';

const address = 'https://consult.example';

describe('session', () => {
  let server: FakeServer;
  let session: Session;

  const make = (options: Partial<SessionOptions> = {}): Session =>
    (session = createSession({
      kind: 'visitor',
      server: address,
      locale: () => 'ko',
      token: async () => 'token',
      link: (link) => createLink({ ...link, timing: { requestMs: 200, backoffMinMs: 4, backoffMaxMs: 10, probeMs: 50 } }),
      ...options,
    }));
  const thread = (id: string): Thread | undefined => session.state.value.threads.get(id);
  const texts = (id: string): string[] => (thread(id)?.lines ?? []).map(({ text }) => text);
  const online = (): Promise<void> => until(() => session.state.value.link === 'online', 'online');
  const sends = (): FakeFrame[] => server.sockets.flatMap(({ sent }) => sent.filter(({ type }) => type === 'message.send'));

  beforeEach(() => {
    server = new FakeServer().install();
  });
  afterEach(() => {
    session?.dispose();
    server.uninstall();
  });

  it('[I1] the first message makes the conversation; what was written meanwhile follows into it in order', async () => {
    make().connect();
    await online();
    expect(server.rooms.size).to.equal(0);
    session.send('one');
    session.send('two');
    session.send('three');
    expect(texts('')).to.deep.equal(['one', 'two', 'three']);
    await until(() => thread('first')?.lines.every(({ state }) => state === 'sent') === true && texts('first').length === 3);
    expect(texts('first')).to.deep.equal(['one', 'two', 'three']);
    expect(thread('')).to.equal(undefined);
    expect(server.rooms.get('first')!.messages.map(({ text }) => text)).to.deep.equal(['one', 'two', 'three']);
  });

  it('[CH2] a message whose reply was lost is sent again under the same clientId and stored once', async () => {
    server.converse('c', ['hello']);
    make().connect();
    session.load('c');
    await online();
    let lost = 0;
    server.intercept = (socket, frame) => {
      if (frame.type !== 'message.send' || lost++ > 0) return false;
      server.append('c', { text: frame.text as string, clientId: frame.clientId as string, author: { kind: 'visitor', ...server.visitor } });
      socket.end(1006);
      return true;
    };
    session.send('only once', 'c');
    await until(() => thread('c')?.lines.at(-1)?.state === 'sent' && texts('c').length === 2);
    await until(() => sends().length === 2);
    expect(new Set(sends().map((frame) => frame.clientId)).size).to.equal(1);
    expect(server.rooms.get('c')!.messages).to.have.length(2);
    expect(texts('c')).to.deep.equal(['hello', 'only once']);
  });

  it('[J11] what is written without a connection goes out by itself when it is back, in order', async () => {
    server.converse('c', ['hello']);
    make().connect();
    session.load('c');
    await online();
    server.reachable = false;
    server.socket.end(1006);
    await until(() => session.state.value.link === 'offline');
    session.send('a', 'c');
    session.send('b', 'c');
    expect(thread('c')!.lines.slice(-2).map(({ state }) => state)).to.deep.equal(['sending', 'sending']);
    server.reachable = true;
    await until(() => server.rooms.get('c')!.messages.length === 3);
    await until(() => thread('c')!.lines.every(({ state }) => state === 'sent'));
    expect(texts('c')).to.deep.equal(['hello', 'a', 'b']);
  });

  it('[J11] what others wrote meanwhile arrives once, in order, after a reconnect', async () => {
    server.converse('c', ['1', '2']);
    make().connect();
    session.load('c');
    await until(() => texts('c').length === 2);
    const before = server.socket;
    before.readyState = 3;
    server.append('c', { text: '3' });
    server.append('c', { text: '4' });
    before.onclose?.({ code: 1006 });
    await until(() => texts('c').length === 4);
    server.say('c', '5');
    expect(texts('c')).to.deep.equal(['1', '2', '3', '4', '5']);
  });

  it('[J6] a refused message stays with its reason, can be tried again, and can be discarded', async () => {
    server.converse('c', ['hello']);
    make().connect();
    session.load('c');
    await online();
    server.intercept = (socket, frame) => frame.type === 'message.send' && server.refuse(socket, frame, 'forbidden');
    const first = session.send('no', 'c');
    const second = session.send('neither', 'c');
    await until(() => thread('c')!.lines.filter(({ state }) => state === 'failed').length === 2);
    expect(thread('c')!.lines.at(-1)).to.include({ failure: 'forbidden' });
    server.intercept = undefined;
    expect(session.discard(second)).to.equal('neither');
    session.retry(first);
    await until(() => thread('c')!.lines.every(({ state }) => state === 'sent'));
    expect(texts('c')).to.deep.equal(['hello', 'no']);
  });

  it('[S18] rate_limited waits as long as the server says, by itself', async () => {
    server.converse('c', ['hello']);
    make().connect();
    session.load('c');
    await online();
    let refused = 0;
    let since = 0;
    server.intercept = (socket, frame) => {
      if (frame.type !== 'message.send' || refused++ > 0) return false;
      since = performance.now();
      return server.refuse(socket, frame, 'rate_limited', 120);
    };
    session.send('patience', 'c');
    await until(() => thread('c')!.lines.at(-1)!.state === 'sent' && texts('c').length === 2);
    expect(performance.now() - since).to.be.greaterThan(110);
  });

  it('[I9] a message into a conversation that was deleted begins a new one', async () => {
    server.converse('old', ['hello']);
    make().connect();
    session.load('old');
    await until(() => texts('old').length === 1);
    server.rooms.clear();
    server.intercept = (socket, frame) => frame.type === 'message.send' && frame.conversationId === 'old' && server.refuse(socket, frame, 'not_found');
    session.send('is anybody there?', 'old');
    await until(() => texts('first').length === 1);
    expect(thread('old')).to.equal(undefined);
    expect(session.state.value.conversations.map(({ id }) => id)).to.deep.equal(['first']);
  });

  it('[S23] unsent messages survive a reload, in the order of writing', async () => {
    const scope = `test ${clientId()}`;
    server.reachable = false;
    make({ outbox: createStoredOutbox(scope) }).connect();
    session.send('before');
    session.send('the reload');
    await until(() => session.state.value.link === 'offline');
    let kept = 0;
    await until(() => (void createStoredOutbox(scope).all().then((all) => (kept = all.length)), kept === 2), 'both stored');
    session.dispose();
    server.reachable = true;
    make({ outbox: createStoredOutbox(scope) }).connect();
    await until(() => texts('first').length === 2 && thread('first')!.lines.every(({ state }) => state === 'sent'));
    expect(server.rooms.get('first')!.messages.map(({ text }) => text)).to.deep.equal(['before', 'the reload']);
    let left = -1;
    await until(() => (void createStoredOutbox(scope).all().then((all) => (left = all.length)), left === 0), 'an empty outbox');
  });

  for (const [how, factory] of [
    ['throws at once', () => { throw new DOMException('denied', 'SecurityError'); }],
    ['refuses to open', () => ({ open: () => { throw new DOMException('denied'); } }) as unknown as IDBFactory],
  ] as const) {
    it(`[S23] with storage that ${how} everything works except surviving a reload`, async () => {
      const outbox: Outbox = createStoredOutbox('denied', factory);
      make({ outbox }).connect();
      session.send('still sent');
      await until(() => texts('first').length === 1 && thread('first')!.lines[0]!.state === 'sent');
      expect(await outbox.all()).to.deep.equal([]);
      await outbox.put({ clientId: 'x', conversationId: '', text: 'x', createdAt: '' });
      expect(await outbox.all()).to.have.length(1);
    });
  }

  it('[K3] loads the newest page and earlier ones until there is nothing more', async () => {
    server.converse('c', Array.from({ length: 120 }, (_, index) => `line ${index + 1}`));
    make().connect();
    session.load('c');
    await until(() => thread('c')?.lines.length === 50);
    expect(thread('c')).to.include({ more: true, loading: false });
    session.loadEarlier('c');
    session.loadEarlier('c');
    await until(() => thread('c')!.lines.length === 100);
    session.loadEarlier('c');
    await until(() => thread('c')!.lines.length === 120);
    expect(thread('c')!.more).to.equal(false);
    expect(texts('c')[0]).to.equal('line 1');
  });

  it('[K3] a hole in what arrived is noticed and filled', async () => {
    server.converse('c', ['1', '2']);
    make().connect();
    session.load('c');
    await until(() => texts('c').length === 2);
    server.append('c', { text: '3' });
    server.say('c', '4');
    await until(() => texts('c').length === 4);
    expect(texts('c')).to.deep.equal(['1', '2', '3', '4']);
  });

  it('[L1] unread counts what others wrote after the own cursor; reading is told only when asked, and over a reconnect', async () => {
    server.converse('c', ['mine', 'theirs']);
    make().connect();
    session.load('c');
    await until(() => session.state.value.unread === 1);
    server.say('c', 'more');
    expect(session.state.value.unread).to.equal(2);
    expect(server.socket.sent.some(({ type }) => type === 'read')).to.equal(false);
    server.intercept = (socket, frame) => frame.type === 'read' && (socket.end(1006), true);
    session.markRead('c');
    expect(session.state.value.unread).to.equal(0);
    await until(() => server.sockets.length === 2);
    server.intercept = undefined;
    await until(() => server.rooms.get('c')!.conversation.readSeq === 3);
  });

  it('[L4] the other side’s cursor and one’s own in another tab move with the event, forwards only', async () => {
    server.converse('c', ['mine', 'theirs', 'mine', 'theirs']);
    make().connect();
    await until(() => session.state.value.unread === 1);
    server.emit('read', { conversationId: 'c', reader: server.agent, seq: 3 });
    server.emit('read', { conversationId: 'c', reader: server.agent, seq: 1 });
    expect(session.state.value.conversations[0]).to.include({ agentsReadSeq: 3, unread: 1 });
    server.emit('read', { conversationId: 'c', reader: { kind: 'visitor', ...server.visitor }, seq: 4 });
    expect(session.state.value.conversations[0]).to.include({ visitorReadSeq: 4, readSeq: 4, unread: 0 });
  });

  it('[J20] typing shows until it ends or the message comes, and is told no more than needed', async () => {
    server.converse('c', ['hello']);
    make().connect();
    session.load('c');
    await until(() => texts('c').length === 1);
    server.emit('typing', { conversationId: 'c', author: server.agent, on: true });
    expect(thread('c')!.typing).to.deep.equal([{ id: 'agent', name: 'Jiwoo Park' }]);
    server.say('c', 'here it is');
    expect(thread('c')!.typing).to.deep.equal([]);
    for (let i = 0; i < 5; i++) session.typing('c', true);
    session.typing('c', false);
    session.typing('c', false);
    expect(server.socket.sent.filter(({ type }) => type === 'typing').map(({ on }) => on)).to.deep.equal([true, false]);
  });

  it('[N2] presence is explicit from the start and follows', async () => {
    server.presence = { status: 'offline' };
    make().connect();
    await online();
    expect(session.state.value.presence).to.deep.equal({ status: 'offline' });
    server.emit('presence', { presence: { status: 'online' } });
    expect(session.state.value.presence).to.deep.equal({ status: 'online' });
  });

  it('[E2] a call rings from the snapshot and from its event, for the side that did not start it, until somebody has it', async () => {
    const call = (id: string, fields: Partial<Call> = {}): Call => ({
      id, conversationId: 'c', siteId: 'site', mode: 'audio', state: 'ringing', visitor: server.visitor, startedBy: server.agent, answeredBy: null,
      createdAt: new Date().toISOString(), answeredAt: null, endedAt: null, endReason: null, consents: {}, recording: null, ...fields,
    });
    server.calls.push(call('1'), call('2', { startedBy: { kind: 'visitor', ...server.visitor } }), call('3', { state: 'active' }));
    make().connect();
    await online();
    const ringing = (): string[] => session.state.value.ringing.map(({ id }) => id);
    expect(ringing()).to.deep.equal(['1']);
    server.emit('call.updated', { call: call('4') });
    expect(ringing()).to.deep.equal(['1', '4']);
    server.emit('call.updated', { call: call('1', { state: 'ended', endReason: 'cancelled' }) });
    server.emit('call.updated', { call: call('4', { state: 'active' }), answeredElsewhere: true });
    expect(ringing()).to.deep.equal([]);
  });

  it('[L4] a message is told to the page once, whether it comes as event, as reply or again', async () => {
    server.converse('c', ['hello']);
    make().connect();
    session.load('c');
    await until(() => texts('c').length === 1);
    const told: string[] = [];
    session.onMessage(({ text }) => told.push(text));
    const theirs = server.say('c', 'theirs');
    server.emit('message', { message: theirs });
    session.send('mine', 'c');
    await until(() => told.length === 2);
    server.emit('message', { message: server.rooms.get('c')!.messages.at(-1)! });
    expect(told).to.deep.equal(['theirs', 'mine']);
  });
});

describe('visitor identity', () => {
  let server: FakeServer;
  const memory = (): Storage & { writes: number } => {
    const values = new Map<string, string>();
    const storage = {
      writes: 0,
      getItem: (key: string) => values.get(key) ?? null,
      setItem: (key: string, value: string) => {
        storage.writes++;
        values.set(key, value);
      },
      removeItem: (key: string) => void values.delete(key),
    };
    return storage as unknown as Storage & { writes: number };
  };

  beforeEach(() => {
    server = new FakeServer().install();
  });
  afterEach(() => server.uninstall());

  it('[D1] one token for the page, asked for when needed, and stored only from the first message on', async () => {
    const storage = memory();
    const identity = createVisitorIdentity({ server: address, siteKey: 'pk_1', locale: 'ko', storage: () => storage });
    expect(server.requests).to.have.length(0);
    const [one, two] = await Promise.all([identity.token({ fresh: false }), identity.token({ fresh: false })]);
    expect([one, two]).to.deep.equal(['token-1', 'token-1']);
    expect(server.requests[0]).to.deep.equal({ url: `${address}/v1/visitors`, body: { siteKey: 'pk_1', locale: 'ko' } });
    expect(storage.writes).to.equal(0);
    expect(identity.returning).to.equal(false);
    identity.keep();
    expect(identity.returning).to.equal(true);
  });

  it('[D3] the next visit continues with the stored token; a renewed one takes its place', async () => {
    const storage = memory();
    const options = { server: address, siteKey: 'pk_1', locale: 'ko', storage: () => storage };
    const first = createVisitorIdentity(options);
    await first.token({ fresh: false });
    first.keep();
    const second = createVisitorIdentity(options);
    expect(await second.token({ fresh: false })).to.equal('token-1');
    second.renewed('token-renewed');
    expect(await createVisitorIdentity(options).token({ fresh: false })).to.equal('token-renewed');
    expect(server.requests).to.have.length(1);
  });

  it('[D3] a token that the server refuses is replaced by a new one; a forgotten visitor is somebody new', async () => {
    const storage = memory();
    const options = { server: address, siteKey: 'pk_1', locale: 'ko', storage: () => storage };
    const identity = createVisitorIdentity(options);
    await identity.token({ fresh: false });
    identity.keep();
    expect(await identity.token({ fresh: true })).to.equal('token-2');
    expect(await createVisitorIdentity(options).token({ fresh: false })).to.equal('token-2');
    identity.forget();
    expect(identity.returning).to.equal(false);
    expect(await identity.token({ fresh: false })).to.equal('token-3');
  });

  it('[S23] with storage denied the visitor is known as long as the page', async () => {
    const identity = createVisitorIdentity({ server: address, siteKey: 'pk_1', locale: 'ko', storage: () => { throw new DOMException('denied', 'SecurityError'); } });
    expect(identity.returning).to.equal(false);
    await identity.token({ fresh: false });
    identity.keep();
    identity.renewed('token-renewed');
    expect(await identity.token({ fresh: false })).to.equal('token-renewed');
    identity.forget();
  });

  it('[C2] says why there is no token', async () => {
    const identity = createVisitorIdentity({ server: address, siteKey: 'pk_1', locale: 'ko', storage: memory });
    server.visitorAnswer = () => Response.json({ type: 'about:blank', title: 'No', status: 403, code: 'origin_forbidden' }, { status: 403 });
    expect(await identity.token({ fresh: false }).catch((error: unknown) => error)).to.include({ code: 'origin_forbidden' });
    server.originAllowed = false;
    expect(await identity.token({ fresh: false }).catch((error: unknown) => error)).to.include({ code: 'origin_forbidden' });
    server.originAllowed = true;
    server.reachable = false;
    expect(await identity.token({ fresh: false }).catch((error: unknown) => error)).to.include({ code: 'offline' });
    server.reachable = true;
    server.visitorAnswer = undefined;
    expect(await identity.token({ fresh: false })).to.equal('token-1');
  });
});

describe('client ids', () => {
  it('[J7] grow with each call, also within a millisecond, and look like the contract’s', () => {
    const ids = Array.from({ length: 5_000 }, () => clientId(1_700_000_000_000));
    expect([...ids].sort()).to.deep.equal(ids);
    expect(new Set(ids).size).to.equal(5_000);
    for (const id of ids) expect(id).to.match(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  });
});

// The memory outbox is the fallback and the default: it keeps the same promises.
describe('memory outbox', () => {
  it('[S23] gives back what was put, in order, without what was removed', async () => {
    const outbox = createMemoryOutbox();
    for (const id of ['a', 'b', 'c']) await outbox.put({ clientId: id, conversationId: '', text: id, createdAt: '' });
    await outbox.remove('b');
    expect((await outbox.all()).map((entry) => entry.clientId)).to.deep.equal(['a', 'c']);
    await outbox.clear();
    expect(await outbox.all()).to.deep.equal([]);
  });
});
