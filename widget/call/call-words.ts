import type { CallView } from '../engine/call/call-engine.ts';
import type { CallTexts } from '../texts/call-texts.ts';

/** Whose screen it is. */
export type CallSide = 'visitor' | 'agent';

/** The other side's name, or what stands for it while nobody has answered. */
export function otherName(view: Pick<CallView, 'call'>, side: CallSide, texts: CallTexts, fallback = ''): string {
  const call = view.call;
  if (side === 'agent') return call?.visitor.name || fallback || texts.visitor;
  // Whoever carries it now; it may have been handed over.
  if (call?.agent?.name) return call.agent.name;
  const agent = [call?.answeredBy, call?.startedBy].find((author) => author?.kind === 'agent');
  return agent?.name || fallback || texts.team;
}

/** What is going on, in one sentence. Says nothing about troubles: those stand beside it. */
export function statusWords(view: CallView, side: CallSide, texts: CallTexts, name: string): string {
  switch (view.phase) {
    case 'away':
      return '';
    case 'preparing':
      return view.mode === 'video' ? texts.preparingVideo : texts.preparing;
    case 'outgoing':
      // Whoever is next hears it ring; the others want to know how long.
      return side === 'visitor' && view.queue && view.queue.position > 1 ? texts.inLine(view.queue.position, minutesOf(view.queue.etaMs)) : texts.outgoing(name);
    case 'connecting':
      return texts.connecting;
    case 'connected':
      return view.peerPresent ? texts.connected : texts.peerGone(name);
    case 'reconnecting':
      return view.peerPresent ? texts.reconnecting : texts.peerGone(name);
    case 'ended':
      return endWords(view, side, texts, name);
  }
}

/** Whole minutes, at least one; null when nobody can guess. */
export function minutesOf(ms: number | null): number | null {
  return ms === null ? null : Math.max(1, Math.round(ms / 60_000));
}

function endWords(view: CallView, side: CallSide, texts: CallTexts, name: string): string {
  switch (view.endReason) {
    case 'cancelled':
      return view.outgoing ? texts.cancelledByYou : texts.cancelled;
    case 'declined':
      return view.outgoing ? texts.declined(name) : texts.declinedByYou;
    case 'no_answer':
      return !view.outgoing ? texts.missed : side === 'visitor' ? texts.noAnswer : texts.missed;
    case 'busy':
      return texts.busy(name);
    case 'visitor_hangup':
      return side === 'visitor' ? texts.hungUpByYou : texts.hungUp(name);
    case 'agent_hangup':
      return side === 'agent' ? texts.hungUpByYou : texts.hungUp(name);
    case 'left':
      return texts.left(name);
    case 'ice_failed':
      return texts.iceFailed;
    case 'media_failed':
      return texts.mediaFailed;
    case 'error':
      return texts.error;
    case null:
      return view.trouble ? '' : texts.over;
  }
}

/** `65_000` → `1:05`; hours only when there are any. */
export function clockWords(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const [h, m, s] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  const two = (n: number): string => String(n).padStart(2, '0');
  return h > 0 ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`;
}

/** Up to two letters that stand for somebody without a picture. */
export function initials(name: string): string {
  const words = name.trim().split(/\s+/u);
  const first = [...(words[0] ?? '')][0] ?? '?';
  // Hangul and Han names read better by their first character alone.
  if (/[\u1100-\u11ff\u3130-\u318f\u3400-\u9fff\uac00-\ud7af]/u.test(first) || words.length === 1) return first.toUpperCase();
  return (first + ([...(words.at(-1) ?? '')][0] ?? '')).toUpperCase();
}
