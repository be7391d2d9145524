import type { CallEndReason, CallState, PrincipalKind } from '../../protocol/shapes.ts';
import type { Code } from '../../protocol/codes.ts';

// What may become of a call. Pure: the use case asks here, then tries the answer in the database, where exactly one of several
// that were decided at the same time comes true (compare and set on the state). The loser asks again with the new state.

/** Somebody of the call's organisation who wishes something. */
export interface Actor {
  kind: PrincipalKind;
  id: string;
}

/** What a decision rests on. `agentId` is null until an agent is in the call. */
export interface CallSituation {
  state: CallState;
  visitorId: string;
  agentId: string | null;
  startedBy: Actor;
}

/** Why a member says that it ends the call. */
export type HangupReason = 'hangup' | 'left' | 'ice_failed' | 'media_failed';

/**
 * What can happen to a call. `decline` says whether this agent is the last one who rings; `no_answer` is the ring timeout;
 * `lost` says that a member's connection did not come back in time.
 */
export type CallEvent =
  | { type: 'accept'; by: Actor }
  | { type: 'decline'; by: Actor; lastRinging: boolean }
  | { type: 'cancel'; by: Actor }
  | { type: 'end'; by: Actor; reason: HangupReason }
  | { type: 'no_answer' }
  | { type: 'lost'; side: PrincipalKind };

/**
 * What to do. `move` must be tried by compare-and-set on `from`. `settled`: the state is already what was wished.
 * `silence`: only this agent stops ringing.
 */
export type Decision =
  | { verdict: 'move'; from: 'ringing'; to: 'active' }
  | { verdict: 'move'; from: 'ringing' | 'active'; to: 'ended'; reason: CallEndReason }
  | { verdict: 'settled' }
  | { verdict: 'silence' }
  | { verdict: 'refuse'; code: Code };

const settled: Decision = { verdict: 'settled' };
const refuse = (code: Code): Decision => ({ verdict: 'refuse', code });
const end = (from: 'ringing' | 'active', reason: CallEndReason): Decision => ({ verdict: 'move', from, to: 'ended', reason });

/** Whether somebody is one of the two who are in the call, or the one who started it. */
export function isMember(call: CallSituation, actor: Actor): boolean {
  return actor.kind === 'visitor' ? actor.id === call.visitorId : actor.id === call.agentId;
}

/** Decides what an event means in a situation. */
export function decide(call: CallSituation, event: CallEvent): Decision {
  switch (event.type) {
    case 'accept': return decideAccept(call, event.by);
    case 'decline': return decideDecline(call, event.by, event.lastRinging);
    case 'cancel': return decideCancel(call, event.by);
    case 'end': return decideEnd(call, event.by, event.reason);
    case 'no_answer': return call.state === 'ringing' ? end('ringing', 'no_answer') : settled;
    case 'lost':
      if (call.state === 'active') return end('active', 'left');
      return call.state === 'ringing' && call.startedBy.kind === event.side ? end('ringing', 'cancelled') : settled;
  }
}

/** The situation after a decision came true. */
export function apply(call: CallSituation, decision: Decision, by?: Actor): CallSituation {
  if (decision.verdict !== 'move') return call;
  if (decision.to === 'ended') return { ...call, state: 'ended' };
  return { ...call, state: 'active', agentId: by?.kind === 'agent' ? by.id : call.agentId };
}

function decideAccept(call: CallSituation, by: Actor): Decision {
  if (call.state === 'ended') return refuse('call_over');
  if (call.startedBy.kind === by.kind) return refuse('forbidden');
  if (call.state === 'ringing') return { verdict: 'move', from: 'ringing', to: 'active' };
  return isMember(call, by) ? settled : refuse('call_over');
}

function decideDecline(call: CallSituation, by: Actor, lastRinging: boolean): Decision {
  if (call.state === 'ended') return settled;
  if (call.startedBy.kind === by.kind) return refuse('forbidden');
  if (call.state === 'active') return refuse('call_over');
  return by.kind === 'agent' && !lastRinging ? { verdict: 'silence' } : end('ringing', 'declined');
}

function decideCancel(call: CallSituation, by: Actor): Decision {
  if (!isMember(call, by)) return refuse('forbidden');
  if (call.state === 'ended') return settled;
  if (call.startedBy.kind !== by.kind) return refuse('forbidden');
  // The answer came first, but whoever cancels wants no call: a refusal would leave two microphones open.
  return call.state === 'ringing' ? end('ringing', 'cancelled') : end('active', hangupBy(by));
}

function decideEnd(call: CallSituation, by: Actor, reason: HangupReason): Decision {
  if (!isMember(call, by)) return refuse('forbidden');
  if (call.state === 'ended') return settled;
  if (call.state === 'active') return end('active', reason === 'hangup' ? hangupBy(by) : reason);
  if (call.startedBy.kind !== by.kind) return end('ringing', 'declined');
  return end('ringing', reason === 'media_failed' || reason === 'ice_failed' ? reason : 'cancelled');
}

function hangupBy(by: Actor): CallEndReason {
  return by.kind === 'visitor' ? 'visitor_hangup' : 'agent_hangup';
}
