// One file a language (languages/*.ts), and what is made of it: languages/split/, with a module for each section of each
// language, so that a browser loads the words it needs, and the lists of languages that all rooms go by.
// Every command runs this first (build, test, types, lint, the runners of tests); by hand: `npm run languages`.
// What a language lacks is taken from English here, so nothing has to be looked up or loaded twice when people read it.
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

const root = fileURLToPath(new URL('..', import.meta.url));
const language = /^[a-z]{2,3}\.ts$/;
/** Sections of which all languages are at hand: what the server says, and the few words of the button, for which no page asks anybody. */
const said = ['launcher', 'mail', 'push', 'transcript', 'names', 'demo'];
/** Sections that a browser cannot do without even for a moment: English comes with the code, the others are loaded. */
const needed = ['call', 'preflight', 'form', 'file', 'line', 'panel'];
/** What the installed panel is called: it becomes manifests. */
const manifest = 'app';

/** The languages in a folder, English first: `{ tag, file, source, table }`, where `table` is the object with all words. */
export function readLanguages(folder) {
  const files = readdirSync(folder).filter((file) => language.test(file)).sort((a, b) => Number(b === 'en.ts') - Number(a === 'en.ts') || (a < b ? -1 : 1));
  if (files[0] !== 'en.ts') throw new Error(`${folder}/en.ts is not there: English is what the others are measured by.`);
  return files.map((file) => {
    const source = ts.createSourceFile(file, readFileSync(join(folder, file), 'utf8'), ts.ScriptTarget.Latest, true, ts.ScriptKind.TS);
    const tag = basename(file, '.ts');
    for (const statement of source.statements) {
      if (!ts.isVariableStatement(statement)) continue;
      const found = statement.declarationList.declarations.find(({ name }) => ts.isIdentifier(name) && name.text === tag);
      const table = found?.initializer && bare(found.initializer);
      if (table && ts.isObjectLiteralExpression(table)) return { tag, file: join(folder, file), source, table };
    }
    throw new Error(`${folder}/${file} has no \`export const ${tag} = { … }\`.`);
  });
}

/** An expression without what is said about its type. */
function bare(node) {
  return ts.isAsExpression(node) || ts.isSatisfiesExpression(node) || ts.isParenthesizedExpression(node) ? bare(node.expression) : node;
}

/** The entries of a table of words by name. */
function entries(table, file) {
  return new Map(table.properties.map((property) => {
    const named = ts.isPropertyAssignment(property) && (ts.isIdentifier(property.name) || ts.isStringLiteral(property.name));
    if (!named) throw new Error(`${file}: “${property.getText().slice(0, 40)}” is no \`name: words\`.`);
    return [property.name.text, property.initializer];
  }));
}

const isTable = (node) => node !== undefined && ts.isObjectLiteralExpression(bare(node));

/** What is not as in English, each by its whole name (`chat.failed.default`): missing, and unknown to English. */
export function compareWords(english, other) {
  const missing = [];
  const unknown = [];
  const walk = (ours, theirs, path) => {
    const [all, own] = [entries(ours, english.file), entries(theirs, other.file)];
    for (const [name, words] of all) {
      const place = [...path, name];
      const found = own.get(name);
      if (isTable(words)) walk(bare(words), isTable(found) ? bare(found) : ts.factory.createObjectLiteralExpression(), place);
      else if (found === undefined) missing.push(place.join('.'));
    }
    for (const name of own.keys()) if (!all.has(name)) unknown.push([...path, name].join('.'));
  };
  walk(english.table, other.table, []);
  return { missing, unknown };
}

/** The text of a section: a language's own words where it has all of them, else with the English ones in the gaps. */
function filled(english, own, language) {
  if (!isTable(english)) return (own ?? english).getText();
  const [all, ours] = [entries(bare(english), 'en.ts'), own && isTable(own) ? entries(bare(own), language.file) : new Map()];
  const complete = (words, found) => found !== undefined && (!isTable(words) || (isTable(found) && [...entries(bare(words), 'en.ts')].every(([name, word]) => complete(word, entries(bare(found), language.file).get(name)))));
  if (complete(english, own)) return bare(own).getText();
  return `{\n${[...all].map(([name, words]) => `${JSON.stringify(name)}: ${filled(words, ours.get(name), language)},`).join('\n')}\n}`;
}

/** What a text needs of the top of its file: imports and small constants that it names, and what these name. */
function above(text, source) {
  const statements = source.statements
    .filter((statement) => ts.isImportDeclaration(statement) || (ts.isVariableStatement(statement) && !statement.modifiers?.length))
    .map((statement) => ({
      names: ts.isImportDeclaration(statement)
        ? (statement.importClause?.namedBindings?.elements ?? []).map(({ name }) => name.text)
        : statement.declarationList.declarations.map(({ name }) => name.getText()),
      text: statement.getText().replaceAll("from './", "from '../"),
    }));
  const wanted = new Set();
  const want = (from) => {
    const words = new Set(from.match(/[A-Za-z_$][\w$]*/g));
    for (const statement of statements) {
      if (wanted.has(statement) || !statement.names.some((name) => words.has(name))) continue;
      wanted.add(statement);
      want(statement.text);
    }
  };
  want(text);
  return statements.filter((statement) => wanted.has(statement));
}

const upper = (text) => text[0].toUpperCase() + text.slice(1);

