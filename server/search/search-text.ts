/** A text as it is compared: one form of each letter, no capitals, one space between words. */
export interface FoldedText {
  folded: string;
  /** For each unit of `folded`, where the piece of the text begins that it comes from, and where that ends. */
  starts: readonly number[];
  ends: readonly number[];
}

/**
 * What is folded as a whole: a letter with what modifies it, a syllable of Hangul in parts (as macOS writes it), or a run of white
 * space. So what a hit marks is never half a letter.
 */
const pieces = /\s+|[\u1100-\u115F\uA960-\uA97C]+[\u1160-\u11A7\uD7B0-\uD7C6]*[\u11A8-\u11FF\uD7CB-\uD7FB]*\p{M}*|[\uAC00-\uD7A3][\u11A7-\u11FF]*\p{M}*|\P{M}\p{M}*|\p{M}+/gsu;
const plain = /^[\u0021-\u007E\uAC00-\uD7A3 ]*$/;
const plainPiece = /^[\u0021-\u0040\u005B-\u007E\uAC00-\uD7A3]$/;

/** Texts that differ in case, width or composition alone become the same. */
export function fold(text: string): string {
  // Most texts: nothing in them but ASCII and whole syllables of Hangul, with single spaces.
  if (plain.test(text) && !text.includes('  ')) return text.toLowerCase();
  return text.replaceAll(pieces, foldPiece);
}

/** The same with the way back. */
export function foldWithPlaces(text: string): FoldedText {
  let folded = '';
  const starts: number[] = [];
  const ends: number[] = [];
  for (const { 0: piece, index } of text.matchAll(pieces)) {
    const part = foldPiece(piece);
    folded += part;
    for (let unit = 0; unit < part.length; unit++) {
      starts.push(index);
      ends.push(index + piece.length);
    }
  }
  return { folded, starts, ends };
}

function foldPiece(piece: string): string {
  if (plainPiece.test(piece)) return piece;
  if (piece.trim() === '') return ' ';
  // Through capitals, so that ß is ss and both forms of the small sigma are one.
  const form = piece.normalize('NFKC').toUpperCase().toLowerCase().normalize('NFKC');
  // Some signs are made of several words, such as ﷺ.
  return form.replaceAll(/\s+/g, ' ');
}

/** What is looked for: parts that all have to stand in a text, folded. Words, and what stood between double quotes. */
export function partsOf(query: string): string[] {
  const parts = new Set<string>();
  for (const [, quoted, word] of query.matchAll(/"([^"]*)"|([^\s"]+)/g)) {
    const part = fold(quoted ?? word ?? '').trim();
    if (part !== '') parts.add(part);
  }
  return [...parts];
}

/** Where the parts stand in a text, as [from, to) in UTF-16 units, ascending and apart; null when one of them does not. */
export function marksIn(text: string, parts: readonly string[]): [number, number][] | null {
  if (!holds(text, parts)) return null;
  const { folded, starts, ends } = foldWithPlaces(text);
  const found: [number, number][] = [];
  for (const part of parts) {
    for (let at = folded.indexOf(part); at !== -1; at = folded.indexOf(part, at + part.length)) found.push([starts[at]!, ends[at + part.length - 1]!]);
  }
  found.sort((a, b) => a[0] - b[0] || a[1] - b[1]);
  const apart: [number, number][] = [];
  for (const mark of found) {
    const last = apart.at(-1);
    if (last && mark[0] <= last[1]) last[1] = Math.max(last[1], mark[1]);
    else apart.push(mark);
  }
  return apart;
}

/** Whether all parts stand in a text. */
export function holds(text: string, parts: readonly string[]): boolean {
  const folded = fold(text);
  return parts.every((part) => folded.includes(part));
}
