// `npm test`: sets up what the tests need, runs all of them, and ends with `N passed, N failed`.
// `npm test -- server/chat widget/engine` runs the files whose path holds one of the words; `--seed <number|random>` draws other chances
// than those of every day, `--runs 20` draws twenty times as many. `--built` takes dist/ as it is.
import { spawn, spawnSync } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { tsImport } from 'tsx/esm/api';
import { aptInstallMissing } from './apt-install.mjs';
import { findTests } from './find-tests.mjs';
import { tapResults } from './tap-results.mjs';

const { values: { built: isBuilt, seed, runs }, positionals: words } = parseArgs({ allowPositionals: true, options: { built: { type: 'boolean', default: false }, seed: { type: 'string' }, runs: { type: 'string', default: '1' } } });
if (seed !== undefined) process.env.TEST_SEED = seed === 'random' ? String(randomInt(1e9)) : seed;
process.env.TEST_RUNS = runs;
console.log(`seed ${process.env.TEST_SEED ?? '1, as always'}${runs === '1' ? '' : `, ${runs} times the runs`}`);
const chosen = (files) => (words.length === 0 ? files : files.filter((file) => words.some((word) => file.includes(word))));
// What drives the built product in real browsers.
const [panel, consultation, networks] = ['panel', 'consultation', 'networks'].map((name) => join('test', name));
const journeys = [panel, consultation, networks];
// What starts and ends real processes, and mostly waits for them.
const waits = ['bench', join('server', 'main.test.ts'), ...['faults', 'recordings', 'container.test.ts', 'killed-server.test.ts', 'docs-examples.test.ts'].map((name) => join('test', name))];
// What may run once more: it hangs on processes that others slow down. Not the storms and kills: what is lost on a slow machine is lost.
const mayRepeat = [...journeys, 'bench', join('server', 'main.test.ts'), join('test', 'container.test.ts'), join('test', 'docs-examples.test.ts')];
const among = (places) => (file) => places.some((place) => file.startsWith(place));
// These take longest. Begun last, they would be all that runs at the end.
const longest = ['container', 'pages', 'broken-calls', 'recorded-calls', 'accounts'];
const rank = (file) => longest.findIndex((name) => file.endsWith(`${name}.test.ts`)) + 1 || longest.length + 1;
const longestFirst = (files) => [...files].sort((one, other) => rank(one) - rank(other));
const parts = {
  tap: chosen(findTests(['languages', 'protocol', 'server', 'drizzle', 'bench', 'scripts', 'test'])).filter((file) => !among(journeys)(file)),
  wtr: chosen(findTests(['widget', 'admin'])),
  panel: longestFirst(chosen(findTests([panel]))),
  // The networks first: it is long, and what is long should not be left alone in the end.
  consultation: chosen([...findTests([networks]), ...longestFirst(findTests([consultation]))]),
};
if (Object.values(parts).every((files) => files.length === 0)) {
  console.error(`No test file has ${words.join(' or ')} in its path.`);
  process.exit(1);
}

const service = (name) => tsImport(`../test/services/${name}.ts`, import.meta.url);
const totals = { passed: 0, failed: 0, skipped: 0 };
const broken = [];
const unsteady = [];
const files = [];
const crashes = [];

const add = (part, { passed, failed, skipped, crashed, broken: failures = [], files: times = [] }) => {
  broken.push(...failures);
  files.push(...times);
  totals.passed += passed;
  totals.failed += failed;
  totals.skipped += skipped;
  if (crashed) crashes.push(`${part}: ${crashed}`);
  else if (passed + failed + skipped === 0) crashes.push(`${part}: no test ran`);
};

/** Runs files with tap; resolves with the counts when it has ended. */
async function runTap(files, options) {
  const { input, done } = tapResults();
  const child = spawn(process.execPath, ['scripts/run-tap.mjs', ...options, ...files], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, NODE_ENV: 'test' },
  });
  child.stdout.pipe(input);
  const [results, code] = await Promise.all([done, new Promise((resolve) => child.once('close', resolve))]);
  if (code !== 0 && results.failed === 0) results.crashed ??= `tap ended with ${code}`;
  return results;
}

/**
 * Runs files with tap. Two browsers, a server and a recorder wait for one another on two cores that a second journey fills: of files that
 * drive such processes, one that fails runs once more, alone. What then passes counts as passed, and what had failed is told at the end.
 * A few, that is: many are no accident.
 */
async function runWithPatience(files, options) {
  const first = await runTap(files, options);
  const again = first.files.filter(({ name, failed }) => failed > 0 && among(mayRepeat)(name));
  if (first.crashed || again.length === 0 || again.length > 3) return first;
  console.log('\n# Once more, alone');
  const second = await runTap(again.map(({ name }) => name), ['1', options[1]]);
  const isOfThese = (text) => again.some(({ name }) => text.includes(` ${name} › `));
  if (second.failed === 0 && !second.crashed) unsteady.push(...first.broken.filter(isOfThese));
  const sum = (key) => first[key] - again.reduce((all, file) => all + file[key], 0) + second[key];
  return { ...second, passed: sum('passed'), failed: sum('failed'), skipped: first.skipped, files: first.files, broken: [...first.broken.filter((text) => !isOfThese(text)), ...second.broken] };
}

