import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import t from 'tap';
import { connect } from '../testing/test-socket.ts';
import { byteRange } from './byte-range.ts';
import { sha256Of } from './content-digest.ts';
import { mergedKey } from './recording-keys.ts';
import { LIMITS } from './recordings.ts';
import { consultation, digest, sha, words } from './testing/consultation.ts';

t.test('[S19] the server takes no recording before both have agreed, and nothing after one took it back', async (t) => {
  const c = await consultation(t, { consent: false });
  await t.rejects(c.start('agent'), { code: 'consent_required' });
  await c.visitor.request('consent', { callId: c.callId, granted: true, ...words });
  await t.rejects(c.start('agent'), { code: 'consent_required' });
  await c.agent.request('consent', { callId: c.callId, granted: true, ...words });
  const { recordingId, segment } = await c.start('agent');
  t.match(await c.visitor.next('recording.updated'), { callId: c.callId, recordingId, state: 'recording', on: true });
  t.match(await c.agent.next('recording.updated'), { on: true });
  t.strictSame(await c.put('agent', recordingId, segment, 0, randomBytes(100)), { status: 201, code: undefined });
  const { call } = await c.visitor.request('consent', { callId: c.callId, granted: false, ...words });
  t.match(call, { consents: { visitor: false, agent: true }, recording: { id: recordingId, on: false } });
  t.match(await c.agent.next('recording.updated'), { on: false }, 'it stops at once, whatever the recorder does');
  t.strictSame(await c.put('agent', recordingId, segment, 1, randomBytes(100)), { status: 403, code: 'consent_required' });
  await t.rejects(c.start('agent'), { code: 'consent_required' });
  await c.visitor.request('consent', { callId: c.callId, granted: true, ...words });
  const again = await c.start('agent');
  t.strictSame(again, { ...again, recordingId, segment: 2 }, 'the same recording, a new segment');
});

