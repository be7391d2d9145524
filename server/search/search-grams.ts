/**
 * The fragments by which a folded text is found, as numbers, each once. A fragment is two letters that stand together where the
 * script has thousands of them (Hangul, Chinese, Japanese), three elsewhere, and an emoji alone; none reaches over white space.
 *
 * Whether a stretch is a fragment depends on its own letters alone. So whatever stands in a text, its fragments are among the text's:
 * a text without them cannot hold it. The other way round is not so (numbers of different fragments may be equal, and fragments may
 * stand apart), which is why every hit is looked at again. Numbers of two organisations have nothing in common.
 */
export function searchGrams(organisationId: string, folded: string): number[] {
  const seed = hash(FNV_OFFSET, organisationId);
  const grams = new Set<number>();
  for (const run of folded.split(/\s+/u)) {
    const letters = [...run];
    for (let at = 0; at < letters.length; at++) {
      const [one, two, three] = [letters[at]!, letters[at + 1], letters[at + 2]];
      if (isPicture(one)) grams.add(hash(seed, one));
      if (two === undefined) continue;
      if (isDense(one) && isDense(two)) grams.add(hash(seed, one + two));
      else if (three !== undefined) grams.add(hash(seed, one + two + three));
    }
  }
  return [...grams];
}

const FNV_OFFSET = 0x811c9dc5;

/** FNV-1a over UTF-16 units, as a signed number of 32 bits: what Postgres calls an integer. */
function hash(seed: number, text: string): number {
  let value = seed;
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    value = Math.imul(value ^ (unit & 0xff), 0x01000193);
    value = Math.imul(value ^ (unit >> 8), 0x01000193);
  }
  return value | 0;
}

/** Kana, Hangul and its letters, Chinese. */
function isDense(letter: string): boolean {
  const code = letter.codePointAt(0)!;
  return (code >= 0x3040 && code <= 0x318f) || (code >= 0x3400 && code <= 0x9fff) || (code >= 0xac00 && code <= 0xd7a3)
    || (code >= 0x1100 && code <= 0x11ff) || (code >= 0xf900 && code <= 0xfaff) || (code >= 0x20000 && code <= 0x3ffff);
}

/** Emoji and other pictures. */
function isPicture(letter: string): boolean {
  const code = letter.codePointAt(0)!;
  return code >= 0x1f000 && code <= 0x1ffff;
}
