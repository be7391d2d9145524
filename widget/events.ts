import type { CallEndReason, CallMode, Message } from '../protocol/shapes.ts';
import type { CallPhase } from './engine/call/call-engine.ts';

/** What the element tells its page. Each is fired as `peer-consult:<name>`, bubbles, and crosses shadow roots. */
export interface PeerConsultEvents {
  /** The element is there and its methods may be called. */
  ready: Record<string, never>;
  open: Record<string, never>;
  close: Record<string, never>;
  /** A message arrived or an own one was stored, each once. */
  message: { message: Message };
  /** The number of unread messages changed. */
  unread: { count: number };
  /** The call changed its phase; `phase` is null when it is off the screen, `ringing` when the team calls. */
  call: { phase: CallPhase | 'ringing' | null; mode: CallMode | null; callId: string | null; endReason: CallEndReason | null };
  /** Something that the page's author should know. `code`: one of protocol/codes.ts, or `load_failed`, `no_site_key`. */
  error: { code: string; message: string };
}

/** Fires one of the element's events. */
export function tell<T extends keyof PeerConsultEvents>(target: EventTarget, name: T, detail: PeerConsultEvents[T]): void {
  target.dispatchEvent(new CustomEvent(`peer-consult:${name}`, { detail, bubbles: true, composed: true }));
}
