import { WireFailure, type Wire } from '../wire.ts';
import type { Outcome } from '../session-state.ts';

/** Asks the team to call back after a call that nobody answered; one that still rings is given up by it. */
export async function askForCallBack(wire: Wire, callId: string, wish: { contact: string; text: string }): Promise<Outcome> {
  try {
    await wire.request('call.follow-up', { callId, kind: 'callback', contact: wish.contact, ...(wish.text ? { text: wish.text } : {}) });
    return null;
  } catch (error) {
    return error instanceof WireFailure ? error.code : 'internal';
  }
}
