import type { Language } from '../../languages/language.ts';
import { english, callWords } from '../../languages/split/call.ts';
import { createWords } from './words.ts';

/** The words of a call in one language. */
export type CallTexts = Language['call'];

const words = createWords<CallTexts>(english, callWords);
/** The words of a call for a BCP 47 tag; English where we have no translation, or until it is here. */
export const callTexts = words.of;
/** Resolves when they are here. */
export const loadCallTexts = words.load;
/** Changes when some have come. */
export const callTextsHere = words.here;
