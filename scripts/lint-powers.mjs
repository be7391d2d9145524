// The rules between rooms that are about powers of the platform and not about imports between our files (7, 8, 9, 10),
// about names, and about size (13). It reads the syntax tree, so that a comment or a string breaks no rule.
// Every finding says its rule in a sentence; test/lint.test.ts plants a violation of each.
import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import ts from 'typescript';

const rooms = ['protocol', 'server', 'widget', 'admin'];
const longest = 400;

/** Tests, the suites and fakes they share: they may do what their subject may not. */
const isTest = (file) => /\.(test|contract)\.ts$|\/testing\//.test(file);

const named = (node, name) =>
  (ts.isIdentifier(node) && node.text === name) ||
  (ts.isPropertyAccessExpression(node) && node.name.text === name && ts.isIdentifier(node.expression) && ['globalThis', 'window', 'self'].includes(node.expression.text));
const member = (node, object, name) => ts.isPropertyAccessExpression(node) && node.name.text === name && named(node.expression, object);
const builds = (...names) => (node) => ts.isNewExpression(node) && names.some((name) => named(node.expression, name));
const calls = (...names) => (node) => ts.isCallExpression(node) && names.some((name) => named(node.expression, name));
const takes = (module, ...names) => (node) =>
  ts.isImportDeclaration(node) &&
  !node.importClause?.isTypeOnly &&
  module.test(node.moduleSpecifier.text) &&
  (names.length === 0 ||
    (node.importClause?.namedBindings &&
      ts.isNamedImports(node.importClause.namedBindings) &&
      node.importClause.namedBindings.elements.some((element) => names.includes((element.propertyName ?? element.name).text))));
const any = (...matchers) => (node) => matchers.some((matches) => matches(node));

/** Who may do what. `only`: the files that may. */
const powers = [
  {
    rule: 'Rule 8: only server/config.ts reads the environment: a setting that is read elsewhere is checked and documented nowhere.',
    within: /^server\//,
    only: ['server/config.ts'],
    matches: any(
      (node) => member(node, 'process', 'env'),
      takes(/^(node:)?process$/),
      (node) => ts.isVariableDeclaration(node) && node.initializer !== undefined && named(node.initializer, 'process') && ts.isObjectBindingPattern(node.name),
    ),
  },
  {
    rule: 'Rule 8: only server/clock.ts gives time: take `clock.now()`, so that a test can say what time it is.',
    within: /^server\//,
    only: ['server/clock.ts'],
    matches: any(
      (node) => member(node, 'Date', 'now'),
      (node) => ts.isNewExpression(node) && named(node.expression, 'Date') && (node.arguments ?? []).length === 0,
      calls('Date'),
    ),
  },
  {
    rule: 'Rule 8: only server/clock.ts sets timers: take `clock.after()` or `clock.every()`, so that no test has to wait.',
    within: /^server\//,
    only: ['server/clock.ts'],
    matches: any(calls('setTimeout', 'setInterval'), takes(/^(node:)?timers(\/promises)?$/)),
  },
  {
    rule: 'Rule 8: only server/clock.ts gives ids and chance: take `clock.id()` or `clock.random()`, so that a test can foresee them.',
    within: /^server\//,
    only: ['server/clock.ts'],
    matches: any(
      takes(/^(node:)?crypto$/, 'randomUUID', 'randomBytes', 'randomInt', 'randomFillSync', 'randomFill'),
      (node) => ts.isPropertyAccessExpression(node) && ['randomUUID', 'randomBytes', 'getRandomValues'].includes(node.name.text),
      (node) => member(node, 'Math', 'random'),
    ),
  },
  {
    rule: 'Rule 9: only widget/engine/link.ts opens a WebSocket: there is one, and whoever opens another loses order and resumption.',
    within: /^(widget|admin)\//,
    only: ['widget/engine/link.ts'],
    matches: builds('WebSocket'),
  },
  {
    rule: 'Rule 9: only widget/engine/call/peer.ts builds an RTCPeerConnection, and relay-check.ts beside it one that carries nothing.',
    within: /^(widget|admin)\//,
    only: ['widget/engine/call/peer.ts', 'widget/engine/call/relay-check.ts'],
    matches: builds('RTCPeerConnection'),
  },
  {
    rule: 'Rule 9: only widget/engine/call/devices.ts takes cameras, microphones and screens: it is the one that lets them go.',
    within: /^(widget|admin)\//,
    only: ['widget/engine/call/devices.ts'],
    matches: (node) => ts.isPropertyAccessExpression(node) && ['getUserMedia', 'getDisplayMedia'].includes(node.name.text),
  },
  {
    rule: 'Rule 9: beside widget/engine/recorder/mixer.ts only a meter, widget/engine/call/microphone-level.ts, builds an AudioContext.',
    within: /^(widget|admin)\//,
    only: ['widget/engine/recorder/mixer.ts', 'widget/engine/call/microphone-level.ts'],
    matches: builds('AudioContext', 'webkitAudioContext'),
  },
  {
    rule: 'Rule 9: only widget/engine/recorder/recorder.ts builds a MediaRecorder.',
    within: /^(widget|admin)\//,
    only: ['widget/engine/recorder/recorder.ts'],
    matches: builds('MediaRecorder'),
  },
  {
    rule: 'Rule 10: conversation, call-state and media-state are pure: time, chance, timers, network and page come in as data or go out as effects.',
    within: /^widget\/engine\/(conversation|call\/(call|media)-state)\.ts$/,
    only: [],
    matches: any(
      (node) => member(node, 'Date', 'now') || member(node, 'Math', 'random'),
      (node) => ts.isNewExpression(node) && named(node.expression, 'Date') && (node.arguments ?? []).length === 0,
      calls('setTimeout', 'setInterval', 'queueMicrotask', 'fetch'),
      (node) => ts.isPropertyAccessExpression(node) && ts.isIdentifier(node.expression) && ['window', 'document', 'navigator', 'crypto', 'localStorage', 'sessionStorage'].includes(node.expression.text),
    ),
  },
];

