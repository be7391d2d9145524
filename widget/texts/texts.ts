import type { en } from './en.ts';
import type { Language } from './language.ts';

/** The words of the element in one language. */
export type Texts = typeof en;

const loaded = new Map<Language, Promise<Texts>>();

/** Loads the words of one language, once. */
export function loadTexts(language: Language): Promise<Texts> {
  let texts = loaded.get(language);
  if (!texts) {
    texts = language === 'ko' ? import('./ko.ts').then(({ ko }) => ko) : import('./en.ts').then((module) => module.en);
    loaded.set(language, texts);
    // A chunk that did not come may come later.
    texts.catch(() => loaded.delete(language));
  }
  return texts;
}
