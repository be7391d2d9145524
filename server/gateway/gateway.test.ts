import fc from 'fast-check';
import t from 'tap';
import { REQUESTS, type RequestType } from '../../protocol/client-frames.ts';
import { problem } from '../errors.ts';
import { Nack, type TestSocket } from '../testing/test-socket.ts';
import { clientId, ownOrigin, testGateway } from '../testing/test-gateway.ts';
import { frame, type FrameContext } from './frames.ts';
import { createRoutes } from './dispatch.ts';

const refused = (code: string) => ({ code });
const until = async (fits: () => boolean) => {
  for (let tries = 0; !fits() && tries < 20_000; tries += 1) await new Promise((resolve) => setTimeout(resolve, 5));
};

await t.test('the handshake', async (t) => {
  const server = await testGateway();
  const { url } = server;
  const shop = await server.organisation('shop');
  await server.organisation('other');
  t.teardown(() => server.stop());

  await t.test('[WS1] the subprotocol is chosen; a client that offers only others is refused with 400; none is fine', async (t) => {
    const socket = await server.open();
    t.equal(socket.socket.protocol, 'peer-consult.v1');
    const second = await server.open({ protocols: ['x.v9', 'peer-consult.v1'] });
    t.equal(second.socket.protocol, 'peer-consult.v1');
    await t.rejects(server.open({ protocols: ['peer-consult.v0'] }), /400/);
    const none = await server.open({ protocols: [] });
    t.equal(none.socket.protocol, '');
    t.notOk(socket.socket.extensions.includes('deflate'), 'no compression');
    for (const each of [socket, second, none]) each.socket.terminate();
  });

  await t.test('[WS1] an upgrade of any other address is 404, a plain GET of this one 400', async (t) => {
    await t.rejects(server.open({ path: '/v1/sockets' }), /404/);
    await t.rejects(server.open({ path: '/plain' }), /404/);
    const answer = await fetch(`${url.replace('ws', 'http')}/v1/socket`);
    t.equal(answer.status, 400);
    t.equal(await (await fetch(`${url.replace('ws', 'http')}/plain`)).text(), 'plain');
  });

  await t.test('[WS2][C2][O2] pages of our own and of any site may connect, others and `null` are closed with 4003', async (t) => {
    for (const origin of [undefined, ownOrigin, shop.origin, 'https://other.example']) {
      const socket = await server.open({ origin });
      socket.send('{"id":"1","type":"hello","token":"x"}');
      t.equal((await socket.closed).code, 4001, `${origin} gets as far as the token`);
    }
    for (const origin of ['https://evil.example', 'null', 'http://shop.example', 'https://shop.example.evil.example', 'nonsense']) {
      const socket = await server.open({ origin });
      t.equal((await socket.closed).code, 4003, origin);
    }
  });

  await t.test('[WS2][C2] a visitor needs a page of its own site, an agent does not', async (t) => {
    const visitor = shop.visitor();
    for (const origin of [undefined, 'https://other.example']) {
      const socket = await server.open({ origin });
      await t.rejects(socket.request('hello', { token: visitor.token }), refused('origin_forbidden'));
      t.equal((await socket.closed).code, 4003, `${origin}`);
    }
    const agent = await shop.agent();
    for (const origin of [undefined, ownOrigin]) await (await server.connect(agent, { origin })).close();
  });

  await t.test('[WS3][S6] without a hello within 5 s: 4000', async (t) => {
    const socket = await server.open();
    await until(() => server.gateway.connections === 1);
    server.clock.advance(4_999);
    t.equal(socket.socket.readyState, 1);
    server.clock.advance(1);
    t.equal((await socket.closed).code, 4000);
  });

  await t.test('[WS3][O1] what is no JSON text, or no hello, closes a new connection with 4000', async (t) => {
    for (const first of ['', 'hello', '{', '42', 'null', '[]', '{"id":"1","type":"ping"}', Buffer.from('{"id":"1","type":"hello","token":"x"}')]) {
      const socket = await server.open();
      socket.send(first);
      t.equal((await socket.closed).code, 4000, String(first));
    }
  });

  await t.test('[WS3][WS6] a malformed hello is answered, and the next one may do', async (t) => {
    const visitor = shop.visitor();
    const socket = await server.open({ origin: visitor.origin });
    socket.send('{"type":"hello","token":"x"}');
    t.match(await socket.frame((each) => 're' in each), { re: null, ok: false, error: { code: 'bad_request' } });
    await t.rejects(socket.request('hello', { token: 'x', resume: 7 } as never), /resume/);
    await t.rejects(socket.request('hello', { token: 'x'.repeat(5000) }), refused('bad_request'));
    t.match(await socket.request('hello', { token: visitor.token }), { self: { kind: 'visitor', id: visitor.id } });
    await socket.close();
  });

  await t.test('[WS4][O10] a bad token is refused and closed with 4001, an expired one says so', async (t) => {
    const expired = shop.visitor('Ex', -1);
    for (const [token, code] of [['nonsense', 'unauthenticated'], [expired.token, 'token_expired']] as const) {
      const socket = await server.open({ origin: shop.origin });
      await t.rejects(socket.request('hello', { token }), refused(code));
      t.equal((await socket.closed).code, 4001);
    }
  });

  await t.test('[WS4] an empty token, one that is no text and none at all are answered and closed with 4001 at once', async (t) => {
    for (const fields of [{ token: '' }, { token: 7 }, { token: null }, {}, { resume: 7 }]) {
      const socket = await server.open({ origin: shop.origin });
      await t.rejects(socket.request('hello', fields as never), refused('unauthenticated'), JSON.stringify(fields));
      t.equal((await socket.closed).code, 4001);
    }
  });

  await t.test('[WS4][WS6] a client may name itself in part, and write null for what it leaves out', async (t) => {
    for (const more of [{ client: {} }, { client: { name: 'bot' } }, { client: { version: '1' } }, { client: null, resume: null }]) {
      const visitor = shop.visitor();
      const socket = await server.open({ origin: visitor.origin });
      t.match(await socket.request('hello', { token: visitor.token, ...more } as never), { self: { id: visitor.id } }, JSON.stringify(more));
      await socket.close();
    }
  });

  await t.test('[WS4] the reply of hello says who one is and how the server keeps time', async (t) => {
    const visitor = shop.visitor('Vera');
    const socket = await server.connect(visitor);
    t.match(socket.hello, {
      self: { kind: 'visitor', id: visitor.id, name: 'Vera' }, heartbeatMs: 25_000, serverTime: new Date(server.clock.now()).toISOString(),
      connectionId: String, presence: { status: String }, conversations: [], calls: [],
    });
    await socket.close();
  });

  await t.test('[WS3] requests sent before the reply of hello wait for it and are answered in order', async (t) => {
    const visitor = shop.visitor();
    const socket = await server.open({ origin: visitor.origin });
    const replies = await Promise.all([
      socket.request('hello', { token: visitor.token }), socket.request('ping', {}),
      socket.request('message.send', { clientId: clientId(1), text: 'early' }),
    ]);
    t.match(replies[2], { message: { seq: 1, text: 'early' } });
    t.equal((socket.frames[0] as { re: string }).re, '1');
    await socket.close();
  });
});

