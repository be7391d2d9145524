import type { CallView } from './call-engine.ts';

/** Whether a visitor's own call is over because nobody took it, or because it left a wish instead: it stays on screen, for there are other ways on. */
export const answerMissing = ({ phase, outgoing, call, endReason }: Pick<CallView, 'phase' | 'outgoing' | 'call' | 'endReason'>): boolean =>
  phase === 'ended' && outgoing && call?.startedBy.kind === 'visitor' && (call.followUp !== undefined || /no_answer|declined|busy/.test(endReason ?? ''));
