import type { CallLine, Message, PrincipalKind } from '../../protocol/shapes.ts';
import type { Clock, Timer } from '../clock.ts';
import { Problem, problem } from '../errors.ts';
import type { Events } from '../events/events.ts';
import type { Hub, Topic } from '../hub/hub.ts';
import type { CallLegs } from './call-legs.ts';
import type { CallRings } from './call-rings.ts';
import { decide, type CallEvent, type Decision } from './call-state.ts';
import { callLine, callView, situationOf } from './call-view.ts';
import type { CallRecord, CallsStore } from './calls.store.ts';
import type { RecordingLight } from './recording-light.ts';
import type { WaitingLine } from './waiting-line.ts';

/** How long an agent's call rings at its visitor, in ms (Matrix' CALL_TIMEOUT_MS). How long a visitor's does, its site says. */
export const RING_MS = 60_000;
/** When a timer that failed (the database was away) is tried again, in ms. */
const RETRY_MS = 5_000;

/** Hears what recordings have to know of calls. Awaited before the call line is written. */
export interface CallObserver {
  ended?(call: CallRecord): Promise<void>;
  /** Whose turn it is to be rung for a visitor's call, null: everybody's. */
  turned?(call: CallRecord, agentIds: ReadonlySet<string> | null): void;
  /** A member took the consent back. */
  consentRevoked?(call: CallRecord): Promise<void>;
  /** A colleague took the call over from `former`. */
  handedOver?(call: CallRecord, former: string): Promise<void>;
  /** A member's page was left. */
  memberLeft?(call: CallRecord, side: PrincipalKind): Promise<void>;
}

/** Takes calls from state to state: tries what was decided, minds the ring timeout, and does all that follows an end. */
export interface CallCourse {
  /**
   * Tries an event until the decision that rests on the newest state comes true, or is none. Throws the refusal as a Problem.
   * `name` is that of the one who accepts.
   */
  settle(call: CallRecord, event: CallEvent, name?: string): Promise<{ call: CallRecord; decision: Decision }>;
  /** A member's time to come back is over. */
  lost(callId: string, side: PrincipalKind): void;
  /**
   * A call is about to get its row, from which on it may be answered or be over at any moment. What it returns says, once, whether it is
   * still to be made to ring.
   */
  announce(callId: string): () => boolean;
  /** The call rings from its creation on, for `ms`. */
  ring(call: CallRecord, ms: number): void;
  /** Keeps the organisation of a call that is under way here, so that its timers find it. */
  remember(call: CallRecord): void;
  forget(callId: string): void;
  /** A remembered call as it is now. */
  remembered(callId: string): Promise<CallRecord | null>;
  /** Writes the lines of calls that ended before `before` and that a crash or a failure kept from being written. */
  writeOwedLines(before: number): Promise<void>;
  /** Takes every timer back. */
  close(): void;
}

/** What a course needs. */
export interface CallCourseOptions {
  store: CallsStore;
  /** Told of calls that leave it. */
  line: Pick<WaitingLine, 'moved'>;
  rings: Pick<CallRings, 'hold' | 'over' | 'review'>;
  hub: Hub;
  events: Pick<Events, 'emit'>;
  clock: Clock;
  legs: CallLegs;
  light: RecordingLight;
  guests: { ended(call: CallRecord): void };
  /** A call was answered, or ended after that. */
  live(call: CallRecord): void;
  observers: readonly CallObserver[];
  addCallLine(line: {
    conversationId: string; organisationId: string; author: { kind: PrincipalKind; id: string; name: string }; line: CallLine; clientId: string;
  }): Promise<Message>;
  failed: (error: unknown, what: string) => void;
}

/** Everybody who hears of a call that is under way: the connections of its two members. */
export function membersOf(call: CallRecord): Topic[] {
  return call.agentId === null ? [`visitor:${call.visitorId}`] : [`visitor:${call.visitorId}`, `agent:${call.agentId}`];
}

/** Everybody for whom a call rings, and who started it. */
export function rungBy(call: CallRecord): Topic[] {
  return call.startedByKind === 'visitor' ? [`visitor:${call.visitorId}`, `agents:${call.organisationId}`] : membersOf(call);
}

/** A call as whoever hears of events gets it. */
export function place(call: CallRecord) {
  return { organisationId: call.organisationId, siteId: call.siteId, call: callView(call, false) };
}

