/** The languages that there are. */
export type Language = 'en' | 'ko';

/**
 * The nearest language that we speak to a BCP 47 tag. Without one: the first of the page's and the browser's that is among
 * `offered`, or else the first that is offered.
 */
export function languageOf(tag: string | null | undefined, offered: readonly Language[] = ['en', 'ko']): Language {
  const spoken = (wish: string | null | undefined, among: readonly Language[]): Language | undefined => among.find((each) => each === wish?.toLowerCase().split('-')[0]);
  const own = spoken(tag, ['en', 'ko']);
  if (own) return own;
  for (const wish of [document.documentElement.lang, ...navigator.languages]) {
    const found = spoken(wish, offered);
    if (found) return found;
  }
  return offered[0] ?? 'en';
}
