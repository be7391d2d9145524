import type { File } from '../../../protocol/shapes.ts';

/** One upload as the fake server saw it. */
export interface SeenUpload {
  uploadId: string;
  name: string;
  type: string;
  /** How many bytes had come when it ended. */
  bytes: number;
  token: string;
}

/**
 * The server's files, for tests in the page. It stands in for `XMLHttpRequest` (what uploads) and answers what `fetch` asks of
 * `/v1/files/`. What happens to the next uploads stands in `script`, one entry each: `ok`, `cut` (the line breaks half way), `lost`
 * (stored, but the answer is lost), `hold` (goes half way and stays there until it is aborted), or a refusal.
 */
export class FakeFiles {
  readonly script: ('ok' | 'cut' | 'lost' | 'hold' | { status: number; code?: string; retryAfterMs?: number })[] = [];
  readonly uploads: SeenUpload[] = [];
  /** By id. */
  readonly stored = new Map<string, { file: File; bytes: Blob }>();
  readonly withdrawn: string[] = [];
  /** The answer to a request for bytes, if not the bytes. */
  fetchAnswer: (() => Response) | undefined;
  readonly #byUpload = new Map<string, string>();
  #restore: (() => void) | undefined;

  install(reachable: () => boolean): void {
    const real = globalThis.XMLHttpRequest;
    const upload = (request: FakeRequest): void => void this.#take(request, reachable);
    globalThis.XMLHttpRequest = class extends FakeRequest {
      protected override take(): void {
        upload(this);
      }
    } as unknown as typeof XMLHttpRequest;
    this.#restore = () => (globalThis.XMLHttpRequest = real);
  }

  uninstall(): void {
    this.#restore?.();
  }

  /** The answer to a `fetch` below `/v1/files/`. */
  answer(url: string, method: string): Response {
    const id = decodeURIComponent(url.split('/').at(-1)!);
    if (method === 'DELETE') {
      this.withdrawn.push(id);
      this.stored.delete(id);
      return new Response(null, { status: 204 });
    }
    const found = this.stored.get(id);
    return this.fetchAnswer?.() ?? (found ? new Response(found.bytes) : Response.json({ code: 'not_found' }, { status: 404 }));
  }

  /** The metas of what a message names, as the server puts them into it. */
  metas(ids: readonly string[]): File[] | null {
    const found = ids.map((id) => this.stored.get(id)?.file);
    return found.every((file) => file !== undefined) ? found : null;
  }

  /** Puts a file there without an upload. */
  put(file: Partial<File> & { id: string }, bytes: Blob): File {
    const whole: File = { name: file.id, type: bytes.type || 'application/octet-stream', bytes: bytes.size, sha256: '', ...file };
    this.stored.set(file.id, { file: whole, bytes });
    return whole;
  }

  async #take(request: FakeRequest, reachable: () => boolean): Promise<void> {
    const body = request.body!;
    const headers = request.headers;
    const name = decodeURIComponent(/filename\*=UTF-8''(.*)$/.exec(headers.get('content-disposition') ?? '')?.[1] ?? '');
    const seen: SeenUpload = { uploadId: headers.get('idempotency-key') ?? '', name, type: headers.get('content-type') ?? '', bytes: 0, token: headers.get('authorization') ?? '' };
    this.uploads.push(seen);
    const turn = reachable() ? (this.script.shift() ?? 'ok') : 'cut';
    const step = async (share: number): Promise<void> => {
      await new Promise((resolve) => setTimeout(resolve));
      if (request.over) return;
      seen.bytes = Math.round(body.size * share);
      request.upload.onprogress?.({ loaded: seen.bytes, total: body.size });
    };
    await step(0.25);
    await step(0.5);
    if (request.over || turn === 'hold') return;
    if (turn === 'cut') return request.fail();
    if (typeof turn === 'object') return request.end(turn.status, JSON.stringify({ code: turn.code, retryAfterMs: turn.retryAfterMs }));
    await step(1);
    // The bytes of now: the test may look at them long after.
    const bytes = new Blob([await body.arrayBuffer()], { type: body.type });
    if (request.over) return;
    const known = this.#byUpload.get(seen.uploadId);
    const id = known && this.stored.has(known) ? known : `file-${this.#byUpload.size + 1}-${this.uploads.length}`;
    const repeated = id === known;
    this.#byUpload.set(seen.uploadId, id);
    if (!repeated) this.put({ id, name, ...(await sizeOf(bytes)) }, bytes);
    if (turn === 'lost') return request.fail();
    request.end(repeated ? 200 : 201, JSON.stringify(this.stored.get(id)!.file));
  }
}

async function sizeOf(bytes: Blob): Promise<{ width?: number; height?: number }> {
  if (!bytes.type.startsWith('image/')) return {};
  const bitmap = await createImageBitmap(bytes).catch(() => null);
  return bitmap ? { width: bitmap.width, height: bitmap.height } : {};
}

/** As much of an XMLHttpRequest as an upload uses. */
class FakeRequest {
  readonly headers = new Headers();
  readonly upload: { onprogress: ((event: { loaded: number; total: number }) => void) | null } = { onprogress: null };
  onload: (() => void) | null = null;
  onerror: (() => void) | null = null;
  onabort: (() => void) | null = null;
  status = 0;
  responseText = '';
  body: Blob | null = null;
  over = false;

  open(): void {
    this.over = false;
  }

  setRequestHeader(name: string, value: string): void {
    this.headers.set(name, value);
  }

  getResponseHeader(): string | null {
    return null;
  }

  send(body: Blob): void {
    this.body = body;
    this.take();
  }

  abort(): void {
    if (this.over || !this.body) return;
    this.over = true;
    this.onabort?.();
  }

  fail(): void {
    if (this.over) return;
    this.over = true;
    this.onerror?.();
  }

  end(status: number, text: string): void {
    if (this.over) return;
    this.over = true;
    Object.assign(this, { status, responseText: text });
    this.onload?.();
  }

  /** Somebody sends. */
  protected take(): void {
    throw new Error('Nobody takes it.');
  }
}
