import fc from 'fast-check';
import t from 'tap';
import type { AuditEntry } from '../../protocol/team.ts';
import { csvLine } from '../csv.ts';
import type { Database } from '../store/database.ts';
import { openSqlite } from '../store/open-sqlite.ts';
import { eachEngine } from '../testing/each-engine.ts';
import { fakeClock } from '../testing/fake-clock.ts';
import { testApp } from '../testing/test-app.ts';
import { createAudit } from './audit.ts';
import { createAuditStore, type AuditStore } from './audit.store.ts';

// The audit log: who did what, added to and never changed.

const actor = { kind: 'agent', id: 'olive', name: 'Olive' };
const record = (action: string, more: object = {}) => ({ organisationId: 'o', actor, action, ...more });

async function log(t: { teardown(work: () => unknown): void }, wrap: (store: AuditStore) => AuditStore = (store) => store, open: () => Promise<Database> = () => openSqlite({ file: ':memory:' })) {
  const clock = fakeClock();
  const database = await open();
  const told: string[] = [];
  const audit = createAudit({ store: wrap(createAuditStore(database)), clock, failed: (error) => void told.push(String(error)) });
  t.teardown(() => database.close());
  const actions = async (filter = {}) => (await audit.list('o', filter, { limit: 100 })).items.map(({ action }) => action);
  return { audit, clock, told, actions };
}

t.test('[N10] entries are kept in the order in which they were told, with the class of the address', async (t) => {
  const { audit, clock } = await log(t);
  audit.record(record('agent.invited', { target: { kind: 'invitation', id: 'i', name: 'new@example.com' }, detail: { role: 'admin' }, address: '2001:db8:1:2:3:4:5:6' }));
  clock.advance(1);
  audit.record(record('session.created', { address: '192.0.2.7' }));
  t.strictSame((await audit.list('o', {}, { limit: 10 })).items.map(({ id: _id, ...rest }) => rest), [
    { at: '2026-01-01T00:00:00.001Z', actor, action: 'session.created', target: null, detail: {}, address: '192.0.2.7' },
    { at: '2026-01-01T00:00:00.000Z', actor, action: 'agent.invited', target: { kind: 'invitation', id: 'i', name: 'new@example.com' }, detail: { role: 'admin' }, address: '2001:db8:1:2::/64' },
  ]);
});

await eachEngine(t, (t, open) => t.test('[N10] [S4] filters by actor, action, thing and time; another organisation sees nothing', async (t) => {
  const { audit, clock, actions } = await log(t, undefined, open);
  audit.record(record('agent.disabled'));
  audit.record(record('agents.counted'));
  clock.advance(1000);
  audit.record(record('agent.restored', { actor: { kind: 'agent', id: 'ada', name: 'Ada' } }));
  audit.record({ ...record('agent.secret'), organisationId: 'other' });
  t.same(await actions({ action: 'agent' }), ['agent.restored', 'agent.disabled']);
  t.same(await actions({ action: 'agent.disabled' }), ['agent.disabled']);
  t.same(await actions({ actor: 'ada' }), ['agent.restored']);
  t.same(await actions({ from: clock.now() }), ['agent.restored']);
  t.same(await actions({ to: clock.now() }), ['agents.counted', 'agent.disabled']);
  t.same((await audit.list('nobody', {}, { limit: 10 })).items, []);
  const call = { kind: 'call', id: 'c', name: 'Otter' };
  audit.record(record('call.joined', { target: call }));
  audit.record(record('call.left', { target: call }));
  for (const target of [{ ...call, id: 'd' }, { ...call, kind: 'site' }]) audit.record(record('call.elsewhere', { target }));
  audit.record({ ...record('call.foreign', { target: call }), organisationId: 'other' });
  const at = clock.now();
  clock.advance(3_600_000);
  audit.record(record('call.later', { target: call }));
  const about = async (organisationId: string, from: number, to: number) => (await audit.about(organisationId, call, from, to)).map(({ action }) => action);
  t.same(await about('o', at, at), ['call.joined', 'call.left'], 'of one thing, oldest first');
  t.same(await about('o', at, Infinity), ['call.joined', 'call.left', 'call.later']);
  t.same(await about('o', clock.now(), Infinity), ['call.later']);
  t.same(await about('other', at, at), ['call.foreign']);
}).then(() => undefined));

