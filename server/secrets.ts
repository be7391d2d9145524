import { createECDH, timingSafeEqual } from 'node:crypto';
import { chmod, mkdir, open, readFile, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Clock } from './clock.ts';
import { ConfigError } from './config.ts';
import type { SetupToken } from './organisations/organisations.ts';

/** What the server keeps to itself. */
export interface Secrets {
  /** Signs access, visitor and media tokens. */
  tokenSecret: string;
  /** Signs refresh cookies. */
  refreshSecret: string;
  /** Our key pair for pushes (VAPID): the raw point and number of P-256, base64url. Another pair would end every subscription. */
  vapid: { publicKey: string; privateKey: string };
  /** 32 bytes, base64url: the Ed25519 key that signs the manifests of recordings. With another one, older manifests are of an unknown key. */
  signingSeed: string;
}

/** Reads the secrets of the data folder, or makes them at the first start (mode 0600). Throws a ConfigError. */
export async function openSecrets(dataDir: string, clock: Clock): Promise<Secrets> {
  const file = join(dataDir, 'secrets.json');
  const text = await keep(file, () => {
    const fresh: Secrets = { tokenSecret: clock.random(48).toString('base64url'), refreshSecret: clock.random(48).toString('base64url'), vapid: newVapidKeys(clock), signingSeed: newSigningSeed(clock) };
    return secretsText(fresh);
  });
  let read: Partial<Secrets> | null = null;
  try {
    read = JSON.parse(text) as Partial<Secrets> | null;
  } catch { /* told below */ }
  const good = (secret: unknown): secret is string => typeof secret === 'string' && secret.length >= 32;
  if (!good(read?.tokenSecret) || !good(read.refreshSecret)) {
    throw new ConfigError(`The file ${file} is damaged; restore it, or delete it (everybody has to sign in again then).`);
  }
  const { tokenSecret, refreshSecret, vapid, signingSeed } = read;
  if (vapid !== undefined && !isVapidPair(vapid)) throw new ConfigError(`The keys for pushes in ${file} are damaged; restore the file, or delete its part "vapid" (browsers have to be asked for notifications again then).`);
  if (signingSeed !== undefined && !isSeed(signingSeed)) throw new ConfigError(`The key for manifests in ${file} is damaged; restore the file, or delete its part "signingSeed" (recordings made so far are then of a key that this server no longer has).`);
  if (vapid && signingSeed !== undefined) return { tokenSecret, refreshSecret, vapid, signingSeed };
  // A file of a version that knew no pushes, or no manifests.
  const grown: Secrets = { tokenSecret, refreshSecret, vapid: vapid ?? newVapidKeys(clock), signingSeed: signingSeed ?? newSigningSeed(clock) };
  await writeWhole(file, secretsText(grown)).catch((error: unknown) => {
    throw unusable(file, error);
  });
  return grown;
}

const secretsText = (secrets: Secrets) => `${JSON.stringify(secrets, null, 2)}\n`;

/** The seed of a key that signs, from the clock's chance. */
export const newSigningSeed = (clock: Pick<Clock, 'random'>): string => clock.random(32).toString('base64url');

const isSeed = (seed: unknown): seed is string => typeof seed === 'string' && Buffer.from(seed, 'base64url').length === 32;

/** A key pair on P-256 from the clock's chance. */
export function newVapidKeys(clock: Pick<Clock, 'random'>): Secrets['vapid'] {
  const ecdh = createECDH('prime256v1');
  for (;;) {
    const secret = clock.random(32);
    try {
      ecdh.setPrivateKey(secret);
    } catch {
      continue; // one in four thousand million lies beyond the curve's order
    }
    return { publicKey: ecdh.getPublicKey().toString('base64url'), privateKey: secret.toString('base64url') };
  }
}

function isVapidPair(pair: Secrets['vapid'] | undefined): pair is Secrets['vapid'] {
  if (typeof pair?.publicKey !== 'string' || typeof pair.privateKey !== 'string') return false;
  try {
    const ecdh = createECDH('prime256v1');
    ecdh.setPrivateKey(Buffer.from(pair.privateKey, 'base64url'));
    return ecdh.getPublicKey().toString('base64url') === pair.publicKey;
  } catch {
    return false;
  }
}

/** The set-up token in the data folder, with its text for the link. */
export interface SetupTokenFile extends SetupToken {
  readonly text: string;
}

/** Reads `setup-token` of the data folder, or makes it (mode 0600). */
export async function openSetupToken(dataDir: string, clock: Clock): Promise<SetupTokenFile> {
  const file = setupTokenFile(dataDir);
  const text = (await keep(file, () => `${clock.random(24).toString('base64url')}\n`)).trim();
  if (text.length < 20) throw new ConfigError(`The file ${file} is damaged; delete it and start again.`);
  return { text, matches: (candidate) => equalTexts(candidate, text), discard: () => rm(file, { force: true }) };
}

/** Removes a token that nobody may use any more: a crash can come between the owner's making and the token's deletion. */
export async function removeSetupToken(dataDir: string): Promise<void> {
  await rm(setupTokenFile(dataDir), { force: true });
}

const setupTokenFile = (dataDir: string) => join(dataDir, 'setup-token');

/** Whether two texts are the same, in a time that does not depend on where they differ. */
export function equalTexts(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && timingSafeEqual(left, right);
}

async function keep(file: string, make: () => string): Promise<string> {
  try {
    await makeFolder(dirname(file));
    try {
      const text = await readFile(file, 'utf8');
      await chmod(file, 0o600).catch(() => undefined); // a restored backup may have lost it; a volume of somebody else may refuse
      return text;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    }
    const text = make();
    await writeWhole(file, text);
    return text;
  } catch (error) {
    throw unusable(file, error);
  }
}

/** Writes beside it first: a crash in the middle must leave no half of a secret. */
async function writeWhole(file: string, text: string): Promise<void> {
  const handle = await open(`${file}.new`, 'w', 0o600);
  try {
    await handle.writeFile(text);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(`${file}.new`, file);
}

function unusable(file: string, error: unknown): ConfigError {
  const { code } = error as NodeJS.ErrnoException;
  const why = code === 'EACCES' || code === 'EPERM' || code === 'EROFS' || code === 'ENOENT' ? 'it cannot be written' : code === 'ENOTDIR' || code === 'EEXIST'
    ? 'it is not a folder' : code === 'ENOSPC' ? 'the disk is full' : (error as Error).message;
  return new ConfigError(`The data folder ${dirname(file)} cannot be used: ${why}. Set DATA_DIR to a folder that this account may write to.`, { cause: error });
}

/** `mkdir -p`, step by step: Node's own never returns where a folder is in which none can be made (/proc). */
async function makeFolder(path: string): Promise<void> {
  const made = await mkdir(path, { mode: 0o700 }).catch((error: NodeJS.ErrnoException) => error);
  if (!(made instanceof Error) || (made.code === 'EEXIST' && (await stat(path)).isDirectory())) return;
  if (made.code !== 'ENOENT' || dirname(path) === path) throw made;
  await makeFolder(dirname(path));
  await mkdir(path, { mode: 0o700 }).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error;
  });
}
