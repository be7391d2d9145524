import type { HandoffAnswer, ProblemBody, VisitorAnswer } from '../../protocol/http.ts';
import { WireFailure, type Wire } from './wire.ts';

/** Asks for a secret by which this visitor goes on in another browser, once, within ten minutes. Rejects with a `WireFailure`. */
export async function askForHandoff(wire: Pick<Wire, 'server' | 'token'>): Promise<HandoffAnswer> {
  return post<HandoffAnswer>(`${wire.server}/v1/visitors/me/handoff`, { headers: { authorization: `Bearer ${await wire.token()}` } });
}

/** Exchanges a secret for a token of the visitor who asked for it. Rejects with a `WireFailure`; `gone`: it is worth nothing (any more). */
export function takeHandoff({ server, siteKey }: { server: string; siteKey: string }, token: string): Promise<VisitorAnswer> {
  return post<VisitorAnswer>(`${server}/v1/visitors/handoff`, { headers: { 'content-type': 'application/json' }, body: JSON.stringify({ siteKey, token }) });
}

async function post<T extends { token: string }>(url: string, request: RequestInit): Promise<T> {
  let response: Response;
  try {
    response = await fetch(url, { method: 'POST', credentials: 'omit', ...request });
  } catch {
    throw new WireFailure('offline', 'The server cannot be reached.');
  }
  const answer = (await response.json().catch(() => null)) as T | ProblemBody | null;
  if (response.ok && answer && 'token' in answer) return answer;
  const problem = answer as ProblemBody | null;
  throw new WireFailure(problem?.code ?? 'unavailable', problem?.title ?? `HTTP ${response.status}`, problem?.retryAfterMs);
}
