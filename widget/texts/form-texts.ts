import type { Language } from '../../languages/language.ts';
import { english, formWords } from '../../languages/split/form.ts';
import { createWords } from './words.ts';

/** The words of forms in one language. */
export type FormTexts = Language['form'];

const words = createWords<FormTexts>(english, formWords);
/** The words of forms for a BCP 47 tag; English where we have no translation, or until it is here. */
export const formTexts = words.of;
/** Resolves when they are here. */
export const loadFormTexts = words.load;
/** Changes when some have come. */
export const formTextsHere = words.here;
