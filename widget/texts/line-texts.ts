import type { Language } from '../../languages/language.ts';
import { english, lineWords } from '../../languages/split/line.ts';
import { createWords } from './words.ts';

const words = createWords<Language['line']>(english, lineWords);
/** The words of the line for a BCP 47 tag; English where we have no translation, or until it is here. */
export const lineTexts = words.of;
/** Changes when some have come. */
export const lineTextsHere = words.here;
