import type { Call, Conversation, Message, Role } from '../../protocol/shapes.ts';
import { createStore, type Store } from '../../widget/engine/store.ts';
import type { Session, SessionState } from '../../widget/engine/session-state.ts';
import type { Api } from '../api.ts';

/** A session whose state a test writes, and which notes every wish. */
export interface FakeSession extends Session {
  readonly state: Store<SessionState>;
  readonly wishes: { name: string; args: unknown[] }[];
  /** What the server answers to requests of the wire, by their type; an error refuses. */
  readonly answers: Record<string, unknown>;
  /** Plays the server: an event of this type arrives. */
  arrive(type: string, event?: object): void;
  /** Plays the server: a message arrives. */
  hear(message: Message): void;
}

/** Makes a session without a server. */
export function fakeSession(): FakeSession {
  const wishes: { name: string; args: unknown[] }[] = [];
  const answers: Record<string, unknown> = {};
  const state = createStore<SessionState>({
    link: 'online', self: { kind: 'agent', id: 'a1', name: 'Ada' }, site: null, presence: null, team: new Map(), conversations: [], pins: [], threads: new Map(),
    ringing: [], call: null, unread: 0, contactKnown: false, removed: new Set(), viewers: new Map(), visitors: new Map(), refusal: null,
  });
  const heard: { type: string; receive: (event: object) => void }[] = [];
  const listeners = new Set<(message: Message) => void>();
  const own: Record<string, unknown> = {
    state,
    wishes,
    callEngine: null,
    arrive: (type: string, event: object = {}) => heard.filter((each) => each.type === type).forEach(({ receive }) => receive(event)),
    answers,
    wire: { status: createStore('online'), request: async (type: string, frame: object) => { wishes.push({ name: type, args: [frame] }); if (answers[type] instanceof Error) throw answers[type]; return answers[type]; }, on: (type: string, receive: (event: object) => void) => (heard.push({ type, receive }), () => undefined), onHello: () => () => undefined },
    hear: (message: Message) => listeners.forEach((receive) => receive(message)),
    onMessage: (receive: (message: Message) => void) => (listeners.add(receive), () => listeners.delete(receive)),
  };
  return new Proxy(own, {
    get: (target, name: string) => {
      // Lit asks values whether they are directives.
      if (name in target || typeof name !== 'string' || name.startsWith('_')) return target[name];
      return (...args: unknown[]) => void wishes.push({ name, args });
    },
  }) as unknown as FakeSession;
}

/** An API whose GETs a test answers by path (without the query); what it does not answer is an empty list. */
export function fakeApi(answers: Record<string, unknown>, role: Role = 'owner'): Api & { asked: string[] } {
  const asked: string[] = [];
  return {
    asked,
    account: createStore({ status: 'signed-in' as const, agent: { id: 'a1', organisationId: 'o1', name: 'Ada', email: 'ada@example.com', role, status: 'active' as const, capacity: null, createdAt: '2026-01-01T00:00:00Z', lastSeenAt: null } }),
    start: async () => undefined,
    signIn: async () => undefined,
    signOut: async () => undefined,
    token: async () => 't',
    get: async <T>(path: string) => {
      asked.push(path);
      // An answer for the very address goes before one for the path.
      const answer = answers[path] ?? answers[path.split('?')[0]!] ?? { items: [], next: null };
      if (answer instanceof Error) throw answer;
      return answer as T;
    },
    send: async <T>(method: string, path: string, body: unknown) => {
      asked.push(`${method} ${path} ${JSON.stringify(body)}`);
      const answer = answers[`${method} ${path}`];
      if (answer instanceof Error) throw answer;
      return answer as T;
    },
  };
}

/** A conversation with a visitor; `fields` replaces what matters to a test. */
export function conversation(id: string, fields: Partial<Conversation> = {}): Conversation {
  return {
    id, kind: 'visitor', siteId: 's1', visitor: { id: `v-${id}`, name: `Visitor ${id}` }, title: null, status: 'open', assignee: null, bot: null, closedAt: null, closedBy: null, rating: null, lastSeq: 3, readSeq: 1, unread: 2, visitorReadSeq: 3, agentsReadSeq: 1,
    preview: { kind: 'text', authorKind: 'visitor', text: 'Is it in stock?' }, lastMessageAt: '2026-11-21T08:00:00Z', createdAt: '2026-11-20T08:00:00Z', updatedAt: '2026-11-21T08:00:00Z',
    ...fields,
  };
}

/** A call that is over and was recorded; `fields` replaces what matters to a test. */
export function call(id: string, fields: Partial<Call> = {}): Call {
  return {
    id, conversationId: 'c1', siteId: 's1', mode: 'audio', state: 'ended', visitor: { id: 'v1', name: 'Calm Otter' },
    startedBy: { kind: 'visitor', id: 'v1', name: 'Calm Otter' }, answeredBy: { kind: 'agent', id: 'a1', name: 'Ada' },
    createdAt: '2026-11-21T08:00:00Z', answeredAt: '2026-11-21T08:00:05Z', endedAt: '2026-11-21T08:02:10Z', endReason: 'visitor_hangup',
    consents: { visitor: true, agent: true }, recording: { id: `r-${id}`, state: 'ready', on: false, paused: false, durationMs: 125_000 },
    ...fields,
  };
}
