import type { ProblemBody, VisitorAnswer } from '../../protocol/http.ts';
import { readStored, tokenKey } from './returning.ts';
import { WireFailure } from './wire.ts';

/** Who the visitor is on one site: a signed token. It is stored only from the first message or call on. */
export interface VisitorIdentity {
  /** Whether an earlier visit left a token here, i.e. whether there may be a conversation. Reads storage, writes nothing. */
  readonly returning: boolean;
  /** The token; the first call asks the server for one. Rejects with a `WireFailure`. */
  token(options: { fresh: boolean }): Promise<string>;
  /** From now on the token is kept in localStorage: the visitor has written or called. */
  keep(): void;
  /** The server gave a fresher token for the same visitor. */
  renewed(token: string): void;
  /** Forgets the visitor, here and in storage. */
  forget(): void;
  /** Another tab became somebody, or forgot: `listener` should connect anew. Returns the way out. */
  onChange(listener: () => void): () => void;
}

/** What an identity is made of. */
export interface VisitorIdentityOptions {
  /** The server's address without a slash at the end. */
  server: string;
  siteKey: string;
  locale: string;
  /** For tests: storage that is denied throws already here. */
  storage?: () => Storage;
}

/** Instances on one page that speak of the same site are the same visitor. */
const identities = new Map<string, VisitorIdentity>();

/** The identity of this page's visitor on one site. */
export function visitorIdentity(options: VisitorIdentityOptions): VisitorIdentity {
  const key = tokenKey(options);
  let identity = identities.get(key);
  if (!identity) identities.set(key, (identity = createVisitorIdentity(options)));
  return identity;
}

/** Whether the server answers at all. The module is the one thing that it shows to every origin. */
const isThere = (server: string): Promise<boolean> =>
  fetch(`${server}/peer-consult.js`, { method: 'HEAD', mode: 'no-cors', cache: 'no-store', credentials: 'omit' }).then(
    () => true,
    () => false,
  );

/** Makes an identity. Nothing is asked of server or storage before it is used. */
export function createVisitorIdentity(options: VisitorIdentityOptions): VisitorIdentity {
  const { server, siteKey, locale, storage = () => localStorage } = options;
  const key = tokenKey(options);
  const listeners = new Set<() => void>();
  let current: Promise<string> | null = null;
  /** The token that the server refused: what another tab stored meanwhile is better than asking anew. */
  let token: string | null = null;
  let kept = false;
  let watching = false;

  const write = (value: string | null): void => {
    try {
      if (value === null) storage().removeItem(key);
      else storage().setItem(key, value);
    } catch {
      // Then the visitor is known as long as the page is.
    }
  };

  const ask = async (): Promise<string> => {
    let response: Response;
    try {
      response = await fetch(`${server}/v1/visitors`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        credentials: 'omit',
        body: JSON.stringify({ siteKey, locale }),
      });
    } catch {
      // A browser shows its page nothing of a refused origin. But if the server is there, it was refused.
      if (await isThere(server)) throw new WireFailure('origin_forbidden', 'The server does not answer to this origin.');
      throw new WireFailure('offline', 'The server cannot be reached.');
    }
    const answer = (await response.json().catch(() => null)) as VisitorAnswer | ProblemBody | null;
    if (!response.ok || !answer || !('token' in answer)) {
      const problem = answer as ProblemBody | null;
      throw new WireFailure(problem?.code ?? (response.status === 404 ? 'not_found' : 'unavailable'), problem?.title ?? `HTTP ${response.status}`, problem?.retryAfterMs);
    }
    return answer.token;
  };

  const watch = (): void => {
    if (watching) return;
    watching = true;
    addEventListener('storage', (event) => {
      if (event.key !== key || event.newValue === token) return;
      token = event.newValue;
      kept = token !== null;
      current = token === null ? null : Promise.resolve(token);
      for (const listener of [...listeners]) listener();
    });
  };

  const take = (value: string): string => {
    token = value;
    if (kept) write(value);
    return value;
  };

  return {
    get returning() {
      return readStored(key, storage) !== null;
    },
    token({ fresh }) {
      watch();
      if (fresh) {
        const stored = readStored(key, storage);
        current = stored !== null && stored !== token ? Promise.resolve(stored) : null;
        if (current) token = stored;
      }
      if (!current) {
        const stored = fresh ? null : readStored(key, storage);
        if (stored !== null) {
          kept = true;
          token = stored;
          current = Promise.resolve(stored);
        } else {
          const asking = ask().then(take);
          current = asking;
          // The next try asks again.
          asking.catch(() => current === asking && (current = null));
        }
      }
      return current;
    },
    keep() {
      if (kept) return;
      kept = true;
      if (token !== null) write(token);
    },
    renewed(value) {
      current = Promise.resolve(take(value));
    },
    forget() {
      token = null;
      current = null;
      kept = false;
      write(null);
    },
    onChange(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}