t.test('[G3] [S19] a chunk is stored once, and only where its own recorder says', async (t) => {
  const c = await consultation(t);
  const mine = await c.start('agent');
  const theirs = await c.start('visitor');
  t.equal(theirs.recordingId, mine.recordingId, 'one recording a call');
  t.strictSame([mine.segment, theirs.segment], [1, 2]);
  const id = mine.recordingId;
  const bytes = randomBytes(5000);
  t.strictSame(await c.put('agent', id, 1, 0, bytes), { status: 201, code: undefined });
  t.strictSame(await c.put('agent', id, 1, 0, bytes), { status: 200, code: undefined }, 'the same bytes again');
  t.strictSame(await c.put('agent', id, 1, 0, randomBytes(5000)), { status: 409, code: 'chunk_conflict' });
  t.strictSame(await c.put('agent', id, 1, 1, bytes, { 'content-digest': digest(randomBytes(3)) }), { status: 422, code: 'digest_mismatch' });
  t.strictSame(await c.put('agent', id, 1, 1, bytes, { 'content-digest': '' }), { status: 400, code: 'bad_request' });
  t.strictSame(await c.put('agent', id, 1, 1, Buffer.alloc(1_000_001)), { status: 413, code: 'too_large' });
  t.strictSame(await c.put('agent', id, 1, 1, Buffer.alloc(1_000_000)), { status: 201, code: undefined });
  t.strictSame(await c.put('agent', id, 1, 2, Buffer.alloc(0)), { status: 201, code: undefined }, 'the last blob of a recorder may be empty');
  for (const [index, type] of ['application/octet-stream', 'application/json', 'application/x-www-form-urlencoded', 'text/html'].entries()) {
    t.strictSame(await c.put('agent', id, 1, 3 + 10 * index, bytes, { 'content-type': type }), { status: 201, code: undefined }, `bytes are bytes, typed ${type}`);
  }
  const untyped = { 'content-digest': digest(bytes), ...c.agent.headers };
  t.equal((await c.app.inject({ method: 'PUT', url: `/v1/recordings/${id}/segments/1/chunks/99`, payload: bytes, headers: untyped })).statusCode, 201, 'and without a type');
  t.strictSame(await c.put('agent', id, 1, LIMITS.chunksPerSegment, bytes), { status: 413, code: 'too_large' });
  t.strictSame(await c.put('agent', id, 2, 0, bytes), { status: 404, code: 'not_found' }, 'the visitor\'s segment');
  t.strictSame(await c.put('visitor', id, 1, 9, bytes), { status: 404, code: 'not_found' }, 'the agent\'s segment');
  t.strictSame(await c.put('visitor', id, 2, 0, bytes), { status: 201, code: undefined });
  t.strictSame(await c.put('agent', id, 3, 0, bytes), { status: 404, code: 'not_found' });
  t.strictSame(await c.put('agent', 'nonsense', 1, 0, bytes), { status: 404, code: 'not_found' });
  t.strictSame(await c.put('agent', id, 1, -1, bytes), { status: 400, code: 'bad_request' });
  for (const wrong of ['1.5', '1e1', '0x10', '%201', '1%20', '+1', '']) {
    for (const place of [`segments/1/chunks/${wrong}`, `segments/${wrong}/chunks/1`]) {
      const answer = await c.app.inject({ method: 'PUT', url: `/v1/recordings/${id}/${place}`, payload: bytes, headers: untyped });
      t.match([answer.statusCode, answer.json()], [400, { code: 'bad_request' }], place);
    }
  }
  const colleague = await c.app.agent('admin');
  t.strictSame(await c.put('agent', id, 1, 4, bytes, colleague.headers), { status: 404, code: 'not_found' }, 'not even an admin');
  const stranger = await c.app.visitor();
  t.strictSame(await c.put('agent', id, 1, 4, bytes, stranger.headers), { status: 404, code: 'not_found' }, 'another visitor sees none');
  t.strictSame(await c.put('agent', id, 1, 4, bytes, { authorization: 'Bearer x' }), { status: 401, code: 'unauthenticated' });
  const racing = await Promise.all(Array.from({ length: 8 }, (_, n) => c.put('agent', id, 1, 5, Buffer.from(`body ${n % 4}`))));
  t.equal(racing.filter(({ status }) => status === 201).length, 1, 'one of several bodies at once wins');
  t.equal(racing.filter(({ status }) => status === 200).length, 1, 'its twin agrees');
  const row = (await c.app.database.q.select().from(c.app.database.tables.chunks)).find((chunk) => chunk.seq === 5)!;
  const stored: Buffer[] = [];
  for await (const part of await c.app.blobs.read(`chunks/${id}/0001/000005`)) stored.push(part as Buffer);
  t.equal(sha(Buffer.concat(stored)), row.sha256, 'and its bytes are those of the row');
});

t.test('[G3] a preflight from the visitor\'s page lets chunks through', async (t) => {
  const c = await consultation(t);
  const origin = c.app.ownOrigins()[0]!;
  const answer = await c.app.inject({
    method: 'OPTIONS', url: '/v1/recordings/x/segments/1/chunks/0',
    headers: { origin, 'access-control-request-method': 'PUT', 'access-control-request-headers': 'authorization,content-digest,content-type' },
  });
  t.equal(answer.headers['access-control-allow-origin'], origin);
  t.match(answer.headers['access-control-allow-methods'], /PUT/);
  t.match(String(answer.headers['access-control-allow-headers']).toLowerCase(), /authorization.*content-type.*content-digest/);
});

