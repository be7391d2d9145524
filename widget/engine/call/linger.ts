import { answerMissing } from './answer-missing.ts';
import type { CallView } from './call-engine.ts';

/** A call that was spoken is over: back to the chat within a second, where a line tells how long it was. */
const SPOKEN_MS = 800;
/** A call that never came about leaves time to read why. */
const UNSPOKEN_MS = 6000;

/** How long an ended call stays on screen, in ms; null: until the person closes it, because there is something to do. */
export function lingerMs(view: CallView): number | null {
  if (view.phase !== 'ended' || view.trouble !== null || answerMissing(view)) return null;
  return view.connectedAt === null ? UNSPOKEN_MS : SPOKEN_MS;
}
