/** A stretch of text; with `href`, a link. */
export interface TextPart {
  text: string;
  href?: string;
}

/** The only schemes that become links (threats.md S10). */
const SCHEMES = new Set(['http:', 'https:', 'mailto:', 'tel:']);
const CANDIDATE = /\b(?:https?:\/\/|mailto:|tel:)[^\s<>"'`\u3000]+/giu;
/** What more likely ends the sentence than the address, in Latin and in Korean, Japanese, Chinese. */
const TRAILING = /[.,!?;:'"»”’…。、，！？；：]+$/u;
const CLOSING: Record<string, string> = { ')': '(', ']': '[', '}': '{', '）': '（', '」': '「', '』': '『' };

/** Cuts a text into plain stretches and links. Joined again, the parts give the text back. */
export function linkify(text: string): TextPart[] {
  const parts: TextPart[] = [];
  let done = 0;
  for (const match of text.matchAll(CANDIDATE)) {
    const shown = trimmed(match[0]);
    const href = addressOf(shown);
    if (!href) continue;
    if (match.index > done) parts.push({ text: text.slice(done, match.index) });
    parts.push({ text: shown, href });
    done = match.index + shown.length;
  }
  if (done < text.length) parts.push({ text: text.slice(done) });
  return parts;
}

/** Takes off what belongs to the sentence around the address, e.g. the bracket in "(see https://example.com)". */
function trimmed(address: string): string {
  for (;;) {
    const shorter = address.replace(TRAILING, '');
    const opening = CLOSING[shorter.at(-1) ?? ''];
    const count = (sign: string): number => shorter.split(sign).length - 1;
    if (opening && count(shorter.at(-1)!) > count(opening)) address = shorter.slice(0, -1);
    else if (shorter === address) return address;
    else address = shorter;
  }
}

function addressOf(text: string): string | null {
  try {
    const url = new URL(text);
    if (!SCHEMES.has(url.protocol)) return null;
    // A name before the host only serves to make it look like another one.
    if (url.username || url.password) return null;
    return url.protocol.startsWith('http') ? (url.hostname ? url.href : null) : url.pathname ? url.href : null;
  } catch {
    return null;
  }
}
