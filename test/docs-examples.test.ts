import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import t, { type Test } from 'tap';
import type { ApiKeyAnswer, WebhookAnswer } from '../protocol/developers.ts';
import { SCOPES } from '../protocol/permissions.ts';
import { testApp } from '../server/testing/test-app.ts';
import { connect } from '../server/testing/test-socket.ts';
import { temporaryFolder } from './services/temporary-folder.ts';

// The examples of docs/api.md are run as they stand there. A block that begins with ```js test=name becomes the module name.mjs, all in one
// folder, so that one may import another. Each has a check below, which sets the environment that the example reads and looks at what it did.

type Module = Record<string, unknown>;
/** Runs an example. */
type Run = () => Promise<Module>;

const page = readFileSync(new URL('../docs/api.md', import.meta.url), 'utf8');
const blocks = new Map([...page.matchAll(/^```js test=([\w-]+)\n([^]*?)^```$/gm)].map(([, name, code]) => [name!, code!]));
const folder = temporaryFolder('docs-examples');
for (const [name, code] of blocks) writeFileSync(join(folder, `${name}.mjs`), code);
const runOf = (name: string): Run => () => import(pathToFileURL(join(folder, `${name}.mjs`)).href) as Promise<Module>;

/** A server with a key that may do everything a key may, told to the examples by their environment. */
async function house(t: Test) {
  const app = await testApp({ outboundAllow: ['127.0.0.1'] });
  t.teardown(() => app.close());
  const owner = await app.owner();
  const key = (await app.inject({ method: 'POST', url: '/v1/api-keys', headers: owner.headers, payload: { name: 'Examples', scopes: SCOPES } })).json<ApiKeyAnswer>().key;
  const origin = await app.listen();
  Object.assign(process.env, { PEER_CONSULT_URL: origin, PEER_CONSULT_KEY: key });
  return { app, owner, origin };
}

const checks: Record<string, (t: Test, run: Run) => Promise<void>> = {
  async 'verify-webhook'(t, run) {
    const { verifyWebhook } = await run() as { verifyWebhook(given: object): unknown };
    // The published vector of Standard Webhooks.
    const headers = { 'webhook-id': 'msg_p5jXN8AQM9LWM0D4loKWxJek', 'webhook-timestamp': '1614265330', 'webhook-signature': 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=' };
    const given = { headers, body: Buffer.from('{"test": 2432232314}'), secret: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', now: 1614265330_000 };
    t.same(verifyWebhook(given), { test: 2432232314 });
    t.same(verifyWebhook({ ...given, headers: { ...headers, 'webhook-signature': `v1,AAAA v2,x ${headers['webhook-signature']}` } }), { test: 2432232314 });
    for (const wrong of [{ body: Buffer.from('{"test": 1}') }, { secret: 'whsec_AAAA' }, { now: 1614265330_000 + 300_001 }, { now: 1614265330_000 - 300_001 }, { headers: {} },
      ...Object.keys(headers).map((name) => ({ headers: { ...headers, [name]: 'v1,x' } })), { headers: { ...headers, 'webhook-signature': headers['webhook-signature'].replace('v1,', 'v2,') } }]) {
      t.throws(() => verifyWebhook({ ...given, ...wrong }), JSON.stringify(wrong));
    }
  },
  async 'make-webhook'(t, run) {
    await house(t);
    process.env.WEBHOOK_URL = 'http://127.0.0.1:9/hook';
    const { webhook } = await run() as { webhook: WebhookAnswer };
    t.match(webhook, { name: 'Robin', bot: true, secret: /^whsec_/ });
  },
  async 'bot'(t, run) {
    const { app, owner, origin } = await house(t);
    process.env.PORT = '0';
    const { server } = await run() as { server: Server };
    t.teardown(() => new Promise((resolve) => void server.close(resolve)));
    if (!server.listening) await once(server, 'listening');
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    const made = await app.inject({ method: 'POST', url: '/v1/webhooks', headers: owner.headers, payload: { name: 'Robin', url, events: ['*'], bot: true } });
    process.env.WEBHOOK_SECRET = made.json<WebhookAnswer>().secret;
    const socket = { url: origin.replace('http', 'ws'), origin };
    const visitor = await connect({ ...socket, token: (await app.visitor()).token });
    const agent = await connect({ ...socket, token: owner.accessToken });
    await visitor.request('message.send', { clientId: '00000000-0000-4000-8000-000000000001', text: 'What are your hours?' });
    t.match((await visitor.next('message')).message, { author: { kind: 'bot', name: 'Robin' }, text: 'We are here from 9 to 18.' });
    await visitor.request('message.send', { clientId: '00000000-0000-4000-8000-000000000002', text: 'Is the blue one in stock?' });
    await visitor.next('message', ({ message }) => message.text === 'Let me get somebody.');
    await agent.next('message', ({ message }) => message.kind === 'note' && message.text === 'Asked: Is the blue one in stock?');
    await agent.next('conversation.updated', ({ conversation, reason }) => reason === 'handed_over' && conversation.bot === null);
  },
};

t.test('[docs] every example of docs/api.md is run, and does what it says', async (t) => {
  t.same([...blocks.keys()].sort(), Object.keys(checks).sort(), 'each has a check, and each check an example');
  t.equal(page.match(/^```js/gm)?.length, blocks.size, 'none is left out');
  for (const [name, check] of Object.entries(checks)) await t.test(`[docs] ${name}`, (t) => check(t, runOf(name)));
});
