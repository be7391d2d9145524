import type { Call, Conversation, Message } from '../../protocol/shapes.ts';
import { CONSENT_TEXT_VERSION } from '../../protocol/version.ts';
import { clientId } from './client-id.ts';
import { createCallDesk } from './call-desk.ts';
import type { ConversationEvent } from './conversation.ts';
import { createDelivery } from './delivery.ts';
import { createLink, type Link, type LinkOptions } from './link.ts';
import { createMemoryOutbox, type Outbox, type Unsent } from './outbox.ts';
import { createRooms } from './rooms.ts';
import type { FileTransfer } from './file-transfer.ts';
import type { Session, SessionState, Upload } from './session-state.ts';
import { createStore } from './store.ts';
import { createTypingTeller, createTypingWatch } from './typing.ts';
import { newestFirst, withMessage, withRead } from './conversation-list.ts';
import { createWishes } from './wishes.ts';
import { WireFailure } from './wire.ts';

/** What a session is made of. */
export interface SessionOptions {
  kind: 'visitor' | 'agent';
  /** The server's origin, e.g. `https://consult.example.com`. */
  server: string;
  /** The bearer token. `fresh`: the last one was refused, bring another. Reject with a `WireFailure` when there is none to be had. */
  token(options: { fresh: boolean }): Promise<string>;
  /** The language in which consent was asked, e.g. `ko`. */
  locale: () => string;
  /** Where unsent messages survive a reload; without it they live as long as the session. */
  outbox?: Outbox;
  /** Whether the outbox may hold something from an earlier page; asked at `connect`. */
  restore?: () => boolean;
  /** The server gave a fresher token. */
  renewed?(token: string): void;
  /** Called before the first message or call of all: from here on something may be stored. */
  acting?(): void;
  client?: { name: string; version: string };
  /** For tests: another link. */
  link?: (options: LinkOptions) => Link;
}

