import { LANGUAGE_TAGS, type LanguageTag } from '../../languages/split/tags.ts';

/** The languages that there are. */
export type Language = LanguageTag;

/**
 * The nearest language that we speak to a BCP 47 tag. Without one: the first of the page's and the browser's that is among
 * `offered`, or else the first that is offered.
 */
export function languageOf(tag: string | null | undefined, offered: readonly string[] = LANGUAGE_TAGS): Language {
  const ours = LANGUAGE_TAGS.filter((each) => offered.includes(each));
  const spoken = (wish: string | null | undefined, among: readonly Language[]): Language | undefined => among.find((each) => each === wish?.toLowerCase().split('-')[0]);
  const own = spoken(tag, LANGUAGE_TAGS);
  if (own) return own;
  for (const wish of [document.documentElement.lang, ...navigator.languages]) {
    const found = spoken(wish, ours);
    if (found) return found;
  }
  return spoken(offered.find((each) => spoken(each, ours)), ours) ?? 'en';
}
