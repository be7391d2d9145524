/** The languages that there are. */
export type Language = 'en' | 'ko';

/** The nearest language that we speak to a BCP 47 tag; without one, to what the page or else the browser prefers. */
export function languageOf(tag: string | null | undefined): Language {
  for (const wish of [tag, document.documentElement.lang, ...navigator.languages]) {
    const primary = wish?.toLowerCase().split('-')[0];
    if (primary === 'ko' || primary === 'en') return primary;
  }
  return 'en';
}
