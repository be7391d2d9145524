import { expect } from '@esm-bundle/chai';
import type { Message } from '../../protocol/shapes.ts';
import { clientId } from './client-id.ts';
import { createFileTransfer } from './file-transfer.ts';
import { createLink } from './link.ts';
import { createMemoryOutbox, createStoredOutbox, type Outbox, type Unsent } from './outbox.ts';
import { createSession, type SessionOptions } from './session.ts';
import type { Line, Session } from './session-state.ts';
import { FakeServer, until } from './testing/fake-server.ts';
import { waitFor } from './testing/wait-for.ts';
import type { WireFailure } from './wire.ts';

const text = (name: string, words = 'some words'): File => new File([words], name, { type: 'text/plain' });

describe('messages with files', () => {
  let server: FakeServer;
  let session: Session;

  const make = (options: Partial<SessionOptions> = {}): Session =>
    (session = createSession({
      kind: 'visitor', server: 'https://consult.example', locale: () => 'ko', token: async () => 'token',
      link: (link) => createLink({ ...link, timing: { requestMs: 200, backoffMinMs: 4, backoffMaxMs: 10, probeMs: 50 } }),
      ...options,
    }));
  const lines = (): readonly Line[] => [...session.state.value.threads.values()].flatMap((thread) => thread.lines);
  const said = (): Message[] => [...server.rooms.values()].flatMap(({ messages }) => messages);
  const online = (): Promise<void> => until(() => session.state.value.link === 'online', 'online');
  const started = async (): Promise<void> => {
    make().connect();
    await online();
  };

  beforeEach(() => {
    server = new FakeServer().install();
  });
  afterEach(() => {
    session?.dispose();
    server.uninstall();
  });

  it('[J20] files go first, with a name of their own each, then the message; progress is told for each', async () => {
    await started();
    const seen: number[] = [];
    session.state.subscribe(() => {
      const upload = lines()[0]?.uploads?.[0];
      if (upload && upload.progress !== seen.at(-1)) seen.push(upload.progress);
    });
    session.send('look', '', { files: [text("한국어 '이름' (1).txt"), text('b.txt', 'other')] });
    expect(lines()[0]!.uploads!.map(({ name, progress }) => ({ name, progress }))).to.deep.equal([{ name: "한국어 '이름' (1).txt", progress: 0 }, { name: 'b.txt', progress: 0 }]);
    await waitFor('the message', () => said().length === 1 && lines()[0]?.state === 'sent');
    expect(server.files.uploads.map(({ name, type, token }) => ({ name, type, token }))).to.deep.equal([
      { name: "한국어 '이름' (1).txt", type: 'text/plain', token: 'Bearer token' }, { name: 'b.txt', type: 'text/plain', token: 'Bearer token' },
    ]);
    expect(new Set(server.files.uploads.map(({ uploadId }) => uploadId)).size).to.equal(2);
    expect(seen.map((share) => Math.round(share * 10))).to.deep.equal([0, 3, 5, 10, 10]);
    expect(said()[0]!.files!.map(({ name }) => name)).to.deep.equal(["한국어 '이름' (1).txt", 'b.txt']);
    expect(lines()).to.have.length(1);
    expect(lines()[0]!.files).to.have.length(2);
    expect(session.state.value.conversations[0]!.preview!.file).to.deep.equal({ name: "한국어 '이름' (1).txt", count: 2 });
  });

  it('[J20] an upload that is cut, or whose answer is lost, goes on by itself under the same key, and order is kept', async () => {
    await started();
    server.files.script.push('cut', 'lost', 'ok', 'ok');
    session.send('', '', { files: [text('a.txt')] });
    session.send('after it');
    await waitFor('both', () => said().length === 2);
    expect(said().map((message) => message.text)).to.deep.equal(['', 'after it']);
    const keys = server.files.uploads.map(({ uploadId }) => uploadId);
    expect(keys).to.have.length(3);
    expect(new Set(keys).size).to.equal(1);
    expect(server.files.stored.size).to.equal(1);
  });

  it('[J20] a message whose upload is over when the connection is gone leaves with the next hello, and uploads nothing again', async () => {
    await started();
    server.intercept = (socket, { type }) => {
      if (type !== 'message.send') return false;
      server.intercept = undefined;
      socket.end(1006);
      return true;
    };
    session.send('here', '', { files: [text('a.txt')] });
    await waitFor('the message', () => said().length === 1 && lines()[0]?.state === 'sent');
    expect(server.files.uploads).to.have.length(1);
  });

  for (const [answer, failure] of [
    [{ status: 413, code: 'too_large' }, 'file_too_large'],
    // A proxy before the server answers in its own words.
    [{ status: 413 }, 'file_too_large'],
    [{ status: 403, code: 'forbidden' }, 'file_forbidden'],
    [{ status: 422, code: 'unprocessable' }, 'file_unprocessable'],
  ] as const) {
    it(`[J20] ${JSON.stringify(answer)} is told, and does not hold up what comes after; retry brings it`, async () => {
      await started();
      server.files.script.push({ ...answer });
      const id = session.send('with it', '', { files: [text('a.txt')] });
      session.send('without');
      await waitFor('the refusal', () => lines().some((line) => line.failure === failure) && said().length === 1);
      expect(lines().find((line) => line.clientId === id)).to.include({ state: 'failed', text: 'with it' });
      expect(said()[0]!.text).to.equal('without');
      session.retry(id);
      await waitFor('both', () => said().length === 2 && lines().every(({ state }) => state === 'sent'));
      expect(said()[1]!.files).to.have.length(1);
    });
  }

  it('[J20] a file that cannot be read any more is told instead of tried for ever', async () => {
    await started();
    const broken = text('gone.txt');
    Object.defineProperty(broken, 'slice', { value: () => ({ arrayBuffer: () => Promise.reject(new DOMException('gone', 'NotReadableError')) }) });
    session.send('', '', { files: [broken] });
    await waitFor('the refusal', () => lines()[0]?.failure === 'file_unreadable');
    expect(server.files.uploads).to.have.length(0);
  });

  it('[J20] cancelled while it is on its way, it is gone on both sides, and what waited behind it leaves', async () => {
    await started();
    server.files.script.push('ok', 'hold');
    const id = session.send('never mind', '', { files: [text('a.txt'), text('b.txt')] });
    session.send('next');
    await waitFor('the second upload', () => server.files.uploads[1]?.bytes);
    expect(session.discard(id)).to.equal('never mind');
    await waitFor('the next', () => said().length === 1);
    expect(said()[0]!.text).to.equal('next');
    expect(lines()).to.have.length(1);
    await waitFor('the first file’s end', () => server.files.withdrawn.length === 1);
  });

  it('[J20] [S23] survives a reload in the midst of an upload: the same key, the same bytes', async () => {
    const scope = `files ${clientId()}`;
    make({ outbox: createStoredOutbox(scope) }).connect();
    await online();
    server.files.script.push('hold');
    session.send('kept', '', { files: [text('a.txt', 'these bytes')] });
    await waitFor('the upload', () => server.files.uploads[0]?.bytes);
    await waitFor('the outbox', async () => (await createStoredOutbox(scope).all()).length === 1);
    session.dispose();
    make({ outbox: createStoredOutbox(scope) }).connect();
    await waitFor('the message', () => said().length === 1);
    expect(server.files.uploads).to.have.length(2);
    expect(server.files.uploads[1]!.uploadId).to.equal(server.files.uploads[0]!.uploadId);
    expect(await [...server.files.stored.values()][0]!.bytes.text()).to.equal('these bytes');
    await waitFor('an empty outbox', async () => (await createStoredOutbox(scope).all()).length === 0);
  });

  it('[J20] files that lay here until the server had forgotten them are uploaded once more', async () => {
    await started();
    let refused = 0;
    server.intercept = (socket, frame) => {
      if (frame.type !== 'message.send' || refused++) return false;
      server.files.stored.clear();
      return server.refuse(socket, frame, 'not_found');
    };
    session.send('late', '', { files: [text('a.txt')] });
    await waitFor('the message', () => said().length === 1);
    expect(server.files.uploads).to.have.length(2);
  });

  it('[S18] a limited message says until when it waits, and leaves by itself', async () => {
    await started();
    let limited = false;
    server.intercept = (socket, frame) => frame.type === 'message.send' && !limited && (limited = true) && server.refuse(socket, frame, 'rate_limited', 600);
    const before = Date.now();
    session.send('slowly');
    await waitFor('the pause', () => lines()[0]?.resumesAt);
    expect(lines()[0]!.state).to.equal('sending');
    expect(lines()[0]!.resumesAt! - before).to.be.within(590, 3_000);
    await waitFor('the message', () => said().length === 1 && lines()[0]?.state === 'sent');
    expect(lines()[0]!.resumesAt).to.equal(undefined);
  });
});

