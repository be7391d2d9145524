import type { Call } from '../../protocol/shapes.ts';
import type { Audit } from '../audit/audit.ts';
import type { AgentPrincipal, Asker, Principal } from '../auth/principal.ts';
import type { Clock, Timer } from '../clock.ts';
import { problem } from '../errors.ts';
import type { Hub, Topic } from '../hub/hub.ts';
import type { CallObserver } from './call-course.ts';
import type { CallLegs } from './call-legs.ts';
import type { CallSides } from './call-sides.ts';
import { isMember } from './call-state.ts';
import { situationOf } from './call-view.ts';
import type { Caller } from './calls.ts';
import type { CallRecord, CallsStore } from './calls.store.ts';

/** How long a colleague is rung for a call that is handed over, in ms. */
export const HANDOVER_MS = 20_000;
/** How long the colleague's last connection may be gone (a reload) before the ringing ends, in ms. */
const GONE_MS = 2_000;

/** Why a colleague did not take a call over. */
export type HandoverOutcome = 'declined' | 'no_answer' | 'gone' | 'withdrawn';

/** Handing a running call over to a colleague. Offers live in memory: after a restart the call goes on where it is. */
export interface CallTransfers {
  /**
   * Rings a colleague for the caller's running call; `null` takes that back. The same again does nothing, another colleague takes
   * the first one's place. `unavailable` for who cannot be reached or is in a call, `not_found` for nobody of the organisation.
   */
  offer(caller: Caller, callId: string, agentId: string | null): Promise<Call>;
  /** Takes over a call that was offered: exactly one of this and of all that ends it comes true. Null: nothing was offered. */
  accept(caller: Caller, call: CallRecord): Promise<CallRecord | null>;
  /** False: nothing was offered. */
  decline(principal: Principal, callId: string): boolean;
  /** The call as somebody sees it: with who hands it over, for the colleague who is asked. */
  seen(principal: Asker, call: CallRecord): Call;
  isOffered(principal: Principal, callId: string): boolean;
  /** The call is over: nobody is rung for it any more. */
  ended(callId: string): void;
  /** A connection is gone: perhaps somebody who is rung. */
  somebodyLeft(): void;
  close(): void;
}

/** What handing over needs. */
export interface CallTransfersOptions {
  store: Pick<CallsStore, 'find' | 'handOver'>;
  hub: Pick<Hub, 'publish'>;
  clock: Clock;
  audit: Pick<Audit, 'record'>;
  legs: CallLegs;
  sides: Pick<CallSides, 'attach'>;
  presence: { agentsOnline(organisationId: string): string[] };
  /** Everybody who is in the call. */
  everybody(call: CallRecord): Topic[];
  /** The calls that an agent is a guest of. */
  visiting(agentId: string): string[];
  /** The conversation follows the call. */
  assign(by: AgentPrincipal, conversationId: string, to: { agentId: string }): Promise<unknown>;
  observers: readonly CallObserver[];
  visible(principal: Asker, callId: string): Promise<CallRecord>;
  view(call: CallRecord): Call;
  failed: (error: unknown, what: string) => void;
}

interface Offer {
  from: AgentPrincipal;
  to: string;
  timer: Timer;
}