t.test('[N10] a database that fails for a while loses nothing and stops nobody', async (t) => {
  let broken = true;
  const { audit, clock, told, actions } = await log(t, (store) => ({ ...store, insert: async (rows) => {
    if (broken) throw new Error('down');
    await store.insert(rows);
  } }));
  for (let n = 0; n < 250; n++) audit.record(record(`thing.n${n}`));
  t.same(await actions(), [], 'asking does not fail either');
  t.match(told, [/down/]);
  broken = false;
  clock.advance(1000);
  audit.record(record('thing.last'));
  const newest = await actions();
  t.same([newest.length, newest[0], newest[1]], [100, 'thing.last', 'thing.n249']);
  let count = 0;
  for await (const entries of audit.entries('o', {})) count += entries.length;
  t.equal(count, 251);
});

t.test('[N10] what was told is written before the log closes', async (t) => {
  const { audit, actions } = await log(t);
  audit.record(record('thing.done'));
  await audit.close();
  t.same(await actions(), ['thing.done']);
});

t.test('[S9] no cell of a CSV file is a formula, and every cell comes back as it was', async (t) => {
  t.equal(csvLine(['=1+1', '+1', '-1', '@a', '\tx', 'a"b', 'a,b', 'a\r\nb', null, -3]), '\'=1+1,\'+1,\'-1,\'@a,\'\tx,"a""b","a,b","a\r\nb",,-3\r\n');
  t.equal(csvLine([' =1', '\n=1', '\uff1d1']), '\' =1,"\'\n=1",\'\uff1d1\r\n', 'what spreadsheets trim or fold does not help');
  fc.assert(fc.property(fc.array(fc.string({ unit: 'grapheme' }), { minLength: 1 }), (cells) => {
    const back = readLine(csvLine(cells));
    return back.length === cells.length && back.every((cell, at) => cell === cells[at] || cell === `'${cells[at]}`) && back.every((cell) => !/^[=+\-@\t]/.test(cell));
  }));
});

/** A reader of our own, by RFC 4180. */
function readLine(line: string): string[] {
  const cells: string[] = [];
  for (const [, quoted, plain] of `,${line.slice(0, -2)}`.matchAll(/,(?:"((?:[^"]|"")*)"|([^",\r\n]*))/g)) cells.push(quoted?.replaceAll('""', '"') ?? plain ?? '');
  return cells;
}

t.test('[N10] [S9] [S5] the log over HTTP: pages, a file, and not for agents', async (t) => {
  const app = await testApp();
  t.teardown(() => app.close());
  const { headers, agent } = await app.owner();
  const rows = Array.from({ length: 1203 }, (_, n) => ({
    id: `00000000-0000-7000-8000-${String(n).padStart(12, '0')}`, organisationId: agent.organisationId, actorKind: 'agent', actorId: 'x',
    actorName: n === 0 ? '=HYPERLINK("https://evil.example")' : 'Ada, "A"', action: 'test.done', createdAt: 1000 + n,
  }));
  for (let at = 0; at < rows.length; at += 401) await app.database.q.insert(app.database.tables.audit).values(rows.slice(at, at + 401));
  const seen: string[] = [];
  for (let cursor: string | null = ''; cursor !== null;) {
    const page: { items: AuditEntry[]; next: string | null } = (await app.inject({ url: `/v1/audit?action=test&limit=100${cursor && `&cursor=${cursor}`}`, headers })).json();
    seen.push(...page.items.map(({ id }) => id));
    cursor = page.next;
  }
  t.same(seen, rows.map(({ id }) => id).reverse());

  const file = await app.inject({ url: '/v1/audit/export?action=test.done', headers });
  t.match(file.headers, { 'content-type': 'text/csv; charset=utf-8', 'content-disposition': 'attachment; filename="audit.csv"' });
  const lines = file.body.split('\r\n');
  t.equal(lines[0], '\ufefftime,actor kind,actor,actor id,action,target kind,target,target id,address,detail,id');
  t.equal(lines.length, 1 + 1203 + 1);
  t.match(lines[1], /^1970-01-01T00:00:02\.202Z,agent,"Ada, ""A""",x,test\.done,/);
  t.match(lines[1203], /,"'=HYPERLINK\(""https/);
  t.equal((await app.inject({ url: '/v1/audit/export?from=1970-01-01T00:00:02.200Z', headers })).body.split('\r\n').filter((line) => line.includes('test.done')).length, 3);
  t.equal((await app.inject({ url: '/v1/audit?action=%25', headers })).statusCode, 400);
  t.equal((await app.inject({ url: '/v1/audit', headers: (await app.agent('agent')).headers })).statusCode, 403);
});
