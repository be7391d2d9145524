import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import t, { type Test } from 'tap';
import type { ApiKeyAnswer, Delivery, WebhookAnswer } from '../protocol/developers.ts';
import type { Page } from '../protocol/http.ts';
import { PERMISSIONS, SCOPES, type Permission } from '../protocol/permissions.ts';
import type { Call, Conversation, Message, Visitor } from '../protocol/shapes.ts';
import type { VisitorExport } from '../protocol/work.ts';
import { testApp } from '../server/testing/test-app.ts';
import { connect } from '../server/testing/test-socket.ts';
import { webhookReceiver } from '../server/testing/webhook-receiver.ts';
import { temporaryFolder } from './services/temporary-folder.ts';

// The examples of docs/api.md are run as they stand there. A block that begins with ```js test=name becomes name.mjs, one with ```sh name.sh,
// all in one folder, so that one may use another. Each has a check below, which furnishes a server and looks at what the example did to it.

type Language = 'js' | 'sh' | 'json';
interface Block { language: Language; name: string; code: string }

const page = readFileSync(new URL('../docs/api.md', import.meta.url), 'utf8');
const blocksOf = (text: string): Block[] => [...text.matchAll(/^```(js|sh|json) test=([\w-]+)\n([^]*?)^```$/gm)].map(([, language, name, code]) => ({ language: language as Language, name: name!, code: code! }));
const blocks = blocksOf(page);
// The examples import one of another page.
const beside = blocksOf(readFileSync(new URL('../docs/embedding.md', import.meta.url), 'utf8')).filter(({ name }) => name === 'sign-identity');

/** An example in one language, with a folder of its own in which all examples lie. */
interface Run {
  language: Language;
  code: string;
  folder: string;
  /** As a program. Throws when it fails; gives what it printed. */
  program(environment?: Record<string, string>, ...given: string[]): Promise<string>;
  /** As a module, in this process. */
  module(): Promise<Record<string, unknown>>;
}

let folders = 0;
function runOf({ language, name, code }: Block): Run {
  const folder = join(temporaryFolder('docs-examples'), String(++folders));
  mkdirSync(folder);
  for (const block of [...blocks, ...beside]) writeFileSync(join(folder, `${block.name}.${block.language === 'js' ? 'mjs' : block.language}`), block.code);
  return {
    language, code, folder,
    async program(environment = {}, ...given) {
      const { NODE_OPTIONS: _ours, ...inherited } = process.env;
      const [command, file] = language === 'js' ? [process.execPath, `${name}.mjs`] : ['sh', `${name}.sh`];
      const child = spawn(command, [file, ...given], { cwd: folder, env: { ...inherited, ...environment }, stdio: ['ignore', 'pipe', 'pipe'] });
      const said = { stdout: '', stderr: '' };
      for (const stream of ['stdout', 'stderr'] as const) child[stream].setEncoding('utf8').on('data', (text: string) => void (said[stream] += text));
      const [code] = await once(child, 'close') as [number];
      if (code !== 0 || said.stderr !== '') throw new Error(`${file} ended with ${code}: ${said.stdout}${said.stderr}`);
      return said.stdout;
    },
    module: () => import(pathToFileURL(join(folder, `${name}.mjs`)).href) as Promise<Record<string, unknown>>,
  };
}

/** A server with a key that may do everything a key may, told to the examples by their environment. */
async function house(t: Test) {
  const app = await testApp({ outboundAllow: ['127.0.0.1'] });
  t.teardown(() => app.close());
  const owner = await app.owner();
  const key = (await app.inject({ method: 'POST', url: '/v1/api-keys', headers: owner.headers, payload: { name: 'Examples', scopes: SCOPES } })).json<ApiKeyAnswer>().key;
  const origin = await app.listen();
  Object.assign(process.env, { PEER_CONSULT_URL: origin, PEER_CONSULT_KEY: key });
  const get = async <T>(url: string) => (await app.inject({ url, headers: owner.headers })).json<T>();
  const socket = { url: origin.replace('http', 'ws'), origin };
  let said = 0;
  return {
    app, owner, origin, get, connected: (token: string) => connect({ ...socket, token }),
    /** A visitor who has written; gives the conversation. */
    async written(...texts: string[]) {
      const visitor = await connect({ ...socket, token: (await app.visitor()).token });
      let conversationId = '';
      for (const text of texts) ({ conversationId } = await visitor.request('message.send', { clientId: `00000000-0000-4000-8000-${String(++said).padStart(12, '0')}`, text }));
      await visitor.close();
      return conversationId;
    },
  };
}
type House = Awaited<ReturnType<typeof house>>;