await t.test('[WS2][J11] while the database does not answer, a page is told to come back, not that it is forbidden', async (t) => {
  const server = await testGateway();
  t.teardown(() => server.stop());
  await server.database.close();
  const socket = await server.open({ origin: 'https://shop.example' });
  t.equal((await socket.closed).code, 1001);
});

await t.test('requests', async (t) => {
  const heard: object[] = [];
  const outcomes: Record<string, () => unknown> = {
    sync: () => ({ seq: 1 }),
    slow: () => new Promise((resolve) => setTimeout(() => resolve({ seq: 2 }), 30)),
    refused: () => {
      throw problem('conflict', 'No.', 7);
    },
    defect: () => {
      throw new TypeError('a secret of the inside');
    },
    rejected: async () => Promise.reject(new RangeError('a secret of the inside')),
    sends: (context?: unknown) => {
      (context as FrameContext).send('server.draining', { afterMs: 1 });
      return new Promise((resolve) => setTimeout(() => resolve({ seq: 3 }), 10));
    },
  };
  const server = await testGateway({
    handlers: [
      frame('call.cancel', 'both', ({ callId }, context) => (outcomes[callId] as unknown as (context: unknown) => never)(context)),
      frame('call.start', 'visitor', () => ({}) as never),
      ...(['call.signal', 'call.media', 'call.end'] as const).map((type) => frame(type, 'both', (request) => {
        heard.push(request);
        return {} as never;
      })),
    ],
  });
  const shop = await server.organisation('shop');
  const socket = await server.connect(await shop.agent());
  t.teardown(async () => {
    await socket.close();
    await server.stop();
  });
  const call = (callId: string) => socket.request('call.cancel', { callId });

  await t.test('[WS5] each request has exactly one reply, whatever becomes of it, in the order of completion', async (t) => {
    const before = socket.frames.length;
    const slow = call('slow');
    t.match(await call('sync'), { seq: 1 });
    await t.rejects(call('refused'), { code: 'conflict', retryAfterMs: 7 });
    t.match(await slow, { seq: 2 });
    await socket.settled();
    t.equal(socket.frames.length - before, 4);
  });

  await t.test('[WS6][O6] a defect of ours is `internal`, tells nothing of the inside, is logged, and the socket stays', async (t) => {
    for (const each of ['defect', 'rejected', 'no such outcome']) {
      const error = await call(each).catch((reason: unknown) => reason) as Nack;
      t.equal(error.code, 'internal');
      t.notMatch(error.message, /secret/);
    }
    t.equal(server.logged.filter(({ message }) => message === 'a frame failed').length, 3);
    await socket.settled();
  });

  await t.test('[WS5] an event sent to the own connection by a handler follows the reply', async (t) => {
    await call('sends');
    await socket.next('server.draining');
    const [reply, event] = socket.frames.slice(-2);
    t.ok(reply && 're' in reply);
    t.equal((event as { type: string }).type, 'server.draining');
  });

  await t.test('[WS6][J13][O1] what is malformed, unknown or forbidden is refused with a code, and the socket stays', async (t) => {
    const answer = async (text: string) => {
      const count = socket.frames.length;
      socket.send(text);
      await socket.frame((each) => 're' in each && socket.frames.indexOf(each) >= count && !each.ok);
      return socket.frames[count] as { re: string | null; error: { code: string; message: string } };
    };
    t.match(await answer('42'), { re: null, error: { code: 'bad_request' } });
    t.match(await answer('null'), { re: null, error: { code: 'bad_request' } });
    t.match(await answer('[{"id":"1"}]'), { re: null, error: { code: 'bad_request' } });
    t.match(await answer('{"type":"ping"}'), { re: null, error: { code: 'bad_request', message: /id/ } });
    t.match(await answer('{"id":7,"type":"ping"}'), { re: null, error: { code: 'bad_request' } });
    t.match(await answer(`{"id":"${'9'.repeat(65)}","type":"ping"}`), { re: null, error: { code: 'bad_request' } });
    t.match(await answer('{"id":"7"}'), { re: '7', error: { code: 'bad_request', message: /type/ } });
    t.match(await answer('{"id":"7","type":"toString"}'), { re: '7', error: { code: 'unknown_type' } });
    t.match(await answer('{"id":"7","type":"__proto__"}'), { re: '7', error: { code: 'unknown_type' } });
    t.match(await answer('{"id":"7","type":"call.start","mode":"audio"}'), { re: '7', error: { code: 'forbidden' } });
    t.match(await answer('{"id":"7","type":"message.send","clientId":"short","text":"x"}'), { re: '7', error: { code: 'bad_request', message: /clientId/ } });
    t.match(await answer('{"id":"7","type":"history"}'), { re: '7', error: { code: 'bad_request', message: /conversationId is missing/ } });
    t.match(await answer('{"id":"7","type":"read","conversationId":"x","seq":"3"}'), { re: '7', error: { code: 'bad_request', message: /seq/ } });
    await socket.settled();
  });

  await t.test('[WS6] an optional field that is null counts as left out; one that is needed, or may be null, does not', async (t) => {
    const ask = async (type: RequestType, fields: object) => {
      heard.length = 0;
      await socket.request(type, fields as never);
      return Object.fromEntries(Object.entries(heard[0]!).filter(([name]) => name !== 'id' && name !== 'type'));
    };
    t.strictSame(await ask('call.signal', { callId: 'x', data: null, epoch: null }), { callId: 'x', data: null }, 'the end of candidates stays');
    t.strictSame(await ask('call.signal', { callId: 'x', data: { candidate: '', sdpMid: null }, epoch: null }), { callId: 'x', data: { candidate: '', sdpMid: null } });
    t.strictSame(await ask('call.end', { callId: 'x', reason: null }), { callId: 'x' });
    t.strictSame(await ask('call.media', { callId: 'x', audio: true, video: false }), { callId: 'x', audio: true, video: false }, 'no more is needed');
    t.strictSame(await ask('call.media', { callId: 'x', audio: true, video: false, screen: null, held: true }), { callId: 'x', audio: true, video: false, held: true });
    await t.rejects(socket.request('call.end', { callId: null } as never), /callId/);
    await t.rejects(socket.request('call.signal', { callId: 'x', epoch: null } as never), /data is missing/);
    await t.rejects(socket.request('call.end', { callId: 'x', reason: 'boredom' } as never), /reason/);
    const visitor = await server.connect(shop.visitor());
    const { conversationId } = await visitor.request('message.send', { conversationId: null, clientId: clientId(1), text: 'hi', note: null, fileIds: null } as never);
    t.match(await visitor.request('history', { conversationId, before: null, after: null, limit: null } as never), { messages: [{ text: 'hi' }] });
    await visitor.close();
  });

  await t.test('[S5] two handlers for a request, or one without a rule, are a defect at the start', (t) => {
    const twice = frame('read', 'both', () => ({ seq: 1 }));
    t.throws(() => createRoutes([twice, twice]), /Two handlers/);
    t.throws(() => createRoutes([frame('read', undefined as never, () => ({ seq: 1 }))]), /who may/);
    t.end();
  });
});

