import type { ProblemBody, SessionAnswer } from '../protocol/http.ts';
import type { Agent } from '../protocol/shapes.ts';
import { createStore, type Readable } from '../widget/engine/store.ts';
import { WireFailure } from '../widget/engine/wire.ts';

/** Who is signed in. `starting`: the refresh cookie is being tried. `unreachable`: the server did not answer that. */
export type Account =
  | { status: 'starting' }
  | { status: 'unreachable' }
  | { status: 'signed-out'; because?: 'expired' }
  | { status: 'signed-in'; agent: Agent };

/** The panel's way to the HTTP routes: the access token lives in memory only and is renewed by itself. */
export interface Api {
  readonly account: Readable<Account>;
  /** Tries the refresh cookie. */
  start(): Promise<void>;
  signIn(email: string, password: string): Promise<void>;
  signOut(): Promise<void>;
  /** A token good for at least half a minute; `fresh`: the last one was refused, bring another. Rejects with an WireFailure when nobody is signed in. */
  token(wish?: { fresh: boolean }): Promise<string>;
  get<T>(path: string): Promise<T>;
  send<T>(method: 'POST' | 'PATCH' | 'PUT' | 'DELETE', path: string, body?: unknown): Promise<T>;
}

/** Half a minute before its end a token is not worth sending any more. */
const RENEW_BEFORE_MS = 30_000;

/** Makes the panel's API client. */
export function createApi(): Api {
  const account = createStore<Account>({ status: 'starting' });
  let access: { token: string; expiresAt: number } | null = null;
  let renewing: Promise<void> | null = null;
  let renewal: ReturnType<typeof setTimeout> | undefined;

  function take(answer: SessionAnswer): void {
    access = { token: answer.accessToken, expiresAt: Date.parse(answer.expiresAt) };
    account.set({ status: 'signed-in', agent: answer.agent });
    // The media cookie of the player lives as long as the access token, so it is renewed ahead of time, not on demand.
    clearTimeout(renewal);
    renewal = setTimeout(() => void renew().catch(() => undefined), Math.max(5_000, access.expiresAt - Date.now() - 2 * RENEW_BEFORE_MS));
  }

  function drop(because?: 'expired'): void {
    clearTimeout(renewal);
    access = null;
    account.set(because ? { status: 'signed-out', because } : { status: 'signed-out' });
  }

  function renew(): Promise<void> {
    const wasSignedIn = account.value.status === 'signed-in';
    renewing ??= withLock(async () => {
      try {
        take(await call<SessionAnswer>('POST', '/v1/auth/refresh', undefined, null));
      } catch (error) {
        if (error instanceof WireFailure && (error.code === 'unauthenticated' || error.code === 'token_expired')) drop(wasSignedIn ? 'expired' : undefined);
        throw error;
      }
    }).finally(() => {
      renewing = null;
    });
    return renewing;
  }

  async function token(wish = { fresh: false }): Promise<string> {
    if (wish.fresh || !access || access.expiresAt - Date.now() < RENEW_BEFORE_MS) await renew();
    if (!access) throw new WireFailure('unauthenticated', 'Nobody is signed in.');
    return access.token;
  }

  async function authorised<T>(method: string, path: string, body?: unknown): Promise<T> {
    try {
      return await call<T>(method, path, body, await token());
    } catch (error) {
      // The server may have forgotten the session (restart with new secrets, revoked elsewhere): one fresh try, then out.
      if (!(error instanceof WireFailure) || (error.code !== 'unauthenticated' && error.code !== 'token_expired')) throw error;
      return await call<T>(method, path, body, await token({ fresh: true }));
    }
  }

  return {
    account,
    token,
    async start() {
      try {
        await renew();
      } catch (error) {
        if (account.value.status === 'starting') account.set({ status: error instanceof WireFailure && error.code !== 'offline' ? 'signed-out' : 'unreachable' });
      }
    },
    async signIn(email, password) {
      take(await call<SessionAnswer>('POST', '/v1/auth/login', { email, password }, null));
    },
    async signOut() {
      const last = access?.token ?? null;
      drop();
      await call('POST', '/v1/auth/logout', undefined, last);
    },
    get: (path) => authorised('GET', path),
    send: (method, path, body) => authorised(method, path, body),
  };
}

/** Only one tab renews at a time: the refresh cookie rotates, and two tabs with the same old one look like a thief. */
function withLock(work: () => Promise<void>): Promise<void> {
  return 'locks' in navigator ? (navigator.locks.request('peer-consult:refresh', work) as Promise<void>) : work();
}

/** One request. Answers the parsed body; throws WireFailure for every refusal. Also used before sign-in, with `token` null. */
export async function call<T>(method: string, path: string, body: unknown, token: string | null): Promise<T> {
  const headers: Record<string, string> = { accept: 'application/json' };
  if (body !== undefined) headers['content-type'] = 'application/json';
  if (token) headers['authorization'] = `Bearer ${token}`;
  let response: Response;
  try {
    response = await fetch(path, { method, headers, credentials: 'same-origin', ...(body === undefined ? {} : { body: JSON.stringify(body) }) });
  } catch {
    throw new WireFailure('offline', 'The server cannot be reached.');
  }
  const text = await response.text();
  let parsed: unknown;
  try {
    parsed = text ? JSON.parse(text) : undefined;
  } catch {
    parsed = undefined;
  }
  if (response.ok) return parsed as T;
  const refusal = (parsed ?? {}) as Partial<ProblemBody>;
  throw new WireFailure(refusal.code ?? 'internal', refusal.detail ?? refusal.title ?? `HTTP ${response.status}`, refusal.retryAfterMs);
}
