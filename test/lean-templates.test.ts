import t from 'tap';
import { leanTemplates } from '../scripts/lean-templates.ts';

// What the build takes out of templates must be what nobody sees.

t.test('[A12] indentation and comments leave templates, and nothing else does', async (t) => {
  const source = [
    'const a = css`',
    '  /* why */',
    '  a :hover,',
    '  b {',
    '    margin: ${x} solid ${y} ;',
    '  }',
    '`;',
    'const b = html`<p>',
    '  <b>one</b>',
    '  ${list.map((each) => html`',
    '    <i>${each} two</i>',
    '  `)}',
    '</p>`;',
    'const c = `kept',
    '  as it is`;',
    'throw new Error();',
  ].join('\n');
  const kept = leanTemplates(source);
  // Where the lines went.
  const lean = kept.replaceAll(/\$\{\n+/g, '${');
  t.match(lean, 'a :hover,b{margin:${x} solid ${y}}`');
  t.match(lean, '<p> <b>one</b> ${');
  t.match(lean, '` <i>${');
  t.match(lean, ' two</i> `');
  t.match(lean, '`kept\n  as it is`');
  t.notMatch(lean, 'why');
  const line = (text: string): number => text.slice(0, text.indexOf('throw')).split('\n').length;
  t.equal(line(kept), line(source), 'lines keep their numbers, for the source map');
});
