import fc from 'fast-check';
import assert from 'node:assert/strict';
import t from 'tap';
import { searchGrams } from './search-grams.ts';
import { fold, foldWithPlaces, holds, marksIn, partsOf } from './search-text.ts';

/** Letters of every kind that is treated on its own, and those that change their length when they are folded. */
const letters = fc.constantFrom(...'abzAZ09 -."*:%_\'', '가', '나', '환', '불', '요', 'ㅋ', '漢', 'あ', 'カ', 'ｶ', 'é', 'e\u0301', 'ß', 'İ', 'Σ', 'ς', 'ﬁ', '\u1112\u1161\u11ab', '\u1161', '\u11ab', '\u0301', '😀', '👍🏽', '\u00a0', '\n', 'ﷺ', '\u{20000}', 'я', '٣');
const word = fc.oneof(fc.array(letters, { maxLength: 12 }).map((all) => all.join('')), fc.string({ unit: 'binary', maxLength: 12 }));

t.test('[K9] whatever stands in a text, its fragments are among the fragments of the text', async (t) => {
  fc.assert(fc.property(word, word, word, (before, part, after) => {
    const folded = fold(before + part + after);
    const grams = new Set(searchGrams('o', folded));
    for (let from = 0; from < folded.length; from++) {
      const piece = folded.slice(from, from + part.length + 1);
      // Half of a pair is no letter.
      if (/^\p{Surrogate}|\p{Surrogate}$/u.test(piece)) continue;
      for (const gram of searchGrams('o', piece)) assert.ok(grams.has(gram), `${JSON.stringify(piece)} in ${JSON.stringify(folded)}`);
    }
  }), { numRuns: 400 });
  t.strictSame(searchGrams('o', '환불'), searchGrams('o', '환불'));
  t.notMatch(searchGrams('o', '환불'), searchGrams('p', '환불'), 'another organisation, another number');
  t.strictSame(searchGrams('o', '가 나 a b ab'), [], 'nothing reaches over white space, and too little is nothing');
  t.equal(searchGrams('o', '😀').length, 1);
  t.ok(searchGrams('o', fold('x'.repeat(4000))).length === 1, 'each once');
  t.ok(searchGrams('o', fold('가나다'.repeat(1000))).every((gram) => Number.isInteger(gram) && gram >= -(2 ** 31) && gram < 2 ** 31));
});

t.test('[K9] folding with places is folding, and every unit knows where it came from', async (t) => {
  fc.assert(fc.property(word, (text) => {
    const { folded, starts, ends } = foldWithPlaces(text);
    assert.equal(folded, fold(text));
    assert.equal(starts.length, folded.length);
    for (let unit = 0; unit < folded.length; unit++) {
      assert.ok(starts[unit]! < ends[unit]! && ends[unit]! <= text.length);
      if (unit > 0) assert.ok(starts[unit]! >= starts[unit - 1]!);
    }
  }), { numRuns: 1000 });
  t.strictSame([fold('STRASSE'), fold('straße'), fold('ΣΊΣΥΦΟΣ') === fold('σίσυφος'), fold('Ａｂｃ'), fold('한국')], ['strasse', 'strasse', true, 'abc', fold('한국'.normalize('NFD'))]);
});

t.test('[K9][K10] marks are the parts that fit, in the text as it was written', async (t) => {
  const marked = (text: string, query: string) => marksIn(text, partsOf(query))?.map(([from, to]) => text.slice(from, to)) ?? null;
  t.strictSame(marked('환불해주세요', '환불'), ['환불']);
  t.strictSame(marked('Free SHIPPING, shipping', 'ship'), ['SHIP', 'ship']);
  t.strictSame(marked('Die Straße ist lang', 'STRASSE'), ['Straße']);
  t.strictSame(marked('한국'.normalize('NFD'), '한'), ['한'.normalize('NFD')], 'a syllable in parts, whole');
  t.strictSame(marked('order  no\n4711', '"order no" 47'), ['order  no', '47'], 'white space is white space');
  t.strictSame(marked('no order 4711', '"order no"'), null);
  t.strictSame(marked('one two', 'two one'), ['one', 'two']);
  t.strictSame(marked('one two', 'one three'), null, 'every word has to be there');
  t.strictSame(marked('aaaa', 'aa aaa'), ['aaaa'], 'what overlaps is one');
  t.strictSame(marked('50% "off" -x NEAR(a b)', '50% NEAR(a -x'), ['50%', '-x', 'NEAR(a'], 'operators of the index are text');
  t.strictSame([partsOf('""'), partsOf('"'), partsOf(' a  "b c'), partsOf('A a')], [[], [], ['a', 'b', 'c'], ['a']]);
  fc.assert(fc.property(word, word, (text, query) => {
    const parts = partsOf(query);
    const marks = marksIn(text, parts);
    assert.equal(marks !== null, holds(text, parts));
    for (const [at, [from, to]] of (marks ?? []).entries()) {
      assert.ok(from < to && to <= text.length && (at === 0 || from > marks![at - 1]![1]));
      assert.ok(parts.some((part) => fold(text.slice(from, to)).includes(part)));
    }
  }), { numRuns: 500 });
});
