import t, { type Test } from 'tap';
import type { DomainEvent } from '../events/events.ts';
import { openSqlite } from '../store/open-sqlite.ts';
import { fakeClock } from '../testing/fake-clock.ts';
import { createMail } from './mail.ts';
import { createMailStore } from './mail.store.ts';
import { createNotices } from './notices.ts';
import { createNoticesStore } from './notices.store.ts';

const origin = 'https://consult.example';
const minute = 60_000;

interface Line { by: 'visitor' | 'agent' | 'bot' | 'system'; text?: string; kind?: 'text' | 'note' | 'call'; data?: Record<string, unknown> | null }

/** A conversation with everything around it, and no mail server: what would have been sent can be looked at. */
async function house(t: Test, { email = 'visitor@example.com' as string | null, assigneeId = null as string | null, locale = 'en' } = {}) {
  const clock = fakeClock();
  const database = await openSqlite({ file: ':memory:' });
  t.teardown(() => database.close());
  const { q, tables } = database;
  const own = { organisationId: 'org', createdAt: clock.now(), updatedAt: clock.now() };
  const agent = (id: string, settings: Record<string, unknown> | null = null, status: 'active' | 'disabled' = 'active') => q.insert(tables.agents)
    .values({ ...own, id, email: `${id}@example.com`, name: `Agent ${id}`, passwordHash: '', role: 'agent', status, settings });
  await agent('anna', { locale: 'ko' });
  await agent('ben');
  await agent('quiet', { mailNotices: false });
  await agent('gone', null, 'disabled');
  await q.insert(tables.agents).values({ ...own, organisationId: 'other', id: 'stranger', email: 'stranger@example.com', name: 'S', passwordHash: '', role: 'owner', status: 'active' });
  await q.insert(tables.visitors).values({ id: 'v', organisationId: 'org', siteId: 's', name: 'Blue Otter', email, locale, createdAt: clock.now(), lastSeenAt: clock.now() });
  await q.insert(tables.conversations).values({ ...own, id: 'c', siteId: 's', visitorId: 'v', status: 'open', openKey: 'v', assigneeId, lastSeq: 0, lastMessageAt: clock.now() });
  const site = { id: 's', organisationId: 'org', name: 'Shop', origins: ['https://*.shop.example', 'https://shop.example'] };
  const online = { agents: [] as string[], visitor: false };
  const failures: unknown[] = [];
  const failed = (error: unknown) => void failures.push(error);
  const mail = createMail({ store: createMailStore(database), mailer: null, clock, ownOrigins: () => [origin], failed });
  const make = () => createNotices({
    store: createNoticesStore(database), mail, clock, failed, ownOrigins: () => [origin], agentsOnline: () => online.agents, visitorOnline: () => online.visitor,
    sites: { byId: async () => site as never, allows: (_site, origin) => origin !== undefined && /^https:\/\/(\w+\.)?shop\.example$/.test(origin) },
  });
  let notices = make();
  t.teardown(() => notices.close());
  let seq = 0;
  return {
    clock, q, tables, online, site, failures, mail,
    notices: () => notices,
    async restart() {
      await notices.close();
      notices = make();
      await notices.start();
    },
    /** Somebody writes; `told` false: the process died before it heard of it. */
    async say({ by, text = 'Hello?', kind = 'text', data = null }: Line, told = true) {
      const at = clock.now();
      seq += 1;
      await q.insert(tables.messages).values({ conversationId: 'c', seq, id: `m${seq}`, clientId: `m${seq}`, organisationId: 'org', authorKind: by, authorId: by, authorName: by, kind, text, data, createdAt: at });
      await q.update(tables.conversations).set({ lastSeq: seq, lastMessageAt: at });
      const message = { id: `m${seq}`, seq, clientId: `m${seq}`, conversationId: 'c', author: { kind: by, id: by, name: by }, kind, text, createdAt: '' };
      if (told) notices.heard({ type: 'message.created', organisationId: 'org', siteId: 's', visitorId: 'v', message } as DomainEvent);
    },
    async read(readSeq: number) {
      await q.insert(tables.reads).values({ conversationId: 'c', memberKind: 'visitor', memberId: 'v', organisationId: 'org', readSeq, updatedAt: clock.now() });
    },
    async wait(ms: number) {
      // A second at a time, as time goes: a look may ask for another.
      for (let left = ms; left > 0; left -= 1000) {
        clock.advance(Math.min(1000, left));
        await notices.idle();
      }
    },
    mails: async () => (await q.select().from(tables.mails).orderBy(tables.mails.id)).map(({ kind, recipient, subject, text, key }) => ({ kind, to: recipient, subject, text: text!, key })),
  };
}