t.test('[S19] [S4] recording.start belongs to the call\'s members on their leg, and its time to the call', async (t) => {
  const c = await consultation(t);
  const url = c.app.ownOrigins()[0]!.replace('http', 'ws');
  const origin = c.app.ownOrigins()[0];
  const colleague = await connect({ url, origin, token: (await c.app.agent('agent')).accessToken });
  const tab = await connect({ url, origin, token: c.agent.token });
  const request = { callId: c.callId, mimeType: 'audio/webm;codecs=opus', epochMs: c.clock.now() };
  await t.rejects(colleague.request('recording.start', request), { code: 'forbidden' });
  await t.rejects(tab.request('recording.start', request), { code: 'conflict' }, 'another connection carries the call');
  await t.rejects(c.agent.request('recording.start', { ...request, callId: 'nonsense' }), { code: 'not_found' });
  await t.rejects(c.agent.request('recording.start', { ...request, mimeType: 'text/html' }), { code: 'bad_request' });
  await t.rejects(c.agent.request('recording.stop', { callId: c.callId }), { code: 'not_found' }, 'nothing to stop');
  const answered = c.clock.now();
  c.clock.advance(10_000);
  const at = async (epochMs: number) => Date.parse((await c.start('agent', epochMs)).startedAt);
  t.equal(await at(c.clock.now() - 2000.4), c.clock.now() - 2000);
  t.equal(await at(0), answered, 'not before the answer');
  t.equal(await at(c.clock.now() + 3_600_000), c.clock.now() + 1000, 'hardly ahead of the server');
  await c.agent.request('recording.stop', { callId: c.callId });
  await c.visitor.next('recording.updated', ({ on }) => !on);
  await c.visitor.request('call.end', { callId: c.callId });
  await t.rejects(c.start('agent'), { code: 'call_over' });
  await colleague.close();
  await tab.close();
});

t.test('[S19] a site that records nothing takes no recording, whatever the members agree on', async (t) => {
  const c = await consultation(t);
  const { tables, q } = c.app.database;
  await q.update(tables.sites).set({ settings: { recording: { enabled: false, consentText: '' } } });
  c.clock.advance(5000);
  await t.rejects(c.start('agent'), { code: 'forbidden' });
  await t.rejects(c.start('visitor'), { code: 'forbidden' });
  t.strictSame(await q.select().from(tables.recordings), []);
  await q.update(tables.sites).set({ settings: {} });
  c.clock.advance(5000);
  t.match(await c.start('agent'), { segment: 1 });
});

t.test('[G12] both see whether it records: stop, a closed tab, and a straggling chunk', async (t) => {
  const c = await consultation(t);
  const { recordingId } = await c.start('agent');
  await c.visitor.next('recording.updated', ({ on }) => on);
  await c.agent.request('recording.stop', { callId: c.callId });
  await c.visitor.next('recording.updated', ({ on }) => !on);
  t.equal((await c.put('agent', recordingId, 1, 0, randomBytes(9))).status, 201, 'the last chunk comes after the stop');
  await c.visitor.settled();
  t.equal(c.visitor.events.filter((event) => event.type === 'recording.updated' && event.on).length, 1, 'and lights nothing');
  await c.start('agent');
  await c.visitor.next('recording.updated', ({ on }) => on);
  await c.agent.close(1001);
  await c.visitor.next('recording.updated', ({ on }) => !on);
  t.match(await c.visitor.next('call.updated', ({ peerPresent }) => peerPresent === false), { call: { state: 'active', recording: { on: false } } });
});

