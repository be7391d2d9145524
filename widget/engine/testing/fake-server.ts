import type { Call, Conversation, Message } from '../../../protocol/shapes.ts';
import type { SiteProfile } from '../../../protocol/site.ts';
import type { EventOf, EventType } from '../../../protocol/server-frames.ts';
import { FakeFiles } from './fake-files.ts';

/** A request as the fake server sees it. */
export interface FakeFrame {
  id: string;
  type: string;
  [field: string]: unknown;
}

/** The browser's side of one fake connection: as much of a WebSocket as the link uses. */
export class FakeSocket {
  static server: FakeServer;
  static readonly CONNECTING = 0;
  static readonly OPEN = 1;
  static readonly CLOSING = 2;
  static readonly CLOSED = 3;
  readyState = 0;
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: string }) => void) | null = null;
  onclose: ((event: { code: number }) => void) | null = null;
  readonly sent: FakeFrame[] = [];
  readonly url: string;
  readonly protocol: string;

  constructor(url: string, protocol: string) {
    this.url = url;
    this.protocol = protocol;
    FakeSocket.server.accept(this);
  }

  send(data: string): void {
    const frame = JSON.parse(data) as FakeFrame;
    this.sent.push(frame);
    setTimeout(() => this.readyState === 1 && FakeSocket.server.take(this, frame));
  }

  close(code = 1000): void {
    this.end(code);
  }

  /** The other side speaks. */
  receive(frame: object): void {
    if (this.readyState === 1) this.onmessage?.({ data: JSON.stringify(frame) });
  }

  /** The connection ends. */
  end(code: number): void {
    if (this.readyState === 3) return;
    this.readyState = 3;
    setTimeout(() => this.onclose?.({ code }));
  }
}

interface Room {
  conversation: Conversation;
  messages: Message[];
}

/** A server in the page: it keeps conversations and answers as the contract says. What it does can be bent for a test. */
export class FakeServer {
  readonly sockets: FakeSocket[] = [];
  readonly requests: { url: string; body: unknown }[] = [];
  readonly rooms = new Map<string, Room>();
  readonly calls: Call[] = [];
  readonly files = new FakeFiles();
  /** What the agent pinned, the latest first; null: the reader is a visitor. */
  pins: string[] | null = null;
  site: SiteProfile = {
    id: 'site', name: 'Mori Tea', greeting: '', statusText: '', languages: ['en', 'ko'], picture: null, hours: { open: true, opensAt: null },
    look: { accent: null, theme: 'auto', position: 'bottom-right', launcherText: '' }, recording: { enabled: true, textVersion: '1', consentText: '' },
    calls: { audio: true, video: true }, privacyUrl: '', pagesShown: true, preChat: [], offline: { enabled: true, text: '', askEmail: true }, rating: true,
    transcripts: true, files: { enabled: true, maxMiB: 10 }, callBack: true,
  };
  visitor = { id: 'visitor', name: 'Curious Otter' };
  contactKnown = false;
  /** False: the server sends no mail. */
  mails = true;
  presence: { status: 'online' | 'offline' } | null = { status: 'online' };
  heartbeatMs = 25_000;
  /** Whether connections open at all. */
  reachable = true;
  /** False: the browser keeps the server's answers from the page, as it does for an origin that is not on the list. */
  originAllowed = true;
  /** True: the frame has been dealt with, the usual answer stays out. */
  intercept: ((socket: FakeSocket, frame: FakeFrame) => boolean) | undefined;
  /** The answer to `POST /v1/visitors`, if not a token. */
  visitorAnswer: (() => Response) | undefined;
  /** The answer to `POST /v1/visitors/identify`, if not a token of the customer. */
  identifyAnswer: ((body: Record<string, string>) => Response | undefined) | undefined;
  /** The answer to `POST /v1/visitors/handoff`, if not a token of the visitor. */
  handoffAnswer: (() => Response) | undefined;
  tokens = 0;
  /** Time of the next message, ms since the epoch. */
  now: () => number = Date.now;
  #connections = 0;
  #restore: (() => void) | undefined;

