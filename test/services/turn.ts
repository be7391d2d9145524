import { createHash, createPublicKey } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePorts } from './free-port.ts';
import { findProgram, runProgram, startProcess } from './processes.ts';
import { removeFolder, temporaryFolder } from './temporary-folder.ts';

/** A throw-away TURN server. */
export interface Turn {
  port: number;
  /** The port for TLS, and the digest by which a Chromium is told to trust its certificate; null without `tls`. */
  secure: { port: number; spki: string } | null;
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

/** Where a TURN server relays, and whether it speaks TLS too, with a certificate that it has made itself. */
export interface TurnOptions {
  /** The address at which others find what it relays. */
  relay?: string;
  tls?: boolean;
}

/** Starts coturn on a free port of 127.0.0.1, with ephemeral credentials (the TURN REST scheme). */
export async function startTurn({ relay = '127.0.0.1', tls = false }: TurnOptions = {}): Promise<Turn> {
  const lack = missing();
  if (lack) throw new Error(lack);
  const folder = temporaryFolder('turn');
  const [port, securePort] = (await freePorts(2)) as [number, number];
  const [certificate, key] = [join(folder, 'certificate.pem'), join(folder, 'key.pem')];
  if (tls) {
    runProgram(findProgram('openssl')!, [
      'req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2', '-subj', '/CN=relay.test', '-keyout', key, '-out', certificate,
    ]);
  }
  const secret = 'a-secret-of-this-test-only';
  const running = await startProcess({
    command: findProgram('turnserver')!,
    args: [
      '-n',
      '--log-file=stdout',
      '--simple-log',
      '--verbose',
      '--listening-ip=127.0.0.1',
      `--relay-ip=${relay}`,
      `--listening-port=${port}`,
      '--use-auth-secret',
      `--static-auth-secret=${secret}`,
      '--realm=test.local',
      '--fingerprint',
      ...(tls ? [`--tls-listening-port=${securePort}`, `--cert=${certificate}`, `--pkey=${key}`] : ['--no-tls']),
      '--no-dtls',
      '--no-cli',
      '--no-multicast-peers',
      // Both ends of a test call are on this machine.
      '--allow-loopback-peers',
      `--pidfile=${join(folder, 'pid')}`,
      `--userdb=${join(folder, 'users.sqlite')}`,
    ],
    ready: tls ? securePort : port,
  });
  return {
    port,
    secure: tls ? { port: securePort, spki: createHash('sha256').update(createPublicKey(readFileSync(certificate)).export({ type: 'spki', format: 'der' })).digest('base64') } : null,
    urls: [`turn:127.0.0.1:${port}?transport=udp`, `turn:127.0.0.1:${port}?transport=tcp`],
    secret,
    log: running.output,
    async stop() {
      await running.stop();
      removeFolder(folder);
    },
  };
}
