// A big inbox: what lists, filters, opening and searching cost beside an empty database, in the same run.
//
//   node bench/inbox.mjs [--conversations 100000] [--messages 5000000] [--engine sqlite|postgres] [--times 60]
//                        [--folder DIR] [--keep] [--database postgres://…]
//
// Fills a database (bench/inbox-fill.mjs), lets the server's own follower build the search index without its rests and says how long
// that took and how large it is; then asks the routes of two whole servers in this process, the full one and an empty one in turns,
// and prints p50 and p95 of each. Nothing of the network is in the figures; the document, the checks and the sign-in are. With
// `--keep` the folder stays, and the next run with the same `--folder` begins with what is there. `--database` is a Postgres server
// that may be written to; without it one is started.
import { mkdir, mkdtemp, rm, stat } from 'node:fs/promises';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import pg from 'pg';
import { register } from 'tsx/esm/api';
import { fillPostgres, fillSqlite, wanted } from './inbox-fill.mjs';

register();
const { testApp } = await import('../server/testing/test-app.ts');
const { openSqlite } = await import('../server/store/open-sqlite.ts');
const { openPostgres } = await import('../server/store/open-postgres.ts');
const { startPostgres } = await import('../test/services/postgres.ts');
const { createSearchStore } = await import('../server/search/search.store.ts');
const { createSearchFollower } = await import('../server/search/search-follower.ts');
const { systemClock } = await import('../server/clock.ts');

const { values: options } = parseArgs({
  options: {
    conversations: { type: 'string', default: '100000' }, messages: { type: 'string', default: '5000000' }, engine: { type: 'string', default: 'sqlite' },
    times: { type: 'string', default: '60' }, folder: { type: 'string' }, keep: { type: 'boolean', default: false }, database: { type: 'string' },
  },
});
const [conversations, messages, times] = ['conversations', 'messages', 'times'].map((name) => Number(options[name]));
const folder = options.folder ?? await mkdtemp(join(tmpdir(), 'bench-inbox-'));
await mkdir(folder, { recursive: true });
const server = options.engine === 'postgres' && !options.database ? await startPostgres() : null;
const opened = [];
try {
  await bench();
} finally {
  for (const app of opened) await app.close();
  await server?.stop();
  if (!options.keep) await rm(folder, { recursive: true, force: true });
}

async function bench() {
  console.log(`Node ${process.version}, ${cpus().length} × ${cpus()[0]?.model.trim()}, load ${loadavg().map((each) => each.toFixed(1)).join(' ')}; ${options.engine}, ${conversations} conversations, ${messages} messages`);
  const full = await place('full');
  const empty = await place('empty');
  await prepare(full);
  const apps = { full: await begin(full), empty: await begin(empty) };
  opened.push(...Object.values(apps).map(({ app }) => app));
  await measure(apps);
}

/** Where a database lies, and how it is opened. */
async function place(name) {
  if (options.engine === 'sqlite') return { file: join(folder, `${name}.db`), open: () => openSqlite({ file: join(folder, `${name}.db`) }) };
  const url = new URL(options.database ?? server.url);
  const admin = new pg.Client({ connectionString: url.href });
  await admin.connect();
  if ((await admin.query('SELECT 1 FROM pg_database WHERE datname = $1', [`inbox_${name}`])).rowCount === 0) await admin.query(`CREATE DATABASE inbox_${name}`);
  await admin.end();
  url.pathname = `/inbox_${name}`;
  return { url: url.href, open: () => openPostgres({ url: url.href }) };
}

async function prepare(at) {
  const begun = await begin(at);
  const { app, owner, tagIds } = begun;
  const there = (await app.inject({ url: '/v1/conversations?limit=1', headers: owner.headers })).json().items.length > 0;
  await app.close();
  if (!there) {
    const given = { conversations, messages, organisationId: owner.agent.organisationId, siteId: owner.site.id, agentId: owner.agent.id, tagIds, until: Date.now() };
    await timed('filled', async () => (at.file ? fillSqlite(at.file, given) : fillPostgres(at.url, given)));
  }
  const database = await at.open();
  const before = await sizes(at);
  const follower = createSearchFollower({ store: createSearchStore(database), clock: systemClock(), failed: (error) => console.error(error) });
  await timed('search index built', () => follower.settled());
  await database.close();
  if (at.url) {
    const client = new pg.Client({ connectionString: at.url });
    await client.connect();
    await client.query('VACUUM ANALYZE');
    await client.end();
  }
  const after = await sizes(at);
  console.log(`database ${mib(before)} before the index, ${mib(after)} with it: the index is ${mib(after - before)}\n`);
}

async function begin(at) {
  const app = await testApp({ database: await at.open(), config: { rateLimits: false }, logLevel: 'silent' });
  // A database that was filled before has its owner.
  const known = await app.inject({ method: 'POST', url: '/v1/auth/login', payload: { email: 'owner@example.com', password: 'correct horse battery' } });
  const owner = known.statusCode === 200 ? { agent: known.json().agent, headers: { authorization: `Bearer ${known.json().accessToken}` }, site: null } : await app.owner();
  let tags = (await app.inject({ url: '/v1/tags', headers: owner.headers })).json().items;
  if (tags.length === 0) {
    for (const [name, colour] of [['Order', 'blue'], ['Complaint', 'red'], ['Wish', 'green']]) await app.inject({ method: 'POST', url: '/v1/tags', headers: owner.headers, payload: { name, colour } });
    tags = (await app.inject({ url: '/v1/tags', headers: owner.headers })).json().items;
  }
  return { app, owner, tagIds: tags.map(({ id }) => id) };
}

