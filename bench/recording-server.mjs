// A built server with consented calls, whose recorders put chunks over HTTP as the element does; for bench/recording.mjs.
// An agent is in one call at a time, so there is one for each call.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import WebSocket from 'ws';

const password = 'only for this measurement 7';

/** Starts `dist/server/main.js` on loopback with its data in `folder`, and one recorded call a sender. `args` are Node's. */
export async function openRecordingServer({ dist, folder, senders, args = [] }) {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const child = spawn(process.execPath, [...args, join(dist, 'server/main.js')], {
    env: { ...process.env, HOST: '127.0.0.1', PORT: String(port), DATA_DIR: folder, LOG_LEVEL: 'error', RATE_LIMITS: 'off' },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  await until(() => fetch(`${url}/readyz`).then(({ ok }) => ok, () => false));
  const owner = { name: 'Bench', email: 'bench@example.com', password };
  await post(`${url}/v1/setup`, { token: (await readFile(join(folder, 'setup-token'), 'utf8')).trim(), ...owner });
  const signIn = async (email) => ({ authorization: `Bearer ${(await post(`${url}/v1/auth/login`, { email, password })).accessToken}` });
  const headers = await signIn(owner.email);
  const sites = await (await fetch(`${url}/v1/sites`, { headers })).json();
  const siteKey = sites.items[0].publishableKey;
  const sockets = [];
  // From the first one on: making hundreds of agents takes longer than the server waits for a word.
  const beats = setInterval(() => sockets.forEach((side) => side.ask('ping')), 20_000);
  const enter = async (authorization) => {
    const side = await connect(port, url, authorization.slice('Bearer '.length));
    sockets.push(side);
    return side;
  };

  const recorders = [];
  for (let sender = 0; sender < senders; sender++) {
    const email = `agent${sender}@example.com`;
    await post(`${url}/v1/agents`, { name: email, email, password, role: 'agent' }, headers);
    const agent = await enter((await signIn(email)).authorization);
    const { token } = await post(`${url}/v1/visitors`, { siteKey }, { origin: url });
    const visitor = await enter(`Bearer ${token}`);
    const { call } = await visitor.ask('call.start', { mode: 'audio' });
    await agent.ask('call.accept', { callId: call.id });
    for (const side of [visitor, agent]) await side.ask('consent', { callId: call.id, granted: true, textVersion: 'bench', locale: 'en' });
    const { recordingId, segment } = await visitor.ask('recording.start', { callId: call.id, mimeType: 'audio/webm;codecs=opus', epochMs: Date.now() });
    recorders.push({ token, segment, recording: `${url}/v1/recordings/${recordingId}` });
  }
  return {
    pid: child.pid,
    /** Puts one chunk; resolves when it is acknowledged. */
    async put(sender, seq, bytes) {
      const { token, recording, segment } = recorders[sender];
      const answer = await fetch(`${recording}/segments/${segment}/chunks/${seq}`, {
        method: 'PUT', body: bytes,
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/octet-stream', 'content-digest': `sha-256=:${createHash('sha256').update(bytes).digest('base64')}:` },
      });
      if (!answer.ok) throw new Error(`A chunk was answered with ${answer.status}: ${await answer.text()}`);
      await answer.arrayBuffer();
    },
    async close() {
      clearInterval(beats);
      child.kill();
      await once(child, 'exit');
    },
  };
}

async function connect(port, origin, token) {
  const socket = new WebSocket(`ws://127.0.0.1:${port}/v1/socket`, 'peer-consult.v1', { origin });
  await once(socket, 'open');
  const waiting = new Map();
  socket.on('message', (text) => {
    const frame = JSON.parse(text);
    if (!('re' in frame)) return;
    const { resolve, reject } = waiting.get(frame.re);
    waiting.delete(frame.re);
    if (frame.ok) resolve(frame);
    else reject(new Error(`${frame.error.code}: ${frame.error.message}`));
  });
  let last = 0;
  const ask = (type, fields) => new Promise((resolve, reject) => {
    const id = String(++last);
    waiting.set(id, { resolve, reject });
    socket.send(JSON.stringify({ id, type, ...fields }));
  });
  await ask('hello', { token });
  return { ask };
}

async function post(url, body, headers = {}) {
  const answer = await fetch(url, { method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify(body) });
  if (!answer.ok) throw new Error(`${url} was answered with ${answer.status}: ${await answer.text()}`);
  return answer.json();
}

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}

async function until(ready) {
  for (let round = 0; round < 300; round++) {
    if (await ready()) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error('The server did not get ready within 30 s.');
}
