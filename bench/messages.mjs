// The message path: how many messages a second are taken, made durable, acknowledged and delivered to one other connection,
// and how long that takes at a fixed rate, beside a bare `ws` relay with an acknowledgement (messages-relay.mjs) and socket.io
// with one insert for each message (messages-socketio.mjs) in the same run.
//
//   node bench/messages.mjs [--connections 1000] [--engine sqlite|postgres] [--seconds 5] [--rounds 3] [--rate 3000]
//                           [--outstanding 1000] [--bytes 100] [--peers relay,socketio] [--folder DIR] [--dist dist]
//
// Needs `npm run build` before. The server runs as `npm start` runs it: SQLite (WAL, synchronous=FULL) or a PostgreSQL of its
// own (fsync and synchronous_commit on), every message durable before its reply; only rate limits and logs are off. Half of the
// connections write, each to the one beside it: a visitor's two tabs, or the peer's pair. The load comes from another process.
// Saturation is a closed loop with many messages under way; latency an open loop: a message leaves at its planned time, and its
// time counts from the plan. All take turns (A B C A B C) and the table has medians; the ratios are what may be quoted, the
// absolute figures hold for one machine and one hour. CPU (from /proc, Linux; of the process itself, without Postgres') is the
// steadiest figure on a machine that others use too.
import { fork } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { cpuMs, endAll, machine, median, needFiles, own, say, start, startPostgres, startServer } from './processes.mjs';

const { values: options } = parseArgs({
  options: {
    connections: { type: 'string', default: '1000' }, seconds: { type: 'string', default: '5' }, rounds: { type: 'string', default: '3' },
    outstanding: { type: 'string', default: '1000' }, rate: { type: 'string', default: '3000' }, bytes: { type: 'string', default: '100' },
    engine: { type: 'string', default: 'sqlite' }, peers: { type: 'string', default: 'relay,socketio' }, folder: { type: 'string', default: tmpdir() },
    dist: { type: 'string', default: 'dist' },
  },
});
const [connections, seconds, rounds, outstanding, rate, bytes] =
  ['connections', 'seconds', 'rounds', 'outstanding', 'rate', 'bytes'].map((name) => {
    const value = Number(options[name]);
    if (!(value > 0)) throw new Error(`--${name} has to be a number above 0.`);
    return value;
  });
const { engine } = options;
if (engine !== 'sqlite' && engine !== 'postgres') throw new Error('--engine is sqlite or postgres.');
const pairs = Math.max(1, Math.floor(connections / 2));
const window = Math.max(1, Math.round(outstanding / pairs));
const unused = () => Array.from({ length: pairs }, () => '');
needFiles(2 * pairs);

let postgres;
const folder = await mkdtemp(join(options.folder, 'bench-messages-'));
try {
  await bench();
} finally {
  await endAll();
  postgres?.remove();
  await rm(folder, { recursive: true, force: true });
}

async function bench() {
  console.log(machine('ws', '@fastify/websocket', 'socket.io', 'better-sqlite3', 'pg'));
  if (engine === 'postgres') postgres = await startPostgres(options.folder);
  console.log(engine === 'sqlite' ? `SQLite: WAL, synchronous=FULL, in ${folder}` : `PostgreSQL: fsync=on, synchronous_commit=on, in ${options.folder}`);
  console.log(`${2 * pairs} connections (${pairs} pairs), texts of ${bytes} bytes, no compression; saturation: ${pairs * window} under way, ${seconds} s; latency: ${rate} messages/s, ${seconds} s; ${rounds} rounds\n`);

  const make = { relay, socketio, server };
  const ways = [];
  for (const name of [...options.peers.split(',').filter(Boolean), 'server']) ways.push(await make[name]());
  for (const way of ways) {
    way.load = own(fork(join(import.meta.dirname, 'messages-load.mjs')));
    await say(way.load, { prepare: { ...way.target, bytes } }, 'ready');
    await saturate(way, 1); // warm
  }
  const results = ways.map(() => []);
  for (let round = 0; round < rounds; round += 1) {
    for (const [n, way] of ways.entries()) {
      const saturated = await saturate(way, seconds);
      const paced = await say(way.load, { pace: { seconds, rate } }, 'done', 'idle');
      results[n].push({ ...saturated, ...paced });
      console.log(`round ${round + 1} ${way.name.padEnd(18)} ${line(results[n].at(-1))}`);
    }
  }
  const medians = results.map((list) => Object.fromEntries(Object.keys(list[0]).map((key) => [key, median(list.map((each) => each[key]))])));
  console.log();
  for (const [n, way] of ways.entries()) console.log(`median  ${way.name.padEnd(18)} ${line(medians[n])}`);
  console.log();
  for (const [n, way] of ways.slice(0, -1).entries()) {
    const ratio = (key) => (medians.at(-1)[key] / medians[n][key]).toFixed(2);
    console.log(`server / ${way.name}: ${ratio('perSecond')} of the messages a second, ${ratio('cpu')} times the CPU a message; at ${rate} messages/s ${ratio('ack50')} times the time to the reply at p50, ${ratio('ack99')} times at p99`);
  }
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

async function relay() {
  const way = await start('bare ws relay', [join(import.meta.dirname, 'messages-relay.mjs')], { ready: /(\d+)\n/ });
  return { ...way, target: { kind: 'relay', port: Number(way.match[1]), tokens: unused() } };
}

async function socketio() {
  const place = engine === 'sqlite' ? join(folder, 'socketio.db') : postgres.url('template1');
  const way = await start('socket.io + insert', [join(import.meta.dirname, 'messages-socketio.mjs'), engine, place], { ready: /(\d+)\n/ });
  return { ...way, target: { kind: 'socketio', port: Number(way.match[1]), tokens: unused() } };
}

function server() {
  const env = engine === 'postgres' ? { DATABASE_URL: postgres.url('postgres') } : {};
  return startServer({ dist: options.dist, folder, visitors: pairs, env });
}