/** Makes handing over. */
export function createCallTransfers(options: CallTransfersOptions): CallTransfers {
  const { store, hub, clock, audit, legs, sides, presence, everybody, visiting, assign, observers, visible, view, failed } = options;
  const offers = new Map<string, Offer>();
  let check: Timer | null = null;

  const isOffered = (principal: Asker, callId: string) => principal.kind === 'agent' && offers.get(callId)?.to === principal.id;
  const seen = (principal: Asker, call: CallRecord): Call => {
    const from = isOffered(principal, call.id) ? offers.get(call.id)!.from : null;
    return from && call.state === 'active' ? { ...view(call), handover: { from: { id: from.id, name: from.name } } } : view(call);
  };
  /** The colleague rings no more. Whoever hands over is told, unless the call has ended or was taken. */
  const over = (callId: string, outcome: HandoverOutcome | 'answered' | 'ended'): void => {
    const offer = offers.get(callId);
    if (!offer) return;
    offer.timer.cancel();
    offers.delete(callId);
    hub.publish([`agent:${offer.to}`], { type: 'queue.removed', callId, reason: outcome });
    if (outcome !== 'answered' && outcome !== 'ended') hub.publish([`agent:${offer.from.id}`], { type: 'call.transfer', callId, agentId: offer.to, outcome });
  };

  return {
    isOffered, seen,
    async offer({ principal, connectionId }, callId, agentId) {
      const call = await visible(principal, callId);
      if (principal.kind !== 'agent' || !isMember(situationOf(call), principal)) throw problem('forbidden');
      if (call.state !== 'active') throw problem(call.state === 'ended' ? 'call_over' : 'conflict');
      const before = offers.get(callId);
      if (agentId === null || agentId === before?.to) {
        if (agentId === null) over(callId, 'withdrawn');
        return view(call);
      }
      const carrying = legs.of(callId, 'agent')?.connectionId;
      if (carrying && carrying !== connectionId) throw problem('conflict', 'Another connection of yours carries this call.');
      if (agentId === principal.id) throw problem('unprocessable', 'The call is yours already.');
      if (!presence.agentsOnline(principal.organisationId).includes(agentId)) throw problem('unavailable', 'This colleague cannot be reached now.');
      if (legs.engaged().has(agentId) || visiting(agentId).some((id) => id !== callId)) throw problem('unavailable', 'This colleague is in a call.');
      over(callId, 'withdrawn');
      offers.set(callId, { from: principal, to: agentId, timer: clock.after(HANDOVER_MS, () => over(callId, 'no_answer')) });
      hub.publish([`agent:${agentId}`], { type: 'queue.added', call: seen({ ...principal, id: agentId }, call) });
      return view(call);
    },
    async accept(caller, call) {
      const offer = isOffered(caller.principal, call.id) ? offers.get(call.id) : undefined;
      if (!offer) return null;
      const { id, name, organisationId } = caller.principal;
      const won = await store.handOver(organisationId, call.id, offer.from.id, { id, name });
      if (won) {
        audit.record({
          organisationId, actor: { kind: 'agent', id: offer.from.id, name: offer.from.name }, action: 'call.handed_over', target: { kind: 'call', id: call.id, name: call.visitorName }, detail: { agent: name },
        });
      }
      const now = (won && (await store.find(organisationId, call.id))) || null;
      over(call.id, won ? 'answered' : 'ended');
      if (!now || now.state !== 'active') throw problem('call_over');
      for (const each of observers) await each.handedOver?.(now, offer.from.id);
      sides.attach(now, caller, { handedOver: true });
      // Who was in it in another window of the former agent is told as well; to all others only the name changes.
      hub.publish([`agent:${offer.from.id}`], { type: 'call.updated', call: view(now), answeredElsewhere: true });
      hub.publish(everybody(now), { type: 'call.updated', call: view(now) }, { except: caller.connectionId });
      void assign(offer.from, now.conversationId, { agentId: id }).catch((error: unknown) => failed(error, 'assigning after a call was handed over'));
      return now;
    },
    ended: (callId) => over(callId, 'ended'),
    decline(principal, callId) {
      const offered = isOffered(principal, callId);
      if (offered) over(callId, 'declined');
      return offered;
    },
    somebodyLeft() {
      if (offers.size === 0) return;
      check ??= clock.after(GONE_MS, () => {
        check = null;
        for (const [callId, { from, to }] of offers) if (!presence.agentsOnline(from.organisationId).includes(to)) over(callId, 'gone');
      });
    },
    close() {
      check?.cancel();
      for (const { timer } of offers.values()) timer.cancel();
      offers.clear();
    },
  };
}
