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

  describe('before the server has said where a segment belongs', () => {
    const begin = { callId: 'c1', mimeType: 'audio/webm', epochMs: 1_000, standby: true };
    const place = { recordingId: '', segment: 3 };
    beforeEach(() => void (place.recordingId = id));
    const later = (startLate: (wish: typeof begin) => Promise<typeof place | null>): ChunkQueue =>
      createChunkQueue({ server, token: () => Promise.resolve('t'), store: Promise.resolve(store), fetch: uploads.fetch, startLate: startLate as never, backoffMs: { first: 5, most: 20 } });
    /** As a page leaves it that died then: nobody holds the lock. */
    const died = async (seqs: readonly number[], at = Date.now()): Promise<void> => {
      for (const seq of seqs) await store!.put({ recordingId: 'early', segment: 0, seq, bytes: await blob(20, seq).arrayBuffer(), digest: '' });
      await store!.remember({ recordingId: 'early', server, segments: { 0: seqs.length }, at, begin });
    };
    const kept = async (): Promise<string> => (await store!.recordings()).map(({ recordingId }) => recordingId).join();

    it('[G3] pieces lie in the store at once with what their segment begins with, and go where the server says', async () => {
      const early = queue().early(begin);
      early.push(blob(MAX_CHUNK_BYTES + 5, 1));
      early.push(blob(10, 2));
      await waitFor('written', async () => (await store!.recordings())[0]?.segments[0] === 3);
      const [known] = await store!.recordings();
      expect(known!.begin).to.deep.equal(begin);
      expect(uploads.arrivals).to.have.length(0);
      const upload = early.placed(id, 3);
      upload.push(3, blob(7, 3));
      await upload.finish();
      expect([...uploads.chunks].map(([key, bytes]) => `${key}: ${bytes.byteLength}`).sort()).to.deep.equal([`3/0: ${MAX_CHUNK_BYTES}`, '3/1: 5', '3/2: 10', '3/3: 7']);
      await waitFor('nothing is kept twice', async () => (await kept()) === '');
    });

    it('[G3] what the server will not have is forgotten', async () => {
      const early = queue().early(begin);
      early.push(blob(10, 1));
      await waitFor('written', async () => (await store!.recordings()).length === 1);
      early.refused();
      await waitFor('gone', async () => (await kept()) === '');
    });

    it('[G3] a page that died before the answer: the next visit begins its segment late and sends everything', async () => {
      await died([0, 1, 2]);
      const wishes: unknown[] = [];
      await later((wish) => (wishes.push(wish), Promise.resolve(place))).sendLeftovers();
      await waitFor('completed', () => uploads.completed.length === 1);
      expect(wishes).to.deep.equal([begin]);
      expect([...uploads.chunks.keys()].sort()).to.deep.equal(['3/0', '3/1', '3/2']);
      expect(uploads.completed[0]).to.deep.equal([{ segment: 3, chunks: 3 }]);
      await waitFor('gone', async () => (await kept()) === '');
    });

    it('[G3] a page that died right after the answer: nothing twice, and one word that all is there', async () => {
      await died([0, 1, 2]);
      // The first had been put where it belongs already.
      await store!.put({ recordingId: id, segment: 3, seq: 0, bytes: await blob(20, 0).arrayBuffer(), digest: btoa(String.fromCharCode(...new Uint8Array(await crypto.subtle.digest('SHA-256', await blob(20, 0).arrayBuffer())))) });
      await store!.remember({ recordingId: id, server, segments: { 3: 1 }, at: 0 });
      await later(() => Promise.resolve(place)).sendLeftovers();
      await waitFor('completed', () => uploads.completed.length === 1);
      expect(uploads.arrivals.filter((each) => each !== 'complete').sort()).to.deep.equal(['3/0', '3/1', '3/2']);
      expect(new Uint8Array(await uploads.joined(3).arrayBuffer()).filter((_, i) => i % 20 === 0).join()).to.equal('0,1,2');
      expect(uploads.completed[0]).to.deep.equal([{ segment: 3, chunks: 3 }]);
      await waitFor('gone', async () => (await kept()) === '');
    });

    it('[G3] refused for good: gone; refused for now: kept for the next visit, but not for ever', async () => {
      await died([0]);
      await later(() => Promise.reject(new Error('offline'))).sendLeftovers();
      expect(await kept()).to.equal('early');
      await later(() => Promise.resolve(null)).sendLeftovers();
      expect(await kept()).to.equal('');
      await died([0], 0);
      await later(() => Promise.reject(new Error('offline'))).sendLeftovers();
      expect(await kept()).to.equal('');
      expect(uploads.arrivals).to.have.length(0);
    });

    it('[G3] what a living page still waits with is left to it', async () => {
      const early = queue().early(begin);
      early.push(blob(10, 1));
      await waitFor('written', async () => (await store!.recordings()).length === 1);
      let asked = 0;
      await later(() => (asked++, Promise.resolve(place))).sendLeftovers();
      expect(asked).to.equal(0);
      await early.placed(id, 1).finish();
      expect([...uploads.chunks.keys()]).to.deep.equal(['1/0']);
    });
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
