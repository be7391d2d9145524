import type { Call } from '../../protocol/shapes.ts';
import type { TextKey } from '../texts/text-key.ts';
import { duration, t } from '../texts/texts.ts';

/** Why a call that nobody took shows no length. */
const OUTCOMES: Partial<Record<NonNullable<Call['endReason']>, TextKey>> = {
  cancelled: 'endCancelled', declined: 'endDeclined', no_answer: 'endNoAnswer', busy: 'endBusy',
  ice_failed: 'endFailed', media_failed: 'endFailed', error: 'endFailed',
};

/** How a call went in a word or as its length. */
export function outcomeText(call: Call): string {
  if (call.state !== 'ended') return t('running');
  if (call.answeredAt && call.endedAt) return duration(Date.parse(call.endedAt) - Date.parse(call.answeredAt));
  return t((call.endReason && OUTCOMES[call.endReason]) || 'endCancelled');
}