// A day that is over wherever the clock stands.
const day = '2026-01-31';
const noon = Date.parse(`${day}T12:00:00Z`);
const dayMs = 86_400_000;

/** A visitor with a conversation and calls that began at these moments; gives the ids of the calls. */
async function calledAt({ app, owner }: House, moments: number[]): Promise<string[]> {
  const { database: { q, tables }, clock } = app;
  const { site, agent: { organisationId } } = owner;
  const own = { organisationId, siteId: site.id, createdAt: noon };
  const [visitorId, conversationId] = [clock.id(), clock.id()];
  await q.insert(tables.visitors).values({ ...own, id: visitorId, name: 'Red Fox', lastSeenAt: noon });
  await q.insert(tables.conversations).values({ ...own, id: conversationId, visitorId, status: 'closed', lastSeq: 1, lastMessageAt: noon, updatedAt: noon, closedAt: noon });
  await q.insert(tables.messages).values({ organisationId, id: clock.id(), conversationId, seq: 1, clientId: 'first', authorKind: 'visitor', authorId: visitorId, authorName: 'Red Fox', kind: 'text', text: 'Hello?', createdAt: noon });
  const calls = moments.map((at) => ({ ...own, id: clock.id(), conversationId, visitorId, mode: 'audio' as const, state: 'ended' as const, startedByKind: 'visitor' as const, startedById: visitorId, startedByName: 'Red Fox', createdAt: at, endedAt: at + 1000, endReason: 'no_answer' as const }));
  await q.insert(tables.calls).values(calls);
  return calls.map(({ id }) => id);
}

