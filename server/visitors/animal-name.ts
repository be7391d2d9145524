import { names as words } from '../../languages/split/names.ts';
import { languageOf } from '../languages.ts';

/**
 * A name for somebody who has given none: "Curious Otter", "호기심 많은 수달". `locale`: a language tag or an Accept-Language
 * header; the first of its languages that we have counts, English otherwise. `below(n)`: a random whole number in [0, n).
 */
export function animalName(locale: string | undefined, below: (n: number) => number): string {
  const { adjectives, animals } = words[languageOf(locale)];
  return `${adjectives[below(adjectives.length)]} ${animals[below(animals.length)]}`;
}

/** The first language tag of a tag or an Accept-Language header, as it is kept: `ko-KR`. Null when there is none. */
export function languageTag(locale: string | undefined): string | null {
  const [tag] = (locale ?? '').split(/[,;]/, 1);
  try {
    return Intl.getCanonicalLocales(tag!.trim())[0]?.slice(0, 35) ?? null;
  } catch {
    return null;
  }
}