/** Outside libraries that many files may use: the language that the rooms speak. */
const shared = /^(fastify|fastify-plugin|@fastify\/type-provider-typebox|typebox|drizzle-orm|lit|node:.*)$/;
/** Libraries with a room of their own instead of a single file. */
const homes = { mediabunny: /^server\/recordings\/merge\// };
const packageOf = (specifier) => (specifier.startsWith('@') ? specifier.split('/').slice(0, 2).join('/') : specifier.split('/')[0]);

const findings = [];
const warnings = [];
const importers = new Map();

for (const file of rooms.flatMap(filesBelow)) {
  const text = readFileSync(file, 'utf8');
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
  const at = (node) => `${file}:${source.getLineAndCharacterOfPosition(node.getStart()).line + 1}`;
  checkName(file);
  if (isTest(file)) continue;

  const lines = text.split('\n').length;
  if (lines > longest) warnings.push(`${file}: ${lines} lines. Rule 13: a file over ${longest} lines is a sign that a room has two owners.`);

  const mine = powers.filter(({ within, only }) => within.test(file) && !only.includes(file));
  const visit = (node) => {
    for (const { rule, matches } of mine) if (matches(node)) findings.push(`${at(node)}: ${rule}`);
    if (file.startsWith('server/')) noteImport(node, file);
    ts.forEachChild(node, visit);
  };
  visit(source);
}

for (const [name, files] of importers) {
  if (files.size < 2 || (homes[name] && [...files].every((file) => homes[name].test(file)))) continue;
  findings.push(`${[...files].join(', ')}: Rule 7: ${name} has one importer: whoever replaces it opens one file.`);
}

/** Remembers who imports an outside library for its values. */
function noteImport(node, file) {
  let specifier;
  if (ts.isImportDeclaration(node)) {
    if (node.importClause?.isTypeOnly) return;
    specifier = node.moduleSpecifier.text;
  } else if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword && ts.isStringLiteral(node.arguments[0])) {
    specifier = node.arguments[0].text;
  }
  if (specifier === undefined || specifier.startsWith('.')) return;
  const name = packageOf(specifier);
  if (shared.test(specifier) || shared.test(name)) return;
  if (!importers.has(name)) importers.set(name, new Set());
  importers.get(name).add(file);
}

/** Names say what a file is for. */
function checkName(file) {
  const name = basename(file);
  if (!/^[a-z0-9]+(-[a-z0-9]+)*(\.[a-z0-9]+)*\.ts$/.test(name)) findings.push(`${file}: Names: files are kebab-case, a second role is a suffix.`);
  if (/^(index|utils?|helpers?|common|types|managers?|services?)\.ts$/.test(name)) findings.push(`${file}: Names: a file is named for what it exports; ${name} says nothing.`);
}

/** All TypeScript below a folder, with / on every system. */
function filesBelow(folder) {
  let entries;
  try {
    entries = readdirSync(folder, { withFileTypes: true });
  } catch (error) {
    if (error.code === 'ENOENT') return [];
    throw error;
  }
  return entries
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      const path = join(folder, entry.name).replaceAll('\\', '/');
      if (entry.isDirectory()) return filesBelow(path);
      return path.endsWith('.ts') ? [path] : [];
    });
}

for (const warning of warnings) console.log(`warning ${warning}`);
for (const finding of findings) console.log(`error ${finding}`);
process.exit(findings.length > 0 ? 1 : 0);
