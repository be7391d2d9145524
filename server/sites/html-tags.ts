/** A start tag as a browser would see it. Names are in lower case; of an attribute that stands twice the first counts. */
export interface HtmlTag {
  name: string;
  attributes: ReadonlyMap<string, string>;
}

// What stands between these is text and no markup. `noscript` is, because the pages that we look at run scripts.
const rawText = new Set(['script', 'style', 'textarea', 'title', 'xmp', 'iframe', 'noembed', 'noframes', 'noscript']);
const nameStart = /[a-zA-Z]/;
const tagName = /[^\t\n\f\r />]*/y;
// Spaces and stray slashes, a name (which may begin with `=`), and perhaps a value in one of three ways. A quote that nothing closes
// reaches to the page's end.
const attribute = /[\t\n\f\r /]*(=?[^\t\n\f\r />=]*)(?:[\t\n\f\r ]*=[\t\n\f\r ]*(?:"([^"]*)(?:"|$)|'([^']*)(?:'|$)|([^\t\n\f\r >]*)))?/y;
const commentEnd = /--!?>/g;

/**
 * The start tags of a page, in order: those that become elements of it, so without what stands in comments, scripts, styles and
 * templates. Follows the tokenizer of the HTML standard as far as tags go; takes whatever text it gets, in linear time.
 */
export function htmlTags(html: string): HtmlTag[] {
  const tags: HtmlTag[] = [];
  let templates = 0;
  let at = 0;
  for (;;) {
    at = html.indexOf('<', at);
    if (at === -1 || at + 1 >= html.length) return tags;
    const next = html[at + 1]!;
    if (next === '!') at = endOfComment(html, at);
    else if (next === '?') at = behind(html, '>', at);
    else if (next === '/') {
      if (!nameStart.test(html[at + 2] ?? '')) {
        at = html[at + 2] === '>' ? at + 3 : behind(html, '>', at);
        continue;
      }
      const closing = readTag(html, at + 2);
      if (!closing) return tags;
      if (closing.tag.name === 'template' && templates > 0) templates -= 1;
      at = closing.end;
    } else if (nameStart.test(next)) {
      const opening = readTag(html, at + 1);
      if (!opening) return tags; // it never ends, so it is none
      const { tag, end } = opening;
      at = end;
      if (templates === 0) tags.push(tag);
      if (tag.name === 'template') templates += 1;
      if (tag.name === 'plaintext') return tags;
      if (rawText.has(tag.name)) at = endOfRawText(html, tag.name, end);
    } else at += 1;
  }
}

/** A tag whose name begins at `from`, and where it ends; null when the page ends before it does. */
function readTag(html: string, from: number): { tag: HtmlTag; end: number } | null {
  tagName.lastIndex = from;
  const name = tagName.exec(html)![0];
  const attributes = new Map<string, string>();
  let at = from + name.length;
  for (;;) {
    attribute.lastIndex = at;
    const found = attribute.exec(html)!;
    at = attribute.lastIndex;
    const [whole, key = '', double, single, bare] = found;
    if (key !== '') {
      const lower = key.toLowerCase();
      if (!attributes.has(lower)) attributes.set(lower, decoded(double ?? single ?? bare ?? ''));
    }
    if (at >= html.length) return null;
    if (html[at] === '>') return { tag: { name: name.toLowerCase(), attributes }, end: at + 1 };
    if (whole === '') at += 1; // nothing that the standard knows; a browser goes on as well
  }
}

function endOfComment(html: string, at: number): number {
  if (!html.startsWith('<!--', at)) return behind(html, '>', at);
  if (html.startsWith('>', at + 4)) return at + 5;
  if (html.startsWith('->', at + 4)) return at + 6;
  commentEnd.lastIndex = at + 4;
  return commentEnd.test(html) ? commentEnd.lastIndex : html.length;
}

function behind(html: string, mark: string, from: number): number {
  const found = html.indexOf(mark, from);
  return found === -1 ? html.length : found + mark.length;
}

/** Where the end tag of a text element begins, or the page's end. */
function endOfRawText(html: string, name: string, from: number): number {
  const closing = new RegExp(`</${name}(?=[\\t\\n\\f\\r />])`, 'gi');
  closing.lastIndex = from;
  return closing.exec(html)?.index ?? html.length;
}

const named: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

function decoded(text: string): string {
  return text.replaceAll(/&(?:#(\d{1,7})|#[xX]([0-9a-fA-F]{1,6})|([a-z]{2,4}));/g, (whole, decimal?: string, hex?: string, name?: string) => {
    if (name !== undefined) return named[name] ?? whole;
    const code = decimal === undefined ? Number.parseInt(hex!, 16) : Number(decimal);
    return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : '\uFFFD';
  });
}