await t.test('[WS7][O1] not JSON, or binary, closes an open connection with 4000; above 64 KiB with 1009; at 64 KiB it is answered', async (t) => {
  const server = await testGateway();
  const shop = await server.organisation('shop');
  t.teardown(() => server.stop());
  for (const [bad, code] of [['{', 4000], [Buffer.from('{"id":"1","type":"ping"}'), 4000], ['x'.repeat(65_537), 1009]] as const) {
    const socket = await server.connect(await shop.agent());
    socket.send(bad);
    t.equal((await socket.closed).code, code);
  }
  const socket = await server.connect(await shop.agent());
  const empty = '{"id":"1","type":"ping","x":""}';
  socket.send(empty.replace('""', `"${'x'.repeat(65_536 - empty.length)}"`));
  t.match(await socket.frame((each) => 're' in each && each.re === '1' && each.ok && 'type' in each), { type: 'pong' });
  await socket.close();
  await until(() => server.gateway.connections === 0);
  t.equal(server.gateway.connections, 0, 'nobody is left behind');
});

await t.test('the life of a connection', async (t) => {
  const closed: { id: string; clean: boolean; silentMs: number }[] = [];
  const server = await testGateway({
    listeners: [{ closed: ({ principal }, clean, silentMs) => void closed.push({ id: principal.id, clean, silentMs }) }],
  });
  const shop = await server.organisation('shop');
  t.teardown(() => server.stop());

  await t.test('[WS8][J10][S21] whoever is silent for two heartbeats is dropped, whoever pings stays', async (t) => {
    const [quiet, lively] = [await server.connect(await shop.agent('Quiet')), await server.connect(await shop.agent('Lively'))];
    server.clock.advance(25_000);
    t.match(await lively.request('ping', {}), { type: 'pong', serverTime: new Date(server.clock.now()).toISOString() });
    server.clock.advance(24_999);
    await lively.settled();
    t.equal(quiet.socket.readyState, 1);
    server.clock.advance(5_000);
    t.equal((await quiet.closed).code, 1006, 'cut off: nobody is there to read a reason');
    await lively.settled();
    await until(() => closed.length === 1);
    const { clean, silentMs } = closed.shift()!;
    t.notOk(clean);
    t.ok(silentMs >= 50_000);
    await lively.close();
    await until(() => closed.length === 1);
    t.match(closed.shift(), { clean: true, silentMs: 0 });
  });

  await t.test('[WS9][B8] a later hello with a fresh token of the same principal extends the connection', async (t) => {
    const agent = await shop.agent('Renewing', 60_000);
    const socket = await server.connect(agent);
    server.clock.advance(40_000);
    t.match(await socket.request('hello', { token: server.renewed(agent, 60_000).token }), { self: { id: agent.id }, connectionId: socket.hello.connectionId });
    await t.rejects(socket.request('hello', { token: 'nonsense' }), refused('unauthenticated'));
    await t.rejects(socket.request('hello', { token: (await shop.agent()).token }), refused('forbidden'));
    await t.rejects(socket.request('hello', {} as never), refused('unauthenticated'));
    server.clock.advance(40_000);
    await socket.settled();
    server.clock.advance(19_999);
    await socket.settled();
    server.clock.advance(1);
    t.strictSame(await socket.next('session.revoked'), { type: 'session.revoked', reason: 'token_expired' });
    t.equal((await socket.closed).code, 4001);
  });

  await t.test('[WS9][S14] ending a session closes its sockets with 4010 and says why', async (t) => {
    const agent = await shop.agent();
    const [one, two, other] = [await server.connect(agent), await server.connect(agent), await server.connect(await shop.agent())];
    server.hub.close(`session:${agent.sessionId}`, 4010, 'signed_out', { type: 'session.revoked', reason: 'signed_out' });
    for (const socket of [one, two]) {
      t.strictSame(await socket.next('session.revoked'), { type: 'session.revoked', reason: 'signed_out' });
      t.equal((await socket.closed).code, 4010);
    }
    await other.settled();
    await other.close();
  });

  await t.test('[WS10] a drain tells everybody when to come back, finishes what is under way and closes with 4011', async (t) => {
    const agent = await shop.agent();
    const visitor = await server.connect(shop.visitor());
    const socket = await server.connect(agent);
    const sending = visitor.request('message.send', { clientId: clientId(1), text: 'last words' });
    await until(() => [...server.logged].length >= 0 && socket.events.some(({ type }) => type === 'message'));
    await sending;
    const drained = server.gateway.drain(1_500);
    t.strictSame(await socket.next('server.draining'), { type: 'server.draining', afterMs: 1_500 });
    t.equal((await socket.closed).code, 4011);
    t.equal((await visitor.closed).code, 4011);
    await drained;
    const late = await server.open({ origin: ownOrigin });
    t.equal((await late.closed).code, 4011);
  });
});

