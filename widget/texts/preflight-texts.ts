import type { Language } from '../../languages/language.ts';
import { english, preflightWords } from '../../languages/split/preflight.ts';
import { createWords } from './words.ts';

/** The words before a call, and about what keeps it from ringing, in one language. */
export type PreflightTexts = Language['preflight'];

const words = createWords<PreflightTexts>(english, preflightWords);
/** The words before a call for a BCP 47 tag; English where we have no translation, or until it is here. */
export const preflightTexts = words.of;
/** Resolves when they are here. */
export const loadPreflightTexts = words.load;
/** Changes when some have come. */
export const preflightTextsHere = words.here;