t.test('[G4] complete names what is missing; what is whole is merged as soon as the call is over', async (t) => {
  const c = await consultation(t);
  const { recordingId: id } = await c.start('agent');
  for (const seq of [0, 1, 4]) await c.put('agent', id, 1, seq, randomBytes(50));
  t.strictSame((await c.complete('agent', id, [{ segment: 1, chunks: 6 }])).missing, [{ segment: 1, seqs: [2, 3, 5] }]);
  await t.rejects(c.complete('agent', id, [{ segment: 1, chunks: 4 }]), { code: '422' }, 'it has more than that');
  await t.rejects(c.complete('agent', id, [{ segment: 2, chunks: 4 }]), { code: '404' });
  await t.rejects(c.complete('visitor', id, [{ segment: 1, chunks: 6 }]), { code: '404' });
  for (const seq of [5, 2, 3]) await c.put('agent', id, 1, seq, randomBytes(50));
  const { missing, recording } = await c.complete('agent', id, [{ segment: 1, chunks: 6 }]);
  t.strictSame(missing, []);
  t.equal(recording.state, 'recording', 'the call goes on: somebody may record again');
  const second = await c.start('agent');
  t.equal(second.segment, 2);
  await c.put('agent', id, 2, 0, randomBytes(50));
  await c.complete('agent', id, [{ segment: 2, chunks: 1 }]);
  c.clock.advance(5000);
  await c.visitor.request('call.end', { callId: c.callId });
  const ready = await c.until(id, 'ready');
  t.match(ready, { durationMs: 1000, gaps: [], mimeType: 'audio/webm;codecs=opus' });
  t.equal(c.merges.jobs.length, 1);
  t.match(c.merges.jobs[0], {
    recordingId: id, endMs: c.clock.now(), outputKey: `recordings/${id}.webm`,
    segments: [{ segment: 1, expectedChunks: 6, chunks: [0, 1, 2, 3, 4, 5].map((seq) => ({ seq, key: `chunks/${id}/0001/00000${seq}` })) }, { segment: 2, expectedChunks: 1 }],
  });
  const states = () => c.agent.events.flatMap((event) => (event.type === 'recording.updated' ? [event.state] : []));
  await c.agent.next('recording.updated', ({ state }) => state === 'ready');
  t.strictSame(states().slice(-3), ['merging', 'merging', 'ready'].slice(-states().length), 'agents hear of each change');
  t.strictSame((await c.complete('agent', id, [{ segment: 1, chunks: 6 }])).missing, [], 'said again, later');
  const call = await c.app.inject({ url: `/v1/calls/${c.callId}`, headers: c.agent.headers });
  t.match(call.json(), { recording: { id, state: 'ready', on: false, durationMs: 1000 } });
  const { messages } = await c.agent.request('history', { conversationId: call.json<{ conversationId: string }>().conversationId });
  t.match(messages.at(-1), { kind: 'call', call: { id: c.callId, recorded: true, durationMs: 5000, endReason: 'visitor_hangup' } });
});

