import type { CallsPage, QueueAnswer, QueueEntry } from '../protocol/http.ts';
import type { Call } from '../protocol/shapes.ts';
import { createStore, type Readable } from '../widget/engine/store.ts';
import type { Session } from '../widget/engine/session-state.ts';
import type { Api } from './api.ts';

/** Who waits, as far as the server has said; and what callers left whom nobody answered. */
export interface LineState {
  /** Calls that ring anywhere, and conversations without an answer as they were when the list was read. */
  entries: readonly QueueEntry[];
  /** What is to be seen to, the oldest first. */
  followUps: readonly Call[];
  /** Whether it was read at all, and what came of the last try: null = it is here. */
  read: boolean;
  failure: unknown;
}

/** The line, read once for all views and kept by the server's deltas. */
export interface WaitingLine extends Readable<LineState> {
  /** Reads it anew. */
  load(): Promise<void>;
  /** Takes in a call that changed. */
  put(call: Call): void;
}

const lines = new WeakMap<Session, WaitingLine>();

/** The line behind a session. */
export function waitingLineOf(api: Api, session: Session): WaitingLine {
  let line = lines.get(session);
  if (!line) {
    line = createWaitingLine(api, session);
    lines.set(session, line);
  }
  return line;
}

/** So many open follow-ups are shown at once; the next ones move up as these are done. */
const MOST = 100;

function createWaitingLine(api: Api, session: Session): WaitingLine {
  const store = createStore<LineState>({ entries: [], followUps: [], read: false, failure: null });
  let round = 0;
  let reading = false;
  let missed: ((state: LineState) => LineState)[] = [];

  /** What comes while the list is on its way may be older or newer than the list: it is done again after it. */
  const follow = (change: (state: LineState) => LineState): void => {
    if (reading) missed.push(change);
    store.set(change(store.value));
  };

  const { wire } = session;
  wire.on('queue.added', (delta) => follow((state) => ({ ...state, entries: withCall(state.entries, delta) })));
  wire.on('queue.updated', (delta) => follow((state) => ({ ...state, entries: withCall(state.entries, delta) })));
  wire.on('queue.removed', ({ callId, reason }) => follow((state) => ({ ...state, entries: reason === 'declined' ? hushed(state.entries, callId) : without(state.entries, callId) })));
  const put = (call: Call): void => follow((state) => ({
    ...state, entries: call.state === 'ringing' ? state.entries : without(state.entries, call.id), followUps: withFollowUp(state.followUps, call),
  }));
  wire.on('call.updated', ({ call }) => put(call));

  const line: WaitingLine = {
    get value() {
      return store.value;
    },
    subscribe: (listener) => store.subscribe(listener),
    put,
    async load() {
      const mine = ++round;
      reading = true;
      missed = [];
      try {
        const [queue, left] = await Promise.all([api.get<QueueAnswer>('/v1/queue'), api.get<CallsPage>(`/v1/calls?${new URLSearchParams({ followUp: 'open', sort: 'oldest', limit: String(MOST) })}`)]);
        if (mine !== round) return;
        const read: LineState = { entries: queue.items, followUps: left.items, read: true, failure: null };
        store.set(missed.reduce((state, change) => change(state), read));
      } catch (failure) {
        if (mine !== round) return;
        store.patch({ failure });
      }
      reading = false;
    },
  };
  wire.onHello(() => void line.load());
  void line.load();
  return line;
}

/** The entries with a call that came, or with what changed of it. */
export function withCall(entries: readonly QueueEntry[], { call, ...told }: { call: Call; rings?: boolean; page?: QueueEntry['page']; returning?: boolean }): QueueEntry[] {
  const before = entries.find((entry) => entry.call?.id === call.id);
  const entry: QueueEntry = {
    kind: 'call', conversationId: call.conversationId, siteId: call.siteId, visitor: call.visitor, mode: call.mode, since: call.createdAt, page: null, returning: false, rings: true,
    ...before, ...told, consent: call.consents.visitor ?? null, call, preview: '',
  };
  return before ? entries.map((each) => (each === before ? entry : each)) : [...entries, entry];
}

const without = (entries: readonly QueueEntry[], callId: string): QueueEntry[] => entries.filter(({ call }) => call?.id !== callId);
const hushed = (entries: readonly QueueEntry[], callId: string): QueueEntry[] => entries.map((entry) => (entry.call?.id === callId ? { ...entry, rings: false } : entry));

/** The open follow-ups after a call changed. */
export function withFollowUp(calls: readonly Call[], call: Call): readonly Call[] {
  const open = call.followUp?.doneAt === null;
  const known = calls.some(({ id }) => id === call.id);
  if (!open) return known ? calls.filter(({ id }) => id !== call.id) : calls;
  return known ? calls.map((each) => (each.id === call.id ? call : each)) : [...calls, call];
}