/** A recording of a call, merged. */
async function recorded({ app, owner }: House, callId: string, state: 'ready' | 'partial' | 'failed' | 'merging', bytes: Buffer): Promise<string> {
  const { database: { q, tables }, clock, blobs } = app;
  const id = clock.id();
  const isThere = state === 'ready' || state === 'partial';
  await blobs.put(`recordings/${id}.webm`, bytes, { contentType: 'audio/webm' });
  await q.insert(tables.recordings).values({
    id, organisationId: owner.agent.organisationId, callId, conversationId: 'c', state, mimeType: 'audio/webm', startedAt: noon, gaps: [], attempts: 1, createdAt: noon, updatedAt: noon,
    ...(isThere && { blobKey: `recordings/${id}.webm`, bytes: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex'), durationMs: 1000 }),
  });
  return id;
}

/** A site that knows who is who, for a page of the server's own. */
const customerOf = ({ owner, origin }: House) => ({ SITE: owner.site.id, SITE_KEY: owner.site.publishableKey, PAGE_ORIGIN: origin, CUSTOMER: 'customer-42' });

const checks: Record<string, (t: Test, run: Run) => Promise<void>> = {
  async 'problem'(t, { code }) {
    const { get } = await house(t);
    t.strictSame(JSON.parse(code), await get('/v1/conversations/nobodys'));
  },
  async 'peer'(t, { language, folder, module }) {
    const here = await house(t);
    await Promise.all(Array.from({ length: 3 }, (_, n) => here.written(`number ${n}`)));
    if (language === 'sh') {
      const probe = spawn('sh', ['-c', '. ./peer.sh; peer /v1/conversations/nobodys; echo went on'], { cwd: folder, stdio: ['ignore', 'pipe', 'ignore'] });
      let said = '';
      probe.stdout.setEncoding('utf8').on('data', (text: string) => void (said += text));
      const [status] = await once(probe, 'close') as [number];
      t.match([status, JSON.parse(said)], [22, { code: 'not_found' }], 'what is refused says why, and stops the script');
      return;
    }
    const { peer, all } = await module() as { peer(path: string): Promise<unknown>; all(path: string): AsyncIterable<Conversation> };
    await t.rejects(peer('/v1/conversations/nobodys'), { code: 'not_found', status: 404, message: 'There is no such thing here.' });
    const found: string[] = [];
    for await (const { preview } of all('/v1/conversations?status=open')) found.push(preview!.text);
    t.same(found.sort(), ['number 0', 'number 1', 'number 2']);
  },
  async 'answer'(t, { program }) {
    const here = await house(t);
    const ada = await here.app.agent('agent');
    const [one, two] = [await here.written('Is it "blue"?', 'And \\ cheap?'), await here.written('안녕하세요')];
    const closed = await here.written('Never mind');
    await here.app.inject({ method: 'PATCH', url: `/v1/conversations/${closed}`, headers: here.owner.headers, payload: { status: 'closed' } });
    const said = await program({ AGENT_EMAIL: ada.agent.email });
    t.equal(said.trim().split('\n').length, 2);
    t.match(said, /^2\S+Z [^:]+: And \\ cheap\?$/m);
    t.match(said, /안녕하세요/);
    await program({ AGENT_EMAIL: ada.agent.email });
    for (const id of [one, two]) {
      const { items } = await here.get<{ items: Message[] }>(`/v1/conversations/${id}/messages`);
      t.match(items.filter(({ author }) => author.kind !== 'visitor'), [
        { author: { kind: 'bot', name: 'Examples' }, text: 'Thank you, we have your message.' }, { author: { kind: 'agent', id: ada.agent.id, name: ada.agent.name }, text: 'I am looking into it.' },
      ]);
      t.equal(items.length, id === one ? 4 : 3, 'nobody is answered twice');
      t.match(await here.get(`/v1/conversations/${id}`), { assignee: { id: ada.agent.id } });
    }
    t.match(await here.get(`/v1/conversations/${closed}/messages`), { items: [{ text: 'Never mind' }] });
  },
  async 'archive'(t, { program, folder }) {
    const here = await house(t);
    const calls = await calledAt(here, [...Array.from({ length: 120 }, (_, n) => noon + n), noon - dayMs, noon + dayMs]);
    const today = calls.slice(0, 120);
    const bytes = Buffer.alloc(300_000, 'sound ');
    const ready = await recorded(here, today[0]!, 'ready', bytes);
    const partial = await recorded(here, today[110]!, 'partial', Buffer.from('short'));
    const failed = await recorded(here, today[1]!, 'failed', bytes);
    const merging = await recorded(here, today[2]!, 'merging', bytes);
    const other = await recorded(here, calls[120]!, 'ready', bytes);
    writeFileSync(join(folder, `${ready}.webm`), bytes.subarray(0, 100_000));
    await program({}, day);
    const lines = readFileSync(join(folder, `calls-${day}.jsonl`), 'utf8').trim().split('\n').map((line) => JSON.parse(line) as Call);
    t.same(lines.map(({ id }) => id), today, 'every call of the day, in order');
    t.ok(readFileSync(join(folder, `${ready}.webm`)).equals(bytes), 'it went on where it had stopped');
    t.equal(readFileSync(join(folder, `${partial}.webm`), 'utf8'), 'short');
    t.match(JSON.parse(readFileSync(join(folder, `${partial}.json`), 'utf8')), { id: partial, state: 'partial', durationMs: 1000 });
    for (const [id, status] of [[ready, 404], [partial, 404], [failed, 200], [merging, 200], [other, 200]] as const) {
      t.equal((await here.app.inject({ url: `/v1/recordings/${id}`, headers: here.owner.headers })).statusCode, status);
    }
    t.notOk(existsSync(join(folder, `${failed}.webm`)));
    t.equal(await here.app.blobs.head(`recordings/${ready}.webm`), null, 'the bytes are gone from the server');

    const broken = await recorded(here, today[3]!, 'ready', bytes);
    writeFileSync(join(folder, `${broken}.webm`), Buffer.alloc(bytes.length));
    await t.rejects(program({}, day), 'what is not the same is not deleted');
    t.equal((await here.app.inject({ url: `/v1/recordings/${broken}`, headers: here.owner.headers })).statusCode, 200);
    await program({}, day);
    t.ok(readFileSync(join(folder, `${broken}.webm`)).equals(bytes), 'and fetched anew the next time');
  },
  async 'vouch'(t, { program }) {
    const here = await house(t);
    t.match(await program(customerOf(here)), /Kim Mina[^]+verified"?: true/);
    t.match(await here.get<Page<Visitor>>('/v1/visitors'), { items: [{ externalId: 'customer-42', verified: true, name: 'Kim Mina', email: 'mina@mail.example' }], next: null });
  },
  async 'person'(t, { program, folder, language }) {
    const here = await house(t);
    await runOf(blocks.find((block) => block.name === 'vouch' && block.language === language)!).program(customerOf(here));
    await runOf(blocks.find((block) => block.name === 'vouch' && block.language === language)!).program({ ...customerOf(here), CUSTOMER: 'customer-421' });
    const { items } = await here.get<Page<Visitor>>('/v1/visitors');
    const visitor = items.find(({ externalId }) => externalId === 'customer-42')!;
    const begun = await here.app.inject({ method: 'POST', url: '/v1/conversations', headers: here.owner.headers, payload: { visitorId: visitor.id } });
    await here.app.inject({ method: 'POST', url: `/v1/conversations/${begun.json<Conversation>().id}/messages`, headers: here.owner.headers, payload: { clientId: '00000000-0000-4000-8000-000000000001', text: 'Welcome back' } });
    const said = await program({ CUSTOMER: 'customer-42' });
    t.match(said, /^2\S+Z\tmessage\tWelcome back\n2\S+Z\tconversation\t\n$/);
    const file = JSON.parse(readFileSync(join(folder, 'customer-42.json'), 'utf8')) as VisitorExport;
    t.match(file, { visitor: { externalId: 'customer-42' }, conversations: [{ messages: [{ text: 'Welcome back' }] }] });
  },
  async 'erase'(t, { program, language }) {
    const here = await house(t);
    const vouch = blocks.find((block) => block.name === 'vouch' && block.language === language)!;
    for (const CUSTOMER of ['customer-42', 'customer-421']) await runOf(vouch).program({ ...customerOf(here), CUSTOMER });
    await program({ CUSTOMER: 'customer-42' });
    t.match((await here.get<Page<Visitor>>('/v1/visitors')).items.map(({ externalId }) => externalId), ['customer-421'], 'this one and nobody else');
  },
  async 'make-webhook'(t, { language, module, program, folder }) {
    const { get } = await house(t);
    const WEBHOOK_URL = 'http://127.0.0.1:9/hook';
    process.env.WEBHOOK_URL = WEBHOOK_URL;
    const webhook = language === 'js' ? (await module() as { webhook: WebhookAnswer }).webhook
      : { secret: (await program({ WEBHOOK_URL })).trim(), ...JSON.parse(readFileSync(join(folder, 'webhook.json'), 'utf8')) as object };
    t.match(webhook, { name: 'Robin', url: WEBHOOK_URL, bot: true, secret: /^whsec_/ });
    t.match(await get('/v1/webhooks'), { items: [{ name: 'Robin', events: ['conversation.created', 'message.created'] }] });
  },
  async 'verify-webhook'(t, { module }) {
    const { verifyWebhook } = await module() as { verifyWebhook(given: object): unknown };
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
  async 'bot'(t, { module }) {
    const { app, owner, connected } = await house(t);
    process.env.PORT = '0';
    const { server } = await module() as { server: Server };
    t.teardown(() => new Promise((resolve) => void server.close(resolve)));
    if (!server.listening) await once(server, 'listening');
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    const made = await app.inject({ method: 'POST', url: '/v1/webhooks', headers: owner.headers, payload: { name: 'Robin', url, events: ['*'], bot: true } });
    process.env.WEBHOOK_SECRET = made.json<WebhookAnswer>().secret;
    const visitor = await connected((await app.visitor()).token);
    const agent = await connected(owner.accessToken);
    await visitor.request('message.send', { clientId: '00000000-0000-4000-8000-000000000001', text: 'What are your hours?' });
    t.match((await visitor.next('message')).message, { author: { kind: 'bot', name: 'Robin' }, text: 'We are here from 9 to 18.' });
    await visitor.request('message.send', { clientId: '00000000-0000-4000-8000-000000000002', text: 'Is the blue one in stock?' });
    await visitor.next('message', ({ message }) => message.text === 'Let me get somebody.');
    await agent.next('message', ({ message }) => message.kind === 'note' && message.text === 'Asked: Is the blue one in stock?');
    await agent.next('conversation.updated', ({ conversation, reason }) => reason === 'handed_over' && conversation.bot === null);
  },
  async 'try-webhook'(t, { program, folder }) {
    const here = await house(t);
    const receiver = await webhookReceiver();
    t.teardown(() => receiver.close());
    const made = await here.app.inject({ method: 'POST', url: '/v1/webhooks', headers: here.owner.headers, payload: { name: 'Robin', url: receiver.url, events: ['*'] } });
    const webhook = made.json<WebhookAnswer>();
    writeFileSync(join(folder, 'webhook.json'), made.body);
    const { q, tables } = here.app.database;
    await q.insert(tables.deliveries).values({ id: 'msg-lost', organisationId: here.owner.agent.organisationId, webhookId: webhook.id, eventId: 'x', event: 'call.ended', payload: '{"type":"call.ended"}', state: 'failed', attempts: 9, log: [], createdAt: noon });
    await program({ WEBHOOK_ID: webhook.id });
    await receiver.count(2);
    t.same(receiver.received.map(({ told }) => told.type), ['ping', 'call.ended']);
    t.equal(receiver.received[1]!.headers['webhook-id'], 'msg-lost');
    receiver.answer({ status: 500 });
    await t.rejects(program({ WEBHOOK_ID: webhook.id }), 'a receiver that fails is told');
    t.match(await here.get<Page<Delivery>>(`/v1/webhooks/${webhook.id}/deliveries?state=delivered`), { items: [{ event: 'ping' }, { event: 'call.ended' }] });
  },
  async 'nightly'(t, { program, folder }) {
    const here = await house(t);
    await calledAt(here, [noon, noon + 1, noon + dayMs]);
    const { q, tables } = here.app.database;
    for (const [id, createdAt] of [['a', noon], ['b', noon + dayMs], ['c', noon - dayMs]] as const) {
      await q.insert(tables.audit).values({ id, organisationId: here.owner.agent.organisationId, createdAt, actorKind: 'agent', actorId: 'x', actorName: '=cmd', action: `test.${id}`, detail: {} });
    }
    await program({}, day);
    const rows = (file: string) => readFileSync(join(folder, file), 'utf8').replace(/^\uFEFF/, '').trim().split(/\r?\n/).map((line) => line.split(','));
    const days = rows(`days-${day}.csv`);
    t.same(days.length, 2);
    const figures = Object.fromEntries(days[0]!.map((column, index) => [column, days[1]![index]]));
    t.match(figures, { day, conversations: '1', messagesIn: '1', calls: '2', callsMissed: '2' });
    t.match(rows(`sites-${day}.csv`)[1], [here.owner.site.name, here.owner.site.id, '1']);
    t.equal(rows(`agents-${day}.csv`)[0]![0], 'agent');
    const audit = rows(`audit-${day}.csv`);
    t.equal(audit.length, 2, 'of this day alone');
    t.match(audit[1]!.join(), /agent,'=cmd,x,test\.a/);
  },
  async 'send-file'(t, { program, folder }) {
    const here = await house(t);
    const conversationId = await here.written('May I have the invoice?');
    writeFileSync(join(folder, 'Rechnung Nr. 7.pdf'), '%PDF-1.7 for you');
    const send = () => program({}, conversationId, 'Rechnung Nr. 7.pdf', 'Here it is.');
    t.equal(await send(), 'Rechnung Nr. 7.pdf: application/pdf, 16 bytes\n');
    t.equal(await send(), 'Rechnung Nr. 7.pdf: application/pdf, 16 bytes\n', 'once more is harmless');
    const { items } = await here.get<Page<Message>>(`/v1/conversations/${conversationId}/messages`);
    t.match(items.slice(1), [{ text: 'Here it is.', files: [{ name: 'Rechnung Nr. 7.pdf', bytes: 16 }] }]);
    t.equal(items.length, 2);
    t.equal((await here.app.inject({ url: `/v1/files/${items[1]!.files![0]!.id}`, headers: here.owner.headers })).body, '%PDF-1.7 for you');
  },
};

t.test('[A10] [docs] every example of docs/api.md is run, and does what it says', async (t) => {
  t.same([...new Set(blocks.map(({ name }) => name))].sort(), Object.keys(checks).sort(), 'each has a check, and each check an example');
  t.equal(page.match(/^```\w/gm)?.length, blocks.length, 'none is left out');
  for (const block of blocks) await t.test(`[A10] [docs] ${block.name}, ${block.language}`, (inner) => checks[block.name]!(inner, runOf(block)));
});

t.test('[docs] the table of scopes is that of the server', async (t) => {
  const rows = [...page.matchAll(/^\| `([a-z:]+)` \| [^|]+ \| ([a-z, ]+) \|$/gm)].map(([, scope, roles]) => [scope, roles!.split(', ')]);
  t.strictSame(rows, SCOPES.map((scope: Permission) => [scope, [...PERMISSIONS[scope].roles]]));
});