t.test('[G8] [S13] the file answers to ranges, by bearer or by the cookie for media, privately', async (t) => {
  const c = await consultation(t);
  const { recordingId: id } = await c.start('agent');
  for (let seq = 0; seq < 10; seq++) await c.put('agent', id, 1, seq, randomBytes(5));
  await c.complete('agent', id, [{ segment: 1, chunks: 10 }]);
  await c.visitor.request('call.end', { callId: c.callId });
  const { sha256 } = await c.until(id, 'ready');
  const whole = '1/0 1/1 1/2 1/3 1/4 1/5 1/6 1/7 1/8 1/9';
  const url = `/v1/recordings/${id}/media`;
  const get = (headers: Record<string, string> = {}, method: 'GET' | 'HEAD' = 'GET', query = '') =>
    c.app.inject({ method, url: url + query, headers: { ...c.agent.headers, ...headers } });
  const full = await get();
  t.equal(full.statusCode, 200);
  t.equal(full.body, whole);
  t.match(full.headers, {
    'accept-ranges': 'bytes', 'content-length': '39', 'content-type': 'audio/webm;codecs=opus', etag: `"${sha256}"`, 'cache-control': 'private, no-store',
    'x-content-type-options': 'nosniff', 'content-security-policy': /^sandbox/, 'content-disposition': /^inline; filename=".+\.webm"; filename\*=UTF-8''.+\.webm$/,
  });
  const ranges: [string, number, string, string | undefined][] = [
    ['bytes=0-2', 206, '1/0', 'bytes 0-2/39'], ['bytes=36-', 206, '1/9', 'bytes 36-38/39'], ['bytes=-3', 206, '1/9', 'bytes 36-38/39'],
    ['bytes=30-999', 206, whole.slice(30), 'bytes 30-38/39'], ['bytes=-999', 206, whole, 'bytes 0-38/39'], ['bytes=0-', 206, whole, 'bytes 0-38/39'],
    ['bytes=39-', 416, '', 'bytes */39'], ['bytes=-0', 416, '', 'bytes */39'],
    ['bytes=5-2', 200, whole, undefined], ['bytes=-', 200, whole, undefined], ['bytes=a-b', 200, whole, undefined], ['chars=0-2', 200, whole, undefined],
    ['bytes=0-1,3-4', 200, whole, undefined],
  ];
  for (const [range, status, body, contentRange] of ranges) {
    const answer = await get({ range });
    t.equal(answer.statusCode, status, range);
    if (status !== 416) t.equal(answer.body, body, range);
    t.equal(answer.headers['content-range'], contentRange, range);
    const head = await get({ range }, 'HEAD');
    t.equal(head.statusCode, status, `HEAD ${range}`);
    t.equal(head.body, '');
    if (status !== 416) t.equal(head.headers['content-length'], String(body.length), `HEAD ${range}`);
  }
  t.equal((await get({ range: 'bytes=0-2', 'if-range': `"${sha256}"` })).statusCode, 206);
  t.equal((await get({ range: 'bytes=0-2', 'if-range': '"older"' })).statusCode, 200);
  t.equal((await get({ 'if-none-match': `W/"x", "${sha256}"` })).statusCode, 304);
  t.match((await get({}, 'GET', '?download=1')).headers['content-disposition'], /^attachment; /);

  const { cookies } = await c.app.owner();
  t.ok(cookies.pc_media);
  t.equal((await c.app.inject({ url, cookies: { pc_media: cookies.pc_media! } })).statusCode, 200);
  t.equal((await c.app.inject({ url: `/v1/recordings/${id}`, cookies: { pc_media: cookies.pc_media! } })).statusCode, 401, 'for media alone');
  t.equal((await c.app.inject({ url })).statusCode, 401);
  const other = await c.app.visitor();
  for (const path of ['', '/media']) {
    const own = await c.app.inject({ url: `/v1/recordings/${id}${path}`, headers: c.visitor.headers });
    t.equal(own.statusCode, 200, 'the visitor of the call');
    if (path === '') t.strictSame({ ...own.json(), hold: null }, await c.recording(id), 'and it sees what agents see, but for who holds it');
    else t.equal(own.body, whole);
    t.equal((await c.app.inject({ url: `/v1/recordings/${id}${path}`, headers: other.headers })).statusCode, 404, 'another visitor finds none');
    t.equal((await c.app.inject({ url: `/v1/recordings/nonsense${path}`, headers: c.visitor.headers })).statusCode, 404);
  }
});

t.test('[S4] [G5] another organisation finds neither call nor recording; deleting is for admins and leaves nothing', async (t) => {
  const c = await consultation(t);
  const { recordingId: id } = await c.start('agent');
  await c.put('agent', id, 1, 0, randomBytes(50));
  const admin = await c.app.agent('admin');
  const plain = await c.app.agent('agent');
  const remove = async (headers: { authorization: string }) => (await c.app.inject({ method: 'DELETE', url: `/v1/recordings/${id}`, headers })).statusCode;
  t.equal(await remove(admin.headers), 409, 'not while the call lives');
  await c.complete('agent', id, [{ segment: 1, chunks: 1 }]);
  await c.visitor.request('call.end', { callId: c.callId });
  await c.until(id, 'ready');
  t.equal(await remove(plain.headers), 403);
  t.equal(await remove(c.visitor.headers), 403);

  const { tables, q } = c.app.database;
  await q.update(tables.recordings).set({ organisationId: 'another' });
  await q.update(tables.calls).set({ organisationId: 'another' });
  for (const [method, url] of [['GET', `/v1/recordings/${id}`], ['GET', `/v1/recordings/${id}/media`], ['DELETE', `/v1/recordings/${id}`], ['GET', `/v1/calls/${c.callId}`]] as const) {
    t.equal((await c.app.inject({ method, url, headers: admin.headers })).statusCode, 404, `${method} ${url}`);
  }
  t.strictSame(await c.put('agent', id, 1, 1, randomBytes(5)), { status: 404, code: 'not_found' });
  await t.rejects(c.complete('agent', id, [{ segment: 1, chunks: 1 }]), { code: '404' });
  t.equal((await c.app.inject({ url: '/v1/calls', headers: admin.headers })).json<{ items: unknown[] }>().items.length, 0);
  await q.update(tables.recordings).set({ organisationId: admin.agent.organisationId });
  await q.update(tables.calls).set({ organisationId: admin.agent.organisationId });

  t.equal(await remove(admin.headers), 204);
  t.equal(await remove(admin.headers), 404);
  const left: string[] = [];
  for await (const { key } of c.app.blobs.list('')) left.push(key);
  t.strictSame(left, []);
  for (const table of [tables.recordings, tables.segments, tables.chunks]) t.equal((await q.select().from(table)).length, 0);
  t.match((await c.app.inject({ url: `/v1/calls/${c.callId}`, headers: admin.headers })).json(), { id: c.callId, recording: null }, 'the call itself stays');
  t.match((await c.app.inject({ url: '/v1/audit?action=recording.deleted', headers: admin.headers })).json(), {
    items: [{ actor: { kind: 'agent', id: admin.agent.id }, target: { kind: 'recording', id }, detail: { callId: c.callId } }],
  });
});