t.test('[Q1] nobody is there: after a minute without an answer everybody who wants to know gets one mail, in the own language', async (t) => {
  const h = await house(t);
  await h.say({ by: 'visitor', text: 'Is <b>anybody</b> there?' });
  await h.wait(30_000);
  await h.say({ by: 'visitor', text: 'Hello?' });
  await h.wait(29_999);
  t.same(await h.mails(), []);
  await h.wait(1);
  const mails = await h.mails();
  t.match(mails, [{ kind: 'agent_notice', to: 'anna@example.com', subject: 'Blue Otter 님이 Shop에서 기다리고 있습니다', key: 'conversation:c' }, { to: 'ben@example.com', subject: 'Blue Otter is waiting on Shop' }]);
  t.equal(mails.length, 2, 'not who switched it off, not who was deactivated, nobody elsewhere');
  t.match(mails[1]!.text, /> Is <b>anybody<\/b> there\?\n>\n> Hello\?\n[^]*https:\/\/consult\.example\/admin\/#\/inbox\/c\n/);
  t.same(h.failures, []);
});

t.test('[Q1] [J20] files are named, with what was said or alone', async (t) => {
  const h = await house(t);
  await h.say({ by: 'visitor', text: 'Look', data: { files: [{ name: 'a.png' }, { name: 'b.pdf' }] } });
  await h.say({ by: 'visitor', text: '', data: { files: [{ name: 'c.txt' }] } });
  await h.wait(61_000);
  t.match((await h.mails())[1]!.text, /> Look\n> \[a\.png\]\n> \[b\.pdf\]\n>\n> \[c\.txt\]\n/);
});

t.test('[Q1] it is the assignee\'s, while it wants mail; else everybody\'s', async (t) => {
  for (const [assigneeId, to] of [['ben', ['ben@example.com']], ['quiet', ['anna@example.com', 'ben@example.com']], ['gone', ['anna@example.com', 'ben@example.com']]] as const) {
    const h = await house(t, { assigneeId });
    await h.say({ by: 'visitor' });
    await h.wait(minute);
    t.same((await h.mails()).map((mail) => mail.to), to, assigneeId);
  }
});

t.test('[Q1] no mail when somebody is there, when it was answered or closed, or when nothing was said', async (t) => {
  const cases: [string, (h: Awaited<ReturnType<typeof house>>) => Promise<unknown> | void][] = [
    ['an agent came', (h) => void h.online.agents.push('ben')], ['answered', (h) => h.say({ by: 'agent' }, false)], ['answered by a bot', (h) => h.say({ by: 'bot' }, false)],
    ['closed', (h) => h.q.update(h.tables.conversations).set({ status: 'closed' })], ['erased', (h) => h.q.delete(h.tables.conversations)],
  ];
  for (const [name, change] of cases) {
    const h = await house(t);
    await h.say({ by: 'visitor' });
    await change(h);
    await h.wait(20 * minute);
    t.same(await h.mails(), [], name);
    t.same(h.failures, [], name);
  }
  for (const line of [{ by: 'agent', kind: 'note' }, { by: 'system', kind: 'call' }] as const) {
    const h = await house(t);
    await h.say(line);
    await h.wait(20 * minute);
    t.same(await h.mails(), [], `${line.kind} is no word of a visitor, nor for one`);
  }
  const h = await house(t);
  await h.say({ by: 'visitor' });
  await h.say({ by: 'agent', kind: 'note', text: 'a private thought' });
  await h.say({ by: 'system', kind: 'call', text: '' });
  await h.wait(minute);
  t.equal((await h.mails()).length, 2, 'a note and a missed call are no answer');
});

t.test('[Q1] at most one mail in 15 minutes; what came in meanwhile follows then, what is old is not told again', async (t) => {
  const h = await house(t, { assigneeId: 'ben' });
  await h.say({ by: 'visitor', text: 'one' });
  await h.wait(minute);
  t.equal((await h.mails()).length, 1);
  await h.wait(minute);
  await h.say({ by: 'visitor', text: 'two' });
  await h.wait(13 * minute);
  await h.say({ by: 'visitor', text: 'three' });
  await h.wait(minute - 1000);
  t.equal((await h.mails()).length, 1);
  await h.wait(minute);
  const mails = await h.mails();
  t.equal(mails.length, 2);
  t.match(mails[1]!.text, /> two\n>\n> three/);
  t.notMatch(mails[1]!.text, /> one/);
  await h.wait(60 * minute);
  t.equal((await h.mails()).length, 2, 'nothing new, no mail');
});

t.test('[Q1] an answer 59 seconds ago and a new question: the minute begins with the question', async (t) => {
  const h = await house(t, { email: null });
  await h.say({ by: 'visitor' });
  await h.wait(30_000);
  await h.say({ by: 'agent' });
  await h.wait(20_000);
  await h.say({ by: 'visitor' });
  await h.wait(59_000);
  t.same(await h.mails(), []);
  await h.wait(2000);
  t.equal((await h.mails()).length, 2);
});

t.test('[Q1] a visitor who has gone gets the answer by mail, with the way back to the page it was on', async (t) => {
  const h = await house(t, { locale: 'ko-KR' });
  await h.q.insert(h.tables.pageViews).values([
    { id: 'p1', organisationId: 'org', visitorId: 'v', url: 'https://shop.example/first', title: '', createdAt: 1 }, { id: 'p2', organisationId: 'org', visitorId: 'v', url: 'https://www.shop.example/shoes#top', title: '', createdAt: 2 },
  ]);
  await h.say({ by: 'agent', kind: 'note', text: 'a private thought' });
  await h.say({ by: 'agent', text: 'Yes, in blue.' });
  await h.say({ by: 'bot', text: 'And in green.' });
  await h.q.update(h.tables.conversations).set({ status: 'closed' });
  await h.wait(minute);
  const mails = await h.mails();
  t.match(mails, [{ kind: 'visitor_notice', to: 'visitor@example.com', subject: 'Shop에서 답변이 도착했어요' }]);
  t.match(mails[0]!.text, /> Yes, in blue\.\n>\n> And in green\.\n[^]*https:\/\/www\.shop\.example\/shoes\n/);
  t.notMatch(mails[0]!.text, /private/);
  await h.wait(minute);
  await h.say({ by: 'agent', text: 'And now in red.' });
  await h.wait(10 * minute);
  t.equal((await h.mails()).length, 1);
  await h.wait(5 * minute);
  t.match((await h.mails())[1]!.text, /[^]*Shop[^]*\n> And now in red\.\n/);
  t.notMatch((await h.mails())[1]!.text, /blue/);
});

t.test('[Q1] no mail to a visitor who is there, has read it, or left no address; the link is never to a foreign page', async (t) => {
  const there = await house(t);
  there.online.visitor = true;
  const reader = await house(t);
  await reader.read(1);
  for (const [name, h] of [['there', there], ['read', reader], ['no address', await house(t, { email: null })]] as const) {
    await h.say({ by: 'agent' });
    await h.wait(20 * minute);
    t.same(await h.mails(), [], name);
  }
  const h = await house(t);
  await h.q.insert(h.tables.pageViews).values({ id: 'p', organisationId: 'org', visitorId: 'v', url: 'https://evil.example/shop.example', title: '', createdAt: 1 });
  await h.say({ by: 'agent' });
  await h.wait(minute);
  t.match((await h.mails())[0]!.text, /\nhttps:\/\/shop\.example\/\n/, 'the first allowed origin instead');
  const bare = await house(t);
  bare.site.origins = ['https://*.shop.example'];
  await bare.say({ by: 'agent' });
  await bare.wait(minute);
  t.notMatch((await bare.mails())[0]!.text, /https?:/, 'or none');
});

t.test('[Q1] a restart forgets nobody, and tells nobody twice', async (t) => {
  const h = await house(t, { assigneeId: 'ben' });
  await h.say({ by: 'visitor' }, false);
  await h.restart();
  await h.wait(minute - 1000);
  t.same(await h.mails(), [], 'agents get time to come back');
  await h.wait(1000);
  t.equal((await h.mails()).length, 1);
  await h.restart();
  await h.wait(20 * minute);
  t.equal((await h.mails()).length, 1);
  await h.say({ by: 'visitor' }, false);
  await h.wait(61 * minute);
  await h.restart();
  await h.wait(2 * minute);
  t.equal((await h.mails()).length, 1, 'what is older than an hour is left alone');
  await h.notices().close();
  await h.say({ by: 'visitor' });
  await h.wait(2 * minute);
  t.equal((await h.mails()).length, 1, 'closed is closed');
});
