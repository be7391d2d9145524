import { expect } from '@esm-bundle/chai';
import { createLink, type Link, type LinkOptions } from './link.ts';
import { createServerClock } from './server-clock.ts';
import { FakeServer, type FakeSocket } from './testing/fake-server.ts';
import { installVirtualTime, type VirtualTime } from './testing/virtual-time.ts';

const HOUR = 3_600_000;

// The link with the times that it really has, under a clock that the test moves.
describe('link and time', () => {
  let time: VirtualTime;
  let server: FakeServer;
  let link: Link;

  const connect = async (options: Partial<LinkOptions> = {}): Promise<void> => {
    link = createLink({ server: 'https://consult.example', token: async () => 'token', resume: () => ({}), ...options });
    link.connect();
    await time.pass(100);
  };
  /** From now on the present connection swallows everything. */
  const halfOpen = (): FakeSocket => {
    const dead = server.socket;
    server.intercept = (socket) => socket === dead;
    return dead;
  };
  const noticedAfter = async (mostMs: number): Promise<number> => {
    const since = time.now;
    const sockets = server.sockets.length;
    while (server.sockets.length === sockets && time.now - since <= mostMs) await time.pass(500);
    return time.now - since;
  };

  beforeEach(() => {
    time = installVirtualTime();
    server = new FakeServer().install();
  });
  afterEach(() => {
    link?.disconnect();
    server.uninstall();
    time.uninstall();
  });

  for (const quietMs of [0, 1, 12_000, 24_999, 25_001, 40_000, 49_999]) {
    it(`[J10][S21][WS8] a link that goes half-open ${quietMs} ms after the hello is noticed within two heartbeats, and replaced`, async () => {
      await connect();
      await time.pass(quietMs);
      halfOpen();
      expect(await noticedAfter(60_000)).to.be.at.most(50_000);
      await time.pass(100);
      expect(link.status.value).to.equal('online');
    });
  }

  it('[J10][S21] a request without an answer is a sign: the link is replaced within the time of a request and a probe', async () => {
    await connect();
    halfOpen();
    const lost = link.request('read', { conversationId: 'c', seq: 1 }).catch((error: unknown) => error);
    expect(await noticedAfter(60_000)).to.be.at.most(20_000);
    expect(await lost).to.include({ code: 'timeout' });
  });

  it('[F13] a link that somebody has reason to doubt is replaced within a probe when it is dead, and kept when it lives', async () => {
    await connect();
    link.doubt();
    await time.pass(10_000);
    expect(server.sockets).to.have.length(1);
    halfOpen();
    link.doubt();
    expect(await noticedAfter(60_000)).to.be.at.most(4_000);
    expect(link.status.value).to.equal('online');
  });

  it('[J10] a silent server hears a ping every heartbeat for a day, on one connection', async () => {
    await connect();
    await time.pass(HOUR);
    expect(server.sockets).to.have.length(1);
    expect(server.socket.sent.filter(({ type }) => type === 'ping').length).to.equal(144);
  });

  it('[S21] a phone that slept finds out at its first late timer, without waiting for two heartbeats', async () => {
    await connect();
    halfOpen();
    await time.sleep(HOUR);
    expect(await noticedAfter(60_000)).to.be.at.most(6_000);
    expect(link.status.value).to.equal('online');
  });

  it('[S21] a phone that slept over a connection which lives keeps it', async () => {
    await connect();
    await time.sleep(40_000);
    await time.pass(60_000);
    expect(server.sockets).to.have.length(1);
    expect(link.status.value).to.equal('online');
  });

  it('[S21] a page that becomes visible probes at once, and the browser’s *online* does', async () => {
    for (const wake of [() => document.dispatchEvent(new Event('visibilitychange')), () => dispatchEvent(new Event('online')), () => dispatchEvent(new Event('pageshow'))]) {
      await connect();
      halfOpen();
      wake();
      expect(await noticedAfter(60_000)).to.be.at.most(5_000);
      link.disconnect();
      server.intercept = undefined;
    }
  });

  it('[J11] a wait between two tries ends at once when the browser says online', async () => {
    server.reachable = false;
    await connect();
    await time.pass(HOUR);
    expect(link.status.value).to.equal('offline');
    server.reachable = true;
    dispatchEvent(new Event('online'));
    await time.pass(10);
    expect(link.status.value).to.equal('online');
  });

  it('[J11] a try that hangs on the old network gives way when the browser says online, one that has just begun does not', async () => {
    server.reachable = false;
    await connect();
    server.reachable = true;
    const { accept } = server;
    server.accept = (socket) => void server.sockets.push(socket);
    await time.pass(1_500);
    const hanging = server.sockets.length;
    expect(server.sockets.at(-1)!.readyState).to.equal(0);
    server.accept = accept.bind(server);
    dispatchEvent(new Event('online'));
    await time.pass(10);
    expect(server.sockets.length).to.equal(hanging);
    await time.pass(4_500);
    dispatchEvent(new Event('online'));
    await time.pass(10);
    expect(link.status.value).to.equal('online');
  });

  it('[J11] tries grow apart up to 15 s, each drawn anew, and hours later it still tries', async () => {
    server.reachable = false;
    await connect();
    const waits: number[] = [];
    for (let tries = 0; tries < 40; tries++) waits.push(await noticedAfter(20_000));
    expect(Math.max(...waits)).to.be.at.most(15_500);
    expect(Math.min(...waits.slice(10))).to.be.at.least(7_500);
    expect(new Set(waits.slice(10)).size, 'jitter').to.be.greaterThan(3);
    await time.pass(5 * HOUR);
    server.reachable = true;
    await time.pass(16_000);
    expect(link.status.value).to.equal('online');
  });

  it('[J11] a token that never comes is no end: it is asked for again', async () => {
    let asked = 0;
    await connect({ token: () => (++asked === 1 ? new Promise(() => undefined) : Promise.resolve('token')) });
    expect(link.status.value).to.equal('connecting');
    await time.pass(16_000);
    expect(asked).to.equal(2);
    expect(link.status.value).to.equal('online');
  });

  it('[WS10] a drained server’s clients come back spread over the time that it named, and not before it when it has closed', async () => {
    await connect();
    const waits: number[] = [];
    for (let turn = 0; turn < 30; turn++) {
      server.emit('server.draining', { afterMs: 8_000 });
      waits.push(await noticedAfter(20_000));
      await time.pass(100);
      expect(link.status.value).to.equal('online');
    }
    expect(Math.max(...waits)).to.be.at.most(8_500);
    expect(Math.max(...waits) - Math.min(...waits), 'spread').to.be.greaterThan(2_000);
    server.emit('server.draining', { afterMs: 8_000 });
    server.socket.end(4011);
    expect(await noticedAfter(20_000)).to.be.within(7_500, 9_000);
  });

  for (const byMs of [-5 * HOUR, 5 * HOUR]) {
    it(`[S21][J3] setting the clock by ${byMs / HOUR} hours neither ends the link nor hides that it died, and the server’s time is known again`, async () => {
      const began = Date.now() - time.now;
      server.now = () => began + time.now;
      await connect();
      time.setClock(byMs);
      await time.pass(120_000);
      expect(server.sockets).to.have.length(1);
      expect(Math.abs(link.serverNow() - server.now())).to.be.lessThan(1_500);
      halfOpen();
      expect(await noticedAfter(60_000)).to.be.at.most(50_000);
    });
  }

  it('[J3] a clock that is set back while an answer is on its way spoils nothing', () => {
    const clock = createServerClock();
    const at = Date.now();
    time.setClock(-5 * HOUR);
    clock.learn(new Date(at).toISOString(), at);
    clock.learn(new Date(at + 10).toISOString(), Date.now());
    expect(Math.abs(clock.now() - at)).to.be.lessThan(100);
  });
});