t.test('[I5] a call opens a closed conversation again', async (t) => {
  const c = await consultation(t);
  const { call } = await c.visitor.request('call.end', { callId: c.callId });
  await c.agent.request('conversation.close', { conversationId: call.conversationId });
  await c.agent.next('conversation.updated', ({ reason }) => reason === 'closed');
  const again = await c.visitor.request('call.start', { mode: 'audio', conversationId: call.conversationId });
  t.match(await c.agent.next('conversation.updated', ({ reason }) => reason === 'reopened'), { conversation: { id: call.conversationId, status: 'open' } });
  t.match(await c.agent.next('queue.added', (event) => event.call.id === again.call.id), { call: { conversationId: call.conversationId } });
});

t.test('[S4] [H1] the calls over HTTP: filters, pages, and what a visitor may not see', async (t) => {
  const c = await consultation(t);
  await c.visitor.request('call.end', { callId: c.callId });
  await c.visitor.request('call.start', { mode: 'video' }).then(({ call }) => c.visitor.request('call.cancel', { callId: call.id }));
  const list = async (query: string, headers = c.agent.headers) => c.app.inject({ url: `/v1/calls${query}`, headers });
  const page = (await list('?limit=1')).json<{ items: { id: string; mode: string }[]; next: string }>();
  t.match(page.items, [{ mode: 'video', endReason: 'cancelled' }]);
  t.match((await list(`?limit=1&cursor=${page.next}`)).json(), { items: [{ id: c.callId }], next: null });
  t.match((await list('?mode=audio')).json(), { items: [{ id: c.callId, endReason: 'visitor_hangup' }], next: null });
  t.equal((await list('?from=2030-01-01T00:00:00Z')).json<{ items: unknown[] }>().items.length, 0);
  for (const query of ['?cursor=x', '?mode=smoke', '?limit=0', '?limit=1000', '?from=yesterday']) t.equal((await list(query)).statusCode, 400, query);
  // Somebody else's call, of the same site.
  const stranger = await c.app.visitor();
  const { tables, q } = c.app.database;
  const first = (await q.select().from(tables.calls)).find(({ id }) => id === c.callId)!;
  await q.insert(tables.calls).values({ ...first, id: 'foreign', activeKey: null, visitorId: stranger.visitor.id, startedById: stranger.visitor.id });
  const idsOf = async (query: string, headers = c.visitor.headers) => (await list(query, headers)).json<{ items: { id: string }[] }>().items.map(({ id }) => id);
  const own = await idsOf('');
  t.equal(own.length, 2);
  t.notOk(own.includes('foreign'), 'a visitor lists its own');
  t.strictSame(await idsOf(`?visitor=${first.visitorId}`), own);
  t.strictSame(await idsOf(`?visitor=${stranger.visitor.id}`), [], 'nobody else\'s, whatever the filter says');
  t.strictSame(await idsOf('', stranger.headers), ['foreign']);
  t.strictSame((await list('?limit=1', c.visitor.headers)).json<{ items: object[] }>().items, page.items, 'as agents see them');
  t.equal((await idsOf('', c.agent.headers)).length, 3);
  const one = (id: string, headers: { authorization: string }) => c.app.inject({ url: `/v1/calls/${id}`, headers });
  t.strictSame((await one(c.callId, c.visitor.headers)).json(), (await one(c.callId, c.agent.headers)).json());
  for (const [id, headers] of [['foreign', c.visitor.headers], [c.callId, stranger.headers], ['nonsense', c.visitor.headers]] as const) t.equal((await one(id, headers)).statusCode, 404);
  for (const headers of [c.agent.headers, c.visitor.headers]) {
    const answer = await c.app.inject({ url: '/v1/ice-servers', headers });
    t.match(answer.json(), { iceServers: [], expiresAt: /Z$/ });
  }
  t.equal((await c.app.inject({ url: '/v1/ice-servers' })).statusCode, 401);
  const asked = await Promise.all(Array.from({ length: 40 }, () => c.app.inject({ url: '/v1/ice-servers', headers: c.visitor.headers })));
  t.ok(asked.some(({ statusCode }) => statusCode === 429), 'credentials are not for the asking');
});

