// How long an agent waits for an update of the waiting line: with many calls in it, from the moment at which a visitor or a colleague sends
// what changes the line until each agent has been told, beside a bare `ws` server that broadcasts as many bytes to as many listeners.
//
//   node bench/queue.mjs [--waiting 500] [--agents 10] [--updates 100] [--dist dist]
//
// Needs `npm run build` before. Both servers run the whole time, with as many idle connections, and take turns update by update, so that what
// else the machine does meets both. The updates: somebody comes (`queue.added`), says something about the recording (`queue.updated`), leaves, or
// is taken by a colleague (`queue.removed`); after the latter two each who waits is told its new place, which counts against the next update.
import { fork } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { WebSocket } from 'ws';
import { endAll, machine, needFiles, own, say, start, startServer } from './processes.mjs';

const { values: options } = parseArgs({
  options: { waiting: { type: 'string', default: '500' }, agents: { type: 'string', default: '10' }, updates: { type: 'string', default: '100' }, dist: { type: 'string', default: 'dist' } },
});
const [waiting, agents, updates] = ['waiting', 'agents', 'updates'].map((name) => {
  const value = Number(options[name]);
  if (!(value > 0)) throw new Error(`--${name} has to be a number above 0.`);
  return value;
});
needFiles(2 * (waiting + agents));
const password = 'bench bench bench 1';
let folder;

try {
  console.log(machine('ws', '@fastify/websocket'));
  console.log(`${waiting} calls waiting, ${agents} agents, ${updates} updates of each kind\n`);
  folder = await mkdtemp(join(tmpdir(), 'bench-queue-'));
  const { target } = await startServer({ dist: options.dist, folder, visitors: waiting + 1 });
  const owner = await ask(target, 'POST', '/v1/auth/login', { email: 'bench@example.com', password });
  await keepRinging(target, owner);
  const desks = await Promise.all((await team(target, owner)).map((token) => speaker(`ws://127.0.0.1:${target.port}/v1/socket`, target.origin, token)));
  const floor = await start('bare ws', [join(import.meta.dirname, 'queue-broadcast.mjs')], { ready: /(\d+)\n/ });
  const bare = `ws://127.0.0.1:${floor.match[1]}`;
  const listeners = await Promise.all(desks.map(() => speaker(`${bare}/?listen`)));
  const caster = await speaker(bare);
  const [last, ...line] = target.tokens;
  for (const where of [{ url: `ws://127.0.0.1:${target.port}/v1/socket`, origin: target.origin, tokens: line, calls: true }, { url: bare, tokens: line, calls: false }]) {
    const load = own(fork(join(import.meta.dirname, 'queue-line.mjs')));
    await say(load, where, 'ready');
  }
  const visitor = await speaker(`ws://127.0.0.1:${target.port}/v1/socket`, target.origin, last);
  const results = await measure({ desks, visitor, listeners, caster });
  for (const [name, { ours, bare }] of results) console.log(`${name.padEnd(26)} server ${told(ours)}   bare ws ${told(bare)}`);
  const all = [...results.values()];
  const [ours, least] = [percentile(all.flatMap(({ ours }) => ours), 95), percentile(all.flatMap(({ bare }) => bare), 95)];
  console.log(`\nall updates: p95 server ${ours.toFixed(1)} ms, bare ws ${least.toFixed(1)} ms: ${(ours / least).toFixed(1)} times as long`);
} finally {
  await endAll();
  if (folder) await rm(folder, { recursive: true, force: true });
}

