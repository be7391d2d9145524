import { createServer } from 'node:net';
import { chmodSync, existsSync, mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import t from 'tap';
import { WebSocket } from 'ws';
import type { SessionAnswer } from '../protocol/http.ts';
import { SUBPROTOCOL } from '../protocol/version.ts';
import { startProcess, type RunningProcess } from '../test/services/processes.ts';
import { temporaryFolder } from '../test/services/temporary-folder.ts';
import { packageRoot } from './package-root.ts';

// The process itself: what it prints, how it fails, how it ends.

const tsx = join(packageRoot, 'node_modules/tsx/dist/esm/index.mjs');
const main = fileURLToPath(new URL('./main.ts', import.meta.url));
const password = 'correct horse battery';

const start = (settings: Record<string, string>, options: { ready?: RegExp; user?: string } = {}) => startProcess({
  command: process.execPath, args: [`--import=${tsx}`, main], cwd: packageRoot,
  env: { PATH: process.env.PATH, HOME: '/tmp', PORT: '0', ...settings }, ...options,
});
const serve = (folder: string, settings: Record<string, string> = {}) => start({ DATA_DIR: folder, ...settings }, { ready: /Ctrl-C ends it/ });
const originOf = (server: RunningProcess) => /(http:\/\/\S+)\/demo/.exec(server.output())![1]!;
const post = (url: string, body: object, headers: Record<string, string> = {}) =>
  fetch(url, { method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify(body) });

t.test('[start] the first start prints the pages and a link that works once; the second finds everything', { timeout: 500_000 }, async (t) => {
  const folder = join(temporaryFolder('main'), 'data');
  const first = await serve(folder);
  t.teardown(() => first.stop('SIGKILL'));
  const origin = originOf(first);
  t.match(first.output(), /Peer Consult is running[^]*\/demo\n[^]*\/admin\/\n/);
  const [, token] = /\/admin\/#\/setup\?token=([\w-]+)\n/.exec(first.output()) ?? [];
  t.ok(token, 'the token stands in the fragment, which no browser sends');
  t.equal(statSync(join(folder, 'setup-token')).mode & 0o777, 0o600);
  t.notMatch(first.output(), /"level"|listening/i, 'nothing else at the level of every day');
  t.match(await (await fetch(`${origin}/demo`)).text(), /<peer-consult site-key="pk_/);
  t.equal((await fetch(`${origin}/readyz`)).status, 200);

  const body = { token, name: 'Olive Owner', email: 'olive@example.com', password };
  t.equal((await post(`${origin}/v1/setup`, body)).status, 201);
  t.equal((await post(`${origin}/v1/setup`, body)).status, 410);
  t.notOk(existsSync(join(folder, 'setup-token')));
  const session = await (await post(`${origin}/v1/auth/login`, body)).json() as SessionAnswer;

  // A socket that is open when the server ends is told to come back.
  const socket = new WebSocket(`${origin.replace('http', 'ws')}/v1/socket`, SUBPROTOCOL, { origin });
  const events: { type?: string; afterMs?: number }[] = [];
  socket.on('message', (data: Buffer) => events.push(JSON.parse(data.toString()) as { type: string }));
  await new Promise((resolve) => socket.once('open', resolve));
  const greeted = new Promise((resolve) => socket.once('message', resolve));
  socket.send(JSON.stringify({ id: '1', type: 'hello', token: session.accessToken }));
  await greeted;
  const closed = new Promise<number>((resolve) => socket.once('close', resolve));
  const began = process.hrtime.bigint();
  t.same(await first.stop('SIGINT', 10_000), { code: 0, signal: null });
  t.ok(process.hrtime.bigint() - began < 5_000_000_000n, 'within five seconds');
  t.match(events.at(-1), { type: 'server.draining', afterMs: Number });
  t.equal(await closed, 4011);
  t.same(readdirSync(folder).filter((name) => /-wal$|-shm$/.test(name)), [], 'the database was closed in order');

  const second = await serve(folder);
  t.teardown(() => second.stop('SIGKILL'));
  t.notMatch(second.output(), /setup/);
  const again = originOf(second);
  const me = () => fetch(`${originOf(second)}/v1/auth/me`, { headers: { authorization: `Bearer ${session.accessToken}` } });
  t.equal((await me()).status, 200, 'the secrets are the same, so everybody stays in');
  t.equal((await post(`${again}/v1/auth/login`, body)).status, 200);
  t.equal((await post(`${again}/v1/setup`, body)).status, 410);

  const rival = await start({ DATA_DIR: folder });
  t.match(await rival.exited, { code: 1 });
  t.match(rival.output(), /^The database .* is in use by another process; SQLite serves one\..*\n$/, 'one sentence');
  t.equal((await me()).status, 200, 'and the first goes on');

  const busy = await start({ DATA_DIR: join(folder, 'other'), PORT: new URL(again).port });
  t.match(await busy.exited, { code: 1 });
  t.match(busy.output(), /^The port \d+ of 127\.0\.0\.1 is in use; .*set PORT to another\.\n$/);

  await second.stop('SIGKILL');
  const third = await serve(folder);
  t.teardown(() => third.stop('SIGKILL'));
  t.equal((await post(`${originOf(third)}/v1/auth/login`, body)).status, 200, 'also after a kill');
  t.same(await third.stop('SIGTERM', 10_000), { code: 0, signal: null });
});

t.test('[B6] what the server writes is its account\'s alone, also in a folder that others may look into', { timeout: 500_000 }, async (t) => {
  const folder = join(temporaryFolder('main'), 'data');
  mkdirSync(folder);
  chmodSync(folder, 0o755);
  const server = await serve(folder);
  t.teardown(() => server.stop('SIGKILL'));
  const { token } = /setup\?token=(?<token>[\w-]+)/.exec(server.output())!.groups!;
  t.equal((await post(`${originOf(server)}/v1/setup`, { token, name: 'Olive', email: 'olive@example.com', password })).status, 201);
  const written = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  t.ok(written.some((name) => name.endsWith('.db')), 'the database is among them');
  for (const name of written) t.equal(statSync(join(folder, name)).mode & 0o077, 0, name);
  t.equal((await server.stop('SIGTERM', 10_000)).code, 0);
});

t.test('[start] what keeps it from starting is one sentence and exit code 1, without a stack', { timeout: 500_000 }, async (t) => {
  const folder = temporaryFolder('main');
  writeFileSync(join(folder, 'file'), 'not a folder');
  const other = createServer().listen(0, '127.0.0.1');
  t.teardown(() => other.close());
  const table: [string, Record<string, string>, RegExp][] = [
    ['a broken setting', { PORT: 'many' }, /^PORT is "many", but has to be a whole number/],
    ['a misspelt setting', { S3_BUKCET: 'x' }, /^There is no setting S3_BUKCET/],
    ['Redis with SQLite', { REDIS_URL: 'redis://127.0.0.1' }, /^REDIS_URL joins several processes/],
    ['a folder that is none', { DATA_DIR: join(folder, 'file') }, /^The data folder .*file cannot be used: it is not a folder/],
    ['a place for no folder', { DATA_DIR: '/proc/peer-consult' }, /^The data folder \/proc\/peer-consult cannot be used: it cannot be written/],
    ['an address of somebody else', { DATA_DIR: join(folder, 'a'), HOST: '192.0.2.1' }, /^The address in HOST is not one of this machine/],
    ['a database that does not answer', { DATA_DIR: join(folder, 'b'), DATABASE_URL: 'postgres://me:hush@127.0.0.1:1/x' }, /^(?!.*hush).*127\.0\.0\.1/],
  ];
  await Promise.all(table.map(async ([name, settings, sentence]) => {
    const server = await start({ DATA_DIR: join(folder, 'c'), ...settings });
    t.match(await server.exited, { code: 1 }, name);
    t.match(server.output(), sentence, name);
    t.match(server.output(), /^[^\n]+\n$/, `${name}: one line`);
  }));

  if (process.getuid?.() !== 0) chmodSync(folder, 0o500);
  const server = await start({ DATA_DIR: join(folder, 'locked') }, process.getuid?.() === 0 ? { user: 'daemon' } : {});
  t.match(await server.exited, { code: 1 }, 'a folder that may not be written');
  t.match(server.output(), /^The data folder .*locked cannot be used: it cannot be written\. Set DATA_DIR [^\n]*\n$/);
  if (process.getuid?.() !== 0) chmodSync(folder, 0o700);
});
