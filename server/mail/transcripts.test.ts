import t, { type Test } from 'tap';
import type { Asker, VisitorPrincipal } from '../auth/principal.ts';
import { problem } from '../errors.ts';
import { openSqlite } from '../store/open-sqlite.ts';
import { fakeClock } from '../testing/fake-clock.ts';
import { createMail } from './mail.ts';
import { createMailStore } from './mail.store.ts';
import { createNoticesStore } from './notices.store.ts';
import { createTranscripts } from './transcripts.ts';

async function house(t: Test, { settings = {} as Record<string, unknown>, email = 'visitor@example.com' as string | null } = {}) {
  const clock = fakeClock();
  const database = await openSqlite({ file: ':memory:' });
  t.teardown(() => database.close());
  const { q, tables } = database;
  for (const id of ['v', 'w']) await q.insert(tables.visitors).values({ id, organisationId: 'org', siteId: 's', name: 'Blue Otter', email, locale: 'ko', createdAt: 0, lastSeenAt: 0 });
  const askers: Asker[] = [];
  const recorded: string[] = [];
  const mail = createMail({ store: createMailStore(database), mailer: null, clock, ownOrigins: () => [], failed: (error) => { throw error; } });
  const owners: Record<string, string> = { c: 'v', d: 'w' };
  const transcripts = createTranscripts({
    mail, clock, store: createNoticesStore(database), audit: { record: ({ action }) => void recorded.push(action) },
    sites: { byId: async () => ({ id: 's', name: 'Shop', settings }) as never },
    chat: { async member({ kind, id, organisationId }, conversationId) {
      const visitorId = owners[conversationId];
      if (visitorId === undefined || organisationId !== 'org' || (kind === 'visitor' && id !== visitorId)) throw problem('not_found');
      return { id: conversationId, organisationId, siteId: 's', visitorId, kind: 'visitor' as const, members: [] };
    } },
    exports: { async text(asker, conversationId, locale) {
      askers.push(asker);
      return { name: 'x', text: `the text of ${conversationId} in ${locale}${conversationId === 'd' ? 'x'.repeat(300_000) : ''}` };
    } },
  });
  const mails = async () => (await q.select().from(tables.mails).orderBy(tables.mails.id)).map(({ recipient, text, key }) => ({ to: recipient, text: text!, key }));
  return { clock, transcripts, mails, askers, recorded };
}
const visitor: VisitorPrincipal = { kind: 'visitor', id: 'v', name: 'V', organisationId: 'org', siteId: 's', expiresAt: 0 };
const agent: Asker = { kind: 'agent', id: 'a', name: 'Anna', organisationId: 'org', role: 'agent', sessionId: 's', expiresAt: 0 };

t.test('[Q1] a visitor gets its conversation by mail, to the address it says or left; the team sends to the visitor\'s own', async (t) => {
  const h = await house(t);
  t.same(await h.transcripts.send(visitor, 'c', ' friend@example.com '), { mailed: false });
  await h.transcripts.send(visitor, 'c');
  await h.transcripts.send(agent, 'c');
  const mails = await h.mails();
  t.same(mails.map(({ to }) => to), ['friend@example.com', 'visitor@example.com', 'visitor@example.com']);
  for (const { text, key } of mails) {
    t.match(text, /Shop의 대화\n[^]*\n> the text of c in ko\n/);
    t.equal(key, 'conversation:c');
  }
  t.ok(h.askers.every(({ kind, id }) => kind === 'visitor' && id === 'v'), 'always what the visitor may see');
  t.same(h.recorded, ['conversation.transcript_sent'], 'that the team sent something away is written down');
});

t.test('[Q1] [S4] nobody gets the conversation of somebody else, and the team sends it nowhere else', async (t) => {
  const h = await house(t);
  await t.rejects(h.transcripts.send({ ...visitor, id: 'w' }, 'c', 'thief@example.com'), { code: 'not_found' });
  await t.rejects(h.transcripts.send({ ...agent, organisationId: 'other' }, 'c'), { code: 'not_found' });
  await t.rejects(h.transcripts.send(agent, 'c', 'elsewhere@example.com'), { code: 'unprocessable' });
  await t.rejects((await house(t, { email: null })).transcripts.send(agent, 'c'), { code: 'unprocessable' });
  await t.rejects((await house(t, { settings: { transcripts: false } })).transcripts.send(visitor, 'c', 'a@example.com'), { code: 'forbidden' });
  t.same(await h.mails(), []);
});

t.test('[Q1] three an hour from a conversation, and three to an address', async (t) => {
  const h = await house(t);
  for (const n of [1, 2, 3]) await h.transcripts.send(visitor, 'c', `friend${n}@example.com`);
  await t.rejects(h.transcripts.send(visitor, 'c', 'friend4@example.com'), { code: 'rate_limited', retryAfterMs: 1_200_000 });
  h.clock.advance(3_600_000);
  await h.transcripts.send(visitor, 'c', 'friend4@example.com');
  for (let n = 0; n < 3; n++) await h.transcripts.send({ ...visitor, id: 'w' }, 'd', 'victim@example.com');
  await t.rejects(h.transcripts.send(visitor, 'c', 'victim@example.com'), { code: 'rate_limited' }, 'whichever conversation it is');
  const both = await Promise.allSettled([1, 2].map(() => h.transcripts.send(visitor, 'c', 'friend5@example.com')));
  t.same(both.map(({ status }) => status), ['fulfilled', 'rejected'], 'two at once are no way around it');
  const long = (await h.mails()).find(({ key }) => key === 'conversation:d')!;
  t.ok(long.text.length < 210_000 && long.text.includes('…'), 'of a very long one the end');
});
