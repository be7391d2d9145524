import { LANGUAGE_TAGS, type LanguageTag } from '../languages/split/tags.ts';

/** Whether we have this language. */
export function isLanguage(tag: unknown): tag is LanguageTag {
  return (LANGUAGE_TAGS as readonly unknown[]).includes(tag);
}

/** The language that a tag or an Accept-Language header likes best of those that we have; English without any. */
export function languageOf(locale: string | undefined): LanguageTag {
  const wanted = (locale ?? '').split(',').map((entry) => {
    const [tag = '', ...parameters] = entry.trim().toLowerCase().split(';');
    const quality = parameters.map((one) => /^\s*q=([\d.]+)\s*$/.exec(one)?.[1]).find((one) => one !== undefined);
    return { language: tag.split('-')[0], quality: quality === undefined ? 1 : Number(quality) };
  });
  wanted.sort((a, b) => b.quality - a.quality);
  return wanted.filter(({ quality }) => quality > 0).map(({ language }) => language).find(isLanguage) ?? 'en';
}
