import { expect } from '@esm-bundle/chai';
import { MAX_CHUNK_BYTES } from '../../../protocol/version.ts';
import { createFakeUploads, type FakeUploads } from '../testing/fake-uploads.ts';
import { waitFor } from '../testing/wait-for.ts';
import { createChunkQueue, type ChunkQueue } from './chunk-queue.ts';
import { openChunkStore, type ChunkStore } from './chunk-store.ts';

const server = 'https://consult.invalid';
const blob = (size: number, fill: number): Blob => new Blob([new Uint8Array(size).fill(fill)]);

describe('the queue of chunks', () => {
  let uploads: FakeUploads;
  let store: ChunkStore | null;
  let id: string;
  const queue = (options: { store?: ChunkStore | null } = {}): ChunkQueue =>
    createChunkQueue({ server, token: () => Promise.resolve('t'), store: Promise.resolve('store' in options ? options.store! : store), fetch: uploads.fetch, backoffMs: { first: 5, most: 20 } });

  beforeEach(async () => {
    uploads = createFakeUploads();
    store = await openChunkStore();
    id = crypto.randomUUID();
  });
  afterEach(async () => {
    for (const { recordingId } of (await store?.recordings()) ?? []) await store?.forget(recordingId);
  });

  it('[G3] every chunk goes at once, numbered from 0, the first one alone, then two side by side', async () => {
    uploads = createFakeUploads({ latencyMs: 15 });
    const upload = queue().recording(id);
    for (let i = 0; i < 6; i++) upload.push(1, blob(10 + i, i));
    await upload.finish();
    expect(uploads.arrivals[0]).to.equal('1/0');
    expect([...uploads.chunks.keys()].sort()).to.deep.equal(['1/0', '1/1', '1/2', '1/3', '1/4', '1/5']);
    expect(uploads.most).to.equal(2);
    expect(uploads.completed).to.deep.equal([[{ segment: 1, chunks: 6 }]]);
  });

  it('[G3] a lost reply, a fault, an outage, a full server: the same chunk again until it is acknowledged, and nothing twice', async () => {
    uploads.script.push('lost', { status: 500, code: 'internal' }, 'offline', { status: 429, code: 'rate_limited' }, 'ok', 'lost', { status: 401, code: 'token_expired' });
    const sending = queue();
    const upload = sending.recording(id);
    for (let i = 0; i < 4; i++) upload.push(1, blob(100, i));
    await upload.finish();
    expect(uploads.chunks.size).to.equal(4);
    expect(new Uint8Array(await uploads.joined(1).arrayBuffer()).filter((_, i) => i % 100 === 0).join()).to.equal('0,1,2,3');
    expect(sending.pending).to.equal(0);
  });

  it('[G3] other bytes under a taken number: that chunk is given up, the rest goes on', async () => {
    uploads.script.push('ok', { status: 409, code: 'chunk_conflict' });
    const upload = queue().recording(id);
    for (let i = 0; i < 3; i++) upload.push(1, blob(10, i));
    await upload.finish();
    expect(uploads.chunks.size).to.equal(2);
    expect(uploads.completed).to.have.length(1);
  });

  it('[G3] spoilt on the way: sent again', async () => {
    uploads.script.push({ status: 422, code: 'digest_mismatch' });
    const upload = queue().recording(id);
    upload.push(1, blob(10, 7));
    await upload.finish();
    expect(uploads.arrivals).to.deep.equal(['1/0', '1/0', 'complete']);
  });

  it('[G3] a closed recording takes nothing: the queue lets it go', async () => {
    uploads.script.push({ status: 409, code: 'recording_closed' });
    const sending = queue();
    const upload = sending.recording(id);
    for (let i = 0; i < 3; i++) upload.push(1, blob(10, i));
    await upload.finish();
    expect(sending.pending).to.equal(0);
    expect(uploads.completed).to.have.length(0);
    await waitFor('forgotten', async () => (await store!.chunks(id)).length === 0);
  });

  it('[G9] bytes above the limit are cut, and joined they are the same', async () => {
    const upload = queue().recording(id);
    const bytes = new Uint8Array(MAX_CHUNK_BYTES * 2 + 17);
    for (let i = 0; i < bytes.length; i += 997) bytes[i] = i % 251;
    upload.push(1, new Blob([bytes]));
    upload.push(1, blob(5, 9));
    await upload.finish();
    expect([...uploads.chunks.values()].map((each) => each.byteLength)).to.deep.equal([MAX_CHUNK_BYTES, MAX_CHUNK_BYTES, 17, 5]);
    const joined = new Uint8Array(await uploads.joined(1).arrayBuffer());
    expect(joined.subarray(0, bytes.length)).to.deep.equal(bytes);
  });

  it('[G3] what lies in the store is written before it is sent and gone once acknowledged', async () => {
    const seen: number[] = [];
    const real = uploads.fetch;
    const watching = { ...uploads, fetch: (async (url: string, init: RequestInit) => (seen.push((await store!.chunks(id)).length), real(url, init))) as typeof fetch };
    const upload = createChunkQueue({ server, token: () => Promise.resolve('t'), store: Promise.resolve(store), fetch: watching.fetch }).recording(id);
    upload.push(1, blob(10, 1));
    await upload.finish();
    expect(seen[0]).to.equal(1);
    await waitFor('gone', async () => (await store!.chunks(id)).length === 0);
    expect((await store!.recordings()).length).to.equal(0);
  });

  it('[G3] the next page sends what the last one left behind, and tells that it is complete', async () => {
    // As a page leaves it that died: chunk 0 acknowledged, two in the store, nobody holds the lock.
    for (const seq of [1, 2]) {
      const bytes = await blob(20, seq).arrayBuffer();
      const digest = btoa(String.fromCharCode(...new Uint8Array(await crypto.subtle.digest('SHA-256', bytes))));
      await store!.put({ recordingId: id, segment: 1, seq, bytes, digest });
    }
    await store!.remember({ recordingId: id, server, segments: { 1: 3 }, at: 0 });
    await store!.remember({ recordingId: 'elsewhere', server: 'https://other.invalid', segments: { 1: 3 }, at: 0 });
    await queue().sendLeftovers();
    await waitFor('completed', () => uploads.completed.length === 1);
    expect([...uploads.chunks.keys()].sort()).to.deep.equal(['1/1', '1/2']);
    expect(uploads.completed[0]).to.deep.equal([{ segment: 1, chunks: 3 }]);
    await waitFor('only the foreign one is left', async () => (await store!.recordings()).map(({ recordingId }) => recordingId).join() === 'elsewhere');
  });

  it('[G3] a recording that another page is at work on is left alone', async () => {
    const first = queue();
    uploads.script.push(...Array<string>(50).fill('offline'));
    first.recording(id).push(1, blob(10, 1));
    await waitFor('stored', async () => (await store!.recordings()).length === 1);
    const others = createFakeUploads();
    await createChunkQueue({ server, token: () => Promise.resolve('t'), store: Promise.resolve(store), fetch: others.fetch }).sendLeftovers();
    expect(others.arrivals).to.have.length(0);
    uploads.script.length = 0;
    await waitFor('sent by the first', () => uploads.chunks.size === 1);
  });

  it('[G3] where the browser keeps nothing, all goes through memory, and the page knows what it would lose', async () => {
    const refusing = { open: () => { throw new DOMException('denied', 'SecurityError'); } } as unknown as IDBFactory;
    expect(await openChunkStore(refusing)).to.equal(null);
    const sending = queue({ store: null });
    uploads.script.push('offline', 'offline');
    const upload = sending.recording(id);
    upload.push(1, blob(10, 1));
    await waitFor('waiting', () => sending.unsafe === 1);
    await upload.finish();
    expect([sending.unsafe, uploads.chunks.size]).to.deep.equal([0, 1]);
  });
});
