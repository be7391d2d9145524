// For the build: takes out of the bundles what only their writers need. Indentation and comments in html`` and css`` are shipped as
// they stand otherwise, since no minifier knows what is in a template; and Vite's helper for dynamic imports preloads styles that
// we do not have, and tells the host's window of chunks that failed.
import ts from 'typescript';
import type { Plugin } from 'vite';

const TAGS = new Set(['html', 'svg', 'css']);

/** White space that is one space to a browser: an indented line break. Line breaks that somebody wrote as `\n` stay. */
const leanMarkup = (text: string): string => text.replaceAll(/[ \t]*\r?\n\s*/g, ' ');
/** Also comments, the spaces around what separates, and a last `;`. Of `:` only the space of `name: value`, since `a :hover` is not `a:hover`. */
const leanStyles = (text: string): string =>
  leanMarkup(text.replaceAll(/\/\*[^]*?\*\//g, '')).replaceAll(/\s*([{};,])\s*/g, '$1').replaceAll(/(?<=[\w-]): /g, ':').replaceAll(';}', '}');

/** The source with lean templates, and as many lines as before, so that its map still fits. */
export function leanTemplates(source: string, file = 'source.ts'): string {
  const parts: { from: number; to: number; text: string }[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isTaggedTemplateExpression(node) && ts.isIdentifier(node.tag) && TAGS.has(node.tag.text)) {
      const lean = node.tag.text === 'css' ? leanStyles : leanMarkup;
      const { template } = node;
      const pieces = ts.isTemplateExpression(template) ? [template.head, ...template.templateSpans.map(({ literal }) => literal)] : [template];
      for (const piece of pieces) {
        const [from, to] = [piece.getStart(), piece.getEnd()];
        const before = source.slice(from, to);
        // What holds a piece, a backtick or a bracket, is not of it.
        const ends = before.endsWith('${') ? 2 : 1;
        const after = before.slice(0, 1) + lean(before.slice(1, -ends)) + before.slice(-ends);
        const lost = '\n'.repeat(before.split('\n').length - after.split('\n').length);
        // A line break inside of ${} or behind the template means nothing.
        parts.push({ from, to, text: after + lost });
      }
    }
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile(file, source, ts.ScriptTarget.Latest, true, ts.ScriptKind.TS));
  let result = '';
  let done = 0;
  for (const { from, to, text } of parts.sort((a, b) => a.from - b.from)) {
    result += source.slice(done, from) + text;
    done = to;
  }
  return result + source.slice(done);
}

/** The plugin. */
export function leanBundles(): Plugin {
  return {
    name: 'lean-bundles',
    enforce: 'pre',
    load: (id: string) => (id.endsWith('vite/preload-helper.js') ? 'export const __vitePreload = (load) => load();' : undefined),
    transform: (source: string, id: string) => (/\/(widget|admin)\/.*\.ts$/.test(id) && /\b(html|svg|css)`/.test(source) ? { code: leanTemplates(source, id), map: null } : undefined),
  };
}
