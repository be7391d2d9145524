import { scrypt, timingSafeEqual, type ScryptOptions } from 'node:crypto';
import type { Clock } from '../clock.ts';
import { problem } from '../errors.ts';

/** Hashes passwords and compares them. */
export interface Passwords {
  /** Refuses what is too weak (`weak_password`); `about`: the account's own words, which a password must not be. */
  require(password: string, about: readonly string[]): void;
  /** The hash to keep, with its salt and its cost. */
  hash(password: string): Promise<string>;
  /** Whether the password belongs to the hash. With null, or an empty one, it works as long and says no, so that time tells nothing (S15). */
  verify(password: string, hash: string | null): Promise<boolean>;
}

/** What a hash costs: scrypt's N (a power of two), r and p. Memory: 128 · N · r bytes. */
export interface PasswordCost { N: number; r: number; p: number }

// OWASP's third choice (N = 2^15, r = 8, p = 3): 32 MiB, 150–240 ms on the two-core machine that we measured on.
const usualCost: PasswordCost = { N: 2 ** 15, r: 8, p: 3 };
// libuv has four threads, and files need some of them too.
const atOnce = 2;
const waitingAtMost = 40;

// Of the lists of common passwords, those that are long enough for our rule, without digits at the end.
const common = new Set(['password', 'passwordpassword', 'qwertyuiop', 'qwertyuiopasdf', 'asdfghjkl', 'asdfghjkl;', 'zxcvbnm', 'iloveyou', 'letmein',
  'letmeinnow', 'administrator', 'welcome', 'changeme', 'changemenow', 'motdepasse', 'passwort', 'contrasena', 'basketball', 'baseball', 'football',
  'superman', 'abcdefghij', 'abcdefghijk', 'qazwsxedc', 'qazwsxedcrfv', 'consult', 'peerconsult', 'peer-consult', 'secret', 'supersecret', '']);

/** Makes the hasher. `cost` is lowered by tests only. */
export function createPasswords({ clock, cost = usualCost }: { clock: Clock; cost?: PasswordCost }): Passwords {
  const queue: (() => void)[] = [];
  let running = 0;
  const derive = async (password: string, salt: Buffer, options: PasswordCost): Promise<Buffer> => {
    if (running >= atOnce) {
      if (queue.length >= waitingAtMost) throw problem('rate_limited', undefined, 5000);
      await new Promise<void>((resolve) => queue.push(resolve));
    } else running++;
    try {
      return await scryptOf(password.normalize('NFKC'), salt, { ...options, maxmem: 256 * options.N * options.r });
    } finally {
      const next = queue.shift();
      if (next) next();
      else running--;
    }
  };
  const hash = async (password: string) => {
    const salt = clock.random(16);
    const key = await derive(password, salt, cost);
    return `scrypt$${cost.N}$${cost.r}$${cost.p}$${salt.toString('base64url')}$${key.toString('base64url')}`;
  };
  return {
    require(password, about) {
      const plain = password.normalize('NFKC').trim().toLowerCase();
      const stem = plain.replace(/[\d!@#$%^&*._-]+$/, '').replace(/^[\d!@#$%^&*._-]+/, '');
      const own = about.flatMap((word) => [word, ...word.split('@')]).map((word) => word.normalize('NFKC').trim().toLowerCase());
      if ([...password].length < 10 || common.has(stem) || own.includes(plain) || new Set(plain).size < 4) throw problem('weak_password');
    },
    hash,
    async verify(password, stored) {
      const known = stored !== null && stored !== '';
      const [, N, r, p, salt, key] = (stored ?? '').split('$');
      const wanted = Buffer.from(key ?? '', 'base64url');
      const given = await derive(password, Buffer.from(salt || 'c2FsdA', 'base64url'),
        !known ? cost : { N: Number(N), r: Number(r), p: Number(p) });
      return known && wanted.length === given.length && timingSafeEqual(wanted, given);
    },
  };
}

function scryptOf(password: string, salt: Buffer, options: ScryptOptions): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    scrypt(password, salt, 32, options, (error, key) => (error ? reject(error) : resolve(key)));
  });
}
