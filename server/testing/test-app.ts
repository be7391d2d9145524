import type { FastifyInstance, InjectOptions, LightMyRequestResponse } from 'fastify';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SessionAnswer, SetupAnswer, VisitorAnswer } from '../../protocol/http.ts';
import { buildApp, type App, type AppParts } from '../app.ts';
import type { OidcProvider } from '../auth/oidc-provider.ts';
import { openBlobs } from '../blobs/open-blobs.ts';
import type { BlobStore } from '../blobs/blobs.ts';
import { systemClock, type Clock } from '../clock.ts';
import { createMemoryBus } from '../hub/bus.memory.ts';
import { createLogger } from '../logging.ts';
import type { Mailer } from '../mail/mailer.ts';
import { createOutbound, type Outbound } from '../outbound/outbound.ts';
import type { MergeRunner } from '../recordings/merge/merge-runner.ts';
import type { WaveformRunner } from '../recordings/waveform-runner.ts';
import { newSigningSeed, newVapidKeys } from '../secrets.ts';
import type { Database } from '../store/database.ts';
import { openSqlite } from '../store/open-sqlite.ts';

/** What a test may say; everything has a default. */
export interface TestAppOptions {
  clock?: Clock;
  /** SQLite in memory unless given. Closed with the app. */
  database?: Database;
  blobs?: BlobStore;
  merges?: MergeRunner;
  waveforms?: WaveformRunner;
  /** The real one unless given, with `outboundAllow`. */
  outbound?: Outbound;
  /** Private addresses that may be spoken to, e.g. `127.0.0.1`. */
  outboundAllow?: readonly string[];
  /** None unless given: mail is kept and not sent. */
  mailer?: Mailer;
  /** None unless given: agents sign in by password alone. */
  oidcProvider?: OidcProvider;
  config?: Partial<AppParts['config']>;
  logLevel?: 'debug' | 'silent';
}

/** The owner, signed in. */
export interface TestOwner {
  accessToken: string;
  agent: SetupAnswer['agent'];
  site: SetupAnswer['site'];
  cookies: Record<string, string>;
  /** For `inject` and `fetch`. */
  headers: { authorization: string };
}

/** A whole server in this process. */
export interface TestApp extends App {
  database: Database;
  blobs: BlobStore;
  /** Where bytes lie while they come in. */
  tempDir: string;
  clock: Clock;
  /** Everything that was logged. */
  log(): string;
  inject(options: InjectOptions): Promise<LightMyRequestResponse>;
  /** Listens on a free port of 127.0.0.1; gives its origin, e.g. `http://127.0.0.1:40123`. */
  listen(): Promise<string>;
  /** Sets the owner up (once) and signs in. */
  owner(): Promise<TestOwner>;
  /** Adds an agent and signs in. */
  agent(role: 'admin' | 'agent'): Promise<Omit<TestOwner, 'site'>>;
  /** A visitor's token, from a page of the server's own. */
  visitor(): Promise<VisitorAnswer & { headers: { authorization: string } }>;
  /** Stops and closes everything. */
  close(): Promise<void>;
}

/** The text of every test's set-up token. */
export const testSetupToken = 'the-setup-token-of-the-tests';
/** A good password. */
export const testPassword = 'correct horse battery';

const noMerges: MergeRunner = {
  run: () => Promise.reject(new Error('This test merges nothing.')),
  close: async () => {},
};

const noWaveforms: WaveformRunner = {
  run: () => Promise.reject(new Error('This test makes no waveforms.')),
  close: async () => {},
};