  /** Puts itself in the place of the network. */
  install(): this {
    const { WebSocket: realSocket, fetch: realFetch } = globalThis;
    FakeSocket.server = this;
    globalThis.WebSocket = FakeSocket as unknown as typeof WebSocket;
    globalThis.fetch = async (input, init) => {
      const url = input instanceof Request ? input.url : String(input);
      if (url.endsWith('/peer-consult.js')) {
        if (!this.reachable) throw new TypeError('Failed to fetch');
        return new Response(null);
      }
      if (!url.includes('/v1/')) return realFetch(input, init);
      const body: unknown = typeof init?.body === 'string' ? JSON.parse(init.body) : null;
      this.requests.push({ url, body });
      if (!this.reachable || !this.originAllowed) throw new TypeError('Failed to fetch');
      if (url.includes('/v1/files/')) return this.files.answer(url, init?.method ?? 'GET');
      if (url.endsWith('/identify')) {
        const refused = this.identifyAnswer?.(body as Record<string, string>);
        if (refused) return refused;
        const anonymous = this.visitor.id !== 'customer' && (body as { token?: string }).token !== undefined;
        this.visitor = { id: 'customer', name: 'Kim' };
        await new Promise((resolve) => setTimeout(resolve));
        // The anonymous visitor is no more: its connections end before the answer is out.
        for (const socket of anonymous ? this.sockets : []) {
          socket.receive({ type: 'session.revoked', reason: 'identified' });
          socket.end(4010);
        }
      } else if (url.endsWith('/visitors/handoff') && this.handoffAnswer) return this.handoffAnswer();
      else if (this.visitorAnswer && url.endsWith('/visitors')) return this.visitorAnswer();
      const token = `token-${++this.tokens}`;
      return Response.json({ token, expiresAt: new Date(Date.now() + 8.64e7).toISOString(), visitor: this.visitor }, { status: 201 });
    };
    this.files.install(() => this.reachable);
    this.#restore = () => {
      this.files.uninstall();
      globalThis.WebSocket = realSocket;
      globalThis.fetch = realFetch;
    };
    return this;
  }

  /** Gives the network back. */
  uninstall(): void {
    for (const socket of this.sockets) {
      socket.readyState = 3;
      socket.onclose = null;
    }
    this.#restore?.();
  }

  /** The connection that is open now. */
  get socket(): FakeSocket {
    const open = this.sockets.findLast((socket) => socket.readyState <= 1);
    if (!open) throw new Error('Nobody is connected.');
    return open;
  }

  accept(socket: FakeSocket): void {
    this.sockets.push(socket);
    setTimeout(() => {
      if (!this.reachable) return socket.end(1006);
      if (socket.readyState !== 0) return;
      socket.readyState = 1;
      socket.onopen?.();
    });
  }

  take(socket: FakeSocket, frame: FakeFrame): void {
    if (this.intercept?.(socket, frame)) return;
    const reply = this.answer(socket, frame);
    if (reply) socket.receive({ re: frame.id, ok: true, ...reply });
    if (frame.type === 'hello') this.catchUp(socket, (frame.resume ?? {}) as Record<string, number>);
  }

  refuse(socket: FakeSocket, frame: FakeFrame, code: string, retryAfterMs?: number): true {
    socket.receive({ re: frame.id, ok: false, error: { code, message: code, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) } });
    return true;
  }

  emit<T extends EventType>(type: T, event: EventOf<T>): void {
    for (const socket of this.sockets) socket.receive({ type, ...event });
  }

  /** A conversation with so many lines, the visitor's and the agent's in turns. */
  converse(id: string, texts: readonly string[], everyMs = 60_000): Room {
    const start = this.now() - texts.length * everyMs;
    const room: Room = {
      messages: [],
      conversation: {
        id, kind: 'visitor', siteId: 'site', visitor: this.visitor, title: null, status: 'open', assignee: null, bot: null, closedAt: null, closedBy: null, rating: null, lastSeq: 0, readSeq: 0, unread: 0, visitorReadSeq: 0, agentsReadSeq: 0,
        preview: null, lastMessageAt: new Date(start).toISOString(), createdAt: new Date(start).toISOString(), updatedAt: new Date(start).toISOString(),
      },
    };
    this.rooms.set(id, room);
    texts.forEach((text, index) => this.append(id, { text, author: index % 2 ? this.agent : { kind: 'visitor', ...this.visitor }, createdAt: new Date(start + index * everyMs).toISOString() }));
    return room;
  }

  readonly agent = { kind: 'agent' as const, id: 'agent', name: 'Jiwoo Park' };

  /** Stores a line without telling anybody. */
  append(id: string, fields: Partial<Message>): Message {
    const room = this.rooms.get(id)!;
    const seq = room.conversation.lastSeq + 1;
    const message: Message = {
      id: `${id}-${seq}`, seq, clientId: `00000000-0000-7000-8000-${String(seq).padStart(12, '0')}`, conversationId: id, author: this.agent, kind: 'text', text: '',
      createdAt: new Date(this.now()).toISOString(), ...fields,
    };
    room.messages.push(message);
    const own = message.author.kind === 'visitor';
    room.conversation = {
      ...room.conversation, lastSeq: seq, lastMessageAt: message.createdAt, readSeq: own ? seq : room.conversation.readSeq, unread: own ? 0 : room.conversation.unread + 1,
      preview: { kind: message.kind, authorKind: message.author.kind, text: message.text },
    };
    return message;
  }

  /** The agent writes. */
  say(id: string, text: string, fields: Partial<Message> = {}): Message {
    const message = this.append(id, { text, ...fields });
    this.emit('message', { message });
    return message;
  }

  private answer(socket: FakeSocket, frame: FakeFrame): object | null {
    const id = frame.conversationId as string | undefined;
    const room = id === undefined ? undefined : this.rooms.get(id);
    switch (frame.type) {
      case 'hello':
        return {
          self: { kind: 'visitor', ...this.visitor }, connectionId: `connection-${++this.#connections}`, heartbeatMs: this.heartbeatMs,
          serverTime: new Date(this.now()).toISOString(), site: this.site, presence: this.presence, contactKnown: this.contactKnown,
          conversations: [...this.rooms.values()].map(({ conversation }) => conversation), calls: this.calls, ...(this.pins ? { pins: this.pins } : {}),
        };
      case 'ping':
        return { type: 'pong', serverTime: new Date(this.now()).toISOString() };
      case 'message.send': {
        const fileIds = (frame.fileIds ?? []) as string[];
        const files = this.files.metas(fileIds);
        if (!files) return this.refuse(socket, frame, 'not_found') && null;
        const target = id ?? [...this.rooms.keys()][0] ?? 'first';
        if (!this.rooms.has(target)) {
          this.converse(target, []);
          this.emit('conversation.updated', { conversation: this.rooms.get(target)!.conversation, reason: 'created' });
        }
        const known = this.rooms.get(target)!.messages.find(({ clientId }) => clientId === frame.clientId);
        const message = known ?? this.append(target, { text: frame.text as string, clientId: frame.clientId as string, author: { kind: 'visitor', ...this.visitor }, ...(files.length ? { files } : {}) });
        if (!known) for (const other of this.sockets) if (other !== socket) other.receive({ type: 'message', message });
        return { conversationId: target, message };
      }
      case 'history': {
        const all = room?.messages ?? [];
        const limit = (frame.limit as number | undefined) ?? 50;
        const { before, after } = frame as { before?: number; after?: number };
        if (after !== undefined) {
          const later = all.filter(({ seq }) => seq > after);
          return { messages: later.slice(0, limit), more: later.length > limit };
        }
        const earlier = all.filter(({ seq }) => seq < (before ?? Infinity));
        return { messages: earlier.slice(-limit), more: earlier.length > limit };
      }
      case 'read': {
        const seq = frame.seq as number;
        if (room) room.conversation = { ...room.conversation, readSeq: seq, visitorReadSeq: seq, unread: 0 };
        return { seq };
      }
      case 'conversation.close':
      case 'conversation.reopen':
      case 'conversation.assign':
      case 'conversation.transfer':
      case 'conversation.join':
      case 'conversation.tag':
      case 'conversation.takeover':
      case 'conversation.rate': {
        if (!room) return this.refuse(socket, frame, 'not_found') && null;
        const at = new Date(this.now()).toISOString();
        const changes = {
          'conversation.close': { status: 'closed' as const, closedAt: at, closedBy: { kind: 'visitor' as const, ...this.visitor } },
          'conversation.reopen': { status: 'open' as const, closedAt: null, closedBy: null },
          'conversation.assign': { assignee: frame.assigneeId === null ? null : { id: frame.assigneeId as string, name: 'Jiwoo Park' } },
          'conversation.transfer': { assignee: { id: frame.agentId as string, name: 'Jiwoo Park' } },
          'conversation.join': { members: [...(room.conversation.members ?? []), this.visitor] },
          'conversation.tag': { tags: ((frame.tagIds ?? []) as string[]).map((tag) => ({ id: tag, name: tag, colour: 'blue' as const })) },
          'conversation.takeover': { bot: null },
          'conversation.rate': { rating: { score: Number(frame.score), comment: (frame.comment as string | undefined) ?? '', at } },
        };
        room.conversation = { ...room.conversation, ...changes[frame.type] };
        return { conversation: room.conversation };
      }
      case 'conversation.leave': {
        if (!room) return this.refuse(socket, frame, 'not_found') && null;
        if (room.conversation.kind !== 'visitor') {
          this.rooms.delete(id!);
          return { conversation: null };
        }
        room.conversation = { ...room.conversation, members: (room.conversation.members ?? []).filter((member) => member.id !== this.visitor.id) };
        return { conversation: room.conversation };
      }
      case 'conversation.pin': {
        const others = (this.pins ?? []).filter((pinned) => pinned !== id);
        if (frame.on && others.length >= 5) return this.refuse(socket, frame, 'pin_limit') && null;
        this.pins = frame.on ? [id!, ...others] : others;
        return { pins: this.pins };
      }
      case 'conversation.view':
        return { viewers: [{ id: 'visitor', name: 'me' }, { id: 'ada', name: 'Ada' }] };
      case 'conversation.transcript':
        return { mailed: this.mails };
      case 'visitor.contact':
        this.contactKnown = true;
        return {};
      default:
        return {};
    }
  }

  private catchUp(socket: FakeSocket, resume: Record<string, number>): void {
    for (const [id, seq] of Object.entries(resume)) {
      for (const message of this.rooms.get(id)?.messages ?? []) if (message.seq > seq) socket.receive({ type: 'message', message });
    }
  }
}

/** What the customer's own server would sign, unsigned. */
export const proofOf = (sub: string, expiresInS = 600): string =>
  ['{}', JSON.stringify({ sub, exp: Math.floor(Date.now() / 1000) + expiresInS }), 'signature'].map((part) => btoa(String.fromCharCode(...new TextEncoder().encode(part))).replaceAll('=', '').replaceAll('+', '-').replaceAll('/', '_')).join('.');

/** An answer that refuses. */
export const refusal = (code: string, status: number): Response => Response.json({ type: 'about:blank', title: code, status, code }, { status });

/** Waits until something holds; fails with `what` after two seconds. */
export async function until(holds: () => boolean, what = 'it'): Promise<void> {
  const end = Date.now() + 2_000;
  while (!holds()) {
    if (Date.now() > end) throw new Error(`${what} did not happen within 2 s.`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
