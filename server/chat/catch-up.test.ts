import t from 'tap';
import { consultation, messagesOf, send, seqs, upTo } from '../testing/consultation.ts';
import { testGateway } from '../testing/test-gateway.ts';
import type { Nack, TestSocket } from '../testing/test-socket.ts';

await t.test('coming back', async (t) => {
  const server = await testGateway();
  t.teardown(() => server.stop());

  await t.test('[CH14][J11] a client that resumes gets each missed message once, in order, and then what is new', async (t) => {
    const { agent, conversationId, vera, leave } = await consultation(server);
    await Promise.all(upTo(350).map((n) => send(agent, n, conversationId)));
    for (const lastSeq of [0, 1, 250, 351, 999_999]) {
      const socket = await server.connect(vera, { resume: { [conversationId]: lastSeq } });
      t.match(socket.hello.conversations, [{ id: conversationId, lastSeq: 351 }]);
      const expected = upTo(Math.max(0, 351 - lastSeq), lastSeq + 1);
      if (expected.length > 0) await socket.next('message', ({ message }) => message.seq === 351);
      await socket.settled();
      t.strictSame(seqs(messagesOf(socket, conversationId)), expected, `from ${lastSeq}`);
      await socket.close();
    }
    const socket = await server.connect(vera, { resume: { [conversationId]: 999_999 } });
    await socket.settled();
    await send(agent, 777, conversationId);
    t.equal((await socket.next('message')).message.seq, 352, 'a number too high does not make it deaf');
    await socket.close();
    await leave();
  });

  await t.test('[CH14] a client without a number gets none of the old, and all of the new', async (t) => {
    const { agent, conversationId, vera, leave } = await consultation(server, 'fresh');
    const socket = await server.connect(vera);
    t.equal(socket.hello.conversations[0]!.lastSeq, 1);
    await send(agent, 1, conversationId);
    await socket.next('message');
    t.strictSame(seqs(messagesOf(socket, conversationId)), [2]);
    await socket.close();
    await leave();
  });

  await t.test('[CH14][S21] resuming under fire: no hole, none twice, in order, from wherever', async (t) => {
    const { agent, visitor, conversationId, vera, ada, leave } = await consultation(server, 'fire');
    let stop = false;
    let count = 0;
    const fire = async (socket: TestSocket) => {
      while (!stop) await Promise.all(upTo(10).map(() => send(socket, 10_000 + (count += 1), conversationId)));
    };
    const firing = [fire(agent), fire(visitor)];
    for (let round = 0; round < 12; round += 1) {
      const from = Math.floor((count * round) / 12);
      const who = round % 2 === 0 ? vera : ada;
      const socket = await server.connect(who, { resume: { [conversationId]: from } });
      await socket.next('message', ({ message }) => message.seq >= socket.hello.conversations[0]!.lastSeq + 30);
      const heard = seqs(messagesOf(socket, conversationId));
      t.strictSame(heard, upTo(heard.length, from + 1), `from ${from}`);
      socket.socket.terminate();
    }
    stop = true;
    await Promise.all(firing);
    await leave();
  });

  await t.test('[CH14] coming back without a number under fire: live messages go on right after the snapshot', async (t) => {
    const { agent, conversationId, vera, leave } = await consultation(server, 'snap');
    let stop = false;
    let count = 0;
    const firing = (async () => {
      while (!stop) await Promise.all(upTo(5).map(() => send(agent, 10_000 + (count += 1), conversationId)));
    })();
    for (let round = 0; round < 10; round += 1) {
      const socket = await server.connect(vera);
      const { lastSeq } = socket.hello.conversations[0]!;
      await socket.next('message', ({ message }) => message.seq >= lastSeq + 10);
      const heard = seqs(messagesOf(socket, conversationId));
      t.strictSame(heard, upTo(heard.length, lastSeq + 1));
      socket.socket.terminate();
    }
    stop = true;
    await firing;
    await leave();
  });

  await t.test('[CH14] a backlog waits for a client that reads slowly, instead of filling the memory', async (t) => {
    const { agent, conversationId, vera, leave } = await consultation(server, 'slow');
    await Promise.all(upTo(1500).map((n) => send(agent, n, conversationId, 'x'.repeat(4000))));
    const socket = await server.open({ origin: vera.origin });
    await socket.request('hello', { token: vera.token, resume: { [conversationId]: 0 } });
    socket.socket.pause();
    await new Promise((resolve) => setTimeout(resolve, 300));
    t.equal(server.gateway.connections, 3, '6 MB are missed, and nobody is thrown out for them');
    socket.socket.resume();
    await socket.next('message', ({ message }) => message.seq === 1501);
    t.strictSame(seqs(messagesOf(socket, conversationId)), upTo(1501));
    await socket.close();
    await leave();
  });

  await t.test('[CH14] several conversations are resumed side by side; those that are gone do no harm', async (t) => {
    const first = await consultation(server, 'several');
    const second = await server.connect(first.shop.visitor('Second'));
    const { conversationId } = await send(second, 1);
    for (const n of upTo(3)) await send(second, 10 + n, conversationId);
    const socket = await server.connect(first.ada, { resume: { gone: 3, [first.conversationId]: 0, [conversationId]: 2, '': 1 } }).catch((error: Nack) => error.code);
    t.equal(typeof socket, 'object');
    const back = socket as TestSocket;
    await back.next('message', ({ message }) => message.conversationId === conversationId && message.seq === 4);
    t.strictSame(seqs(messagesOf(back, conversationId)), [3, 4]);
    t.strictSame(seqs(messagesOf(back, first.conversationId)), [1]);
    for (const each of [back, second]) await each.close();
    await first.leave();
  });
});
