import { callEn, type CallTexts } from './call-en.ts';
import { callKo } from './call-ko.ts';

/** The words of a call for a BCP 47 tag; English where we have no translation. */
export function callTexts(locale: string): CallTexts {
  return locale.toLowerCase().split('-')[0] === 'ko' ? callKo : callEn;
}
