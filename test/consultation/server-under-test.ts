import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { freePort } from '../services/free-port.ts';
import { startProcess, type RunningProcess } from '../services/processes.ts';
import { removeFolder, temporaryFolder } from '../services/temporary-folder.ts';

const root = resolve(import.meta.dirname, '../..');

/** Who owns the server under test. */
export const owner = { name: 'Olivia Owner', email: 'olivia@example.com', password: 'a long enough passphrase 7' };

/** The product as `npm start` starts it, on a free port and with a data folder of its own. */
export interface ServerUnderTest {
  /** `http://127.0.0.1:…`, without a slash at the end. */
  url: string;
  dataFolder: string;
  /** What it has printed, over all its lives. */
  output(): string;
  /** SIGKILL, as a power cut does it. */
  kill(): Promise<void>;
  /** Starts it again on the same data and the same port. */
  start(): Promise<void>;
  /** SIGTERM, and the data folder goes. */
  stop(): Promise<void>;
}

/** Starts the built server (`dist/`) and makes its first owner. `settings` are environment variables of the product. */
export async function startServerUnderTest(settings: Record<string, string> = {}): Promise<ServerUnderTest> {
  const dataFolder = temporaryFolder('data');
  const port = settings.PORT ? Number(settings.PORT) : await freePort();
  const url = `http://127.0.0.1:${port}`;
  let running: RunningProcess;
  let earlier = '';
  const server: ServerUnderTest = {
    url,
    dataFolder,
    output: () => earlier + running.output(),
    async kill() {
      await running.stop('SIGKILL');
    },
    async start() {
      earlier += running?.output() ?? '';
      running = await startProcess({
        command: process.execPath,
        args: [join(root, 'dist/server/main.js')],
        cwd: root,
        env: { PATH: process.env.PATH, HOME: process.env.HOME, HOST: '127.0.0.1', PORT: String(port), DATA_DIR: dataFolder, ...settings },
        ready: () => fetch(`${url}/readyz`).then((answer) => answer.ok, () => false),
      });
    },
    async stop() {
      await running.stop();
      removeFolder(dataFolder);
    },
  };
  await server.start();
  const token = readFileSync(join(dataFolder, 'setup-token'), 'utf8').trim();
  const answer = await fetch(`${url}/v1/setup`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ token, ...owner }),
  });
  if (answer.status !== 201) throw new Error(`The set-up was answered with ${answer.status}: ${await answer.text()}\n${server.output()}`);
  return server;
}
