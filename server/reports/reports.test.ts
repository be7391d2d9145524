import fc from 'fast-check';
import t from 'tap';
import type { Figures, Report } from '../../protocol/work.ts';
import type { Database } from '../store/database.ts';
import type { NewRow } from '../store/tables.ts';
import { eachEngine } from '../testing/each-engine.ts';
import { createLocalTime, isTimeZone } from './local-time.ts';
import { createReports } from './reports.ts';
import { createReportsStore } from './reports.store.ts';

type Conversation = NewRow<'conversations'>;
type Message = NewRow<'messages'>;
type Call = NewRow<'calls'>;
interface House { conversations: Conversation[]; messages: Message[]; calls: Call[] }

const hourMs = 3_600_000;
const zones = ['UTC', 'Asia/Seoul', 'America/New_York', 'Asia/Kathmandu', 'Australia/Lord_Howe', 'America/St_Johns', 'Europe/Berlin'];
// Around the days on which clocks change in America and Europe.
const starts = [Date.UTC(2026, 2, 7), Date.UTC(2026, 2, 28), Date.UTC(2026, 9, 24), Date.UTC(2026, 9, 31), Date.UTC(2026, 5, 1)];
const agentIds = ['anna', 'ben'];
const siteIds = ['shop', 'blog'];

/** A report made the simple way: everything in memory, each question asked of everything again. */
function naive({ conversations, messages, calls }: House, from: number, to: number, zone: string, site?: string, agent?: string): Report {
  const dayOf = (ms: number) => new Date(ms).toLocaleDateString('sv-SE', { timeZone: zone });
  const within = (ms: number | null | undefined): ms is number => typeof ms === 'number' && ms >= from && ms < to;
  const byId = new Map(conversations.map((one) => [one.id, one]));
  type Fact = { at: number; site: string; agent: string | null; what: 'conversation' | 'in' | 'out' | 'closed' | 'answer' | 'call' | 'answered' | 'missed' | 'rating'; value: number };
  const facts: Fact[] = [
    ...conversations.flatMap((c): Fact[] => {
      const own = { site: c.siteId, agent: c.assigneeId ?? null };
      return [
        { ...own, at: c.createdAt, what: 'conversation', value: 1 },
        ...(c.firstAnswerAt !== null && c.firstMessageAt !== null ? [{ ...own, at: c.createdAt, what: 'answer' as const, value: c.firstAnswerAt! - c.firstMessageAt! }] : []),
        ...(c.closedAt !== null ? [{ ...own, at: c.closedAt!, what: 'closed' as const, value: c.closedAt! - c.createdAt }] : []),
        ...(c.ratedAt !== null ? [{ ...own, at: c.ratedAt!, what: 'rating' as const, value: c.rating! }] : []),
      ];
    }),
    ...messages.filter(({ kind, authorKind }) => kind === 'text' && authorKind !== 'system').map((m): Fact => {
      const c = byId.get(m.conversationId)!;
      return m.authorKind === 'visitor' ? { at: m.createdAt, site: c.siteId, agent: c.assigneeId ?? null, what: 'in', value: 1 }
        : { at: m.createdAt, site: c.siteId, agent: m.authorKind === 'agent' ? m.authorId : null, what: 'out', value: 1 };
    }),
    ...calls.flatMap((c): Fact[] => {
      const own = { at: c.createdAt, site: c.siteId, agent: c.agentId ?? (c.startedByKind === 'agent' ? c.startedById : null) };
      return [
        { ...own, what: 'call', value: 1 }, ...(c.answeredAt !== null ? [{ ...own, what: 'answered' as const, value: (c.endedAt ?? c.answeredAt!) - c.answeredAt! }] : []),
        ...(c.state === 'ended' && c.answeredAt === null && c.startedByKind === 'visitor' ? [{ ...own, what: 'missed' as const, value: 1 }] : []),
      ];
    }),
  ].filter((fact) => within(fact.at) && (site === undefined || fact.site === site) && (agent === undefined || fact.agent === agent));
  const figures = (some: Fact[]): Figures => {
    const list = (what: Fact['what']) => some.filter((fact) => fact.what === what).map(({ value }) => value).sort((a, b) => a - b);
    const middle = (values: number[]) => values.length === 0 ? null : values.length % 2 === 1 ? values[Math.floor(values.length / 2)]! : (values[values.length / 2]! + values[values.length / 2 - 1]!) / 2;
    const answers = list('answer');
    const ratings = list('rating');
    return {
      conversations: list('conversation').length, messagesIn: list('in').length, messagesOut: list('out').length, closed: list('closed').length,
      firstAnswerMedianMs: middle(answers), firstAnswerP90Ms: answers.find((value) => answers.filter((other) => other <= value).length * 10 >= answers.length * 9) ?? null,
      resolutionMedianMs: middle(list('closed')), calls: list('call').length, callsAnswered: list('answered').length, callsMissed: list('missed').length,
      callSeconds: Math.floor(list('answered').reduce((a, b) => a + b, 0) / 1000), ratings: ratings.length,
      ratingAverage: ratings.length === 0 ? null : ratings.reduce((a, b) => a + b, 0) / ratings.length, ratingCounts: [1, 2, 3, 4, 5].map((score) => ratings.filter((one) => one === score).length),
    };
  };
  const days = new Set<string>();
  for (let at = from; at < to; at += hourMs) days.add(dayOf(at));
  days.add(dayOf(to - 1));
  const heat = Array.from({ length: 7 }, () => Array<number>(24).fill(0));
  for (const { at } of facts.filter(({ what }) => what === 'conversation')) {
    const [hour] = new Date(at).toLocaleTimeString('sv-SE', { timeZone: zone }).split(':');
    heat[new Date(dayOf(at)).getUTCDay()]![Number(hour)]!++;
  }
  return {
    total: figures(facts), heat,
    days: [...days].sort().map((day) => ({ day, ...figures(facts.filter(({ at }) => dayOf(at) === day)) })),
    agents: agentIds.filter((id) => facts.some((fact) => fact.agent === id)).map((id) => ({ agent: { id, name: `Agent ${id}` }, ...figures(facts.filter((fact) => fact.agent === id)) })),
    sites: ['blog', 'shop'].filter((id) => facts.some((fact) => fact.site === id)).map((id) => ({ site: { id, name: `Site ${id}` }, ...figures(facts.filter((fact) => fact.site === id)) })),
  };
}