/** Runs files in the browser; resolves with the counts when the runner has ended. */
async function runWtr(files) {
  const folder = mkdtempSync(join(tmpdir(), 'peer-consult-wtr-'));
  const resultsFile = join(folder, 'results.json');
  const child = spawn(process.execPath, ['node_modules/@web/test-runner/dist/bin.js', '--files', ...files], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, WTR_RESULTS: resultsFile },
  });
  // The runner moves the cursor about even where there is no terminal.
  child.stdout.on('data', (piece) => process.stdout.write(piece.toString().replace(/\u001b\[\d*[A-KST]/g, '')));
  const code = await new Promise((resolve) => child.once('close', resolve));
  let results;
  try {
    results = JSON.parse(readFileSync(resultsFile, 'utf8'));
  } catch {
    results = { passed: 0, failed: 0, skipped: 0, crashed: `the browser tests ended with ${code} and without a result` };
  }
  rmSync(folder, { recursive: true, force: true });
  if (code !== 0 && results.failed === 0) results.crashed ??= `the runner ended with ${code}`;
  return results;
}

function build() {
  const { status } = spawnSync(process.execPath, ['scripts/build.mjs', '--quiet'], { stdio: 'inherit' });
  if (status !== 0) crashes.push('build: it failed');
  return status === 0;
}

// Silences the SDK's advertisement for newer Nodes.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = 'true';

aptInstallMissing();
const stops = [];
process.once('SIGINT', () => process.exit(130));
process.once('SIGTERM', () => process.exit(143));

const lack = async (name, what) => {
  const sentence = (await service(name)).missing();
  if (sentence) console.log(`${sentence} Skipped: ${what}.`);
  return sentence;
};

const lacksPostgres = await lack('postgres', 'the contract suites against PostgreSQL');
const lacksS3 = await lack('s3', 'the contract suite of the blob store against S3');
await lack('turn', 'the tests with a relay');
const lacksFfmpeg = await lack('ffmpeg', 'what decodes recordings: parts of the merge, the consultation');
await lack('firefox', 'the call between Firefox and Chromium');
const lacksChromium = await lack('chromium', 'all browser tests');

if (parts.tap.length > 0) {
  if (!lacksPostgres && !process.env.TEST_POSTGRES_URL) {
    const { startPostgres } = await service('postgres');
    const postgres = await startPostgres();
    stops.push(postgres.stop);
    process.env.TEST_POSTGRES_URL = postgres.url;
  }
  // It takes ten seconds to start: for a few chosen files only when they speak of it.
  const wantsS3 = words.length === 0 || parts.tap.some((file) => readFileSync(file, 'utf8').includes('S3'));
  if (!lacksS3 && wantsS3 && !process.env.TEST_S3_ENDPOINT) {
    const { startS3 } = await service('s3');
    const s3 = await startS3();
    stops.push(s3.stop);
    process.env.TEST_S3_ENDPOINT = s3.endpoint;
    process.env.TEST_S3_ACCESS_KEY = s3.accessKeyId;
    process.env.TEST_S3_SECRET_KEY = s3.secretAccessKey;
    process.env.TEST_S3_REGION = s3.region;
  }
}
if (!lacksChromium) process.env.CHROMIUM = (await service('chromium')).findChromium();

const built = isBuilt || build();

try {
  if (parts.tap.length > 0) {
    console.log('\n# Units, contracts and lint (tap)');
    const [waiting, computing] = [longestFirst(parts.tap.filter(among(waits))), parts.tap.filter((file) => !among(waits)(file))];
    add('tap', await runWithPatience([...computing, '--', ...waiting], ['3', String(600 * Number(runs))]));
  }
  if (parts.wtr.length > 0) {
    console.log('\n# Elements and engine in a browser (wtr)');
    if (lacksChromium) totals.skipped += parts.wtr.length;
    else add('wtr', await runWtr(parts.wtr));
  }
  for (const part of ['panel', 'consultation']) {
    if (parts[part].length === 0) continue;
    console.log(`\n# The product in real browsers: the ${part}`);
    if (lacksChromium || lacksFfmpeg) totals.skipped += parts[part].length;
    else if (built) add(part, await runWithPatience(parts[part], ['2', '600']));
  }
} finally {
  await Promise.all(stops.map((stop) => stop()));
}

// A log that is cut shows its end: what matters stands there.
const slow = files.filter(({ ms }) => ms > 15_000).sort((a, b) => b.ms - a.ms);
if (slow.length > 0) console.log(`\n# Files that took longest\n${slow.map(({ name, ms }) => `  ${(ms / 1000).toFixed(0)} s ${name}`).join('\n')}`);
if (unsteady.length > 0) console.log(`\n# Passed only when run once more, alone\n${unsteady.join('\n')}`);
if (broken.length > 0) console.log(`\n# What failed, once more\n${broken.join('\n')}`);
for (const crash of crashes) console.log(`✗ ${crash}`);
totals.failed += crashes.length;
const skipFails = Boolean(process.env.CI) && totals.skipped > 0;
if (skipFails) console.log(`✗ CI skips nothing, and ${totals.skipped} were skipped`);
console.log(`\n${totals.passed} passed, ${totals.failed + (skipFails ? 1 : 0)} failed${totals.skipped > 0 ? `, ${totals.skipped} skipped` : ''}`);
process.exit(totals.failed > 0 || skipFails ? 1 : 0);