await t.test('rates', async (t) => {
  const server = await testGateway({ limited: true });
  const shop = await server.organisation('shop');
  t.teardown(() => server.stop());

  await t.test('[WS11][S18][R8] beyond 300 frames, then 100 a second, the answer is `rate_limited` with a wait that holds', async (t) => {
    const socket = await server.connect(await shop.agent());
    const answers = await Promise.allSettled(Array.from({ length: 320 }, () => socket.request('ping', {})));
    t.equal(answers.filter(({ status }) => status === 'fulfilled').length, 299, 'the hello was the first');
    const last = (answers.at(-1) as PromiseRejectedResult).reason as Nack;
    t.equal(last.code, 'rate_limited');
    server.clock.advance(last.retryAfterMs!);
    await socket.settled();
    await socket.close();
  });

  await t.test('[WS11] a flood that goes on regardless is closed with 4008', async (t) => {
    const socket = await server.connect(await shop.agent());
    for (let n = 0; n < 1_000; n += 1) socket.send('{"id":"1","type":"ping"}');
    t.equal((await socket.closed).code, 4008);
    t.equal(socket.frames.length, 300 + 600);
    const stranger = await server.open();
    for (let n = 0; n < 1_000; n += 1) stranger.send('{"id":"1","type":"hello","token":"x","resume":7}');
    t.equal((await stranger.closed).code, 4008, 'also before the hello');
  });

  await t.test('[WS11][S18] messages of one visitor: 120, then 20 a second, over all its tabs; other visitors are not touched', async (t) => {
    const visitor = shop.visitor();
    const tabs = [await server.connect(visitor), await server.connect(visitor)];
    const answers = await Promise.allSettled(Array.from({ length: 140 }, (_, n) =>
      tabs[n % 2]!.request('message.send', { clientId: clientId(n), text: `${n}` })));
    t.equal(answers.filter(({ status }) => status === 'fulfilled').length, 120);
    const refusals = answers.filter((answer) => answer.status === 'rejected').map(({ reason }) => reason as Nack);
    t.ok(refusals.every(({ code }) => code === 'rate_limited'));
    const other = await server.connect(shop.visitor());
    await other.request('message.send', { clientId: clientId(1), text: 'hello' });
    server.clock.advance(Math.max(...refusals.map(({ retryAfterMs }) => retryAfterMs!)));
    await tabs[0]!.request('message.send', { clientId: clientId(999), text: 'patient' });
    for (const socket of [...tabs, other]) await socket.close();
  });

  await t.test('[WS11] an agent who writes 130 messages one after the other is refused none of them', async (t) => {
    const visitor = await server.connect(shop.visitor());
    const { conversationId } = await visitor.request('message.send', { clientId: clientId(1), text: 'hello' });
    const agent = await server.connect(await shop.agent());
    const write = (n: number) => agent.request('message.send', { conversationId, clientId: clientId(1000 + n), text: `${n}` });
    for (let n = 1; n <= 130; n += 1) await write(n);
    const atOnce = await Promise.all(Array.from({ length: 130 }, (_, n) => write(200 + n)));
    t.equal(atOnce.length, 130, 'nor of as many at once');
    for (const socket of [visitor, agent]) await socket.close();
  });
});

