import { expect } from '@esm-bundle/chai';
import { languageOf } from './language.ts';
import { loadTexts } from './texts.ts';
import { createWords } from './words.ts';

// That every language has every word is proved in languages/languages.test.ts.
describe('texts', () => {
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
      // A server of tomorrow may offer what this element does not have.
      expect(languageOf('', ['xx', 'ko'])).to.equal('ko');
      expect(languageOf('', ['xx'])).to.equal('en');
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

  it('[S1] words of a section: English at once, the language when it has come, loaded once; a load that failed is tried again', async () => {
    let loads = 0;
    const words = createWords('hello', { ko: async () => {
      if (++loads === 1) throw new TypeError('no connection');
      return '안녕하세요';
    } });
    let told = 0;
    words.here.subscribe(() => told++);
    expect(words.of('ko-KR')).to.equal('hello');
    await words.load('ko');
    expect([words.of('en-GB'), told]).to.deep.equal(['hello', 0]);
    await words.load('ko');
    expect(words.of('ko-KR')).to.equal('안녕하세요');
    await words.load('KO');
    expect([loads, told]).to.deep.equal([2, 1]);
    expect([words.of('fr'), words.of(''), words.of('constructor')]).to.deep.equal(['hello', 'hello', 'hello']);
  });
});