describe('the outbox and files', () => {
  const unsent = (id: string, bytes: Blob): Unsent => ({ clientId: id, conversationId: '', text: '', createdAt: id, files: [{ uploadId: `u${id}`, name: id, type: '', bytes }] });

  it('[J20] keeps up to a bound on the disk, and the rest as long as the page lives', async () => {
    const scope = `bound ${clientId()}`;
    const outbox = createStoredOutbox(scope, () => indexedDB, 10);
    await outbox.put(unsent('a', new Blob(['123456'])));
    await outbox.put(unsent('b', new Blob(['7890123'])));
    await outbox.put(unsent('c', new Blob(['4567'])));
    expect((await outbox.all()).map(({ clientId: id }) => id)).to.deep.equal(['a', 'b', 'c']);
    const later = await createStoredOutbox(scope, () => indexedDB, 10).all();
    expect(later.map(({ clientId: id }) => id)).to.deep.equal(['a', 'c']);
    expect(await later[0]!.files![0]!.bytes.text()).to.equal('123456');
    await outbox.remove('a');
    await outbox.put(unsent('b', new Blob(['789'])));
    expect((await createStoredOutbox(scope, () => indexedDB, 10).all()).map(({ clientId: id }) => id)).to.deep.equal(['b', 'c']);
    expect((await outbox.all()).map(({ clientId: id }) => id)).to.deep.equal(['b', 'c']);
    await outbox.clear();
  });

  for (const [how, outbox] of [
    ['denied storage', (): Outbox => createStoredOutbox('denied', () => { throw new DOMException('denied', 'SecurityError'); })],
    ['memory', (): Outbox => createMemoryOutbox()],
  ] as const) {
    it(`[S23] with ${how} files are held as long as the page lives`, async () => {
      const store = outbox();
      await store.put(unsent('a', new Blob(['1'])));
      expect((await store.all())[0]!.files).to.have.length(1);
    });
  }
});

describe('fetching a file', () => {
  let server: FakeServer;
  beforeEach(() => {
    server = new FakeServer().install();
  });
  afterEach(() => server.uninstall());
  const transfer = () => createFileTransfer({ server: 'https://consult.example', token: async () => 'token' });

  it('[J20] brings the bytes once, and says whether they are gone or out of reach', async () => {
    const meta = server.files.put({ id: 'f' }, new Blob(['bytes']));
    const files = transfer();
    expect(await (await files.fetch(meta)).text()).to.equal('bytes');
    expect(await (await files.fetch(meta)).text()).to.equal('bytes');
    expect(server.requests).to.have.length(1);
    const failure = (work: Promise<unknown>): Promise<unknown> => work.then(() => null, (error: unknown) => (error as WireFailure).code);
    expect(await failure(files.fetch({ ...meta, id: 'other' }))).to.equal('not_found');
    server.reachable = false;
    expect(await failure(transfer().fetch(meta))).to.equal('offline');
  });
});
