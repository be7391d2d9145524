import { expect } from '@esm-bundle/chai';
import { createLink, type Link, type LinkOptions } from './link.ts';
import { FakeServer, until, type FakeFrame, type FakeSocket } from './testing/fake-server.ts';
import type { LinkStatus } from './wire.ts';

const timing = { requestMs: 60, backoffMinMs: 4, backoffMaxMs: 20, rateLimitedMs: 120, probeMs: 40 };

describe('link', () => {
  let server: FakeServer;
  let link: Link;
  let asked: { fresh: boolean }[];

  const make = (options: Partial<LinkOptions> = {}): Link => {
    asked = [];
    link = createLink({
      server: 'https://consult.example',
      token: async (wish) => {
        asked.push(wish);
        return `token-${asked.length}`;
      },
      resume: () => ({}),
      timing,
      ...options,
    });
    return link;
  };
  const online = (): Promise<void> => until(() => link.status.value === 'online', 'online');
  const hellos = (): FakeFrame[] => server.sockets.flatMap(({ sent }) => sent.filter(({ type }) => type === 'hello'));

  beforeEach(() => {
    server = new FakeServer().install();
  });
  afterEach(() => {
    link.disconnect();
    server.uninstall();
  });

  it('[S1] speaks the subprotocol; the token stands in the first frame and in no address', async () => {
    make().connect();
    await online();
    const { socket } = server;
    expect(socket.protocol).to.equal('peer-consult.v1');
    expect(socket.url).to.equal('wss://consult.example/v1/socket');
    expect(socket.sent[0]).to.include({ type: 'hello', token: 'token-1' });
  });

  it('[J6] matches replies to requests by id, whatever their order, and turns errors into failures', async () => {
    make().connect();
    await online();
    const held: FakeFrame[] = [];
    server.intercept = (_, frame) => held.push(frame) > 0;
    const first = link.request('read', { conversationId: 'c', seq: 1 });
    const second = link.request('read', { conversationId: 'c', seq: 2 });
    const third = link.request('read', { conversationId: 'c', seq: 3 }).catch((error: unknown) => error);
    await until(() => held.length === 3);
    server.refuse(server.socket, held[2]!, 'rate_limited', 700);
    server.socket.receive({ re: held[1]!.id, ok: true, seq: 22 });
    server.socket.receive({ re: held[0]!.id, ok: true, seq: 11 });
    expect((await first).seq).to.equal(11);
    expect((await second).seq).to.equal(22);
    expect(await third).to.include({ code: 'rate_limited', retryAfterMs: 700 });
  });

  it('[J6] an event and a reply hand over their fields and nothing of the envelope', async () => {
    make().connect();
    await online();
    const events: unknown[] = [];
    link.on('presence', (event) => events.push(event));
    server.emit('presence', { presence: { status: 'online' } });
    expect(events).to.deep.equal([{ presence: { status: 'online' } }]);
    expect(await link.request('read', { conversationId: 'c', seq: 1 })).to.deep.equal({ seq: 1 });
  });

  it('[J6] a reply that stays out is a timeout; without a connection a request fails at once', async () => {
    make();
    expect(await link.request('ping', {}).catch((error: unknown) => error)).to.include({ code: 'offline' });
    link.connect();
    await online();
    server.intercept = (_, frame) => frame.type === 'read';
    expect(await link.request('read', { conversationId: 'c', seq: 1 }).catch((error: unknown) => error)).to.include({ code: 'timeout' });
  });

  it('[J11] comes back by itself after a lost connection and resumes from the last seq', async () => {
    let last = 3;
    make({ resume: () => ({ c: last }) }).connect();
    await online();
    const seen: LinkStatus[] = [];
    link.status.subscribe((status) => seen.push(status));
    last = 7;
    server.socket.end(1006);
    await until(() => seen.includes('online'));
    expect(seen).to.deep.equal(['offline', 'online']);
    expect(hellos().map(({ resume }) => resume)).to.deep.equal([{ c: 3 }, { c: 7 }]);
  });

  it('[J11] requests under way fail as *offline* when the connection goes, so that their owners may repeat them', async () => {
    make().connect();
    await online();
    server.intercept = (_, frame) => frame.type === 'read';
    const lost = link.request('read', { conversationId: 'c', seq: 1 }).catch((error: unknown) => error);
    await until(() => server.socket.sent.some(({ type }) => type === 'read'));
    server.socket.end(1006);
    expect(await lost).to.include({ code: 'offline' });
  });

  it('[J11] waits longer after each failure, up to the most, and not at all once the network is back', async () => {
    server.reachable = false;
    make({ timing: { ...timing, backoffMinMs: 10_000, backoffMaxMs: 20_000 } }).connect();
    await until(() => link.status.value === 'offline');
    expect(server.sockets).to.have.length(1);
    server.reachable = true;
    dispatchEvent(new Event('online'));
    await online();
  });

  it('[J10] a connection that swallows everything is noticed within two heartbeats and replaced', async () => {
    server.heartbeatMs = 30;
    make().connect();
    await online();
    const dead = server.socket;
    server.intercept = (socket) => socket === dead;
    await until(() => server.sockets.length > 1);
    await online();
    expect(dead.readyState).to.equal(3);
  });

  it('[J10] a quiet connection is kept alive by pings', async () => {
    server.heartbeatMs = 15;
    make().connect();
    await online();
    await until(() => server.socket.sent.filter(({ type }) => type === 'ping').length > 3);
    expect(server.sockets).to.have.length(1);
  });

  it('[S21] when the page comes back to the screen, a dead connection is found out at once', async () => {
    make().connect();
    await online();
    const dead = server.socket;
    server.intercept = (socket) => socket === dead;
    document.dispatchEvent(new Event('visibilitychange'));
    await until(() => server.sockets.length > 1);
    await online();
  });

  it('[B8] close code 4001 brings a fresh token once; a second refusal is final', async () => {
    make().connect();
    await online();
    server.socket.end(4001);
    await until(() => hellos().length === 2);
    await online();
    expect(asked).to.deep.equal([{ fresh: false }, { fresh: true }]);
    server.intercept = (socket: FakeSocket, frame) => {
      if (frame.type !== 'hello') return false;
      server.refuse(socket, frame, 'token_expired');
      socket.end(4001);
      return true;
    };
    server.socket.end(4001);
    await until(() => link.status.value === 'refused');
    expect(link.refusal).to.equal('unauthenticated');
    expect(asked).to.have.length(3);
  });

  for (const [code, refusal] of [[4003, 'origin_forbidden'], [4004, 'not_found'], [4010, 'signed_out']] as const) {
    it(`[O10] close code ${code} is final: refused as ${refusal}, until somebody connects again`, async () => {
      make().connect();
      await online();
      server.socket.end(code);
      await until(() => link.status.value === 'refused');
      expect(link.refusal).to.equal(refusal);
      await new Promise((resolve) => setTimeout(resolve, 60));
      expect(server.sockets).to.have.length(1);
      link.connect();
      await online();
      expect(link.refusal).to.equal(null);
    });
  }

  it('[O10] close code 4008 waits longer than other losses', async () => {
    make().connect();
    await online();
    const since = performance.now();
    server.socket.end(4008);
    await until(() => server.sockets.length > 1);
    expect(performance.now() - since).to.be.greaterThan(timing.rateLimitedMs - 5);
  });

  it('[O10] moves to another server when this one drains', async () => {
    make().connect();
    await online();
    server.emit('server.draining', { afterMs: 10 });
    await until(() => server.sockets.length === 2);
    await online();
  });

  it('[S14] a revoked session is over; an expired token is not', async () => {
    make().connect();
    await online();
    server.emit('session.revoked', { reason: 'token_expired' });
    server.socket.end(4001);
    await until(() => hellos().length === 2);
    await online();
    server.emit('session.revoked', { reason: 'password_changed' });
    await until(() => link.status.value === 'refused');
    expect(link.refusal).to.equal('signed_out');
  });

  it('[C2] a token that cannot be had for a reason is a refusal; without a network it is only offline', async () => {
    const { WireFailure } = await import('./wire.ts');
    let reason = 'offline';
    make({ token: async () => Promise.reject(new WireFailure(reason, reason)) }).connect();
    await until(() => link.status.value === 'offline');
    reason = 'origin_forbidden';
    await until(() => link.status.value === 'refused');
    expect(link.refusal).to.equal('origin_forbidden');
  });

  it('[B8] a short-lived token is renewed over the open socket before it ends', async function () {
    this.timeout(12_000);
    const jwt = (n: number): string => `h${n}.${btoa(JSON.stringify({ exp: Date.now() / 1000 + 62 }))}.s`;
    make({ token: async (wish) => jwt(asked.push(wish)) }).connect();
    await online();
    const end = Date.now() + 8_000;
    while (hellos().length < 2 && Date.now() < end) await new Promise((resolve) => setTimeout(resolve, 50));
    expect(hellos().map(({ token }) => String(token).slice(0, 2))).to.deep.equal(['h1', 'h2']);
    expect(server.sockets).to.have.length(1);
  });

  it('[J3] knows the server’s time although the own clock is wrong', async () => {
    server.now = () => Date.now() + 3_600_000;
    make().connect();
    await online();
    expect(Math.abs(link.serverNow() - server.now())).to.be.lessThan(250);
  });

  it('[J11] nothing happens before connect, and nothing after disconnect', async () => {
    make();
    await new Promise((resolve) => setTimeout(resolve, 30));
    expect(server.sockets).to.have.length(0);
    link.connect();
    await online();
    link.disconnect();
    dispatchEvent(new Event('online'));
    await new Promise((resolve) => setTimeout(resolve, 60));
    expect(server.sockets).to.have.length(1);
    expect(link.status.value).to.equal('idle');
  });
});