async function measure(apps) {
  const get = async ({ app, owner }, path) => {
    const answer = await app.inject({ url: path, headers: owner.headers });
    if (answer.statusCode !== 200) throw new Error(`${path}: ${answer.body}`);
    return answer.json();
  };
  const deep = async (way, path, pages) => {
    let cursor = null;
    for (let page = 0; page < pages; page++) {
      ({ next: cursor } = await get(way, `${path}${cursor ? `&cursor=${cursor}` : ''}`));
      if (!cursor) break;
    }
    return cursor ? `${path}&cursor=${cursor}` : path;
  };
  const some = (await get(apps.full, '/v1/conversations?status=closed&limit=100')).items.map(({ id }) => id);
  const search = (q) => `/v1/search?q=${encodeURIComponent(q)}`;
  const tag = (way) => way.tagIds[0];
  const cases = [
    ['list: open, first page', () => '/v1/conversations?status=open&limit=50'],
    ['list: closed, first page', () => '/v1/conversations?status=closed&limit=50'],
    ['list: closed, page 200', (way) => way.deep ??= deep(way, '/v1/conversations?status=closed&limit=100', 100)],
    ['list: mine and open', () => '/v1/conversations?status=open&assignee=me&limit=50'],
    ['list: nobody\'s and open', () => '/v1/conversations?status=open&assignee=none&limit=50'],
    ['list: unread and open', () => '/v1/conversations?status=open&unread=true&limit=50'],
    ['list: unread and closed', () => '/v1/conversations?status=closed&unread=true&limit=50'],
    ['list: a tag, open', (way) => `/v1/conversations?status=open&tag=${tag(way)}&limit=50`],
    ['list: a tag, closed', (way) => `/v1/conversations?status=closed&tag=${tag(way)}&limit=50`],
    ['list: a tag, unread', (way) => `/v1/conversations?tag=${tag(way)}&unread=true&limit=50`],
    ['list: text, frequent', () => `/v1/conversations?text=${wanted.frequent.word}&limit=50`],
    ['list: text, rare', () => `/v1/conversations?text=${wanted.rare.word}&limit=50`],
    ['list: text, nowhere', () => '/v1/conversations?text=qqxyzzy&limit=50'],
    ['list: rooms of the team', () => '/v1/conversations?kind=team&limit=50'],
    ['open: newest messages', (way, n) => (way === apps.full ? `/v1/conversations/${some[n % some.length]}/messages` : '/v1/conversations?visitor=nobody')],
    ['open: the conversation', (way, n) => (way === apps.full ? `/v1/conversations/${some[n % some.length]}` : '/v1/conversations?visitor=nobody')],
    ['search: frequent word', () => search(wanted.frequent.word)],
    ['search: frequent, page 10', (way) => way.deepSearch ??= deep(way, search(wanted.frequent.word), 10)],
    ['search: rare word', () => search(wanted.rare.word)],
    ['search: 2 syllables', () => search(wanted.korean.word)],
    ['search: 2 rare syllables', () => search(wanted.rareKorean.word)],
    ['search: 1 syllable', () => search('환')],
    ['search: 2 letters', () => search('my')],
    ['search: two words', () => search('order zanzibar')],
    ['search: frequent, never together', () => search('"the shipping the the the the"')],
    ['search: nowhere', () => search('qqxyzzy')],
    ['search: one conversation', (way, n) => (way === apps.full ? `${search('order')}&conversation=${some[n % some.length]}` : search('order'))],
    ['search: a month', () => `${search(wanted.frequent.word)}&from=${iso(400)}&to=${iso(370)}`],
  ];
  console.log(`${''.padEnd(34)}${'hits'.padStart(6)}${'p50'.padStart(9)}${'p95'.padStart(9)}${'empty p50'.padStart(12)}${'p95'.padStart(9)}   ms, ${times} requests each`);
  for (const [name, path] of cases) {
    const took = { full: [], empty: [] };
    let hits = 0;
    for (let n = -3; n < times; n++) {
      for (const [which, way] of Object.entries(apps)) {
        const address = await path(way, Math.abs(n));
        const begun = performance.now();
        const { items } = await get(way, address);
        if (n >= 0) took[which].push(performance.now() - begun);
        if (which === 'full') hits = items?.length ?? 1;
      }
    }
    console.log(`${name.padEnd(34)}${String(hits).padStart(6)}${ms(quantile(took.full, 0.5), 9)}${ms(quantile(took.full, 0.95), 9)}${ms(quantile(took.empty, 0.5), 12)}${ms(quantile(took.empty, 0.95), 9)}`);
  }
}

async function sizes(at) {
  if (at.file) return (await Promise.all([at.file, `${at.file}-wal`].map((file) => stat(file).then(({ size }) => size, () => 0)))).reduce((sum, size) => sum + size);
  const client = new pg.Client({ connectionString: at.url });
  await client.connect();
  const { rows } = await client.query('SELECT pg_database_size(current_database()) AS size');
  await client.end();
  return Number(rows[0].size);
}

async function timed(what, work) {
  const begun = performance.now();
  await work();
  console.log(`${what} in ${((performance.now() - begun) / 1000).toFixed(1)} s`);
}

function quantile(list, part) {
  return list.toSorted((a, b) => a - b)[Math.min(list.length - 1, Math.ceil(part * list.length) - 1)];
}

function ms(value, width) {
  return value.toFixed(value < 10 ? 2 : 1).padStart(width);
}

function mib(bytes) {
  return `${(bytes / 1024 / 1024).toFixed(0)} MiB`;
}

function iso(daysAgo) {
  return new Date(Date.now() - daysAgo * 86_400_000).toISOString();
}
