import { WebSocket } from 'ws';
import type { SessionAnswer, SitesPage, VisitorAnswer } from '../../protocol/http.ts';
import type { Agent, Call, Conversation, Message, Tag } from '../../protocol/shapes.ts';
import type { Site } from '../../protocol/site.ts';
import { SUBPROTOCOL } from '../../protocol/version.ts';
import { owner, type ServerUnderTest } from '../consultation/server-under-test.ts';

/** What stands in the rooms: names and sentences, in a language or as an attacker would choose them. */
export interface Furniture {
  agents: readonly string[];
  site: string;
  greeting: string;
  statusText: string;
  tags: readonly string[];
  reply: { shortcut: string; text: string };
  webhook: string;
  key: string;
  organisation: string;
  /** Each writes in turns with the owner, the visitor first. */
  visitors: readonly { name: string; browser?: string; topic?: string; plan?: string; email?: string; page: { title: string; path: string }; lines: readonly string[]; rating?: { score: number; comment: string }; note?: string; call?: boolean }[];
}

/** The house with everything in it. */
export interface House {
  site: Site;
  conversations: Conversation[];
  /** A group of agents. */
  room: Conversation;
  agents: Agent[];
  /** Asks as the owner. Throws what a refusal says. */
  ask<T>(method: string, path: string, body?: unknown): Promise<T>;
  /** The owner's bearer header. */
  headers: { authorization: string };
  /** Ends the sockets that hold visitors online. */
  leave(): void;
}

/** A visitor's connection, as an unknown client of the protocol would open it. */
interface Line {
  request<T>(type: string, fields: object): Promise<T>;
  close(): void;
}

let requests = 0;

async function connect(url: string, token: string): Promise<Line> {
  const socket = new WebSocket(`${url.replace('http', 'ws')}/v1/socket`, SUBPROTOCOL, { origin: url });
  const waiting = new Map<string, (frame: { ok: boolean; error?: { code: string; message: string } }) => void>();
  await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject));
  socket.on('message', (data: Buffer) => {
    const frame = JSON.parse(data.toString()) as { re?: string; ok: boolean };
    if (frame.re !== undefined) waiting.get(frame.re)?.(frame);
  });
  const line: Line = {
    request: (type, fields) => new Promise((resolve, reject) => {
      const id = String(++requests);
      waiting.set(id, (frame) => (frame.ok ? resolve(frame as never) : reject(new Error(`${type}: ${frame.error?.code} ${frame.error?.message}`))));
      socket.send(JSON.stringify({ id, type, ...fields }));
    }),
    close: () => socket.close(1000),
  };
  await line.request('hello', { token });
  return line;
}

const clientId = (): string => `house-${String(++requests).padStart(20, '0')}`;

/** Fills a fresh server through its own doors: nothing here knows a table. */
export async function furnishHouse({ url }: ServerUnderTest, furniture: Furniture): Promise<House> {
  const login = await fetch(`${url}/v1/auth/login`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ email: owner.email, password: owner.password }) });
  const headers = { authorization: `Bearer ${((await login.json()) as SessionAnswer).accessToken}` };
  const ask = async <T>(method: string, path: string, body?: unknown): Promise<T> => {
    const answer = await fetch(url + path, { method, headers: { ...headers, ...(body === undefined ? {} : { 'content-type': 'application/json' }) }, ...(body === undefined ? {} : { body: JSON.stringify(body) }) });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
    return (text ? JSON.parse(text) : undefined) as T;
  };
  const [first] = (await ask<SitesPage>('GET', '/v1/sites')).items;
  const site = await ask<Site>('PATCH', `/v1/sites/${first!.id}`, { name: furniture.site, settings: { greeting: furniture.greeting, statusText: furniture.statusText } });
  await ask('PATCH', '/v1/organisation', { name: furniture.organisation });
  const agents: Agent[] = [];
  for (const [index, name] of furniture.agents.entries()) {
    agents.push(await ask<Agent>('POST', '/v1/agents', { name, email: `agent${index}@example.com`, password: `a long enough passphrase ${index}`, role: index === 0 ? 'admin' : 'agent' }));
  }
  await ask('POST', '/v1/invitations', { email: 'invited@example.com', role: 'agent', name: furniture.agents[0] });
  const tags: Tag[] = [];
  for (const [index, name] of furniture.tags.entries()) tags.push(await ask<Tag>('POST', '/v1/tags', { name, colour: (['blue', 'green', 'orange', 'red'] as const)[index % 4] }));
  await ask('POST', '/v1/canned-replies', furniture.reply);
  await ask('POST', '/v1/saved-filters', { name: furniture.tags[0], query: { tag: tags[0]!.id } });
  await ask('POST', '/v1/api-keys', { name: furniture.key, scopes: ['conversations:read'] });
  await ask('POST', '/v1/webhooks', { name: furniture.webhook, url: 'http://127.0.0.1:9/peer-consult', events: ['message.created'], enabled: false });

  const conversations: Conversation[] = [];
  const lines: Line[] = [];
  for (const [index, visitor] of furniture.visitors.entries()) {
    const welcome = await fetch(`${url}/v1/visitors`, { method: 'POST', headers: { 'content-type': 'application/json', origin: url }, body: JSON.stringify({ siteKey: site.publishableKey }) });
    const line = await connect(url, ((await welcome.json()) as VisitorAnswer).token);
    lines.push(line);
    await line.request('visitor.contact', { name: visitor.name, ...(visitor.email === undefined ? {} : { email: visitor.email }), fields: { topic: visitor.topic ?? visitor.name } });
    await line.request('visitor.context', { page: { url: `${url}${visitor.page.path}`, title: visitor.page.title }, device: { browser: visitor.browser ?? visitor.name, system: 'Windows', kind: 'desktop', language: 'ko' }, context: { plan: visitor.plan ?? visitor.name } });
    let conversationId = '';
    for (const [turn, text] of visitor.lines.entries()) {
      if (turn % 2 === 0) ({ conversationId } = await line.request<{ conversationId: string; message: Message }>('message.send', { clientId: clientId(), text }));
      else await ask('POST', `/v1/conversations/${conversationId}/messages`, { clientId: clientId(), text });
    }
    if (visitor.note) await ask('POST', `/v1/conversations/${conversationId}/messages`, { clientId: clientId(), text: visitor.note, note: true });
    await ask('PATCH', `/v1/conversations/${conversationId}`, { tagIds: tags.length ? [tags[index % tags.length]!.id] : [], ...(index % 3 === 1 ? { assigneeId: agents[0]?.id ?? null } : {}) });
    if (visitor.call) {
      const { call } = await line.request<{ call: Call }>('call.start', { mode: 'audio' });
      await line.request('call.cancel', { callId: call.id });
    }
    if (visitor.rating) {
      await ask('PATCH', `/v1/conversations/${conversationId}`, { status: 'closed' });
      await line.request('conversation.rate', { conversationId, ...visitor.rating });
    }
    conversations.push(await ask<Conversation>('GET', `/v1/conversations/${conversationId}`));
  }
  const room = await ask<Conversation>('POST', '/v1/conversations', { title: furniture.tags[0], agentIds: agents.map(({ id }) => id) });
  await ask('POST', `/v1/conversations/${room.id}/messages`, { clientId: clientId(), text: furniture.greeting });
  return { site, conversations, room, agents, ask, headers, leave: () => lines.forEach((line) => line.close()) };
}
