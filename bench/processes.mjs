// What the benchmarks of the sockets share: processes of their own for what is measured, and what they take of the machine.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

/** The folder of the package. */
export const root = resolve(import.meta.dirname, '..');

const children = [];

/** Keeps a child process in mind, for `endAll`. */
export function own(child) {
  children.push(child);
  return child;
}

/** Ends every process that was started here. */
export async function endAll() {
  const running = children.filter((child) => child.exitCode === null && child.signalCode === null);
  await Promise.all(running.map((child) => new Promise((resolve) => {
    child.once('exit', resolve);
    child.kill('SIGKILL');
  })));
}

/** Starts a program; resolves when its output matches `ready`. */
export function start(name, args, { env = {}, ready, command = process.execPath, uid } = {}) {
  return new Promise((resolve, reject) => {
    const child = own(spawn(command, args, { cwd: root, env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'], uid }));
    let output = '';
    const take = (data) => {
      output = (output + data).slice(-10_000);
      const match = ready.exec(output);
      if (match) resolve({ name, pid: child.pid, match, child });
    };
    child.stdout.on('data', take);
    child.stderr.on('data', take);
    child.once('exit', (code) => reject(new Error(`${name} ended with ${code}: ${output}`)));
  });
}

/** Tells a child something and waits for its words; gives the first one's. */
export async function say(child, message, ...words) {
  let failed;
  const waiting = words.map((word) => new Promise((resolve, reject) => {
    const listen = (answer) => {
      if (!(word in answer)) return;
      child.off('message', listen);
      resolve(answer[word]);
    };
    child.on('message', listen);
    failed = reject;
  }));
  const ended = (code) => failed(new Error(`The load ended with ${code}.`));
  child.once('exit', ended);
  if (message) child.send(message);
  const [first] = await Promise.all(waiting);
  child.off('exit', ended);
  return first;
}

/** A free port on loopback. */
export function freePort() {
  return new Promise((resolve) => {
    const probe = createServer().listen(0, '127.0.0.1', () => {
      const { port } = probe.address();
      probe.close(() => resolve(port));
    });
  });
}

/** The built server as `npm start` runs it, without rate limits and logs, set up, with a token for each of `visitors`. */
export async function startServer({ dist, folder, visitors, env = {}, args = [] }) {
  const main = join(resolve(root, dist), 'server/main.js');
  if (!existsSync(main)) throw new Error('There is no built server: run `npm run build` first.');
  const port = await freePort();
  const way = await start('server', [...args, main], { env: { HOST: '127.0.0.1', PORT: String(port), DATA_DIR: folder, RATE_LIMITS: 'off', LOG_LEVEL: 'error', ...env }, ready: /is running/ });
  const origin = `http://127.0.0.1:${port}`;
  const post = async (path, body) => {
    const answer = await fetch(origin + path, { method: 'POST', headers: { 'content-type': 'application/json', origin }, body: JSON.stringify(body) });
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
    return answer.json();
  };
  const token = (await readFile(join(folder, 'setup-token'), 'utf8')).trim();
  const { site } = await post('/v1/setup', { token, name: 'Bench', email: 'bench@example.com', password: 'bench bench bench 1' });
  const tokens = [];
  while (tokens.length < visitors) {
    const some = Array.from({ length: Math.min(20, visitors - tokens.length) }, () => post('/v1/visitors', { siteKey: site.publishableKey }));
    tokens.push(...(await Promise.all(some)).map((each) => each.token));
  }
  return { ...way, target: { kind: 'server', port, origin, tokens } };
}

/** A PostgreSQL with an empty database that keeps its word: fsync and synchronous_commit are on. Needs initdb of an installed one. */
export async function startPostgres(parent) {
  const debian = '/usr/lib/postgresql';
  const version = existsSync(debian) ? readdirSync(debian).sort((a, b) => Number(b) - Number(a))[0] : undefined;
  const program = (name) => (version ? join(debian, version, 'bin', name) : name);
  const data = mkdtempSync(join(parent ?? tmpdir(), 'bench-postgres-'));
  let uid;
  if (process.getuid?.() === 0) { // PostgreSQL refuses to run as root
    uid = Number(spawnSync('id', ['-u', 'postgres'], { encoding: 'utf8' }).stdout);
    spawnSync('chown', [String(uid), data]);
  }
  const made = spawnSync(program('initdb'), ['-D', join(data, 'db'), '-A', 'trust', '-U', 'postgres', '--locale=C', '-E', 'UTF8'], { uid, encoding: 'utf8' });
  if (made.status !== 0) throw new Error(`initdb failed; --engine postgres needs an installed PostgreSQL. ${made.stderr ?? made.error}`);
  const port = await freePort();
  const settings = { listen_addresses: '127.0.0.1', port, unix_socket_directories: data, fsync: 'on', synchronous_commit: 'on' };
  await start('postgres', ['-D', join(data, 'db'), ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])],
    { command: program('postgres'), uid, ready: /ready to accept connections/ });
  return { url: (name) => `postgres://postgres@127.0.0.1:${port}/${name}`, remove: () => rmSync(data, { recursive: true, force: true }) };
}

/** User and system time of a process so far in ms; NaN where there is no /proc. */
export function cpuMs(pid) {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ');
    return (Number(fields[11]) + Number(fields[12])) * 10; // ticks of 10 ms
  } catch {
    return Number.NaN;
  }
}

/** Resident memory of a process in KiB; NaN where there is no /proc. */
export function residentKiB(pid) {
  try {
    return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))[1]);
  } catch {
    return Number.NaN;
  }
}

/** The middle one. */
export function median(list) {
  return list.toSorted((a, b) => a - b)[Math.floor(list.length / 2)];
}

/** A line on the machine, and the versions of packages. */
export function machine(...packages) {
  const version = (name) => createRequire(import.meta.url)(`${name}/package.json`).version;
  return `Node ${process.version}, ${cpus().length} × ${cpus()[0]?.model.trim()}, load ${loadavg().map((each) => each.toFixed(1)).join(' ')}\n`
    + packages.map((name) => `${name} ${version(name)}`).join(', ');
}

/** Throws when a process may not have so many connections. */
export function needFiles(connections) {
  const limit = spawnSync('sh', ['-c', 'ulimit -n'], { encoding: 'utf8' }).stdout.trim();
  if (limit !== 'unlimited' && Number(limit) < connections + 200) throw new Error(`${connections} connections need \`ulimit -n ${connections + 200}\` or more; it is ${limit}.`);
}
