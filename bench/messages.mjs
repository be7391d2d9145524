// The message path: how many messages a second are taken, made durable, acknowledged and delivered to one other connection,
// and how long that takes at a fixed rate, beside a bare `ws` relay with an acknowledgement (messages-relay.mjs) in the same run.
//
//   node bench/messages.mjs [--connections 100] [--seconds 5] [--rounds 3] [--outstanding 1000] [--rate 500] [--bytes 100]
//                           [--folder DIR] [--dist dist]
//
// Needs `npm run build` before. The server runs as `npm start` runs it: SQLite, WAL, synchronous=FULL, every message durable
// before its reply; only rate limits and logs are off. Half of the connections write, each to the one beside it: a visitor's
// two tabs, or the relay's pair. The load comes from another process. Saturation is a closed loop with many messages under
// way; latency an open loop: a message leaves at its planned time, and its time counts from the plan. Server and relay take
// turns (A B A B) and the table has medians; the ratio is what may be quoted, the absolute figures hold for one machine and
// one hour. Server CPU (from /proc, Linux) is the steadiest figure on a machine that others use too.
import { fork, spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';

const { values: options } = parseArgs({
  options: {
    connections: { type: 'string', default: '100' }, seconds: { type: 'string', default: '5' }, rounds: { type: 'string', default: '3' },
    outstanding: { type: 'string', default: '1000' }, rate: { type: 'string', default: '500' }, bytes: { type: 'string', default: '100' },
    folder: { type: 'string', default: tmpdir() }, dist: { type: 'string', default: 'dist' },
  },
});
const [connections, seconds, rounds, outstanding, rate, bytes] =
  ['connections', 'seconds', 'rounds', 'outstanding', 'rate', 'bytes'].map((name) => {
    const value = Number(options[name]);
    if (!(value > 0)) throw new Error(`--${name} has to be a number above 0.`);
    return value;
  });
const pairs = Math.max(1, Math.floor(connections / 2));
const window = Math.max(1, Math.round(outstanding / pairs));
const root = resolve(import.meta.dirname, '..');
const main = join(resolve(root, options.dist), 'server/main.js');
if (!existsSync(main)) {
  console.error('There is no built server: run `npm run build` first.');
  process.exit(1);
}

const children = [];
const folder = await mkdtemp(join(options.folder, 'bench-messages-'));
try {
  await bench();
} finally {
  for (const child of children) child.kill('SIGKILL');
  await rm(folder, { recursive: true, force: true });
}

async function bench() {
  const version = (name) => createRequire(import.meta.url)(`${name}/package.json`).version;
  console.log(`Node ${process.version}, ${cpus().length} × ${cpus()[0]?.model.trim()}, load ${loadavg().map((each) => each.toFixed(1)).join(' ')}`);
  console.log(`ws ${version('ws')}, @fastify/websocket ${version('@fastify/websocket')}, better-sqlite3 ${version('better-sqlite3')} (WAL, synchronous=FULL, in ${folder})`);
  console.log(`${2 * pairs} connections (${pairs} pairs), texts of ${bytes} bytes, no compression; saturation: ${pairs * window} under way, ${seconds} s; latency: ${rate} messages/s, ${seconds} s; ${rounds} rounds\n`);

  const ways = [await relay(), await server()];
  for (const way of ways) {
    way.load = fork(join(import.meta.dirname, 'messages-load.mjs'));
    children.push(way.load);
    await say(way.load, { prepare: { ...way.target, bytes } }, 'ready');
    await saturate(way, 1); // warm
  }
  const results = ways.map(() => []);
  for (let round = 0; round < rounds; round += 1) {
    for (const [n, way] of ways.entries()) {
      const saturated = await saturate(way, seconds);
      const paced = await say(way.load, { pace: { seconds, rate } }, 'done', 'idle');
      results[n].push({ ...saturated, ...paced });
      console.log(`round ${round + 1} ${way.name.padEnd(14)} ${line(results[n].at(-1))}`);
    }
  }
  const medians = results.map((list) => Object.fromEntries(Object.keys(list[0]).map((key) => [key, median(list.map((each) => each[key]))])));
  console.log();
  for (const [n, way] of ways.entries()) console.log(`median  ${way.name.padEnd(14)} ${line(medians[n])}`);
  const ratio = (key) => (medians[1][key] / medians[0][key]).toFixed(2);
  console.log(`\nserver / relay: ${ratio('perSecond')} of the messages a second, ${ratio('cpu')} times the CPU a message, ${ratio('ack50')} times the latency (p50 to the reply)`);
}

function line({ perSecond, cpu, busy, ack50, ack95, ack99, delivery50, delivery95, delivery99 }) {
  const ms = (...list) => list.map((each) => each.toFixed(2)).join(' / ');
  return `${perSecond.toFixed(0).padStart(6)} messages/s, ${cpu.toFixed(1).padStart(5)} µs CPU each (${(100 * busy).toFixed(0)} % of a core); `
    + `p50/p95/p99 ms: reply ${ms(ack50, ack95, ack99)}, delivery ${ms(delivery50, delivery95, delivery99)}`;
}

async function saturate(way, forSeconds) {
  const before = cpuMs(way.pid);
  const done = await say(way.load, { saturate: { seconds: forSeconds, window } }, 'done');
  const used = cpuMs(way.pid) - before;
  await say(way.load, null, 'idle');
  if (done.deliveries < done.acks * 0.9) throw new Error(`${way.name}: ${done.acks} answered, but ${done.deliveries} delivered`);
  return { perSecond: done.acks / (done.ms / 1000), cpu: (used * 1000) / done.acks, busy: used / done.ms };
}

/** Tells a child something and waits for its words; gives the first one's. */
async function say(child, message, ...words) {
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

/** User and system time of a process so far; NaN where there is no /proc. */
function cpuMs(pid) {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ');
    return (Number(fields[11]) + Number(fields[12])) * 10; // ticks of 10 ms
  } catch {
    return Number.NaN;
  }
}

function median(list) {
  return list.toSorted((a, b) => a - b)[Math.floor(list.length / 2)];
}

function start(name, args, env, ready) {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, { cwd: root, env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'inherit'] });
    children.push(child);
    let output = '';
    child.stdout.on('data', (data) => {
      output += data;
      const match = ready.exec(output);
      if (match) resolve({ name, pid: child.pid, match });
    });
    child.once('exit', (code) => reject(new Error(`${name} ended with ${code}: ${output}`)));
  });
}

