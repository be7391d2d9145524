import type { Language as Words } from '../../languages/language.ts';
import { chatWords } from '../../languages/split/chat.ts';
import type { Language } from './language.ts';

/** The words of the opened chat in one language. */
export type Texts = Words['chat'];

const loaded = new Map<Language, Promise<Texts>>();

/** Loads the words of one language, once. */
export function loadTexts(language: Language): Promise<Texts> {
  let texts = loaded.get(language);
  if (!texts) {
    texts = chatWords[language]();
    loaded.set(language, texts);
    // A chunk that did not come may come later.
    texts.catch(() => loaded.delete(language));
  }
  return texts;
}
