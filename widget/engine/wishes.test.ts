import { expect } from '@esm-bundle/chai';
import { createLink } from './link.ts';
import { createSession, type SessionOptions } from './session.ts';
import type { Session } from './session-state.ts';
import { FakeServer, until, type FakeFrame } from './testing/fake-server.ts';

describe('wishes of a session', () => {
  let server: FakeServer;
  let session: Session;

  const start = async (options: Partial<SessionOptions> = {}): Promise<void> => {
    session = createSession({
      kind: 'visitor', server: 'https://consult.example', locale: () => 'ko', token: async () => 'token',
      link: (link) => createLink({ ...link, timing: { requestMs: 200, backoffMinMs: 4, backoffMaxMs: 10, probeMs: 50 } }),
      ...options,
    });
    session.connect();
    await until(() => session.state.value.link === 'online', 'online');
  };
  const frames = (type: string): FakeFrame[] => server.sockets.flatMap(({ sent }) => sent.filter((frame) => frame.type === type));
  const reconnect = async (): Promise<void> => {
    server.socket.end(1006);
    await until(() => session.state.value.link === 'offline');
    await until(() => session.state.value.link === 'online');
  };

  beforeEach(() => {
    server = new FakeServer().install();
  });
  afterEach(() => {
    session?.dispose();
    server.uninstall();
  });

  it('[P3] an agent assigns, tags and takes over; the answer is in the state, a refusal is told', async () => {
    server.converse('c', ['hello']);
    await start({ kind: 'agent' });
    expect(await session.assign('c', 'ada')).to.equal(null);
    expect(session.state.value.conversations[0]!.assignee?.id).to.equal('ada');
    expect(await session.tag('c', ['t1', 't2'])).to.equal(null);
    expect(session.state.value.conversations[0]!.tags?.map(({ id }) => id)).to.deep.equal(['t1', 't2']);
    expect(await session.takeover('c')).to.equal(null);
    expect(await session.assign('gone', null)).to.equal('not_found');
    server.reachable = false;
    server.socket.end(1006);
    await until(() => session.state.value.link === 'offline');
    expect(await session.tag('c', [])).to.equal('offline');
  });

  it('[P4] pins come with the hello, change by a wish or from another tab, and the sixth is refused', async () => {
    for (const id of ['a', 'b', 'c', 'd', 'e', 'f']) server.converse(id, ['hello']);
    server.pins = ['b', 'a'];
    await start({ kind: 'agent' });
    expect(session.state.value.pins).to.deep.equal(['b', 'a']);
    expect(await session.pin('c', true)).to.equal(null);
    expect(session.state.value.pins).to.deep.equal(['c', 'b', 'a']);
    expect(await session.pin('b', false)).to.equal(null);
    server.emit('pins.updated', { pins: ['a', 'b', 'c', 'd', 'e'] });
    server.pins = ['a', 'b', 'c', 'd', 'e'];
    expect(session.state.value.pins).to.deep.equal(['a', 'b', 'c', 'd', 'e']);
    expect(await session.pin('f', true)).to.equal('pin_limit');
    expect(session.state.value.pins).to.have.length(5);
    server.emit('conversation.removed', { conversationId: 'a' });
    expect(session.state.value.pins).to.deep.equal(['b', 'c', 'd', 'e'], 'what is gone is pinned no more');
  });

  it('[I4] an agent joins, transfers and leaves; a group that was left is gone, also when that happened while away', async () => {
    server.converse('c', ['hello']);
    for (const id of ['g', 'h']) {
      const room = server.converse(id, []);
      room.conversation = { ...room.conversation, kind: 'group', title: id };
    }
    await start({ kind: 'agent' });
    const find = (id: string) => session.state.value.conversations.find((each) => each.id === id);
    expect(await session.join('c')).to.equal(null);
    expect(find('c')!.members).to.have.length(1);
    expect(await session.transfer('c', 'bo', 'about the bowl')).to.equal(null);
    expect(find('c')!.assignee?.id).to.equal('bo');
    expect(frames('conversation.transfer')[0]).to.include({ agentId: 'bo', note: 'about the bowl' });
    expect(await session.leave('c')).to.equal(null);
    expect(find('c')!.members).to.have.length(0);
    expect(await session.leave('g')).to.equal(null);
    expect(find('g')).to.equal(undefined);
    expect(session.state.value.removed.has('g')).to.equal(true);
    server.rooms.delete('h');
    await reconnect();
    expect(find('h')).to.equal(undefined);
  });

  it('[I4] a conversation that is closed right after a last word is closed once that word has arrived, or it would open again', async () => {
    server.converse('c', ['hello']);
    await start({ kind: 'agent' });
    const asked = (): string[] => server.sockets.flatMap(({ sent }) => sent.map(({ type }) => type)).filter((type) => type === 'message.send' || type === 'conversation.close');
    session.send('goodbye', 'c');
    session.closeConversation('c');
    expect(asked()).to.not.include('conversation.close');
    await until(() => asked().includes('conversation.close'));
    expect(session.state.value.threads.get('c')?.lines.at(-1)?.state).to.equal('sent');
    session.closeConversation('c');
    expect(asked()).to.deep.equal(['message.send', 'conversation.close', 'conversation.close'], 'with nothing on its way it is closed at once');
  });

  it('[P3] who looks at a conversation is told without oneself, by reply and event, and said again after a reconnect', async () => {
    server.converse('c', ['hello']);
    await start({ kind: 'agent' });
    session.view('c', true);
    await until(() => session.state.value.viewers.get('c') !== undefined);
    expect(session.state.value.viewers.get('c')).to.deep.equal([{ id: 'ada', name: 'Ada' }]);
    server.emit('conversation.viewers', { conversationId: 'c', viewers: [{ id: 'visitor', name: 'me' }] });
    expect(session.state.value.viewers.get('c')).to.deep.equal([]);
    await reconnect();
    await until(() => frames('conversation.view').length === 2);
    expect(frames('conversation.view').at(-1)).to.include({ conversationId: 'c', on: true });
    session.view('c', false);
    await until(() => frames('conversation.view').length === 3);
    await reconnect();
    expect(frames('conversation.view')).to.have.length(3);
  });

  it('[N7] [N11] an agent hears where visitors are', async () => {
    await start({ kind: 'agent' });
    const page = { id: 'p', url: 'https://shop.example/tea', title: 'Tea', at: '2026-01-01T00:00:00Z' };
    server.emit('visitor.updated', { visitorId: 'v', online: true, page });
    expect(session.state.value.visitors.get('v')).to.deep.equal({ online: true, page });
    server.emit('visitor.updated', { visitorId: 'v', online: false, page });
    expect(session.state.value.visitors.get('v')!.online).to.equal(false);
  });

  it('[CH4] a note goes out as one, shows as one while on its way, and survives in the outbox', async () => {
    server.converse('c', ['hello']);
    await start({ kind: 'agent' });
    session.load('c');
    session.send('for us', 'c', { note: true });
    expect(session.state.value.threads.get('c')!.lines.at(-1)).to.include({ kind: 'note', state: 'sending' });
    await until(() => frames('message.send').length === 1);
    expect(frames('message.send')[0]).to.include({ note: true, text: 'for us' });
  });

  it('[S8] a visitor sees no private note, not even from a server that would send one; the hole holds nothing up', async () => {
    const room = server.converse('c', ['hello']);
    await start();
    const heard: string[] = [];
    session.onMessage(({ text }) => heard.push(text));
    session.load('c');
    await until(() => session.state.value.threads.get('c')?.lines.length === 1);
    server.say('c', 'secret', { kind: 'note' });
    server.say('c', 'public');
    await until(() => session.state.value.threads.get('c')!.lines.length === 2);
    room.messages.splice(1, 1);
    await until(() => frames('history').some(({ after }) => after === 1));
    expect(session.state.value.threads.get('c')!.lines.map(({ text }) => text)).to.deep.equal(['hello', 'public']);
    expect(heard).to.deep.equal(['public']);
  });

  for (const kind of ['visitor', 'agent'] as const) {
    it(`[I9] a deleted conversation leaves the screen of the ${kind}`, async () => {
      server.converse('c', ['hello']);
      await start({ kind });
      session.load('c');
      await until(() => session.state.value.threads.get('c')?.lines.length === 1);
      server.rooms.delete('c');
      server.emit('conversation.removed', { conversationId: 'c' });
      const { conversations, threads, removed } = session.state.value;
      expect([conversations.length, threads.size, removed.has('c')]).to.deep.equal([0, 0, true]);
    });
  }

  it('[I9] what the visitor had not sent into a deleted conversation begins the new one', async () => {
    server.converse('c', ['hello']);
    await start();
    session.load('c');
    await until(() => session.state.value.threads.get('c')?.lines.length === 1);
    const late: (() => void)[] = [];
    server.intercept = (socket, frame) => {
      if (frame.type !== 'message.send' || frame.conversationId !== 'c') return false;
      late.push(() => server.refuse(socket, frame, 'not_found'));
      return true;
    };
    session.send('wait for me', 'c');
    await until(() => late.length === 1);
    server.rooms.delete('c');
    server.emit('conversation.removed', { conversationId: 'c' });
    late[0]!();
    expect(session.state.value.threads.get('')!.lines.map(({ text }) => text)).to.deep.equal(['wait for me']);
    await until(() => session.state.value.threads.get('first')?.lines[0]?.state === 'sent');
  });

  it('[D1] answers before the chat live over a reconnect until the server keeps them; a refusal is told and changes nothing', async () => {
    await start();
    expect(session.state.value.contactKnown).to.equal(false);
    server.intercept = (socket, frame) => frame.type === 'visitor.contact' && server.refuse(socket, frame, 'unprocessable');
    expect(await session.contact({ name: 'Kim' })).to.equal('unprocessable');
    expect(session.state.value.contactKnown).to.equal(false);
    server.intercept = undefined;
    expect(await session.contact({ name: 'Kim', fields: { size: 'L' } })).to.equal(null);
    expect(session.state.value.contactKnown).to.equal(true);
    server.contactKnown = false;
    await reconnect();
    await until(() => frames('visitor.contact').length === 3);
    expect(frames('visitor.contact').at(-1)).to.deep.include({ name: 'Kim', fields: { size: 'L' } });
    expect(session.state.value.contactKnown).to.equal(true);
    await session.contact({ email: 'kim@example.com', fields: { colour: 'red' } });
    expect(frames('visitor.contact').at(-1)).to.deep.include({ name: 'Kim', email: 'kim@example.com', fields: { size: 'L', colour: 'red' } });
  });

  it('[N7] what the page tells of itself is told after each reconnect, part by part', async () => {
    await start();
    session.context({ page: { url: 'https://shop.example/', title: 'Shop' } });
    session.context({ context: { plan: 'gold' } });
    await until(() => frames('visitor.context').length === 2);
    session.context({ page: { url: 'https://shop.example/tea', title: 'Tea' } });
    await reconnect();
    await until(() => frames('visitor.context').length === 4);
    expect(frames('visitor.context').at(-1)).to.deep.include({ page: { url: 'https://shop.example/tea', title: 'Tea' }, context: { plan: 'gold' } });
  });

  it('[I5] a closed conversation is rated, and mailed where the server sends mail', async () => {
    server.converse('c', ['hello']);
    await start();
    expect(await session.rate('c', { score: 4, comment: 'kind' })).to.equal(null);
    expect(session.state.value.conversations[0]!.rating).to.include({ score: 4, comment: 'kind' });
    expect(await session.transcript('c', 'kim@example.com')).to.equal(null);
    server.mails = false;
    expect(await session.transcript('c', 'kim@example.com')).to.equal('mail_off');
  });
});