async function relay() {
  const way = await start('bare ws relay', [join(import.meta.dirname, 'messages-relay.mjs')], {}, /(\d+)\n/);
  return { ...way, target: { kind: 'relay', port: Number(way.match[1]), tokens: Array.from({ length: pairs }, () => '') } };
}

async function server() {
  const port = await new Promise((resolve) => {
    const probe = createServer().listen(0, '127.0.0.1', () => {
      const { port: free } = probe.address();
      probe.close(() => resolve(free));
    });
  });
  const env = { HOST: '127.0.0.1', PORT: String(port), DATA_DIR: folder, RATE_LIMITS: 'off', LOG_LEVEL: 'error' };
  const way = await start('server', [main], env, /is running/);
  const origin = `http://127.0.0.1:${port}`;
  const post = async (path, body) => {
    const answer = await fetch(origin + path, { method: 'POST', headers: { 'content-type': 'application/json', origin }, body: JSON.stringify(body) });
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
    return answer.json();
  };
  const token = (await readFile(join(folder, 'setup-token'), 'utf8')).trim();
  const { site } = await post('/v1/setup', { token, name: 'Bench', email: 'bench@example.com', password: 'bench bench bench 1' });
  const tokens = [];
  for (let n = 0; n < pairs; n += 1) tokens.push((await post('/v1/visitors', { siteKey: site.publishableKey })).token);
  return { ...way, target: { kind: 'server', port, origin, tokens } };
}
