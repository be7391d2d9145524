// Browser tests of the element and the panel: every *.test.ts of widget/ and admin/ runs in a real Chromium with a
// fake camera and a fake microphone. One file: `npx wtr widget/chat/composer.test.ts`.
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { esbuildPlugin } from '@web/dev-server-esbuild';
import { chromeLauncher } from '@web/test-runner-chrome';
import { makeLanguages } from './scripts/languages.mjs';
import { seededFastCheck } from './scripts/test-seed.mjs';
import { wtrReporter } from './scripts/wtr-reporter.mjs';

makeLanguages();

// Undefined leaves the search to the launcher.
const executablePath = process.env.CHROMIUM ?? ['/usr/bin/chromium'].find(existsSync);

// No sandbox: CI runs as root. Loopback candidates and real addresses: peers in one page must find each other without mDNS.
const flags = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--disable-dev-shm-usage',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--lang=en-US',
  '--use-fake-ui-for-media-stream',
  '--use-fake-device-for-media-stream',
  '--autoplay-policy=no-user-gesture-required',
  '--disable-features=WebRtcHideLocalIpsWithMdns',
  '--allow-loopback-in-peer-connection',
];

/** What Vite makes of `import url from './x.ts?worker&url'`: a module that says where the worker is. */
const workerUrls = {
  name: 'worker-urls',
  serve: ({ path, querystring }) => (querystring.includes('worker&url') ? { body: `export default ${JSON.stringify(path)};`, type: 'js' } : undefined),
};

/** Chance that repeats, as scripts/test-chance.mjs gives it on Node. */
const seeded = {
  name: 'seeded',
  resolveImport: ({ source, context }) => (source === 'fast-check' && !context.path.startsWith('/scripts/') ? seededFastCheck.replace('.', '/scripts') : undefined),
};

export default {
  files: ['widget/**/*.test.ts', 'admin/**/*.test.ts'],
  rootDir: fileURLToPath(new URL('.', import.meta.url)),
  plugins: [seeded, workerUrls, esbuildPlugin({ ts: true, target: 'es2022', tsconfig: fileURLToPath(new URL('./tsconfig.json', import.meta.url)) })],
  browsers: [chromeLauncher({ concurrency: 1, launchOptions: { executablePath, headless: true, args: flags } })],
  nodeResolve: { exportConditions: ['development'] },
  concurrency: 1,
  browserStartTimeout: 120_000,
  testsStartTimeout: 120_000,
  testsFinishTimeout: 240_000,
  // `npm test` adds up the results of its parts; by hand the runner's own reporter is nicer to watch.
  ...(process.env.WTR_RESULTS ? { reporters: [wtrReporter(process.env.WTR_RESULTS)] } : {}),
  testFramework: { config: { ui: 'bdd', timeout: 15_000 } },
  // Lit says on every start that it is in development mode: true, wanted, and noise.
  filterBrowserLogs: ({ args }) => !args.some((arg) => typeof arg === 'string' && arg.includes('Lit is in dev mode')),
  coverageConfig: {
    include: ['widget/**/*.ts', 'admin/**/*.ts'],
    exclude: ['**/*.test.ts', '**/testing/**', '**/node_modules/**'],
    report: true,
    reporters: ['text', 'lcovonly'],
  },
};