/** Ties link, conversations, outbox and calls together. Nothing happens before `connect`. */
export function createSession(options: SessionOptions): Session {
  const store = createStore<SessionState>({
    link: 'idle',
    self: null,
    site: null,
    presence: null,
    team: new Map(),
    conversations: [],
    pins: [],
    threads: new Map(),
    ringing: [],
    call: null,
    unread: 0,
    contactKnown: false,
    removed: new Set(),
    viewers: new Map(),
    visitors: new Map(),
    refusal: null,
  });
  const heard = new Set<(message: Message) => void>();
  /** The last message of each conversation that `heard` was told of: an event and a reply may bring the same one. */
  const told = new Map<string, number>();
  /** Read cursors that the server may not have heard of. */
  const reads = new Map<string, number>();
  let presenceWish: Parameters<Session['setPresence']>[0] | null = null;

  const wire = (options.link ?? createLink)({
    server: options.server,
    token: (wish) => options.token(wish),
    resume: () => rooms.resume(),
    ...(options.client ? { client: options.client } : {}),
  });

  const conversation = (id: string): Conversation | undefined => store.value.conversations.find((known) => known.id === id);

  /** Private notes are no business of a visitor, whatever the server sends. */
  const mine = ({ kind }: Message): boolean => kind !== 'note' || options.kind === 'agent';

  // ── Threads ──

  const rooms = createRooms({
    wire: () => wire,
    mine,
    conversation,
    typing: (id) => typingWatch.of(id),
    shown(id, thread) {
      const threads = new Map(store.value.threads);
      if (thread) threads.set(id, thread);
      else threads.delete(id);
      store.patch({ threads });
    },
  });
  const { advance, show } = rooms;

  /** A visitor's conversation exists now: what was written before belongs to it. */
  const settleFirst = (id: string): void => {
    if (!rooms.has('') || options.kind !== 'visitor') return;
    for (const line of rooms.drop('')) advance(id, { type: 'queued', line: { ...line, conversationId: id } });
    show('');
    delivery.rename('', id);
  };

  // ── Conversations ──

  const list = (conversations: readonly Conversation[]): void => {
    const sorted = newestFirst(conversations);
    store.patch({ conversations: sorted, unread: sorted.reduce((sum, { unread }) => sum + unread, 0) });
    for (const { id } of sorted) if (rooms.has(id)) show(id);
  };

  const put = (changed: Conversation): void => list([changed, ...store.value.conversations.filter(({ id }) => id !== changed.id)]);

  /** The conversation is no more. A visitor's unsent lines go into a new one. */
  const lose = (id: string): void => {
    const unsent = rooms.drop(id);
    reads.delete(id);
    wishes.forget(id);
    const viewers = new Map(store.value.viewers);
    viewers.delete(id);
    store.patch({ viewers, removed: new Set(store.value.removed).add(id), pins: store.value.pins.filter((pinned) => pinned !== id) });
    list(store.value.conversations.filter((known) => known.id !== id));
    show(id);
    if (options.kind !== 'visitor') return;
    for (const line of unsent) advance('', { type: 'queued', line: { ...line, conversationId: '' } });
    delivery.rename(id, '');
  };

  const arrive = (message: Message): void => {
    if (!mine(message)) return;
    const id = message.conversationId;
    typingWatch.set(id, message.author, false);
    if (rooms.has(id)) advance(id, { type: 'received', messages: [message] });
    const known = conversation(id);
    if (known) put(withMessage(known, message, store.value.self?.id));
    if (message.seq <= (told.get(id) ?? 0)) return;
    told.set(id, message.seq);
    for (const receive of [...heard]) receive(message);
  };

  // ── What is written ──

  const lineOf = ({ clientId, conversationId, text, createdAt, failure, note, files }: Unsent): ConversationEvent => {
    const self = store.value.self;
    return {
      type: 'queued',
      line: {
        id: null, seq: null, clientId, conversationId, text, createdAt, kind: note ? 'note' : 'text',
        author: { kind: options.kind, id: self?.id ?? '', name: self?.name ?? '' },
        state: failure ? 'failed' : 'sending',
        ...(failure ? { failure } : {}),
        ...(files ? { uploads: files.map(({ uploadId, name, type, bytes, fileId }): Upload => ({ id: uploadId, name, type, bytes, progress: fileId ? 1 : 0 })) } : {}),
      },
    };
  };

  const findLine = (id: string): string | null => {
    return rooms.ids().find((conversationId) => rooms.lines(conversationId)?.pending.some((line) => line.clientId === id)) ?? null;
  };

  let transfer: Promise<FileTransfer> | undefined;
  const files = (): Promise<FileTransfer> => {
    transfer ??= import('./file-transfer.ts').then(({ createFileTransfer }) => createFileTransfer(wire));
    // A chunk that did not come may come later.
    transfer.catch(() => (transfer = undefined));
    return transfer;
  };

  const delivery = createDelivery({
    wire,
    outbox: options.outbox ?? createMemoryOutbox(),
    files,
    progressed({ clientId, conversationId }, uploadId, progress) {
      const line = rooms.lines(conversationId)?.pending.find((pending) => pending.clientId === clientId);
      if (line?.uploads) advance(conversationId, { type: 'marked', clientId, fields: { uploads: line.uploads.map((each) => (each.id === uploadId ? { ...each, progress } : each)) } });
    },
    paused({ clientId, conversationId }, until) {
      advance(conversationId, { type: 'marked', clientId, fields: { resumesAt: until ?? undefined } });
    },
    sent({ conversationId, message }, unsent) {
      if (unsent.conversationId === '') {
        if (message.seq === 1) rooms.begun(conversationId);
        settleFirst(conversationId);
      }
      arrive(message);
    },
    failed({ clientId, conversationId }, code) {
      advance(conversationId, { type: 'failed', clientId, code });
    },
    gone({ conversationId }) {
      if (options.kind !== 'visitor') return false;
      lose(conversationId);
      return true;
    },
  });

  // ── Typing, reading ──

  const typingWatch = createTypingWatch((id) => rooms.has(id) && show(id));
  const tellTyping = createTypingTeller((conversationId, on) => {
    if (conversationId) wire.request('typing', { conversationId, on }).catch(() => undefined);
  });

  const sendRead = (id: string, seq: number): void => {
    reads.set(id, seq);
    wire.request('read', { conversationId: id, seq }).then(
      () => reads.get(id) === seq && reads.delete(id),
      () => undefined,
    );
  };

  // ── Calls ──

  const desk = createCallDesk({
    wire,
    kind: options.kind,
    locale: options.locale,
    textVersion: () => store.value.site?.recording.textVersion ?? CONSENT_TEXT_VERSION,
    acting: () => options.acting?.(),
    changed: (calls) => store.patch(calls),
  });

  const wishes = createWishes({
    wire,
    put,
    lost: (id) => lose(id),
    pins: (pins) => store.patch({ pins }),
    viewers: (id, viewers) => store.patch({ viewers: new Map(store.value.viewers).set(id, viewers.filter((viewer) => viewer.id !== store.value.self?.id)) }),
    contactKnown: () => store.patch({ contactKnown: true }),
  });

  // ── What comes over the link ──

  wire.status.subscribe((link) => store.patch({ link, refusal: link === 'refused' ? wire.refusal : null }));

  wire.onHello((reply) => {
    if (reply.token) options.renewed?.(reply.token);
    const changedSelf = store.value.self !== null && store.value.self.id !== reply.self.id;
    if (changedSelf) rooms.clear();
    wishes.greet(reply, changedSelf);
    store.patch({
      self: reply.self,
      ...(reply.site ? { site: reply.site } : {}),
      ...(reply.presence === undefined ? {} : { presence: reply.presence }),
      contactKnown: reply.contactKnown === true || wishes.contacted,
      ...(reply.team ? { team: new Map(reply.team.map((agent) => [agent.id, agent])) } : {}),
      ...(reply.pins ? { pins: reply.pins } : {}),
      ...(changedSelf ? { threads: new Map(), conversations: [] } : {}),
    });
    const given = new Set(reply.conversations.map(({ id }) => id));
    if (options.kind === 'visitor') {
      for (const id of rooms.ids()) {
        if (id !== '' && !given.has(id)) lose(id);
      }
    }
    // An agent's snapshot is the newest page only; what came over HTTP stays. Rooms of the team are all in it: what is missing was left.
    list([...reply.conversations, ...(options.kind === 'agent' ? store.value.conversations.filter(({ id, kind }) => !given.has(id) && kind === 'visitor') : [])]);
    const open = newestFirst(reply.conversations)[0];
    if (open) settleFirst(open.id);
    for (const [id, seq] of reads) if ((conversation(id)?.readSeq ?? seq) < seq) sendRead(id, seq);
    if (presenceWish) wire.request('presence.set', { status: presenceWish }).catch(() => undefined);
    desk.greet(reply.calls);
    rooms.loadMissing();
    delivery.flush();
  });

  wire.on('message', ({ message }) => arrive(message));
  wire.on('conversation.updated', ({ conversation: changed }) => {
    put(changed);
    settleFirst(changed.id);
  });
  wire.on('conversation.removed', ({ conversationId }) => lose(conversationId));
  wire.on('pins.updated', ({ pins }) => store.patch({ pins }));
  wire.on('conversation.viewers', ({ conversationId, viewers }) => {
    store.patch({ viewers: new Map(store.value.viewers).set(conversationId, viewers.filter(({ id }) => id !== store.value.self?.id)) });
  });
  wire.on('visitor.updated', ({ visitorId, online, page: at }) => store.patch({ visitors: new Map(store.value.visitors).set(visitorId, { online, page: at }) }));
  wire.on('read', ({ conversationId, reader, seq }) => {
    const known = conversation(conversationId);
    if (known) put(withRead(known, reader, seq, store.value.self?.id, rooms.lines(conversationId)?.messages));
  });
  wire.on('typing', ({ conversationId, author, on }) => {
    if (author.id !== store.value.self?.id) typingWatch.set(conversationId, author, on);
  });
  wire.on('presence', ({ presence, agent }) => {
    if (presence) store.patch({ presence });
    if (agent) store.patch({ team: new Map(store.value.team).set(agent.id, agent) });
  });

  return {
    state: store,
    wire,
    get callEngine() {
      return desk.engine;
    },
    connect() {
      if (options.restore?.() ?? true) void delivery.restore((unsent) => advance(unsent.conversationId, lineOf(unsent)));
      wire.connect();
    },
    disconnect: () => wire.disconnect(),
    reconnect: () => wire.reconnect(),
    send(text, conversationId = '', { note = false, files: chosen = [] } = {}) {
      options.acting?.();
      const unsent: Unsent = {
        clientId: clientId(), conversationId, text, createdAt: new Date().toISOString(), ...(note ? { note } : {}),
        ...(chosen.length ? { files: chosen.map((file) => ({ uploadId: clientId(), name: file.name, type: file.type, bytes: file })) } : {}),
      };
      advance(conversationId, lineOf(unsent));
      tellTyping(conversationId, false);
      delivery.add(unsent);
      return unsent.clientId;
    },
    retry(id) {
      const conversationId = findLine(id);
      if (conversationId === null) return;
      advance(conversationId, { type: 'retried', clientId: id });
      delivery.retry(id);
    },
    discard(id) {
      const conversationId = findLine(id);
      if (conversationId !== null) advance(conversationId, { type: 'discarded', clientId: id });
      return delivery.discard(id);
    },
    fetchFile: async (file) => (await files().catch(() => Promise.reject(new WireFailure('offline', 'The part that fetches did not come.')))).fetch(file),
    load: (id) => rooms.load(id),
    loadEarlier: (id) => rooms.loadEarlier(id),
    loadAround: (id, seq) => rooms.loadAround(id, seq),
    loadNewer: (id) => rooms.loadNewer(id),
    markRead(id) {
      const known = conversation(id);
      const seq = Math.max(known?.lastSeq ?? 0, rooms.lines(id)?.messages.at(-1)?.seq ?? 0);
      if (!known || seq <= known.readSeq) return;
      put({ ...known, readSeq: seq, unread: 0 });
      sendRead(id, seq);
    },
    typing: tellTyping,
    startCall: (wish) => desk.start(wish),
    acceptCall: (call: Call, { consent }) => desk.accept(call, consent),
    declineCall: (call: Call) => desk.decline(call),
    endCall: () => desk.end(),
    dismissCall: () => desk.dismiss(),
    closeConversation(id) {
      const close = (): void => void wire.request('conversation.close', { conversationId: id }).then((reply) => put(reply.conversation), () => undefined);
      const writing = (): boolean => store.value.threads.get(id)?.lines.some(({ state }) => state === 'sending') ?? false;
      if (!writing()) return close();
      // A last word that arrived after the close would open the conversation again.
      const leave = store.subscribe(() => {
        if (writing()) return;
        leave();
        close();
      });
    },
    reopenConversation(id) {
      wire.request('conversation.reopen', { conversationId: id }).then((reply) => put(reply.conversation), () => undefined);
    },
    assign: wishes.assign,
    tag: wishes.tag,
    transfer: wishes.transfer,
    join: wishes.join,
    leave: wishes.leave,
    pin: wishes.pin,
    takeover: wishes.takeover,
    view: wishes.view,
    rate: wishes.rate,
    transcript: wishes.transcript,
    contact: wishes.contact,
    context: wishes.context,
    setPresence(status) {
      presenceWish = status;
      wire.request('presence.set', { status }).catch(() => undefined);
    },
    adopt(conversations) {
      const known = new Map(store.value.conversations.map((each) => [each.id, each]));
      for (const each of conversations) {
        const before = known.get(each.id);
        // What came over HTTP may be older than what the link has told since, or newer than what was known before it broke.
        if (!before || Date.parse(each.updatedAt) > Date.parse(before.updatedAt)) known.set(each.id, each);
      }
      list([...known.values()]);
    },
    onMessage(receive) {
      heard.add(receive);
      return () => void heard.delete(receive);
    },
    dispose() {
      desk.dispose();
      delivery.dispose();
      typingWatch.dispose();
      wire.disconnect();
    },
  };
}
