// How long after an agent's click on *Accept* both sides see each other: video calls between two Chromiums with made-up cameras, on loopback,
// recorded as the product records them, beside a bare pair of RTCPeerConnections in the same browsers that does nothing but connect.
//
//   node bench/calls.mjs [--calls 30]
//
// Needs `npm run build` before, Chromium and ffmpeg. Calls of ours and bare ones take turns, so that what else the machine does meets both. The
// clock runs from the click in the agent's page (in the bare pair: from the word to the callee) until on both pages the other side's picture
// is being shown. In both the caller has its camera by then, and the callee takes it only after accepting. Ours moreover asks the server,
// which tells the caller, builds a view on each side, and starts the recorder. 0 is the exit code when p95 of ours is within 2 s.
import { createServer } from 'node:http';
import { parseArgs } from 'node:util';
import { tsImport } from 'tsx/esm/api';
import { WebSocketServer } from 'ws';
import { machine } from './processes.mjs';

const { values: options } = parseArgs({ options: { calls: { type: 'string', default: '30' } } });
const calls = Number(options.calls);
if (!(calls > 0)) throw new Error('--calls has to be a number above 0.');
const GOAL_MS = 2_000;

const part = (name) => tsImport(`../test/consultation/${name}.ts`, import.meta.url);
const { startBrowser } = await part('browsers');
const { openAgentPage } = await part('agent-page');
const { openVisitorPage } = await part('visitor-page');
const { signInAsOwner, until } = await part('owner-api');
const { startServerUnderTest } = await part('server-under-test');

const endings = [];
try {
  console.log(machine('playwright-core', 'ws'));
  console.log(`${calls} video calls of ours, ${calls} bare ones, in turns\n`);
  const [agents, visitors] = await Promise.all(['agent', 'visitor'].map((side) => startBrowser(side)));
  endings.push(() => agents.close(), () => visitors.close());
  const ours = await ourCalls(agents, visitors);
  const bare = await bareCalls(agents, visitors);
  const times = { ours: [], bare: [] };
  for (let n = 0; n < calls; n++) {
    times.bare.push(await bare());
    times.ours.push(await ours(n));
  }
  console.log(`ours  ${told(times.ours)}\nbare  ${told(times.bare)}`);
  const p95 = percentile(times.ours, 95);
  console.log(`\nfrom accept to both pictures: p95 ${p95} ms (goal ${GOAL_MS} ms), ${(p95 / percentile(times.bare, 95)).toFixed(1)} × a bare pair`);
  process.exitCode = p95 <= GOAL_MS ? 0 : 1;
} finally {
  for (const end of endings.reverse()) await end();
}

/** A server, an agent at the panel; gives what makes a call with a new visitor and measures it. */
async function ourCalls(agents, visitors) {
  const server = await startServerUnderTest({ RATE_LIMITS: 'off', LOG_LEVEL: 'error' });
  endings.push(() => server.stop());
  const owner = await signInAsOwner(server.url);
  const agent = await openAgentPage(await agents.open(), server.url);
  await agent.page.evaluate(() => addEventListener('click', () => (window.clickedAt = Date.now()), { capture: true }));
  return async (n) => {
    const context = await visitors.open();
    const visitor = await openVisitorPage(context, server.url);
    await visitor.openChat();
    await visitor.write(`Question ${n}.`);
    await agent.openConversation(`Question ${n}.`);
    await visitor.call('video', 'yes');
    await agent.ringing().waitFor();
    await agent.accept('yes');
    const seen = await Promise.all([agent.page, visitor.page].map((page) => picture(page, 'video.remote')));
    const took = Math.max(...seen) - (await agent.page.evaluate(() => window.clickedAt));
    await agent.recordingSign().waitFor();
    await visitor.hangUp();
    await agent.backInChat();
    await context.close();
    // What is merged afterwards is no part of the next call.
    await until(() => owner.calls(), ([newest]) => newest?.recording?.state === 'ready', 90_000);
    return took;
  };
}

/** A page that does nothing but connect, in each browser; gives what connects them and measures it. */
async function bareCalls(agents, visitors) {
  const http = createServer((_request, response) => response.setHeader('content-type', 'text/html').end(`<!doctype html><video autoplay muted playsinline></video><script>(${bareSide})()</script>`));
  const relay = new WebSocketServer({ server: http });
  relay.on('connection', (socket) => socket.on('message', (data) => {
    for (const other of relay.clients) if (other !== socket) other.send(String(data));
  }));
  await new Promise((resolve) => http.listen(0, '127.0.0.1', resolve));
  endings.push(() => {
    for (const socket of relay.clients) socket.terminate();
    http.close();
  });
  const url = `http://127.0.0.1:${http.address().port}`;
  return async () => {
    const contexts = await Promise.all([agents.open(), visitors.open()]);
    const [callee, caller] = await Promise.all(contexts.map(async (context) => {
      const page = await context.newPage();
      await page.goto(url);
      await page.evaluate(() => window.ready);
      return page;
    }));
    await caller.evaluate(() => window.take());
    const accepted = await callee.evaluate(() => {
      const at = Date.now();
      void window.take().then(() => window.say({ accepted: true }));
      return at;
    });
    const seen = await Promise.all([callee, caller].map((page) => picture(page, 'video')));
    for (const context of contexts) await context.close();
    return Math.max(...seen) - accepted;
  };
}

/** Runs in the bare page. Whoever hears that it was accepted offers. */
function bareSide() {
  const socket = new WebSocket(location.origin.replace('http', 'ws'));
  const peer = new RTCPeerConnection();
  window.ready = new Promise((resolve) => (socket.onopen = resolve));
  window.say = (what) => socket.send(JSON.stringify(what));
  window.take = async () => {
    const stream = await navigator.mediaDevices.getUserMedia({ audio: true, video: { width: 640, height: 480 } });
    for (const track of stream.getTracks()) peer.addTrack(track, stream);
  };
  peer.onicecandidate = ({ candidate }) => window.say({ candidate });
  peer.ontrack = ({ streams: [stream] }) => (document.querySelector('video').srcObject = stream);
  let order = Promise.resolve();
  socket.onmessage = ({ data }) => (order = order.then(async () => {
    const { accepted, description, candidate } = JSON.parse(data);
    if (candidate) await peer.addIceCandidate(candidate);
    if (description) await peer.setRemoteDescription(description);
    if (!accepted && description?.type !== 'offer') return;
    await peer.setLocalDescription();
    window.say({ description: peer.localDescription });
  }));
}

/** When (ms since the epoch) a page shows the first picture in a video of this kind, looked for in all shadow roots every 10 ms. */
function picture(page, selector) {
  return page.evaluate(async (wanted) => {
    const find = (place) => place.querySelector(wanted) ?? [...place.querySelectorAll('*')].reduce((found, { shadowRoot }) => found ?? (shadowRoot && find(shadowRoot)), null);
    const end = Date.now() + 60_000;
    while (!(find(document)?.getVideoPlaybackQuality().totalVideoFrames > 0)) {
      if (Date.now() > end) throw new Error(`No picture in ${wanted} after a minute.`);
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    return Date.now();
  }, selector);
}

function percentile(list, share) {
  return list.toSorted((a, b) => a - b)[Math.max(0, Math.ceil((list.length * share) / 100) - 1)];
}

function told(list) {
  return `${[50, 95].map((share) => `p${share} ${percentile(list, share)} ms`).join(', ')}, at most ${Math.max(...list)} ms`;
}