/** Builds a server in memory; only blobs lie in a temporary folder. */
export async function testApp(options: TestAppOptions = {}): Promise<TestApp> {
  const clock = options.clock ?? systemClock();
  const folder = mkdtempSync(join(tmpdir(), 'peer-consult-app-'));
  const database = options.database ?? await openSqlite({ file: ':memory:' });
  const tempDir = join(folder, 'tmp');
  const blobs = options.blobs ?? await openBlobs({ kind: 'disk', folder: join(folder, 'blobs') });
  const bus = createMemoryBus();
  const outbound = options.outbound ?? createOutbound({ clock, allow: options.outboundAllow ?? [] });
  const lines: string[] = [];
  let discarded = false;
  const app = await buildApp({
    config: { host: '127.0.0.1', port: 8080, publicOrigin: null, trustProxy: false, rateLimits: true, metricsToken: null, ice: { urls: [], secret: undefined, relayOnly: false }, ...options.config },
    secrets: { tokenSecret: 't'.repeat(40), refreshSecret: 'r'.repeat(40), vapid: newVapidKeys(clock), signingSeed: newSigningSeed(clock) },
    setupToken: { matches: (candidate) => !discarded && candidate === testSetupToken, discard: async () => void (discarded = true) },
    database, bus, blobs, tempDir, outbound, clock, merges: options.merges ?? noMerges, waveforms: options.waveforms ?? noWaveforms, mailer: options.mailer ?? null, oidcProvider: options.oidcProvider ?? null,
    logger: createLogger(options.logLevel ?? 'debug', { write: (line) => void lines.push(line) }),
    passwordCost: { N: 2 ** 4, r: 8, p: 1 },
  });
  await app.organisations.prepare();
  await app.start();
  const { fastify }: { fastify: FastifyInstance } = app;
  const inject = (request: InjectOptions) => fastify.inject(request);
  const sign = async (email: string): Promise<Omit<TestOwner, 'site'>> => {
    const answer = await inject({ method: 'POST', url: '/v1/auth/login', payload: { email, password: testPassword } });
    if (answer.statusCode !== 200) throw new Error(`Signing in failed: ${answer.body}`);
    const { accessToken, agent } = answer.json<SessionAnswer>();
    const cookies = Object.fromEntries(answer.cookies.map(({ name, value }) => [name, value]));
    return { accessToken, agent, cookies, headers: { authorization: `Bearer ${accessToken}` } };
  };
  let site: SetupAnswer['site'] | undefined;
  let agents = 0;

  const test: TestApp = {
    ...app, database, blobs, tempDir, clock, inject,
    log: () => lines.join(''),
    listen: async () => {
      await fastify.listen({ host: '127.0.0.1', port: 0 });
      return app.ownOrigins()[0]!;
    },
    async owner() {
      const email = 'owner@example.com';
      if (!site) {
        const answer = await inject({ method: 'POST', url: '/v1/setup', payload: { token: testSetupToken, name: 'Olive Owner', email, password: testPassword } });
        if (answer.statusCode !== 201) throw new Error(`The set-up failed: ${answer.body}`);
        ({ site } = answer.json<SetupAnswer>());
      }
      return { ...(await sign(email)), site };
    },
    async agent(role) {
      const owner = await test.owner();
      const email = `${role}${++agents}@example.com`;
      const answer = await inject({ method: 'POST', url: '/v1/agents', headers: owner.headers, payload: { name: `${role} ${agents}`, email, password: testPassword, role } });
      if (answer.statusCode !== 201) throw new Error(`Adding an agent failed: ${answer.body}`);
      return sign(email);
    },
    async visitor() {
      const { site: { publishableKey } } = await test.owner();
      const answer = await inject({ method: 'POST', url: '/v1/visitors', headers: { origin: app.ownOrigins()[0]! }, payload: { siteKey: publishableKey } });
      if (answer.statusCode !== 201) throw new Error(`Welcoming a visitor failed: ${answer.body}`);
      const visitor = answer.json<VisitorAnswer>();
      return { ...visitor, headers: { authorization: `Bearer ${visitor.token}` } };
    },
    async close() {
      await app.stop();
      outbound.close();
      await bus.close();
      await blobs.close();
      await database.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
  return test;
}
