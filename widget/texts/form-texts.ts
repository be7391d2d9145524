import { formEn, type FormTexts } from './form-en.ts';
import { formKo } from './form-ko.ts';

/** The words of forms for a BCP 47 tag; English where we have no translation. */
export function formTexts(locale: string): FormTexts {
  return locale.toLowerCase().split('-')[0] === 'ko' ? formKo : formEn;
}
