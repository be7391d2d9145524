import { join } from 'node:path';
import { freePort } from './free-port.ts';
import { findProgram, startProcess } from './processes.ts';
import { removeFolder, temporaryFolder } from './temporary-folder.ts';

/** A throw-away TURN server. */
export interface Turn {
  port: number;
  /** For `TURN_URLS`: the same relay over UDP and over TCP. */
  urls: string[];
  /** For `TURN_SECRET`: the shared secret that signs short-lived credentials. */
  secret: string;
  /** Its log so far, in which allocations can be counted. */
  log(): string;
  stop(): Promise<void>;
}

/** One sentence on what is missing and how to get it, or null when coturn can be started here. */
export function missing(): string | null {
  if (findProgram('turnserver')) return null;
  return 'coturn is missing: `apt-get install coturn` on Debian, `brew install coturn` on macOS.';
}

/** Where a TURN server is: the address at which browsers find it, and the one at which others find what it relays. */
export interface TurnPlace {
  host: string;
  relay: string;
}

const loopback: TurnPlace = { host: '127.0.0.1', relay: '127.0.0.1' };

/** Starts coturn on a free port, of 127.0.0.1 unless told, with ephemeral credentials (the TURN REST scheme). It always listens on 127.0.0.1 too. */
export async function startTurn({ host, relay } = loopback): Promise<Turn> {
  const lack = missing();
  if (lack) throw new Error(lack);
  const folder = temporaryFolder('turn');
  const port = await freePort();
  const secret = 'a-secret-of-this-test-only';
  const running = await startProcess({
    command: findProgram('turnserver')!,
    args: [
      '-n',
      '--log-file=stdout',
      '--simple-log',
      '--verbose',
      ...[...new Set(['127.0.0.1', host])].map((address) => `--listening-ip=${address}`),
      `--relay-ip=${relay}`,
      `--listening-port=${port}`,
      '--use-auth-secret',
      `--static-auth-secret=${secret}`,
      '--realm=test.local',
      '--fingerprint',
      '--no-tls',
      '--no-dtls',
      '--no-cli',
      '--no-multicast-peers',
      // Both ends of a test call are on this machine.
      '--allow-loopback-peers',
      `--pidfile=${join(folder, 'pid')}`,
      `--userdb=${join(folder, 'users.sqlite')}`,
    ],
    ready: port,
  });
  return {
    port,
    urls: [`turn:${host}:${port}?transport=udp`, `turn:${host}:${port}?transport=tcp`],
    secret,
    log: running.output,
    async stop() {
      await running.stop();
      removeFolder(folder);
    },
  };
}
