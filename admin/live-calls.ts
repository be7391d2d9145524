import type { CallsPage } from '../protocol/http.ts';
import type { Call } from '../protocol/shapes.ts';
import { createStore, type Readable } from '../widget/engine/store.ts';
import type { Session } from '../widget/engine/session-state.ts';
import type { Api } from './api.ts';

/** The calls that run in the organisation, who was answered first before. */
export interface LiveCallsState {
  calls: readonly Call[];
  /** Whether they were read at all, and what came of the last try: null = they are here. */
  read: boolean;
  failure: unknown;
}

/** What runs, read once for all views and kept by the server's events. */
export interface LiveCalls extends Readable<LiveCallsState> {
  /** Reads it anew. */
  load(): Promise<void>;
}

const bySession = new WeakMap<Session, LiveCalls>();

/** What runs, as a session hears of it. */
export function liveCallsOf(api: Api, session: Session): LiveCalls {
  let calls = bySession.get(session);
  if (!calls) {
    calls = createLiveCalls(api, session);
    bySession.set(session, calls);
  }
  return calls;
}

/** So many are shown at once; the next ones move up when the list is read again. */
const MOST = 100;

function createLiveCalls(api: Api, { wire }: Session): LiveCalls {
  const store = createStore<LiveCallsState>({ calls: [], read: false, failure: null });
  // A call that is over never runs again, whatever arrives late.
  const over = new Set<string>();
  let round = 0;
  let missed: Call[] | null = null;

  wire.on('call.live', ({ call, live }) => {
    if (!live) over.add(call.id);
    missed?.push(call);
    store.patch({ calls: withLive(store.value.calls, call, over) });
  });

  const load = async (): Promise<void> => {
    const mine = ++round;
    missed = [];
    try {
      const { items } = await api.get<CallsPage>(`/v1/calls?${new URLSearchParams({ state: 'active', sort: 'oldest', limit: String(MOST) })}`);
      if (mine !== round) return;
      // What came while the list was on its way may be newer than the list.
      store.set({ calls: [...items, ...missed].reduce<readonly Call[]>((calls, call) => withLive(calls, call, over), []), read: true, failure: null });
    } catch (failure) {
      if (mine !== round) return;
      store.patch({ failure });
    }
    missed = null;
  };
  wire.onHello(() => void load());
  void load();
  return {
    get value() {
      return store.value;
    },
    subscribe: (listener) => store.subscribe(listener),
    load,
  };
}

/** The running calls after one of them changed, began or, being among those that are `over`, ended. */
export function withLive(calls: readonly Call[], call: Call, over: ReadonlySet<string>): readonly Call[] {
  if (call.state !== 'active' || over.has(call.id)) return calls.filter(({ id }) => id !== call.id);
  return calls.some(({ id }) => id === call.id) ? calls.map((each) => (each.id === call.id ? call : each)) : [...calls, call];
}
