import { expect } from '@esm-bundle/chai';
import { callEn } from './call-en.ts';
import { callKo } from './call-ko.ts';
import { en } from './en.ts';
import { formEn } from './form-en.ts';
import { formKo } from './form-ko.ts';
import { ko } from './ko.ts';
import { languageOf } from './language.ts';
import { launcherTexts } from './launcher-texts.ts';
import { loadTexts } from './texts.ts';

/** The shape of a table of words: its keys, and whether each is a sentence, a function or a table. */
const shape = (value: object): Record<string, unknown> =>
  Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, entry]) => [key, entry !== null && typeof entry === 'object' ? shape(entry as object) : typeof entry]));

const words = (value: object): string[] =>
  Object.values(value).flatMap((entry: unknown) => (typeof entry === 'function' ? [String((entry as (argument: unknown) => string)(3))] : typeof entry === 'object' ? words(entry as object) : [String(entry)]));

describe('texts', () => {
  it('[S1] Korean and English have the same keys of the same kinds', () => {
    expect(shape(ko)).to.deep.equal(shape(en));
    expect(shape(launcherTexts.ko)).to.deep.equal(shape(launcherTexts.en));
    expect(shape(formKo)).to.deep.equal(shape(formEn));
    expect(shape(callKo)).to.deep.equal(shape(callEn));
  });

  it('[S1] nothing is empty, and nothing was left in English', () => {
    for (const word of [...words(en), ...words(ko)]) expect(word.trim()).not.to.equal('');
    for (const word of [...words(formEn), ...words(formKo)]) expect(word.trim()).not.to.equal('');
    const untranslated = words(ko).filter((word) => !/[가-힣]/.test(word) && word !== '3');
    expect(untranslated).to.deep.equal(['3 undefined', '3:']);
    expect(words(formKo).filter((word) => !/[가-힣]/.test(word))).to.deep.equal([]);
  });

  it('[S1] the attribute decides, then the page, then the browser, as far as the site offers it; else the first that it offers', () => {
    const { lang } = document.documentElement;
    try {
      document.documentElement.lang = 'ko-KR';
      expect(languageOf('en-GB')).to.equal('en');
      expect(languageOf('fr')).to.equal('ko');
      expect(languageOf('en', ['ko'])).to.equal('en');
      expect(languageOf('', ['en'])).to.equal('en');
      document.documentElement.lang = 'en';
      expect(languageOf('', ['ko'])).to.equal('ko');
      expect(languageOf('', [])).to.equal('en');
      document.documentElement.lang = 'ko';
      expect(languageOf('')).to.equal('ko');
      document.documentElement.lang = '';
      expect(languageOf(null)).to.equal(navigator.language.startsWith('ko') ? 'ko' : 'en');
    } finally {
      document.documentElement.lang = lang;
    }
  });

  it('[S1] loads the one language that is wanted', async () => {
    expect((await loadTexts('ko')).send).to.equal('보내기');
    expect((await loadTexts('en')).send).to.equal('Send');
  });
});