/** Makes a course on which no call is yet. */
export function createCallCourse({ store, line, rings, hub, events, clock, legs, light, guests, live, observers, addCallLine, failed }: CallCourseOptions): CallCourse {
  const timeouts = new Map<string, Timer>();
  const organisations = new Map<string, string>();
  const coming = new Set<{ callId: string; over: boolean }>();

  const remembered = async (callId: string): Promise<CallRecord | null> => {
    const organisationId = organisations.get(callId);
    return organisationId === undefined ? null : store.find(organisationId, callId);
  };
  const stopRing = (callId: string) => {
    timeouts.get(callId)?.cancel();
    timeouts.delete(callId);
    for (const one of coming) if (one.callId === callId) one.over = true;
    rings.over(callId);
  };

  const settle: CallCourse['settle'] = async (call, event, name = '') => {
    for (let current = call; ;) {
      const decision = decide(situationOf(current), event);
      if (decision.verdict === 'refuse') throw problem(decision.code);
      if (decision.verdict !== 'move') return { call: current, decision };
      const agent = event.type === 'accept' && event.by.kind === 'agent' ? { id: event.by.id, name } : null;
      const letGo = rings.hold(current.id);
      let won = false;
      try {
        won = decision.to === 'active'
          ? await store.accept(current.organisationId, current.id, agent, clock.now())
          : await store.end(current.organisationId, current.id, decision.from, decision.reason, clock.now());
      } finally {
        if (won) stopRing(current.id);
        else letGo();
      }
      current = (await store.find(current.organisationId, current.id)) ?? current;
      if (!won) continue;
      if (decision.to === 'ended') await over(current, decision.from);
      else {
        live(current);
        events.emit({ ...place(current), type: 'call.answered' });
      }
      return { call: current, decision };
    }
  };

  /** All that follows the end of a call, whoever ended it. */
  const over = async (call: CallRecord, from: 'ringing' | 'active'): Promise<void> => {
    legs.drop(call.id);
    organisations.delete(call.id);
    light.putOut(call.id);
    guests.ended(call);
    hub.publish(from === 'ringing' ? rungBy(call) : membersOf(call), { type: 'call.updated', call: callView(call, false) });
    if (from === 'active') live(call);
    if (from === 'ringing' && call.startedByKind === 'visitor') {
      hub.publish([`agents:${call.organisationId}`], { type: 'queue.removed', callId: call.id, reason: call.endReason ?? 'error' });
      line.moved(call.organisationId);
    }
    if (call.agentId !== null) rings.review(call.organisationId);
    await conclude(call);
    events.emit({ ...place(call), type: 'call.ended' });
    if (call.answeredAt === null) events.emit({ ...place(call), type: 'call.missed' });
  };

  /** What must follow an end even when the process dies now: it is repeated until the line is written. */
  const conclude = async (call: CallRecord): Promise<void> => {
    try {
      for (const observer of observers) await observer.ended?.(call);
      await addCallLine({
        conversationId: call.conversationId, organisationId: call.organisationId, line: callLine(call),
        // Not a name that a client may choose: nobody can write a line of the same name first.
        clientId: `call:${call.id}`,
        author: { kind: call.startedByKind, id: call.startedById, name: call.startedByName },
      });
    } catch (error) {
      // The conversation was deleted: there is nowhere to write it.
      if (!(error instanceof Problem) || error.code !== 'not_found') return failed(error, 'call line');
    }
    await store.lineWritten(call.id).catch((error: unknown) => failed(error, 'call line'));
  };

  const byTimer = (callId: string, event: CallEvent): void => {
    const work = async () => {
      const call = await remembered(callId);
      if (call) await settle(call, event);
    };
    work().catch((error: unknown) => {
      failed(error, 'call timer');
      clock.after(RETRY_MS, () => byTimer(callId, event));
    });
  };

  return {
    settle, remembered,
    announce(callId) {
      const one = { callId, over: false };
      coming.add(one);
      return () => coming.delete(one) && !one.over;
    },
    lost: (callId, side) => byTimer(callId, { type: 'lost', side }),
    ring(call, ms) {
      organisations.set(call.id, call.organisationId);
      timeouts.get(call.id)?.cancel();
      timeouts.set(call.id, clock.after(Math.max(0, call.createdAt + ms - clock.now()), () => byTimer(call.id, { type: 'no_answer' })));
    },
    remember: (call) => void organisations.set(call.id, call.organisationId),
    forget: (callId) => void organisations.delete(callId),
    async writeOwedLines(before) {
      for (const call of await store.owingLines(before)) await conclude(call);
    },
    close() {
      for (const timer of timeouts.values()) timer.cancel();
      timeouts.clear();
    },
  };
}
