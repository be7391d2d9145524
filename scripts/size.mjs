// `npm run size`: what a visitor downloads, gzip -9, against its budget. The launcher is /peer-consult.js with all that it
// imports statically; the opened chat is that and what opening the panel loads. Calls and recorder have chunks of their own.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { gzipSync } from 'node:zlib';
import ts from 'typescript';

const folder = process.argv[2] ?? 'dist/widget';
const budgets = { launcher: 15_000, 'opened chat': 45_000 };

if (!existsSync(join(folder, 'peer-consult.js'))) {
  console.log(`${folder}/peer-consult.js is not there: build first (npm run build).`);
  process.exit(1);
}

const chunks = new Map();

/** One chunk: its bytes and where it leads, at once (static) or later (dynamic). */
function chunk(name) {
  if (!chunks.has(name)) {
    const text = readFileSync(join(folder, name), 'utf8');
    const source = ts.createSourceFile(name, text, ts.ScriptTarget.Latest, false, ts.ScriptKind.JS);
    const resolved = (specifier) => normalize(join(dirname(name), specifier)).replaceAll('\\', '/');
    const found = { bytes: Buffer.byteLength(text), gzip: gzipSync(text, { level: 9 }).length, text, statics: [], dynamics: [] };
    const visit = (node) => {
      if ((ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) && node.moduleSpecifier) found.statics.push(resolved(node.moduleSpecifier.text));
      if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) {
        const [specifier] = node.arguments;
        if (specifier && ts.isStringLiteralLike(specifier)) found.dynamics.push(resolved(specifier.text));
      }
      ts.forEachChild(node, visit);
    };
    visit(source);
    chunks.set(name, found);
  }
  return chunks.get(name);
}

/** These chunks and all that they import statically. */
function graph(names) {
  const all = new Set();
  const walk = (name) => {
    if (all.has(name)) return;
    all.add(name);
    chunk(name).statics.forEach(walk);
  };
  names.forEach(walk);
  return all;
}

const launcher = graph(['peer-consult.js']);
const later = [...launcher].flatMap((name) => chunk(name).dynamics);
const panel = later.filter((name) => /panel/.test(name));
const opened = graph([...launcher, ...panel]);
// One language comes along, what the chat says: the largest counts.
const words = [...opened].flatMap((name) => chunk(name).dynamics).filter((name) => /^peer-consult-[a-z]{2,3}-chat-/.test(name));
for (const name of graph(words.sort((a, b) => chunk(b).gzip - chunk(a).gzip).slice(0, 1))) opened.add(name);
const afterwards = new Set();
const follow = (names) => {
  for (const name of graph(names)) {
    if (opened.has(name) || afterwards.has(name)) continue;
    afterwards.add(name);
    follow(chunk(name).dynamics);
  }
};
follow([...opened].flatMap((name) => chunk(name).dynamics));

const sum = (names, what) => [...names].reduce((total, name) => total + chunk(name)[what], 0);
const failures = [];
const row = (name, bytes, gzip, budget = '') => console.log(`${name.padEnd(48)} ${String(bytes).padStart(9)} ${String(gzip).padStart(9)} ${String(budget).padStart(9)}`);

row('', 'bytes', 'gzip', 'budget');
for (const [title, names] of [
  ['launcher', launcher],
  ['opened chat', opened],
]) {
  row(title, sum(names, 'bytes'), sum(names, 'gzip'), budgets[title]);
  for (const name of names) row(`  ${name}`, chunk(name).bytes, chunk(name).gzip);
  if (sum(names, 'gzip') > budgets[title]) failures.push(`The ${title} is ${sum(names, 'gzip')} bytes gzipped; its budget is ${budgets[title]}.`);
}
row('later', sum(afterwards, 'bytes'), sum(afterwards, 'gzip'));
for (const name of afterwards) row(`  ${name}`, chunk(name).bytes, chunk(name).gzip);

if (panel.length === 0) failures.push('No dynamic import of the launcher leads to a chunk named panel: the launcher carries all of the chat.');
for (const power of ['RTCPeerConnection', 'MediaRecorder']) {
  for (const name of opened) {
    if (new RegExp(`new\\s+(\\w+\\.)?${power}\\b`).test(chunk(name).text)) failures.push(`${name} belongs to the opened chat and builds a ${power}: calls and recorder have chunks of their own.`);
  }
}
for (const [part, named] of [
  ['call', /call-views-/],
  ['recorder', /recorder|recording/],
]) {
  if (![...afterwards].some((name) => named.test(name))) failures.push(`There is no later chunk named ${part}: calls and recorder have chunks of their own.`);
}
const reached = new Set([...opened, ...afterwards]);
const strays = readdirSync(folder).filter((name) => name.endsWith('.js') && !reached.has(name));
if (strays.length > 0) failures.push(`Nothing leads to ${strays.join(', ')}.`);

for (const failure of failures) console.log(`✗ ${failure}`);
if (failures.length === 0) console.log('✓ size');
process.exit(failures.length > 0 ? 1 : 0);
