/**
 * What became of a request. `stored`: acknowledged · `never`: this chunk will not be taken · `closed`: nothing of this recording
 * will be taken · `refused`: the server knows us or the recording not (yet) · `later`: the network or the server failed.
 */
export interface Outcome {
  verdict: 'stored' | 'never' | 'closed' | 'refused' | 'later';
  code?: string;
  retryAfterMs?: number;
}

/** The two requests of a recording's upload. Neither ever rejects. */
export interface Uploader {
  put(chunk: { recordingId: string; segment: number; seq: number; bytes: ArrayBuffer; digest: string; keepalive: boolean }): Promise<Outcome>;
  complete(recordingId: string, segments: { segment: number; chunks: number }[]): Promise<Outcome>;
}

/** How long one request may take, in ms: a megabyte on a slow line. */
const LIMIT_MS = 60_000;

/** Makes an uploader. `token` is asked for each request: it may have been renewed. */
export function createUploader({ server, token, fetch: send = fetch.bind(globalThis) }: { server: string; token(): Promise<string>; fetch?: typeof fetch }): Uploader {
  const request = async (path: string, headers: Record<string, string>, init: RequestInit): Promise<Outcome> => {
    try {
      const bearer = await token();
      const response = await send(`${server}/v1/recordings/${path}`, {
        ...init,
        headers: { ...headers, authorization: `Bearer ${bearer}` },
        credentials: 'omit',
        ...(init.keepalive ? {} : { signal: AbortSignal.timeout(LIMIT_MS) }),
      });
      return await judge(response);
    } catch {
      return { verdict: 'later' };
    }
  };
  return {
    put: ({ recordingId, segment, seq, bytes, digest, keepalive }) =>
      request(`${encodeURIComponent(recordingId)}/segments/${segment}/chunks/${seq}`, { 'content-type': 'application/octet-stream', 'content-digest': `sha-256=:${digest}:` }, {
        method: 'PUT', body: bytes, keepalive,
      }),
    complete: (recordingId, segments) =>
      request(`${encodeURIComponent(recordingId)}/complete`, { 'content-type': 'application/json' }, { method: 'POST', body: JSON.stringify({ segments }) }),
  };
}

async function judge(response: Response): Promise<Outcome> {
  if (response.ok) {
    // Read to the end: an acknowledgement is whole or it is none.
    await response.arrayBuffer();
    return { verdict: 'stored' };
  }
  const problem = (await response.json().catch(() => ({}))) as { code?: string; retryAfterMs?: number };
  const code = problem.code ?? String(response.status);
  const seconds = Number(response.headers.get('retry-after'));
  const retryAfterMs = problem.retryAfterMs ?? (seconds > 0 ? seconds * 1000 : undefined);
  return { verdict: verdictOf(response.status, code), code, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) };
}

function verdictOf(status: number, code: string): Outcome['verdict'] {
  if (status >= 500 || status === 408 || status === 429) return 'later';
  if (code === 'recording_closed' || status === 410) return 'closed';
  // Spoilt on the way, or a token that has just run out, or a consent that is not through yet: again, but not for ever.
  if (status === 401 || status === 403 || status === 404 || code === 'digest_mismatch') return 'refused';
  return 'never';
}
