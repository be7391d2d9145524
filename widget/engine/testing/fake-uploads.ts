/** A server for chunks, as a `fetch`: keeps what it acknowledges, checks digests, and fails as it is told. */
export interface FakeUploads {
  readonly fetch: typeof fetch;
  /** By `segment/seq`. */
  readonly chunks: Map<string, ArrayBuffer>;
  /** In the order of arrival, also the refused. */
  readonly arrivals: string[];
  readonly completed: { segment: number; chunks: number }[][];
  /** What happens to the next requests, one each: `ok`, a status with a code, `offline`, `lost` (done, but the reply is lost). */
  readonly script: (string | { status: number; code: string })[];
  /** The most requests that were under way at once. */
  readonly most: number;
  /** All bytes of a segment, in order. */
  joined(segment: number): Blob;
}

/** Makes one. `latencyMs`: how long each request takes. */
export function createFakeUploads({ latencyMs = 1 }: { latencyMs?: number } = {}): FakeUploads {
  const chunks = new Map<string, ArrayBuffer>();
  const arrivals: string[] = [];
  const completed: FakeUploads['completed'] = [];
  const script: FakeUploads['script'] = [];
  let under = 0;
  let most = 0;

  const problem = (status: number, code: string): Response => new Response(JSON.stringify({ code }), { status, headers: { 'content-type': 'application/problem+json' } });

  const answer = async (url: string, init: RequestInit): Promise<Response> => {
    const [, segment, seq] = /segments\/(\d+)\/chunks\/(\d+)$/.exec(url) ?? [];
    arrivals.push(seq === undefined ? 'complete' : `${segment}/${seq}`);
    const turn = script.shift() ?? 'ok';
    if (turn === 'offline') throw new TypeError('Failed to fetch');
    if (typeof turn === 'object') return problem(turn.status, turn.code);
    if (seq === undefined) {
      completed.push((JSON.parse(init.body as string) as { segments: { segment: number; chunks: number }[] }).segments);
      return new Response(JSON.stringify({ missing: [] }));
    }
    const bytes = init.body as ArrayBuffer;
    const digest = btoa(String.fromCharCode(...new Uint8Array(await crypto.subtle.digest('SHA-256', bytes))));
    if (new Headers(init.headers).get('content-digest') !== `sha-256=:${digest}:`) return problem(422, 'digest_mismatch');
    const key = `${segment}/${seq}`;
    const known = chunks.get(key);
    if (known && known.byteLength !== bytes.byteLength) return problem(409, 'chunk_conflict');
    chunks.set(key, bytes);
    if (turn === 'lost') throw new TypeError('Failed to fetch');
    return new Response('{}', { status: known ? 200 : 201 });
  };

  return {
    chunks, arrivals, completed, script,
    get most() {
      return most;
    },
    async fetch(url, init) {
      most = Math.max(most, ++under);
      try {
        await new Promise((resolve) => setTimeout(resolve, latencyMs));
        return await answer(url as string, init!);
      } finally {
        under--;
      }
    },
    joined(segment) {
      const parts = [...chunks].filter(([key]) => key.startsWith(`${segment}/`));
      parts.sort(([a], [b]) => Number(a.split('/')[1]) - Number(b.split('/')[1]));
      return new Blob(parts.map(([, bytes]) => bytes));
    },
  };
}
