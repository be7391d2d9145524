import fc from 'fast-check';
import t from 'tap';
import { htmlTags } from './html-tags.ts';

const seen = (html: string) => htmlTags(html).map(({ name, attributes }) => [name, Object.fromEntries(attributes)]);

t.test('[A7] tags as browsers read them: quotes or none, any case, twice the same, stray slashes', async (t) => {
  t.same(seen('<peer-consult site-key="pk_a b"></peer-consult>'), [['peer-consult', { 'site-key': 'pk_a b' }]]);
  t.same(seen('<Peer-Consult SITE-KEY=pk_a>'), [['peer-consult', { 'site-key': 'pk_a' }]]);
  t.same(seen("<peer-consult\n site-key\t=\r\n 'pk_\"a' open/>"), [['peer-consult', { 'site-key': 'pk_"a', open: '' }]]);
  t.same(seen('<p a=1 a=2 A=3>'), [['p', { a: '1' }]], 'the first counts');
  t.same(seen('<p a=/x/ b= c>'), [['p', { a: '/x/', b: 'c' }]]);
  t.same(seen('<p =a>'), [['p', { '=a': '' }]]);
  t.same(seen('<p a="&lt;&amp;&#39;&#x41;&nope;&#0;">'), [['p', { a: '<&\'A&nope;\uFFFD' }]]);
  t.same(seen('1 < 2 and <3 <> </> </ x> <b>'), [['b', {}]]);
});

t.test('[A7] what is no element of the page is not seen', async (t) => {
  for (const hidden of [
    '<!-- <peer-consult site-key=x> -->', '<!--><!-- --><!---->', '<!doctype html><?xml <peer-consult> ?>', '<!-- a --!>',
  ]) t.notMatch(JSON.stringify(seen(`${hidden}<b>`)), 'peer-consult', hidden);
  for (const name of ['script', 'style', 'textarea', 'title', 'noscript', 'iframe']) {
    t.same(seen(`<${name}><peer-consult site-key="x"></${name}x></${name.toUpperCase()} ><b>`).map(([tag]) => tag), [name, 'b'], name);
  }
  t.same(seen('<template><peer-consult><template><i></template><i></template><b>').map(([tag]) => tag), ['template', 'b']);
  t.same(seen('<!-- <peer-consult>'), [], 'a comment without end reaches to the end');
  t.same(seen('<peer-consult site-key="x'), [], 'a tag without end is none');
  t.same(seen('<peer-consult site-key="x><b>'), [], 'and a quote without end');
  t.same(seen('<p title="<peer-consult>"><b>').map(([tag]) => tag), ['p', 'b'], 'a value is no tag');
});

t.test('[A7] whatever the text, it comes to an end, and the tag that is put in is found where it can be', async () => {
  const piece = fc.oneof(fc.string({ maxLength: 12 }), fc.constantFrom('<', '>', '/', '"', "'", '=', '<!--', '-->', '<!', '<script', '</script>', '<template>', '</template>', '<p a="', '&#', ' ', '\n', 'peer-consult'));
  fc.assert(fc.property(fc.array(piece, { maxLength: 30 }).map((pieces) => pieces.join('')), (text) => {
    for (const { name } of htmlTags(text)) if (!/^[a-z]/.test(name) || /[\s/>A-Z]/.test(name)) return false;
    return true;
  }), { numRuns: 300 });
  const words = fc.string({ maxLength: 20 }).map((text) => text.replaceAll(/[<>]/g, ''));
  const value = fc.string({ maxLength: 30 }).map((text) => text.replaceAll('&', ''));
  fc.assert(fc.property(words, value, fc.constantFrom('"', "'"), words, (before, key, quote, after) => {
    const clean = key.replaceAll(quote, '');
    return htmlTags(`${before}<x-${'y'}>${before}<peer-consult site-key=${quote}${clean}${quote}>${after}`).find(({ name }) => name === 'peer-consult')?.attributes.get('site-key') === clean;
  }), { numRuns: 200 });
});

t.test('[A7] pages that are made to take long take no longer', async (t) => {
  for (const piece of ['<!-- -->', '<p ', '<p a="', '<p a=\'"', '<script>', '</x', '<!', '<template>', '<p a = ', '<a/', '<x>&#']) {
    const started = performance.now();
    htmlTags(piece.repeat(Math.ceil(1_000_000 / piece.length)));
    htmlTags(`<p ${' '.repeat(1_000_000)}`);
    // Quadratic would be minutes.
    t.ok(performance.now() - started < 20_000, piece);
  }
});
