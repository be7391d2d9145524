import type { Language } from '../../languages/language.ts';
import { english, fileWords } from '../../languages/split/file.ts';
import { createWords } from './words.ts';

/** The words of files in one language. */
export type FileTexts = Language['file'];

const words = createWords<FileTexts>(english, fileWords);
/** The words of files for a BCP 47 tag; English where we have no translation, or until it is here. */
export const fileTexts = words.of;
/** Changes when some have come. */
export const fileTextsHere = words.here;

/** A size as people say it, e.g. `3.4 MB`, `812 kB`. Counted as the limit of a site is: 1 MB are 1024 × 1024 bytes. */
export function sizeWords(bytes: number, locale: string): string {
  const [unit, value] = bytes < 1_000 ? (['byte', bytes] as const) : bytes < 1_000_000 ? (['kilobyte', bytes / 1024] as const) : (['megabyte', bytes / 2 ** 20] as const);
  return new Intl.NumberFormat(locale, { style: 'unit', unit, unitDisplay: unit === 'byte' ? 'long' : 'short', maximumFractionDigits: unit === 'megabyte' && value < 100 ? 1 : 0 }).format(value);
}