await t.test('[WS12] a client that does not read is closed, and keeps nobody else waiting', async (t) => {
  const server = await testGateway();
  const shop = await server.organisation('shop');
  t.teardown(() => server.stop());
  const [slow, quick] = [await server.connect(await shop.agent('Slow')), await server.connect(await shop.agent('Quick'))];
  slow.socket.pause();
  const event = { type: 'session.revoked', reason: 'x'.repeat(60_000) } as const;
  for (let n = 0; n < 400 && server.gateway.connections === 2; n += 1) {
    server.hub.publish([`agents:${shop.id}`], event);
    await quick.settled();
  }
  await until(() => {
    server.clock.advance(1_000);
    return server.gateway.connections === 1;
  });
  t.equal(server.gateway.connections, 1);
  await quick.settled();
  slow.socket.resume();
  await slow.closed;
  await quick.close();
});

await t.test('[WS6][T2] no frame whatever makes the server fail or close but as the protocol says', async (t) => {
  const server = await testGateway();
  const shop = await server.organisation('shop');
  t.teardown(() => server.stop());
  let socket: TestSocket = await server.connect(await shop.agent());
  const type = fc.constantFrom(...Object.keys(REQUESTS), 'nonsense');
  const object = fc.tuple(fc.option(fc.oneof(fc.string(), fc.constant('1'))), type, fc.object(), fc.object({ key: fc.constantFrom('conversationId', 'clientId', 'text', 'seq', 'on', 'limit', 'before', 'token', 'resume', 'status') }))
    .map(([id, name, some, fields]) => JSON.stringify({ ...some, ...fields, ...(id !== null && { id }), type: name }));
  const frames = fc.oneof(
    { weight: 6, arbitrary: object },
    { weight: 2, arbitrary: fc.json() },
    { weight: 1, arbitrary: fc.string() },
    { weight: 1, arbitrary: object.chain((text) => fc.nat(text.length).map((cut) => text.slice(0, cut))) },
    { weight: 1, arbitrary: fc.uint8Array({ maxLength: 50 }).map((bytes) => Buffer.from(bytes)) },
  );
  await fc.assert(fc.asyncProperty(frames, async (data) => {
    socket.send(data);
    // A made-up frame may carry the very id of the ping behind it: then the ping is answered with the frame's refusal, and that is an answer.
    const alive = socket.settled().then(() => true, (error: unknown) => error instanceof Nack);
    if (await alive) return;
    const { code } = await socket.closed;
    const broken = typeof data !== 'string' || !isJson(data);
    t.ok(code === 4000 && broken, `${code} for ${String(data)}`);
    socket = await server.connect(await shop.agent());
  }), { numRuns: 400, examples: [['{"id":"2","type":"nonsense"}']] });
  await socket.close();
  t.strictSame(server.logged, [], 'nothing failed inside');
});

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
