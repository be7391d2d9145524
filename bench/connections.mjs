// Memory of an idle connection: how much the server's resident memory grows for each connection that has said hello and is
// silent but for its heartbeat, beside a bare `ws` server in the same run.
//
//   node bench/connections.mjs [--connections 10000] [--rounds 3] [--dist dist]
//
// Needs `npm run build` before, Linux (/proc), and `ulimit -n` above the number of connections. Both processes run with
// --expose-gc and collect their garbage before each look, so that what is counted is what is kept. Every connection is another
// visitor's. Rounds take turns (A B A B), each with new processes; the medians' ratio is what may be quoted.
import { fork } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { endAll, machine, median, needFiles, own, residentKiB, say, start, startServer } from './processes.mjs';

const { values: options } = parseArgs({
  options: { connections: { type: 'string', default: '10000' }, rounds: { type: 'string', default: '3' }, dist: { type: 'string', default: 'dist' } },
});
const [connections, rounds] = ['connections', 'rounds'].map((name) => {
  const value = Number(options[name]);
  if (!(value > 0)) throw new Error(`--${name} has to be a number above 0.`);
  return value;
});
needFiles(connections);
const collecting = ['--expose-gc', `--require=${join(import.meta.dirname, 'collect-garbage.cjs')}`];
const folders = [];

try {
  console.log(machine('ws', '@fastify/websocket'));
  console.log(`${connections} idle connections, each another visitor's; no compression; ${rounds} rounds\n`);
  const ways = [['bare ws', bare], ['server', server]];
  const results = ways.map(() => []);
  for (let round = 1; round <= rounds; round += 1) {
    for (const [n, [name, make]] of ways.entries()) {
      const kiB = await measure(await make());
      results[n].push(kiB);
      console.log(`round ${round} ${name.padEnd(8)} ${kiB.toFixed(1)} KiB a connection`);
    }
  }
  const [floor, ours] = results.map(median);
  console.log(`\nmedian: bare ws ${floor.toFixed(1)} KiB, server ${ours.toFixed(1)} KiB a connection: ${(ours / floor).toFixed(2)} times as much`);
} finally {
  await endAll();
  for (const folder of folders) await rm(folder, { recursive: true, force: true });
}

async function measure(way) {
  const load = own(fork(join(import.meta.dirname, 'messages-load.mjs')));
  const before = await resident(way.pid);
  await say(load, { idle: way.target }, 'ready');
  const after = await resident(way.pid);
  await endAll();
  return (after - before) / connections;
}

/** After what was under way has settled and the garbage is gone. */
async function resident(pid) {
  for (let n = 0; n < 3; n += 1) {
    await new Promise((resolve) => setTimeout(resolve, 1000));
    process.kill(pid, 'SIGUSR2');
  }
  await new Promise((resolve) => setTimeout(resolve, 1000));
  return residentKiB(pid);
}

async function bare() {
  const way = await start('bare ws', [...collecting, join(import.meta.dirname, 'messages-relay.mjs')], { ready: /(\d+)\n/ });
  return { ...way, target: { kind: 'relay', port: Number(way.match[1]), tokens: Array.from({ length: connections }, () => '') } };
}

async function server() {
  const folder = await mkdtemp(join(tmpdir(), 'bench-connections-'));
  folders.push(folder);
  return startServer({ dist: options.dist, folder, visitors: connections, args: collecting });
}
