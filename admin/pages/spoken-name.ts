import { language } from '../texts/texts.ts';

/** The language of a tag such as `ko-KR`, in the reader's words; null = none is known. */
export function spokenName(tag: string | null | undefined): string | null {
  if (!tag) return null;
  try {
    return new Intl.DisplayNames(language.value, { type: 'language' }).of(tag) ?? tag;
  } catch {
    // No language tag at all: shown as it came.
    return tag;
  }
}