/** All modules of languages/split/ by their name. */
export function splitLanguages(folder) {
  const languages = readLanguages(folder);
  const [english] = languages;
  const tags = languages.map(({ tag }) => tag);
  const words = entries(english.table, english.file);
  const nameOf = ({ tag, table, file }) => {
    const name = entries(table, file).get('name');
    return name ? name.getText() : JSON.stringify(tag);
  };
  const head = (what) => `// Made by scripts/languages.mjs; edit languages/*.ts instead.\n${what}`;
  const modules = new Map();
  const list = tags.map((tag) => `'${tag}'`).join(', ');
  modules.set('tags.ts', head(`/** The languages that there are, English first: each has a file of its name. */\nexport const LANGUAGE_TAGS = [${list}] as const;\n/** One of them. */\nexport type LanguageTag = (typeof LANGUAGE_TAGS)[number];\n`));
  modules.set('language-names.ts', head(`import type { LanguageTag } from './tags.ts';\n\n/** What each language calls itself. */\nexport const LANGUAGE_NAMES: Record<LanguageTag, string> = { ${languages.map((one) => `${one.tag}: ${nameOf(one)}`).join(', ')} };\n`));

  for (const [section, node] of words) {
    if (!isTable(node) || section === manifest) continue;
    for (const one of languages) {
      const text = filled(node, entries(one.table, one.file).get(section), one);
      const [own, borrowed] = [above(text, one.source), one === english ? [] : above(text, english.source)];
      // A language's own helper is preferred to the English one of the same name.
      const declared = new Set(own.flatMap(({ names }) => names));
      const imports = [...own, ...borrowed.filter(({ names }) => !names.some((name) => declared.has(name)))].map((statement) => statement.text);
      modules.set(`${one.tag}-${section}.ts`, head([
        ...imports.filter((line) => line.startsWith('import')),
        "import type { Language } from '../language.ts';",
        '',
        ...imports.filter((line) => !line.startsWith('import')),
        `/** ${upper(section)}: the words of \`${one.tag}\`. */\nexport const ${section}: Language['${section}'] = ${text};\n`,
      ].join('\n')));
    }
    modules.set(`${section}.ts`, head(said.includes(section)
      ? `${tags.map((tag) => `import { ${section} as ${tag} } from './${tag}-${section}.ts';`).join('\n')}\nimport type { Language } from '../language.ts';\nimport type { LanguageTag } from './tags.ts';\n\n/** ${upper(section)}: the words of every language. */\nexport const ${section}: Record<LanguageTag, Language['${section}']> = { ${tags.join(', ')} };\n`
      : loaders(section, tags)));
  }
  return modules;
}

/** How a browser gets a section of one language. */
function loaders(section, tags) {
  const atHand = needed.includes(section);
  const far = atHand ? tags.filter((tag) => tag !== 'en') : tags;
  const key = atHand ? "Exclude<LanguageTag, 'en'>" : 'LanguageTag';
  return [
    "import type { Language } from '../language.ts';",
    "import type { LanguageTag } from './tags.ts';",
    '',
    `/** ${upper(section)}: how the words of each language are loaded${atHand ? ' that is not at hand' : ''}. */`,
    `export const ${section}Words: Record<${key}, () => Promise<Language['${section}']>> = {`,
    ...far.map((tag) => `  ${tag}: () => import('./${tag}-${section}.ts').then(({ ${section} }) => ${section}),`),
    '};',
    ...(atHand ? [`export { ${section} as english } from './en-${section}.ts';`] : []),
    '',
  ].join('\n');
}

/** The manifests of the panel as an app, by their name: one a language, made of the English one. */
export function manifests(folder, template) {
  const languages = readLanguages(folder);
  const [english] = languages;
  const text = (one, section, name) => {
    const of = ({ table, file }) => {
      const node = entries(table, file).get(section);
      return node && entries(bare(node), file).get(name);
    };
    const found = bare(of(one) ?? of(english));
    if (!ts.isStringLiteralLike(found)) throw new Error(`${one.file}: ${section}.${name} is to be a text.`);
    return found.text;
  };
  return new Map(languages.map((one) => [one.tag === 'en' ? 'manifest.webmanifest' : `manifest.${one.tag}.webmanifest`, `${JSON.stringify({
    ...template, name: text(one, manifest, 'name'), short_name: text(one, manifest, 'shortName'), description: text(one, manifest, 'description'), lang: one.tag,
    shortcuts: template.shortcuts.map(({ url }) => ({ name: text(one, 'panel', url.split('/').at(-1)), url })),
  }, null, 2)}\n`]));
}

/** Writes what differs, removes what is no more: whoever watches these files is not woken for nothing. */
function write(folder, files, isOurs) {
  mkdirSync(folder, { recursive: true });
  for (const file of readdirSync(folder)) if (isOurs(file) && !files.has(file)) rmSync(join(folder, file));
  for (const [file, text] of files) {
    const path = join(folder, file);
    if (!existsSync(path) || readFileSync(path, 'utf8') !== text) writeFileSync(path, text);
  }
}

/** Makes everything anew below a package's folder. */
export function makeLanguages(folder = root) {
  const languages = join(folder, 'languages');
  write(join(languages, 'split'), splitLanguages(languages), () => true);
  const template = JSON.parse(readFileSync(join(folder, 'admin/manifest.json'), 'utf8'));
  write(join(folder, 'admin/public'), manifests(languages, template), (file) => file.endsWith('.webmanifest'));
}

if (process.argv[1] && resolve(process.argv[1]) === fileURLToPath(import.meta.url)) makeLanguages();
