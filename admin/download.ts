import type { ProblemBody } from '../protocol/http.ts';
import { WireFailure } from '../widget/engine/wire.ts';
import type { Api } from './api.ts';

/** Fetches a file, signed in, and hands it to the browser to keep under `name`. Throws a WireFailure for every refusal. */
export async function download(api: Api, path: string, name: string): Promise<void> {
  const token = await api.token();
  let response: Response;
  try {
    response = await fetch(path, { headers: { authorization: `Bearer ${token}` }, credentials: 'same-origin' });
  } catch {
    throw new WireFailure('offline', 'The server cannot be reached.');
  }
  if (!response.ok) {
    const refusal = (await response.json().catch(() => ({}))) as Partial<ProblemBody>;
    throw new WireFailure(refusal.code ?? 'internal', refusal.detail ?? refusal.title ?? `HTTP ${response.status}`, refusal.retryAfterMs);
  }
  const address = URL.createObjectURL(await response.blob());
  const link = document.createElement('a');
  link.href = address;
  link.download = name;
  link.click();
  // The browser has begun to read it by then; a page that stays open for weeks must not keep every file.
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}
