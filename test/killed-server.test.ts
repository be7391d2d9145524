import t from 'tap';
import type { SessionAnswer, SitesPage, VisitorAnswer } from '../protocol/http.ts';
import type { Message } from '../protocol/shapes.ts';
import { connect } from '../server/testing/test-socket.ts';
import { owner, startServerUnderTest } from './consultation/server-under-test.ts';

const clientId = (n: number) => `10000000-0000-4000-8000-${String(n).padStart(12, '0')}`;

await t.test('[CH7][CH2][J18][J11] what was answered survives SIGKILL, what was not may be sent again, and nothing is there twice', { timeout: 500_000 }, async (t) => {
  const server = await startServerUnderTest({ RATE_LIMITS: 'off', LOG_LEVEL: 'error' });
  t.teardown(() => server.stop());
  const json = async <T>(path: string, init: RequestInit = {}) => {
    const answer = await fetch(server.url + path, init);
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
    return (await answer.json()) as T;
  };
  const post = <T>(path: string, body: object) => json<T>(path, {
    method: 'POST', headers: { 'content-type': 'application/json', origin: server.url }, body: JSON.stringify(body),
  });
  const { accessToken } = await post<SessionAnswer>('/v1/auth/login', { email: owner.email, password: owner.password });
  const { items: [site] } = await json<SitesPage>('/v1/sites', { headers: { authorization: `Bearer ${accessToken}` } });
  const { token } = await post<VisitorAnswer>('/v1/visitors', { siteKey: site!.publishableKey });

  const url = server.url.replace('http', 'ws');
  const answered = new Map<string, Message>();
  const sent: string[] = [];
  let conversationId: string | undefined;

  for (const killAfter of [40, 150, 400]) {
    const tabs = await Promise.all([token, token, accessToken].map((each) => connect({ url, origin: server.url, token: each })));
    if (conversationId === undefined) {
      const first = await tabs[0]!.request('message.send', { clientId: clientId(0), text: clientId(0) });
      ({ conversationId } = first);
      sent.push(clientId(0));
      answered.set(clientId(0), first.message);
    }
    const send = async (tab: (typeof tabs)[number], id: string) => {
      const { message } = await tab.request('message.send', { conversationId: conversationId!, clientId: id, text: id });
      answered.set(id, message);
    };
    const start = answered.size;
    let killing: Promise<void> | undefined;
    const write = async (tab: (typeof tabs)[number]) => {
      for (;;) {
        const batch = Array.from({ length: 7 }, () => {
          const id = clientId(sent.length);
          sent.push(id);
          return send(tab, id);
        });
        const results = await Promise.allSettled(batch);
        if (answered.size - start > killAfter) killing ??= server.kill();
        if (results.some(({ status }) => status === 'rejected')) return;
      }
    };
    await Promise.all(tabs.map(write));
    await killing;
    await server.start();

    const back = await connect({ url, origin: server.url, token, resume: { [conversationId]: 0 } });
    const { lastSeq } = back.hello.conversations[0]!;
    if (lastSeq > 0) await back.next('message', ({ message }) => message.seq === lastSeq);
    const stored = back.events.filter((event) => event.type === 'message').map(({ message }) => message);
    t.strictSame(stored.map(({ seq }) => seq), stored.map((_, n) => n + 1), 'no hole, in order');
    const byId = new Map(stored.map((message) => [message.clientId, message]));
    t.equal(byId.size, stored.length, 'none twice');
    const lost = [...answered].filter(([id, message]) => JSON.stringify(byId.get(id)) !== JSON.stringify(message));
    t.strictSame(lost, [], `${answered.size} of ${sent.length} were answered, ${stored.length} stored`);

    // The outboxes try again; those that had been stored without an answer are found, not doubled.
    const panel = await connect({ url, origin: server.url, token: accessToken });
    const unanswered = sent.filter((id) => !answered.has(id));
    for (const id of unanswered) {
      const before = byId.get(id);
      const tab = before?.author.kind === 'agent' ? panel : back;
      await send(tab, id);
      if (before) t.strictSame(answered.get(id), before);
    }
    const after = await back.request('history', { conversationId, limit: 1 });
    t.equal(after.messages[0]!.seq, sent.length, 'as many as were written');
    await Promise.all([back.close(), panel.close()]);
  }
});
