import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { buildApp, type App } from './app.ts';
import { createOidcProvider } from './auth/oidc-provider.http.ts';
import { openBlobs } from './blobs/open-blobs.ts';
import { systemClock } from './clock.ts';
import { ConfigError, readConfig, silenceSdkNotice, type Config } from './config.ts';
import { createMemoryBus } from './hub/bus.memory.ts';
import { createLogger } from './logging.ts';
import { createSmtpMailer, smtpOptions } from './mail/mailer.smtp.ts';
import { createOutbound } from './outbound/outbound.ts';
import { createMergeRunner } from './recordings/merge/run-merge.ts';
import { createWaveformRunner } from './recordings/waveform-runner.ts';
import { openSecrets, openSetupToken, removeSetupToken } from './secrets.ts';
import { OpenError } from './store/open-error.ts';
import { openPostgres } from './store/open-postgres.ts';
import { openSqlite } from './store/open-sqlite.ts';

// Ctrl-C ends the server within this time whatever hangs, ms.
const stopWithinMs = 4500;
/** How often the store is asked to drop what crashes left half-written, ms. */
const tidyBlobsMs = 6 * 3_600_000;

const clock = systemClock();
const say = (text: string) => void process.stdout.write(`${text}\n`);
/** What was opened so far, to be closed from the last to the first. */
const opened: (() => Promise<unknown> | void)[] = [];

process.stdout.on('error', () => {}); // whoever read our lines has gone; that is no reason to end
process.stderr.on('error', () => {});

async function main(): Promise<void> {
  process.umask(0o077); // before any file is made: conversations and recordings are this account's alone, whatever the folder
  const config = readConfig();
  silenceSdkNotice();
  const logger = createLogger(config.logLevel, process.stdout);
  const secrets = await openSecrets(config.dataDir, clock);
  const database = config.database.engine === 'sqlite' ? await openSqlite({ file: config.database.file }) : await openPostgres({ url: config.database.url });
  opened.push(() => database.close());
  const blobs = await openBlobs(config.blobs);
  opened.push(() => blobs.close());
  await blobs.check().catch((error: Error) => {
    // An object store may come back by itself, and chat goes on without it; a folder does not.
    if (config.blobs.kind === 'disk') throw new ConfigError(error.message, { cause: error });
    logger.error({ err: error }, 'The object store does not answer; recordings wait for it.');
  });
  const tidying = clock.every(tidyBlobsMs, () => void blobs.check().catch((error: unknown) => logger.warn({ err: error }, 'The blob store does not answer.')));
  opened.push(() => tidying.cancel());
  const bus = createMemoryBus();
  opened.push(() => bus.close());
  const tempDir = join(config.dataDir, 'tmp');
  mkdirSync(tempDir, { recursive: true, mode: 0o700 });
  const merges = createMergeRunner({ blobs: config.blobs });
  opened.push(() => merges.close());
  const waveforms = createWaveformRunner({ blobs: config.blobs });
  opened.push(() => waveforms.close());

  const mailer = config.mail && createSmtpMailer({ options: smtpOptions(config.mail.url), from: config.mail.from });
  opened.push(() => mailer?.close());

  const outbound = createOutbound({ clock, allow: config.outboundAllow });
  opened.push(() => outbound.close());

  const oidcProvider = config.oidc && createOidcProvider(config.oidc, clock);
  const setupToken = await openSetupToken(config.dataDir, clock);
  const app = await buildApp({ config, secrets, setupToken, database, bus, blobs, tempDir, merges, waveforms, outbound, mailer, oidcProvider, clock, logger });
  opened.push(() => app.stop());
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void end());
  await app.fastify.listen({ host: config.host, port: config.port });
  await app.organisations.prepare(); // now that the port is known, the first site can name the demo's origin
  const owned = await app.organisations.hasOwner();
  if (owned) await removeSetupToken(config.dataDir);
  await app.start();
  greet(app, config, owned ? null : setupToken.text);
  process.on('uncaughtException', (error) => {
    // What is acknowledged is durable, what this broke is unknown: a fresh start knows better.
    logger.fatal({ err: error }, 'A defect; the server ends.');
    process.exit(1);
  });
}

function greet(app: App, config: Config, setupToken: string | null): void {
  const [origin] = app.ownOrigins();
  say(`\nPeer Consult is running.\n\n  Demo page  ${origin}/demo\n  Panel      ${origin}/admin/`);
  if (setupToken !== null) say(`\nFirst start: this link works once. It makes you the owner:\n\n  ${origin}/admin/#/setup?token=${setupToken}`);
  if (config.publicOrigin === null && (config.host === '0.0.0.0' || config.host === '::')) {
    say('\nIt listens on every address of this machine, but PUBLIC_URL is not set: only this machine may use the demo and the panel.');
  }
  say('\nCtrl-C ends it.\n');
}

let ending = false;
async function end(): Promise<void> {
  if (ending) return;
  ending = true;
  process.once('SIGINT', () => process.exit(1)); // a second Ctrl-C means now
  clock.after(stopWithinMs, () => {
    process.stderr.write(`Something did not end within ${stopWithinMs / 1000} s; nothing that was acknowledged is lost.\n`);
    process.exit(0);
  });
  process.exit((await closeAll()) ? 0 : 1);
}

/** Closes what is open; true when all of it could be. */
async function closeAll(): Promise<boolean> {
  let clean = true;
  for (const close of opened.splice(0).reverse()) {
    try {
      await close();
    } catch (error) {
      clean = false;
      process.stderr.write(`Something could not be closed: ${error instanceof Error ? error.message : String(error)}\n`);
    }
  }
  return clean;
}

/** One sentence for whoever started the server. */
function sentence(error: unknown): string {
  if (error instanceof ConfigError || error instanceof OpenError) return error.message;
  const { code, syscall, port, address } = error as NodeJS.ErrnoException & { port?: number; address?: string };
  if (syscall === 'listen' || syscall === 'getaddrinfo') {
    if (code === 'EADDRINUSE') return `The port ${port} of ${address} is in use; stop whoever uses it, or set PORT to another.`;
    if (code === 'EACCES') return `This account may not listen on port ${port}; set PORT to one above 1023.`;
    return 'The address in HOST is not one of this machine; set HOST to 127.0.0.1, 0.0.0.0 or an address of its own.';
  }
  return `The server could not start: ${error instanceof Error ? error.message : String(error)}`;
}

main().catch(async (error: unknown) => {
  process.stderr.write(`${sentence(error)}\n`);
  await closeAll();
  process.exit(1);
});