async function measure({ desks, visitor, listeners, caster }) {
  const results = new Map(['somebody comes', 'a word about the recording', 'somebody leaves', 'a colleague takes'].map((name) => [name, { ours: [], bare: [] }]));
  /** One update: what `act` sends, and when each of `hearers` has a frame with both words. */
  const time = async (name, side, hearers, words, act) => {
    const began = performance.now();
    const heard = hearers.map((hearer) => hearer.heard(...words).then(() => performance.now() - began));
    await act();
    results.get(name)[side].push(...await Promise.all(heard));
  };
  const both = async (name, hearers, words, act) => {
    await time(name, 'ours', hearers, words, act);
    const sample = hearers[0].sample(...words);
    await time(name, 'bare', listeners.slice(0, hearers.length), ['', ''], () => caster.say(sample));
    await new Promise((resolve) => setTimeout(resolve, 20));
  };
  for (let n = 0; n < updates; n += 1) {
    const start = () => visitor.ask({ type: 'call.start', mode: 'audio' });
    let call;
    await both('somebody comes', desks, ['"queue.added"', '"audio"'], async () => ({ call } = await start()));
    await both('a word about the recording', desks, ['"queue.updated"', call.id], () => visitor.ask({ type: 'consent', callId: call.id, granted: n % 2 === 0, textVersion: '1', locale: 'en' }));
    await both('somebody leaves', desks, ['"queue.removed"', call.id], () => visitor.ask({ type: 'call.cancel', callId: call.id }));
    ({ call } = await start());
    const [taker, ...others] = [...desks.slice(n % desks.length), ...desks.slice(0, n % desks.length)];
    await both('a colleague takes', others, ['"queue.removed"', call.id], () => taker.ask({ type: 'call.accept', callId: call.id }));
    await taker.ask({ type: 'call.end', callId: call.id });
    for (const each of [...desks, visitor, ...listeners]) each.forget();
  }
  return results;
}

/** A connection that has said hello (without a token: to the floor), and what it hears. */
function speaker(url, origin, token) {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(url, ...(token === undefined ? [] : ['peer-consult.v1', { origin }]));
    let frames = [];
    let hoping = [];
    let asked = 0;
    const self = {
      say: (text) => socket.send(text),
      forget: () => void (frames = []),
      sample: (...words) => frames.find((frame) => words.every((word) => frame.includes(word))),
      heard: (...words) => new Promise((done) => hoping.push({ words, done })),
      async ask(request) {
        const id = `q${(asked += 1)}`;
        const answered = self.heard(`"re":"${id}"`);
        socket.send(JSON.stringify({ id, ...request }));
        await answered;
        const answer = JSON.parse(self.sample(`"re":"${id}"`));
        if (!answer.ok) throw new Error(`${request.type}: ${JSON.stringify(answer.error)}`);
        return answer;
      },
    };
    socket.once('error', reject);
    socket.once('open', () => {
      if (token === undefined) return resolve(self);
      setInterval(() => socket.send('{"id":"p","type":"ping"}'), 20_000).unref();
      self.ask({ type: 'hello', token }).then(() => resolve(self), reject);
    });
    socket.on('message', (data) => {
      const frame = data.toString();
      frames.push(frame);
      hoping = hoping.filter(({ words, done }) => {
        const fits = words.every((word) => frame.includes(word));
        if (fits) done();
        return !fits;
      });
    });
  });
}

/** Tokens of as many agents. */
async function team(target, { accessToken }) {
  const tokens = [accessToken];
  for (let n = 1; n < agents; n += 1) {
    const email = `agent-${n}@example.com`;
    await ask(target, 'POST', '/v1/agents', { name: `Agent ${n}`, email, password, role: 'agent' }, accessToken);
    tokens.push((await ask(target, 'POST', '/v1/auth/login', { email, password })).accessToken);
  }
  return tokens;
}

async function keepRinging(target, { accessToken }) {
  const { items: [site] } = await ask(target, 'GET', '/v1/sites', undefined, accessToken);
  await ask(target, 'PATCH', `/v1/sites/${site.id}`, { settings: { queue: { ringSeconds: 3600, groups: [], callBack: true } } }, accessToken);
}

async function ask({ origin }, method, path, body, token) {
  const answer = await fetch(origin + path, {
    method, headers: { origin, ...(body && { 'content-type': 'application/json' }), ...(token && { authorization: `Bearer ${token}` }) }, ...(body && { body: JSON.stringify(body) }),
  });
  if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
  return answer.json();
}

function percentile(list, share) {
  return list.toSorted((a, b) => a - b)[Math.max(0, Math.ceil((list.length * share) / 100) - 1)];
}

function told(list) {
  return [50, 95, 99].map((share) => `p${share} ${percentile(list, share).toFixed(1)}`).join(' ') + ' ms';
}
