import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import t from 'tap';
import { removeFolder, temporaryFolder } from './services/temporary-folder.ts';

// A rule that cannot fire is no rule: each is shown a small house in which it is broken, and one in which nothing is.

const root = resolve(import.meta.dirname, '..');

/** Builds a house of these files, with empty libraries, and gives its folder. */
function house(files: Record<string, string>): string {
  const folder = temporaryFolder('lint');
  const libraries = ['typebox', 'fastify', 'drizzle-orm', 'lit', 'better-sqlite3', 'pg', 'ws', '@fastify/static'];
  const all: Record<string, string> = {
    'package.json': JSON.stringify({
      type: 'module',
      dependencies: Object.fromEntries(libraries.filter((name) => name !== 'ws' && name !== 'lit').map((name) => [name, '1.0.0'])),
      devDependencies: { ws: '1.0.0', lit: '1.0.0' },
    }),
    'tsconfig.json': JSON.stringify({ compilerOptions: { module: 'NodeNext', target: 'ES2022', allowImportingTsExtensions: true, noEmit: true, strict: true } }),
    ...Object.fromEntries(
      libraries.flatMap((name) => [
        [`node_modules/${name}/package.json`, JSON.stringify({ name, version: '1.0.0', type: 'module', main: 'index.js' })],
        [`node_modules/${name}/index.js`, 'export const x = 1; export default x;'],
      ]),
    ),
    ...files,
  };
  for (const [path, text] of Object.entries(all)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  return folder;
}

function run(program: string, args: string[], cwd: string): { status: number | null; output: string } {
  const tsgolint = join(root, 'node_modules/.bin/tsgolint');
  // Without tap's own loaders, which it would put into every node process below.
  const { status, stdout, stderr } = spawnSync('env', ['-u', 'NODE_OPTIONS', process.execPath, join(root, program), ...args], {
    cwd,
    encoding: 'utf8',
    env: { ...process.env, OXLINT_TSGOLINT_PATH: tsgolint },
  });
  return { status, output: stdout + stderr };
}

interface Violation {
  from: string;
  to: string;
  rule: { name: string };
}

/** What the border guard says about a house: `rule: from → to`. */
function cruise(files: Record<string, string>): string[] {
  const folder = house(files);
  const rooms = [...new Set(Object.keys(files).map((path) => path.split('/')[0]!))];
  const { output } = run(
    'node_modules/dependency-cruiser/bin/dependency-cruise.mjs',
    ['--config', join(root, '.dependency-cruiser.cjs'), '--output-type', 'json', ...rooms],
    folder,
  );
  removeFolder(folder);
  const { summary } = JSON.parse(output) as { summary: { violations: Violation[] } };
  return summary.violations.map(({ rule, from, to }) => `${rule.name}: ${from} → ${to}`);
}

const x = 'export const x = 1;\n';
const imports = (...specifiers: string[]): string => `${specifiers.map((one, i) => `import { x as x${i} } from '${one}';`).join('\n')}\nexport const x = [${specifiers.map((_, i) => `x${i}`).join(', ')}];\n`;
const types = (specifier: string): string => `import type { x } from '${specifier}';\nexport type Y = typeof x;\n`;

t.test('[rules between rooms] a house in order has no violation', async (t) => {
  const violations = cruise({
    'protocol/shapes.ts': imports('typebox'),
    'protocol/codes.ts': x,
    'languages/en.ts': types('./letters.ts'),
    'languages/letters.ts': x,
    'languages/split/en-chat.ts': types('../en.ts'),
    'widget/engine/link.ts': types('../../protocol/shapes.ts'),
    'widget/engine/session.ts': imports('./link.ts', '../../protocol/codes.ts'),
    'widget/engine/store-controller.ts': types('lit'),
    'widget/texts/texts.ts': imports('../../languages/split/ko-chat.ts'),
    'languages/split/ko-chat.ts': x,
    'widget/chat/message-list.ts': imports('../engine/session.ts', 'lit'),
    'widget/peer-consult.ts': imports('./chat/message-list.ts'),
    'admin/admin-app.ts': imports('../widget/chat/message-list.ts', '../widget/engine/session.ts'),
    'server/store/database.ts': imports('drizzle-orm', 'better-sqlite3'),
    'server/blobs/blobs.ts': x,
    'server/blobs/blobs.disk.ts': imports('./blobs.ts'),
    'server/sites/sites.ts': x,
    'server/chat/chat.store.ts': imports('drizzle-orm', '../store/database.ts'),
    'server/chat/chat.ts': imports('./chat.store.ts', '../sites/sites.ts', '../../protocol/shapes.ts', '../blobs/blobs.ts'),
    'server/chat/chat.routes.ts': imports('./chat.ts', 'fastify'),
    'server/testing/test-app.ts': imports('../main.ts', 'ws'),
    'server/chat/chat.test.ts': imports('../testing/test-app.ts', 'ws', '../sites/sites.store.ts'),
    'server/sites/sites.store.ts': imports('../store/database.ts'),
    'server/main.ts': imports('./blobs/blobs.disk.ts', './chat/chat.routes.ts'),
    'test/house.test.ts': imports('../server/main.ts', '../widget/engine/link.ts'),
  });
  t.strictSame(violations, []);
});

t.test('[rules between rooms] each border fires on a planted violation', async (t) => {
  const violations = cruise({
    'protocol/shapes.ts': imports('fastify'),
    'protocol/codes.ts': imports('./shapes.ts'),
    'protocol/version.ts': x,
    'widget/engine/link.ts': imports('../../protocol/shapes.ts'),
    'widget/engine/session.ts': imports('../chat/composer.ts'),
    'widget/engine/store.ts': imports('lit'),
    'widget/chat/composer.ts': imports('../engine/link.ts', './nowhere.ts'),
    'widget/chat/message.ts': imports('../../admin/router.ts', '../../languages/en.ts'),
    'languages/en.ts': imports('../protocol/version.ts'),
    'widget/peer-consult.ts': imports('../server/clock.ts', './engine/testing/fake-link.ts'),
    'widget/engine/testing/fake-link.ts': x,
    'admin/router.ts': imports('../widget/peer-consult.ts'),
    'server/clock.ts': imports('../widget/chat/message.ts'),
    'server/sites/sites.store.ts': x,
    'server/chat/chat.ts': imports('../sites/sites.store.ts', 'fastify', '../blobs/blobs.disk.ts', 'ws'),
    'server/chat/chat.routes.ts': imports('drizzle-orm'),
    'server/calls/calls.ts': imports('./calls.store.ts'),
    'server/calls/calls.store.ts': imports('./calls.ts'),
    'server/blobs/blobs.disk.ts': x,
  });
  const expected = [
    'protocol-imports-only-typebox: protocol/shapes.ts → node_modules/fastify/index.js',
    'languages-are-words: languages/en.ts → protocol/version.ts',
    'words-by-section: widget/chat/message.ts → languages/en.ts',
    'protocol-constants-import-nothing: protocol/codes.ts → protocol/shapes.ts',
    'browser-takes-types-from-protocol: widget/engine/link.ts → protocol/shapes.ts',
    'engine-knows-no-view: widget/engine/session.ts → widget/chat/composer.ts',
    'engine-needs-no-lit: widget/engine/store.ts → node_modules/lit/index.js',
    'widget-knows-no-panel: widget/chat/message.ts → admin/router.ts',
    'panel-takes-engine-and-leaf-views: admin/router.ts → widget/peer-consult.ts',
    'wire-is-the-only-way-from-server: server/clock.ts → widget/chat/message.ts',
    'wire-is-the-only-way-to-server: widget/peer-consult.ts → server/clock.ts',
    'capability-through-its-use-cases: server/chat/chat.ts → server/sites/sites.store.ts',
    'use-cases-know-no-framework: server/chat/chat.ts → node_modules/fastify/index.js',
    'use-cases-know-no-adapter: server/chat/chat.ts → server/blobs/blobs.disk.ts',
    'only-stores-know-drizzle: server/chat/chat.routes.ts → node_modules/drizzle-orm/index.js',
    'server-needs-no-dev-dependency: server/chat/chat.ts → node_modules/ws/index.js',
    'only-main-builds-adapters: server/chat/chat.ts → server/blobs/blobs.disk.ts',
    'elements-never-see-the-link: widget/chat/composer.ts → widget/engine/link.ts',
    'only-tests-import-testing: widget/peer-consult.ts → widget/engine/testing/fake-link.ts',
    'every-import-resolves: widget/chat/composer.ts → ./nowhere.ts',
  ];
  for (const line of expected) t.ok(violations.includes(line), line, { violations });
  t.ok(violations.some((line) => line.startsWith('no-circles: server/calls/')), 'no-circles', { violations });

  const { forbidden } = createRequire(import.meta.url)(join(root, '.dependency-cruiser.cjs')) as { forbidden: { name: string; comment?: string }[] };
  const fired = new Set(violations.map((line) => line.split(':')[0]));
  t.strictSame(
    forbidden.filter(({ name }) => !fired.has(name)).map(({ name }) => name),
    [],
    'no rule without a planted violation',
  );
  t.ok(
    forbidden.every(({ comment }) => (comment ?? '').length > 30),
    'each rule has its sentence',
  );
});

t.test('[rules between rooms] each power fires outside of its file, and not inside', async (t) => {
  const inOrder: Record<string, string> = {
    'server/config.ts': 'export const port = process.env.PORT;',
    'server/clock.ts': "import { randomUUID } from 'node:crypto';\nexport const clock = { now: () => Date.now(), id: randomUUID, after: setTimeout };",
    'server/chat/chat.ts': '// Date.now() and process.env in a comment\nexport const a = "new WebSocket"; export const b = (ms: number) => new Date(ms).toISOString();',
    'server/chat/chat.test.ts': 'export const now = Date.now();',
    'server/store/open-sqlite.ts': "import Sqlite from 'better-sqlite3';\nexport const a = Sqlite;",
    'server/recordings/merge/a.ts': "import { Input } from 'mediabunny';\nexport const a = Input;",
    'server/recordings/merge/b.ts': "import { Output } from 'mediabunny';\nexport const a = Output;",
    'server/store/append.ts': "import type Sqlite from 'better-sqlite3';\nexport type A = Sqlite;",
    'widget/engine/link.ts': 'export const a = new WebSocket("ws://x"); export const later = setTimeout(() => {}, 1);',
    'widget/engine/call/peer.ts': 'export const a = new RTCPeerConnection();',
    'widget/engine/call/devices.ts': 'export const a = navigator.mediaDevices.getUserMedia({ audio: true });',
    'widget/engine/recorder/mixer.ts': 'export const a = new AudioContext();',
    'widget/engine/recorder/recorder.ts': 'export const a = new MediaRecorder(new MediaStream());',
    'widget/engine/conversation.ts': 'export const step = (now: number) => new Date(now);',
  };
  const clean = house(inOrder);
  t.match(run('scripts/lint-powers.mjs', [], clean), { status: 0, output: '' });
  removeFolder(clean);

  const planted: [file: string, text: string, says: string][] = [
    ['server/chat/a.ts', 'export const a = process.env.HOME;', 'reads the environment'],
    ['server/chat/b.ts', 'const { env } = process;\nexport const a = env;', 'reads the environment'],
    ['server/chat/c.ts', "import { env } from 'node:process';\nexport const a = env;", 'reads the environment'],
    ['server/chat/d.ts', 'export const a = Date.now();', 'gives time'],
    ['server/chat/e.ts', 'export const a = new Date();', 'gives time'],
    ['server/chat/f.ts', 'setTimeout(() => {}, 5);', 'sets timers'],
    ['server/chat/g.ts', 'globalThis.setInterval(() => {}, 5);', 'sets timers'],
    ['server/chat/h.ts', "import { setTimeout as wait } from 'node:timers/promises';\nawait wait(5);", 'sets timers'],
    ['server/chat/i.ts', "import { randomUUID } from 'node:crypto';\nexport const a = randomUUID();", 'gives ids and chance'],
    ['server/chat/j.ts', 'export const a = crypto.randomUUID();', 'gives ids and chance'],
    ['server/chat/k.ts', 'export const a = Math.random();', 'gives ids and chance'],
    ['widget/chat/a.ts', 'export const a = new WebSocket("ws://x");', 'opens a WebSocket'],
    ['admin/a.ts', 'export const a = new window.WebSocket("ws://x");', 'opens a WebSocket'],
    ['widget/engine/call/call.ts', 'export const a = new RTCPeerConnection();', 'builds an RTCPeerConnection'],
    ['widget/call/preflight.ts', 'export const a = navigator.mediaDevices.getUserMedia({ audio: true });', 'takes cameras'],
    ['widget/engine/call/ring.ts', 'export const a = new AudioContext();', 'builds an AudioContext'],
    ['widget/engine/recorder/mixer.ts', 'export const a = new MediaRecorder(new MediaStream());', 'builds a MediaRecorder'],
    ['widget/engine/conversation.ts', 'export const a = Date.now();', 'are pure'],
    ['widget/engine/call/call-state.ts', 'export const a = window.location;', 'are pure'],
    ['server/chat/l.ts', "import Sqlite from 'better-sqlite3';\nexport const a = Sqlite;", 'better-sqlite3 has one importer'],
    ['server/chat/m.ts', "export const a = await import('better-sqlite3');", 'better-sqlite3 has one importer'],
    ['server/chat/utils.ts', x, 'utils.ts says nothing'],
    ['server/chat/myFile.ts', x, 'kebab-case'],
  ];
  const broken = house(Object.fromEntries(planted));
  const { status, output } = run('scripts/lint-powers.mjs', [], broken);
  removeFolder(broken);
  t.equal(status, 1);
  for (const [file, , says] of planted) {
    t.ok(
      output.split('\n').some((line) => line.startsWith('error ') && line.includes(file) && line.includes(says)),
      `${file}: ${says}`,
      { output },
    );
  }
});

t.test('[rules between rooms] a file over 400 lines is told, and breaks nothing', async (t) => {
  const long = house({ 'server/chat/chat.ts': x.repeat(401) });
  const { status, output } = run('scripts/lint-powers.mjs', [], long);
  removeFolder(long);
  t.equal(status, 0);
  t.match(output, /^warning server\/chat\/chat\.ts: 402 lines/);
});

t.test('[lint] a promise that nobody awaits is a defect', async (t) => {
  const folder = house({ 'server/chat/chat.ts': 'async function write(): Promise<void> {}\nexport function send(): void {\n  write();\n}\n' });
  const { status, output } = run('node_modules/oxlint/bin/oxlint', ['--type-aware', '-c', join(root, '.oxlintrc.json'), 'server'], folder);
  removeFolder(folder);
  t.not(status, 0);
  t.match(output, /no-floating-promises/);
});

t.test('[lint] the lock names every optional platform package that it needs', async (t) => {
  t.match(run('scripts/check-lock.mjs', [], root), { status: 0 });
  const folder = house({
    'package-lock.json': JSON.stringify({ packages: { '': {}, 'node_modules/rollup': { optionalDependencies: { '@rollup/rollup-linux-x64-gnu': '4.0.0' } } } }),
  });
  const { status, output } = run('scripts/check-lock.mjs', [], folder);
  removeFolder(folder);
  t.equal(status, 1);
  t.match(output, /node_modules\/rollup names @rollup\/rollup-linux-x64-gnu/);
});
