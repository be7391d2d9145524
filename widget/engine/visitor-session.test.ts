import { expect } from '@esm-bundle/chai';
import { FakeServer, proofOf, refusal, until, type FakeFrame } from './testing/fake-server.ts';
import { expiryOf, subjectOf } from './token-expiry.ts';
import { createVisitorSession, type VisitorSession, type VisitorSessionOptions } from './visitor-session.ts';
import type { WireFailure } from './wire.ts';

const address = 'https://consult.example';
const key = `peer-consult:${address}:pk_identity`;

describe('visitor session', () => {
  let server: FakeServer;
  let session: VisitorSession;
  let refusals: string[];

  const make = (options: Partial<VisitorSessionOptions> = {}): VisitorSession =>
    (session = createVisitorSession({ server: address, siteKey: 'pk_identity', locale: () => 'ko', refused: ({ code }: WireFailure) => refusals.push(code), ...options }));
  const online = (): Promise<void> => until(() => session.state.value.link === 'online', 'online');
  const asked = (): string[] => server.requests.map(({ url }) => url.slice(address.length));
  const frames = (type: string): FakeFrame[] => server.sockets.flatMap(({ sent }) => sent.filter((frame) => frame.type === type));

  beforeEach(() => {
    localStorage.clear();
    refusals = [];
    server = new FakeServer().install();
  });
  afterEach(async () => {
    await session?.forget();
    server.uninstall();
    localStorage.clear();
  });

  it('[J11] a server that takes the question and never answers is given up, and asked again', async () => {
    const [realFetch, realTimeout] = [window.fetch, AbortSignal.timeout];
    const given: AbortController[] = [];
    AbortSignal.timeout = () => given[given.push(new AbortController()) - 1]!.signal;
    window.fetch = (_url, init) => new Promise((_resolve, reject) => init?.signal?.addEventListener('abort', () => reject(new DOMException('', 'TimeoutError'))));
    try {
      make().connect();
      await until(() => given.length === 1, 'asked');
      window.fetch = realFetch;
      given[0]!.abort();
      await online();
      expect(given.length).to.be.greaterThan(1);
    } finally {
      window.fetch = realFetch;
      AbortSignal.timeout = realTimeout;
    }
  });

  it('[D3] who is vouched for from the start asks once, is known, and sees the history of other devices', async () => {
    server.converse('elsewhere', ['from my phone']);
    make({ proof: proofOf('kim') }).connect();
    await online();
    expect(asked()).to.deep.equal(['/v1/visitors/identify']);
    expect(server.requests[0]!.body).to.include({ siteKey: 'pk_identity' }).and.not.have.property('token');
    expect([session.identified, session.state.value.self!.id, session.state.value.conversations[0]!.id]).to.deep.equal([true, 'customer', 'elsewhere']);
    expect(localStorage).to.have.length(0);
  });

  it('[D3] [S7] who is vouched for later brings the conversation along by its token, and connects as the customer', async () => {
    make().connect();
    await online();
    expect(session.identified).to.equal(false);
    session.send('hello');
    await until(() => localStorage.getItem(key) === 'token-1');
    session.identify(proofOf('kim'));
    await until(() => session.state.value.self?.id === 'customer' && session.state.value.link === 'online');
    expect(server.requests.at(-1)!.body).to.deep.include({ token: 'token-1' });
    expect(frames('hello').map(({ token }) => token)).to.deep.equal(['token-1', 'token-2']);
    expect([localStorage.getItem(key), localStorage.getItem(`${key}:subject`)]).to.deep.equal(['token-2', 'kim']);
  });

  it('[S7] a refused or expired proof is told with its code; the chat goes on anonymously with what was known', async () => {
    server.identifyAnswer = () => refusal('token_expired', 401);
    make({ proof: proofOf('kim', -10) }).connect();
    await online();
    expect(refusals).to.deep.equal(['token_expired']);
    expect([session.identified, session.state.value.self!.id]).to.deep.equal([false, 'visitor']);
    session.send('hello');
    await until(() => session.state.value.threads.get('first')?.lines[0]?.state === 'sent');
    server.identifyAnswer = () => refusal('unprocessable', 422);
    session.identify(proofOf('kim'));
    await until(() => refusals.length === 2);
    expect(refusals[1]).to.equal('unprocessable');
    expect(session.state.value.link).to.equal('online');
    expect(server.sockets).to.have.length(1);
    expect(await session.wire.token()).to.equal('token-1');
  });

  it('[S7] a visitor token that has run out does not spoil a good proof', async () => {
    localStorage.setItem(key, 'old');
    server.identifyAnswer = (body) => (body['token'] ? refusal('unauthenticated', 401) : undefined);
    make({ proof: proofOf('kim') }).connect();
    await online();
    expect(server.requests.map(({ body }) => Object.keys(body as object).sort().join())).to.deep.equal(['identity,token', 'identity,siteKey']);
    expect([session.identified, refusals.length]).to.deep.equal([true, 0]);
  });

  it('[S7] the next customer at the same browser inherits nothing of the last one', async () => {
    localStorage.setItem(key, 'token of kim');
    localStorage.setItem(`${key}:subject`, 'kim');
    make({ proof: proofOf('lee') }).connect();
    await online();
    expect(server.requests[0]!.body).to.not.have.property('token');
    expect(localStorage.getItem(key)).to.equal(null);
    expect(session.isSomebodyElse(proofOf('lee'))).to.equal(false);
    expect(session.isSomebodyElse(proofOf('kim'))).to.equal(true);
  });

  it('[S7] both forms of a proof say of whom they speak and until when', () => {
    const plain = `user.7.1893456000.${'a0'.repeat(32)}`;
    expect([subjectOf(plain), expiryOf(plain)]).to.deep.equal(['user.7', 1893456000_000]);
    expect(subjectOf(proofOf('김'))).to.equal('김');
    expect(expiryOf(proofOf('kim', 60))).to.be.closeTo(Date.now() + 60_000, 2_000);
    for (const none of ['', 'x', 'a.b.c', '..', `7.${'a0'.repeat(32)}`]) expect([subjectOf(none), expiryOf(none)], none).to.deep.equal([null, null]);
  });

  it('[D3] in another tab the chat goes on as the customer, too', async () => {
    make().connect();
    await online();
    session.send('hello');
    await until(() => localStorage.getItem(key) === 'token-1');
    server.visitor = { id: 'customer', name: 'Kim' };
    // The other tab has identified: its token lies in storage before or after the server ends this connection.
    localStorage.setItem(key, 'token of the other tab');
    server.intercept = (socket, frame) => frame.type === 'hello' && frame.token === 'token-1' && server.refuse(socket, frame, 'token_expired');
    server.socket.receive({ type: 'session.revoked', reason: 'identified' });
    await until(() => session.state.value.self?.id === 'customer' && session.state.value.link === 'online');
    expect(frames('hello').at(-1)!.token).to.equal('token of the other tab');
  });

  it('[D3] during a call a proof waits until it is over', async () => {
    server.intercept = (_socket, frame) => frame.type === 'call.start';
    make().connect();
    await online();
    session.startCall({ mode: 'audio', consent: false });
    await until(() => session.state.value.call !== null);
    session.identify(proofOf('kim'));
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(asked()).to.deep.equal(['/v1/visitors']);
    session.endCall();
    await until(() => asked().length === 2 && session.state.value.self?.id === 'customer');
  });

  it('[S7] the same customer with a newer proof stays who it is', async () => {
    localStorage.setItem(key, 'token of kim');
    localStorage.setItem(`${key}:subject`, 'kim');
    make({ proof: proofOf('kim') });
    expect(session.isSomebodyElse(proofOf('kim', 900))).to.equal(false);
    session.connect();
    await online();
    expect(server.requests[0]!.body).to.include({ token: 'token of kim' });
  });

  it('[S23] with storage denied a proof works as well', async () => {
    const { getItem, setItem, removeItem } = Storage.prototype;
    const denied = (): never => {
      throw new DOMException('denied', 'SecurityError');
    };
    Object.assign(Storage.prototype, { getItem: denied, setItem: denied, removeItem: denied });
    try {
      make({ proof: proofOf('kim') }).connect();
      await online();
      session.send('hello');
      await until(() => session.state.value.threads.get('first')?.lines[0]?.state === 'sent');
      session.doneAskingEmail();
      expect([session.identified, session.emailAsked]).to.deep.equal([true, true]);
    } finally {
      Object.assign(Storage.prototype, { getItem, setItem, removeItem });
    }
  });

  it('[N7] while connected the team hears of page and browser; where the site does not want it, of nothing', async () => {
    const { title } = document;
    const { pathname, search } = location;
    document.title = 'Tea <b>';
    make({ context: { plan: 'gold', nested: {} } }).connect();
    try {
      await online();
      await until(() => frames('visitor.context').some(({ page }) => page !== undefined));
      const told = Object.assign({}, ...frames('visitor.context')) as { page: object; device: { browser: string }; context: object };
      expect(told.page).to.deep.equal({ url: location.origin + pathname, title: 'Tea <b>' });
      expect(told.device.browser).to.match(/^(Chrome|HeadlessChrome|Chromium) \d+$/);
      expect(told.context).to.deep.equal({ plan: 'gold' });
      history.pushState(null, '', '/cups?secret=1#x');
      document.title = 'Cups';
      await until(() => frames('visitor.context').some(({ page }) => (page as { title?: string } | undefined)?.title === 'Cups'));
      expect((frames('visitor.context').at(-1)!.page as { url: string }).url).to.equal(`${location.origin}/cups`);
    } finally {
      history.replaceState(null, '', pathname + search);
      document.title = title;
    }
    await session.forget();
    server.sockets.length = 0;
    server.site = { ...server.site, pagesShown: false };
    make().connect();
    await online();
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(frames('visitor.context')).to.deep.equal([]);
  });

  it('[D1] being asked for an address is remembered over a reload, and forgotten with the visitor', async () => {
    make();
    expect(session.emailAsked).to.equal(false);
    session.doneAskingEmail();
    session.dispose();
    expect(make().emailAsked).to.equal(true);
    await session.forget();
    expect(make().emailAsked).to.equal(false);
  });
});
