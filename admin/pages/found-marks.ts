/** The name under which marks are known to the style sheets: `::highlight(pc-found)`. */
const NAME = 'pc-found';

const painted = new WeakMap<object, Range[]>();

/**
 * Marks stretches of texts, given in UTF-16 units of each element's whole text. Ranges of the CSS Custom Highlight API, so that no
 * text becomes markup for it; a browser without the API shows no marks. `owner` has one set of marks at a time.
 */
export function paintMarks(owner: object, stretches: readonly { element: Element; marks: readonly (readonly number[])[] }[]): void {
  if (typeof Highlight === 'undefined') return;
  const ranges = stretches.flatMap(({ element, marks }) => marks.flatMap(([from = 0, to = 0]) => rangeOf(element, from, to) ?? []));
  const before = painted.get(owner) ?? [];
  if (!before.length && !ranges.length) return;
  let all = CSS.highlights.get(NAME);
  if (!all) CSS.highlights.set(NAME, (all = new Highlight()));
  for (const range of before) all.delete(range);
  for (const range of ranges) all.add(range);
  painted.set(owner, ranges);
}

/** A stretch of an element's text, whichever of its text nodes it lies in. */
function rangeOf(element: Element, from: number, to: number): Range | null {
  const texts = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
  const range = document.createRange();
  let before = 0;
  let begun = false;
  for (let node = texts.nextNode() as Text | null; node; node = texts.nextNode() as Text | null) {
    const end = before + node.data.length;
    if (!begun && from < end) {
      range.setStart(node, from - before);
      begun = true;
    }
    if (begun && to <= end) {
      range.setEnd(node, to - before);
      return range;
    }
    before = end;
  }
  return null;
}