const houses = (start: number): fc.Arbitrary<House> => {
  const moment = fc.noBias(fc.integer({ min: -hourMs * 30, max: hourMs * 80 })).map((ms) => start + ms);
  const later = fc.option(fc.integer({ min: 0, max: hourMs * 30 }));
  const conversation = fc.record({ createdAt: moment, site: fc.constantFrom(...siteIds), assignee: fc.constantFrom(null, ...agentIds), answer: later, close: later, rate: later, score: fc.integer({ min: 1, max: 5 }),
    messages: fc.array(fc.record({ after: fc.integer({ min: 0, max: hourMs * 40 }), kind: fc.constantFrom<'text' | 'note' | 'call'>('text', 'text', 'note', 'call'), author: fc.constantFrom('visitor', 'agent', 'bot', 'system') }), { maxLength: 6 }),
    calls: fc.array(fc.record({ after: fc.integer({ min: 0, max: hourMs * 5 }), answer: later, length: later, by: fc.constantFrom<'visitor' | 'agent'>('visitor', 'agent'), agent: fc.constantFrom(...agentIds) }), { maxLength: 2 }) });
  return fc.array(conversation, { minLength: 2, maxLength: 12, size: 'max' }).map((list) => {
    const house: House = { conversations: [], messages: [], calls: [] };
    for (const [index, { createdAt, site, assignee, answer, close, rate, score, messages, calls }] of list.entries()) {
      const id = `conversation-${index}`;
      const own = { organisationId: 'org' };
      for (const [seq, { after, kind, author }] of messages.entries()) {
        house.messages.push({ ...own, conversationId: id, seq: seq + 1, id: `${id}-${seq}`, clientId: `${id}-${seq}`, authorKind: author as 'agent', authorId: author === 'agent' ? agentIds[seq % 2]! : author, authorName: 'x', kind, text: 'x', createdAt: createdAt + after });
      }
      for (const [n, call] of calls.entries()) {
        const begun = createdAt + call.after;
        const ended = call.length === null ? null : begun + (call.answer ?? 0) + call.length;
        house.calls.push({ ...own, id: `${id}-call-${n}`, siteId: site, conversationId: id, visitorId: 'v', mode: 'audio', state: ended === null ? 'active' : 'ended', startedByKind: call.by, startedById: call.by === 'agent' ? call.agent : 'v', startedByName: 'x',
          agentId: call.answer === null ? null : call.agent, createdAt: begun, answeredAt: call.answer === null ? null : begun + call.answer, endedAt: ended });
      }
      house.conversations.push({ ...own, id, siteId: site, visitorId: 'v', status: close === null ? 'open' : 'closed', assigneeId: assignee, lastSeq: messages.length, lastMessageAt: Math.max(createdAt, ...messages.map(({ after }) => createdAt + after)), createdAt, updatedAt: createdAt,
        firstMessageAt: answer === null ? null : createdAt, firstAnswerAt: answer === null ? null : createdAt + answer, closedAt: close === null ? null : createdAt + close, rating: rate === null ? null : score, ratedAt: rate === null ? null : createdAt + rate });
    }
    return house;
  });
};

async function furnish(database: Database, { conversations, messages, calls }: House): Promise<void> {
  const { q, tables } = database;
  for (const table of [tables.conversations, tables.messages, tables.calls]) await q.delete(table);
  for (const row of conversations) await q.insert(tables.conversations).values(row);
  for (const row of messages) await q.insert(tables.messages).values(row);
  for (const row of calls) await q.insert(tables.calls).values(row);
}

