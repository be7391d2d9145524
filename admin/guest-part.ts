import { createErrands, type Errands } from '../widget/engine/call/errands.ts';
import { createGuestCall, type GuestCall } from '../widget/engine/call/guest-call.ts';
import type { Session } from '../widget/engine/session-state.ts';
import type { Wire } from '../widget/engine/wire.ts';
import './guest-dock.ts';

const errands = new WeakMap<Wire, Errands>();

/** Joins a colleague's call as whoever is signed in; call it inside the click. What shows it comes along. */
export function joinAsGuest(session: Session, selfId: string, callId: string, talks: boolean): GuestCall {
  const { wire } = session;
  const own = errands.get(wire) ?? createErrands(wire);
  errands.set(wire, own);
  return createGuestCall({ wire, errands: own, selfId, callId, talks });
}
