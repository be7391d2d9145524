import type { CallView } from './engine/call/call-engine.ts';
import type { SessionState } from './engine/session-state.ts';
import { tell } from './events.ts';

/** Turns a change of the session's state into events for the page. */
export function announce(target: EventTarget, last: SessionState, now: SessionState): void {
  if (now.unread !== last.unread) tell(target, 'unread', { count: now.unread });
  if (now.link === 'refused' && last.link !== 'refused') {
    tell(target, 'error', { code: now.refusal ?? 'forbidden', message: 'The server refused the connection.' });
  }
  const [rings] = now.ringing;
  if (rings && rings.id !== last.ringing[0]?.id) tell(target, 'call', { phase: 'ringing', mode: rings.mode, callId: rings.id, endReason: null });
  const { call } = now;
  if (call?.phase === last.call?.phase && call?.call?.id === last.call?.call?.id) return;
  tell(target, 'call', { phase: call?.phase ?? null, mode: call?.mode ?? null, callId: call?.call?.id ?? null, endReason: call?.endReason ?? null });
}

/** How long an ended call that was not taken keeps its last words on screen, in ms. */
const LAST_WORDS_MS = 6_000;

/** For how long an ended call is worth looking at, in ms; null: until somebody takes it away, because there is trouble to read. */
export function lastWordsMs(call: CallView): number | null {
  if (call.trouble) return null;
  // Who hung up knows it, and the conversation has a line: straight back to the chat. Everything else is worth reading.
  const plain = call.endReason === 'visitor_hangup' || call.endReason === 'agent_hangup' || (call.endReason === 'cancelled' && call.outgoing);
  return plain ? 0 : LAST_WORDS_MS;
}

/** Whether a call runs. */
export const inCall = (state: SessionState | undefined): boolean => state?.call != null && state.call.phase !== 'ended';
