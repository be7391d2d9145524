import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { SessionAnswer, SitesPage, VisitorAnswer } from '../../protocol/http.ts';
import { freePort } from '../services/free-port.ts';
import { startProcess, type RunningProcess } from '../services/processes.ts';
import { removeFolder, temporaryFolder } from '../services/temporary-folder.ts';

/** Which seam of the server is broken on purpose; the product knows nothing of it. */
export type BrokenServer = 'ack-before-commit' | 'no-dedupe';

const root = resolve(import.meta.dirname, '../..');
const password = 'a long enough passphrase 7';

/** The real server on a SQLite file of its own, to be killed and started again. */
export interface StormServer {
  port: number;
  url: string;
  /** The SQLite file. */
  database: string;
  start(): Promise<void>;
  /** SIGKILL, as a power cut does it. */
  kill(): Promise<void>;
  /** SIGTERM: it drains first. */
  term(): Promise<void>;
  /** What it has printed over all its lives. */
  output(): string;
  /** Makes an agent. */
  agent(name: string): Promise<void>;
  /** Signs an agent in. */
  agentToken(name: string): Promise<string>;
  visitorToken(): Promise<string>;
  remove(): void;
}

/** Starts it and makes its owner. */
export async function startStormServer(broken: BrokenServer | null, built = join(root, 'dist/server/main.js')): Promise<StormServer> {
  const folder = temporaryFolder('faults');
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const args = broken === null ? [built] : ['--import', 'tsx', join(root, 'test/faults/broken-server.ts'), broken];
  const database = join(folder, 'peer-consult.db');
  let running: RunningProcess | undefined;
  let earlier = '';
  const json = async <T>(path: string, body?: object, token?: string): Promise<T> => {
    const answer = await fetch(url + path, {
      ...(body && { method: 'POST', body: JSON.stringify(body) }),
      headers: { origin: url, ...(body && { 'content-type': 'application/json' }), ...(token !== undefined && { authorization: `Bearer ${token}` }) },
    });
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
    return (await answer.json()) as T;
  };
  const signIn = async (email: string) => (await json<SessionAnswer>('/v1/auth/login', { email, password })).accessToken;

  const server: StormServer = {
    port, url, database,
    async start() {
      earlier += running?.output() ?? '';
      running = await startProcess({
        command: process.execPath, args, cwd: root, withinMs: 300_000, // a machine that does much else besides is no fault
        env: { PATH: process.env.PATH, HOME: process.env.HOME, HOST: '127.0.0.1', PORT: String(port), DATA_DIR: folder, LOG_LEVEL: 'warn', RATE_LIMITS: 'off' },
        ready: () => fetch(`${url}/readyz`).then((answer) => answer.ok, () => false),
      });
    },
    kill: async () => void (await running?.stop('SIGKILL')),
    term: async () => void (await running?.stop('SIGTERM', 10_000)),
    output: () => earlier + (running?.output() ?? ''),
    async agent(name) {
      await json('/v1/agents', { name, email: `${name}@example.com`, password, role: 'agent' }, await signIn('owner@example.com'));
    },
    agentToken: (name) => signIn(`${name}@example.com`),
    async visitorToken() {
      const { items: [site] } = await json<SitesPage>('/v1/sites', undefined, await signIn('owner@example.com'));
      return (await json<VisitorAnswer>('/v1/visitors', { siteKey: site!.publishableKey })).token;
    },
    remove: () => removeFolder(folder),
  };
  await server.start();
  const token = readFileSync(join(folder, 'setup-token'), 'utf8').trim();
  await json('/v1/setup', { token, name: 'Olivia Owner', email: 'owner@example.com', password });
  return server;
}