t.test('[R7] a report says what counting everything by hand says, in every time zone, over both engines', async (t) => {
  await eachEngine(t, async (t, open) => {
    const database = await open();
    const { q, tables } = database;
    for (const id of agentIds) await q.insert(tables.agents).values({ id, organisationId: 'org', email: `${id}@example.com`, name: `Agent ${id}`, passwordHash: '', role: 'agent', status: 'active', createdAt: 0, updatedAt: 0 });
    for (const id of siteIds) await q.insert(tables.sites).values({ id, organisationId: 'org', name: `Site ${id}`, publishableKey: id, origins: [], settings: {}, createdAt: 0, updatedAt: 0 });
    const reports = createReports({ store: createReportsStore(database) });
    let seen = 0;
    const scenario = fc.constantFrom(...starts).chain((start) => fc.record({
      house: houses(start), zone: fc.constantFrom(...zones), from: fc.integer({ min: -hourMs * 24, max: hourMs * 24 }).map((ms) => start + ms), length: fc.oneof(fc.integer({ min: 1, max: hourMs * 100 }), fc.noBias(fc.integer({ min: hourMs * 20, max: hourMs * 100 }))),
      site: fc.option(fc.constantFrom(...siteIds), { nil: undefined, freq: 1 }), agent: fc.option(fc.constantFrom(...agentIds), { nil: undefined, freq: 1 }),
    }));
    await fc.assert(fc.asyncProperty(scenario, async ({ house, zone, from, length, site, agent }) => {
      await furnish(database, house);
      const report = await reports.report('org', { from: new Date(from).toISOString(), to: new Date(from + length).toISOString(), timeZone: zone, site, agent });
      seen += report.total.messagesIn + report.total.closed;
      t.strictSame(report, naive(house, from, from + length, zone, site, agent), 'the same as by hand', { diagnostic: false });
    }), { numRuns: database.engine === 'sqlite' ? 120 : 30 });
    t.ok(seen > 20, `${seen} things were counted`);
    t.same((await reports.report('other', { from: '2026-01-01T00:00:00Z', to: '2026-12-31T00:00:00Z' })).total.conversations, 0, 'nothing of others');
  });
});

t.test('[R7] a day that the clocks change is one day, and each hour of it is where the clock shows it', (t) => {
  const local = createLocalTime('America/New_York');
  const first = Date.parse('2026-11-01T04:00:00Z'); // midnight; 25 hours follow
  t.same(local.days(first, first + 25 * hourMs), ['2026-11-01']);
  t.same(local.days(first, first + 25 * hourMs + 1), ['2026-11-01', '2026-11-02']);
  t.same(local.days(first - 1, first + 1), ['2026-10-31', '2026-11-01']);
  t.same(local.days(first, first), []);
  t.same([5, 6].map((hour) => local.of(Date.parse(`2026-11-01T0${hour}:30:00Z`)).hour), [1, 1], 'one o\'clock comes twice');
  t.same([6, 7].map((hour) => local.of(Date.parse(`2026-03-08T0${hour}:30:00Z`)).hour), [1, 3], 'two o\'clock never comes');
  t.same(createLocalTime('Asia/Seoul').of(Date.parse('2026-01-31T15:00:00Z')), { day: '2026-02-01', weekday: 0, hour: 0 });
  t.ok(isTimeZone('Asia/Kathmandu'));
  for (const name of ['', 'Mars/Olympus', 'x'.repeat(64), '__proto__']) t.notOk(isTimeZone(name), name);
  t.end();
});

t.test('[R7] more conversations than a page holds are all counted, and old ones with new messages too', async (t) => {
  await eachEngine(t, async (t, open) => {
    const database = await open();
    const { q, tables } = database;
    const count = 1234;
    const start = Date.UTC(2026, 0, 1);
    const conversations = Array.from({ length: count }, (_, n): Conversation => ({
      id: `c${String(n).padStart(5, '0')}`, organisationId: 'org', siteId: 's', visitorId: 'v', status: 'open', lastSeq: 2, createdAt: start + Math.floor(n / 100), updatedAt: 0, lastMessageAt: start + 40 * 24 * hourMs }));
    const messages = conversations.flatMap(({ id, createdAt }): Message[] => [createdAt, start + 40 * 24 * hourMs].map((at, seq) => ({
      conversationId: id, seq: seq + 1, id: `${id}${seq}`, clientId: `${id}${seq}`, organisationId: 'org', authorKind: 'visitor', authorId: 'v', authorName: 'x', kind: 'text', text: 'x', createdAt: at })));
    for (let n = 0; n < count; n += 500) await q.insert(tables.conversations).values(conversations.slice(n, n + 500));
    for (let n = 0; n < messages.length; n += 500) await q.insert(tables.messages).values(messages.slice(n, n + 500));
    const reports = createReports({ store: createReportsStore(database) });
    const first = await reports.report('org', { from: '2026-01-01T00:00:00Z', to: '2026-01-02T00:00:00Z' });
    t.match(first.total, { conversations: count, messagesIn: count });
    const late = await reports.report('org', { from: '2026-02-10T00:00:00Z', to: '2026-02-11T00:00:00Z' });
    t.match(late.total, { conversations: 0, messagesIn: count }, 'a message counts on its own day');
  });
});
