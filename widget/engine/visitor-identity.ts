import type { ProblemBody, VisitorAnswer } from '../../protocol/http.ts';
import { readStored, tokenKey, writeStored } from './returning.ts';
import { expiryOf, subjectOf } from './token-expiry.ts';
import { WireFailure } from './wire.ts';

/** Who the visitor is on one site: a signed token. It is stored only from the first message or call on. */
export interface VisitorIdentity {
  /** Whether an earlier visit left a token here, i.e. whether there may be a conversation. Reads storage, writes nothing. */
  readonly returning: boolean;
  /** The token; the first call asks the server for one. Rejects with a `WireFailure`. */
  token(options: { fresh: boolean }): Promise<string>;
  /** The customer's own server says who this is. Shown with the next `token()`; a proof that is refused only goes to `refused`. */
  prove(proof: string, refused: (failure: WireFailure) => void): void;
  /** Whether a proof was accepted on this page. */
  readonly proven: boolean;
  /** Whom the proof of this visit or of an earlier one spoke of; null: of nobody. */
  readonly subject: string | null;
  /** From now on the token is kept in localStorage: the visitor has written or called. */
  keep(): void;
  /** The server gave a fresher token for the same visitor. */
  renewed(token: string): void;
  /** From now on this browser's visitor is whom a link handed over, and is kept. Whoever is connected should connect anew. */
  adopt(token: string): void;
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

const AUTHENTICATION = new Set(['unauthenticated', 'token_expired']);

/** How long the server may take to say who the visitor is, ms. */
const ANSWER_MS = 15_000;

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
  let token: string | null = null;
  let kept = false;
  let proof: { value: string; refused(failure: WireFailure): void; shown: boolean } | null = null;
  let proven = false;
  let subject: string | null = null;
  let watching = false;

  /** Beside the token: without it the next customer at this browser would inherit the last one's conversation. */
  const subjectKey = `${key}:subject`;

  // What cannot be written is known as long as the page is.
  const write = (name: string, value: string | null): void => writeStored(name, value, storage);

  const ask = async (path: string, body: object): Promise<string> => {
    let response: Response;
    // A link that is half open would keep the browser waiting for minutes, and with it every further try.
    const signal = AbortSignal.timeout?.(ANSWER_MS) ?? null;
    try {
      response = await fetch(`${server}${path}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        credentials: 'omit',
        body: JSON.stringify(body),
        signal,
      });
    } catch {
      if (signal?.aborted) throw new WireFailure('offline', 'The server does not answer.');
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

  /** Shows the proof. Null: it was refused, which is told; the chat goes on without. */
  const show = async (shown: NonNullable<typeof proof>, known: string | null): Promise<string | null> => {
    const identity = shown.value;
    const failed = (error: unknown): null => {
      if (!(error instanceof WireFailure) || error.code === 'offline') throw error;
      if (proof === shown) proof = null;
      shown.refused(error);
      return null;
    };
    const accept = (value: string): string => {
      if (proof !== shown) return value;
      shown.shown = true;
      proven = true;
      subject = subjectOf(identity);
      if (kept) write(subjectKey, subject);
      return value;
    };
    if (known === null) return ask('/v1/visitors/identify', { siteKey, identity }).then(accept, failed);
    return ask('/v1/visitors/identify', { token: known, identity }).then(accept, (error: unknown) =>
      // Either of the two may be what has run out: without the visitor's own it shows which.
      error instanceof WireFailure && AUTHENTICATION.has(error.code) ? ask('/v1/visitors/identify', { siteKey, identity }).then(accept, failed) : failed(error),
    );
  };

  const obtain = async (known: string | null): Promise<string> => {
    if (proof && !proof.shown) {
      const vouched = await show(proof, known);
      if (vouched !== null) return vouched;
    }
    return known ?? ask('/v1/visitors', { siteKey, locale });
  };

  const tell = (): void => [...listeners].forEach((listener) => listener());

  const watch = (): void => {
    if (watching) return;
    watching = true;
    addEventListener('storage', (event) => {
      if (event.key !== key || event.newValue === token) return;
      token = event.newValue;
      kept = token !== null;
      proven &&= kept;
      subject = null;
      current = token === null ? null : Promise.resolve(token);
      tell();
    });
  };

  const take = (value: string): string => {
    token = value;
    if (kept) write(key, value);
    return value;
  };

  return {
    get returning() {
      return readStored(key, storage) !== null;
    },
    token({ fresh }) {
      watch();
      const stored = readStored(key, storage);
      if (fresh) {
        // What another tab stored meanwhile is better than asking anew.
        token = stored !== token ? stored : null;
        current = null;
        // A proof that still holds makes the same customer of whoever asks anew.
        if (proof && (expiryOf(proof.value) ?? 0) > Date.now()) proof.shown = false;
      }
      if (!current) {
        if (!fresh && stored !== null) {
          kept = true;
          token ??= stored;
        }
        const obtaining: Promise<string> = obtain(token).then((value) => (current !== obtaining || value === token ? value : take(value)));
        current = obtaining;
        // The next try asks again.
        obtaining.catch(() => current === obtaining && (current = null));
      }
      return current;
    },
    prove(value, refused) {
      proof = { value, refused, shown: false };
      current = null;
    },
    get proven() {
      return proven;
    },
    get subject() {
      return subject ?? readStored(subjectKey, storage);
    },
    keep() {
      if (kept) return;
      kept = true;
      if (token !== null) write(key, token);
      if (subject !== null) write(subjectKey, subject);
    },
    renewed(value) {
      current = Promise.resolve(take(value));
    },
    adopt(value) {
      current = null;
      subject = null;
      kept = true;
      // What the customer's own server says of the person counts for the one that was handed over.
      if (proof) proof.shown = false;
      write(subjectKey, null);
      take(value);
      tell();
    },
    forget() {
      token = null;
      current = null;
      proof = null;
      proven = false;
      subject = null;
      kept = false;
      write(key, null);
      write(subjectKey, null);
    },
    onChange(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}
