// The rules between rooms (ARCHITECTURE.md), each with its sentence. Powers of the platform and rule 7: scripts/lint-powers.mjs.
// test/lint.test.ts plants a violation of every one of them.

/** What may look into other rooms: tests, the suites and fakes they share, and the benchmarks. */
const tests = ['\\.test\\.ts$', '\\.contract\\.ts$', '/testing/', '^test/', '^bench/'];
/** The server's rooms that are not capabilities: engines and wiring, which know no use case. */
const engines = 'store|blobs|hub|gateway|testing';
const capability = `^server/(?!(?:${engines})/)([^/]+)/`;

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    {
      name: 'protocol-imports-only-typebox',
      comment: 'Rule 1: the contract stands alone, so that a client can be written against protocol/ and nothing else.',
      severity: 'error',
      from: { path: '^protocol/', pathNot: tests },
      to: { pathNot: ['^protocol/', '^node_modules/typebox/'] },
    },
    {
      name: 'languages-are-words',
      comment: 'Rule 14: a file of a language knows nothing but the shape of its words: whoever translates needs no other room.',
      severity: 'error',
      from: { path: '^languages/', pathNot: tests },
      to: { pathNot: '^languages/' },
    },
    {
      name: 'words-by-section',
      comment: 'Rule 14: rooms take words from languages/split/: a whole language in a browser is one that everybody has to load.',
      severity: 'error',
      from: { path: '^(protocol|server|widget|admin)/' },
      to: { path: '^languages/(?!split/)', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'protocol-constants-import-nothing',
      comment: 'Rule 1: version, codes, permissions and evidence-check are the only values that browsers take from protocol/; an import there would cost them bytes.',
      severity: 'error',
      from: { path: '^protocol/(version|codes|permissions|evidence-check)\\.ts$' },
      to: {},
    },
    {
      name: 'browser-takes-types-from-protocol',
      comment: 'Rule 1: browser rooms take schema files by `import type` only; a value import would ship typebox to every visitor.',
      severity: 'error',
      from: { path: '^(widget|admin)/', pathNot: tests },
      to: { path: '^protocol/', pathNot: '^protocol/(version|codes|permissions|evidence-check)\\.ts$', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'engine-knows-no-view',
      comment: 'Rule 2: widget/engine/ has no pixel: views import it, never the reverse.',
      severity: 'error',
      from: { path: '^widget/engine/' },
      to: { path: '^(widget/(?!engine/)|admin/)' },
    },
    {
      name: 'engine-needs-no-lit',
      comment: 'Rule 2: the engine runs without Lit; it may only name its types.',
      severity: 'error',
      from: { path: '^widget/engine/', pathNot: tests },
      to: { path: '^node_modules/(lit|@lit)', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'widget-knows-no-panel',
      comment: 'Rule 3: the panel stands on the widget, never the reverse.',
      severity: 'error',
      from: { path: '^widget/' },
      to: { path: '^admin/' },
    },
    {
      name: 'panel-takes-engine-and-leaf-views',
      comment: 'Rule 3: the panel takes the engine, leaf views (chat, call) and what they look like; never the element itself.',
      severity: 'error',
      from: { path: '^admin/' },
      to: { path: '^widget/', pathNot: '^widget/(engine|chat|call|styles|texts)/' },
    },
    {
      name: 'wire-is-the-only-way-from-server',
      comment: 'Rule 4: the server never imports a browser room: the wire is the only way between them.',
      severity: 'error',
      from: { path: '^server/' },
      to: { path: '^(widget|admin)/' },
    },
    {
      name: 'wire-is-the-only-way-to-server',
      comment: 'Rule 4: a browser room never imports the server: the wire is the only way between them.',
      severity: 'error',
      from: { path: '^(widget|admin)/' },
      to: { path: '^server/' },
    },
    {
      name: 'capability-through-its-use-cases',
      comment: 'Rule 5: one capability reaches another only through its use-case file, never its store, frames or routes.',
      severity: 'error',
      from: { path: capability, pathNot: tests },
      to: { path: `^server/(?!(?:${engines})/)[^/]+/`, pathNot: ['^server/$1/', '^server/[^/]+/[^/.]+\\.ts$'] },
    },
    {
      name: 'no-circles',
      comment: 'Rule 5: no circles anywhere: two files that need each other are one, or there is a third. (A type that looks back is none.)',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'use-cases-know-no-framework',
      comment: 'Rule 6: use-case files import no Fastify, no Drizzle and no adapter: they must run in a test with plain arguments.',
      severity: 'error',
      // Auth has more than use cases: what signs, what stands before every route, and what sets the cookies of a sign-in.
      from: { path: `${capability}[^/.]+\\.ts$`, pathNot: [...tests, '^server/auth/(tokens|authenticate|session-cookies)\\.ts$'] },
      to: { path: '^node_modules/(fastify|@fastify|drizzle-orm|better-sqlite3|pg|@aws-sdk)' },
    },
    {
      name: 'use-cases-know-no-adapter',
      comment: 'Rule 6: use-case files take adapters as arguments; of the tables they know no more than the types of rows.',
      severity: 'error',
      from: { path: `${capability}[^/.]+\\.ts$`, pathNot: tests },
      to: {
        path: ['^server/blobs/blobs\\.[^/]+\\.ts$', '^server/hub/bus\\.[^/]+\\.ts$', '^server/store/(open|columns|tables)[^/]*\\.ts$'],
        dependencyTypesNot: ['type-only'],
      },
    },
    {
      name: 'only-stores-know-drizzle',
      comment: 'Rule 6: only *.store.ts and server/store/ import Drizzle: a query has one home.',
      severity: 'error',
      from: { path: '^(server|protocol|widget|admin)/', pathNot: [...tests, '^server/store/', '\\.store\\.ts$'] },
      to: { path: '^node_modules/drizzle-orm/' },
    },
    {
      name: 'server-needs-no-dev-dependency',
      comment: 'What runs in production stands in dependencies.',
      severity: 'error',
      from: { path: '^(server|protocol)/', pathNot: tests },
      to: { dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'], dependencyTypesNot: ['type-only'], pathNot: '^node_modules/@types/' },
    },
    {
      name: 'only-main-builds-adapters',
      comment: 'Rule 8: only main builds real adapters: everything else takes the interface as an argument.',
      severity: 'error',
      // The threads of merge and waveform share no memory with main: each is a main of its own.
      from: { path: '^server/', pathNot: [...tests, '^server/main\\.ts$', '^server/recordings/(merge/worker|waveform-worker)\\.ts$', '^server/(store|blobs|hub)/'] },
      to: { path: ['^server/store/open-', '^server/blobs/(open-blobs|blobs\\.(disk|s3))\\.ts$', '^server/hub/bus\\.(memory|redis)\\.ts$', '^server/mail/mailer\\.smtp\\.ts$', '^server/auth/oidc-provider\\.http\\.ts$'], dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'elements-never-see-the-link',
      comment: 'Rule 11: an element never sees the link: data in by property or context, wishes out by event.',
      severity: 'error',
      from: { path: '^(widget/(?!engine/)|admin/)', pathNot: tests },
      to: { path: '^widget/engine/link\\.ts$' },
    },
    {
      name: 'only-tests-import-testing',
      comment: 'Rule 12: fakes and contract suites are for tests; what is shipped never imports them.',
      severity: 'error',
      from: { pathNot: tests },
      to: { path: ['/testing/', '\\.contract\\.ts$', '\\.test\\.ts$', '^(test|bench)/'] },
    },
    {
      name: 'every-import-resolves',
      comment: 'An import of something that is not there.',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^(dist|coverage|\\.tap)/' },
    // Type imports count too: a rule about rooms is about who knows whom, not about bytes.
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'default', 'types'] },
    builtInModules: { add: [] },
  },
};
