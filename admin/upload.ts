import type { ProblemBody } from '../protocol/http.ts';
import { WireFailure } from '../widget/engine/wire.ts';
import type { Api } from './api.ts';

/** Puts bytes somewhere, signed in. Answers the parsed body; throws a WireFailure for every refusal. */
export async function upload<T>(api: Api, path: string, bytes: Blob): Promise<T> {
  const token = await api.token();
  let response: Response;
  try {
    response = await fetch(path, { method: 'PUT', headers: { accept: 'application/json', authorization: `Bearer ${token}`, 'content-type': bytes.type }, credentials: 'same-origin', body: bytes });
  } catch {
    throw new WireFailure('offline', 'The server cannot be reached.');
  }
  const answer: unknown = await response.json().catch(() => undefined);
  if (response.ok) return answer as T;
  const refusal = (answer ?? {}) as Partial<ProblemBody>;
  throw new WireFailure(refusal.code ?? 'internal', refusal.detail ?? refusal.title ?? `HTTP ${response.status}`, refusal.retryAfterMs);
}