t.test('[F11] [F12] [S21] over real sockets both sides know of the end within a second', async (t) => {
  for (const side of ['visitor', 'agent'] as const) {
    const c = await consultation(t);
    const other = side === 'visitor' ? c.agent : c.visitor;
    const from = performance.now();
    await c[side].request('call.end', { callId: c.callId });
    const { call } = await other.next('call.updated', (event) => event.call.state === 'ended');
    t.ok(performance.now() - from < 120_000);
    t.equal(call.endReason, `${side}_hangup`);
    t.match(await other.next('message'), { message: { kind: 'call', call: { id: c.callId, endReason: `${side}_hangup` } } });
  }
  const c = await consultation(t);
  await c.visitor.close(1001);
  await c.agent.next('call.updated', ({ peerPresent }) => peerPresent === false);
  c.clock.advance(30_000);
  t.match(await c.agent.next('call.updated', (event) => event.call.state === 'ended'), { call: { endReason: 'left' } });
});

t.test('[G8] byteRange and sha256Of take what the RFCs allow and nothing else', async (t) => {
  fc.assert(fc.property(fc.nat(1000), fc.string(), (size, header) => {
    const range = byteRange(header, size);
    return range === null || range === 'unsatisfiable' || (range.start >= 0 && range.start < range.end && range.end <= size);
  }));
  fc.assert(fc.property(fc.nat(50), fc.option(fc.nat(60)), fc.option(fc.nat(60)), (size, from, to) => {
    const range = byteRange(`bytes=${from ?? ''}-${to ?? ''}`, size);
    return range === null || range === 'unsatisfiable' || (range.start >= 0 && range.start < range.end && range.end <= size);
  }));
  const hex = sha(Buffer.from('x'));
  const value = digest(Buffer.from('x'));
  t.equal(sha256Of(value), hex);
  t.equal(sha256Of(`sha-512=:AAAA:, ${value}`), hex);
  t.equal(sha256Of(`${value},md5=:AAAA:`), hex);
  for (const wrong of [undefined, '', 'sha-256=', 'sha-256=:AAAA:', `x${value}`, value.slice(0, -1), hex, [value]]) t.equal(sha256Of(wrong), null);
  t.equal(mergedKey('r', null), 'recordings/r.webm');
  t.equal(mergedKey('r', 'recordings/r.webm'), 'recordings/r-2.webm');
  t.equal(mergedKey('r', 'recordings/r-2.webm'), 'recordings/r-3.webm');
});
