import type { ProblemBody } from '../../protocol/http.ts';
import type { File } from '../../protocol/shapes.ts';
import type { UnsentFile } from './outbox.ts';
import { WireFailure, type Wire } from './wire.ts';

/** One message's files, which may change while they are on their way. */
export interface UploadsOfMessage {
  signal: AbortSignal;
  /** Undefined: nobody wants the message any more. */
  files(): readonly UnsentFile[] | undefined;
  progress(uploadId: string, share: number): void;
  there(uploadId: string, fileId: string): void;
}

/** Takes files to the server and brings them from there. */
export interface FileTransfer {
  /**
   * Uploads what of a message is not there yet, one after the other; resolves with the ids on the server, in order. Repeating it is
   * harmless. Rejects with a `WireFailure`: refusals of a file have a code that begins with `file_`.
   */
  uploadAll(clientId: string, message: UploadsOfMessage): Promise<string[]>;
  fetch(file: File): Promise<Blob>;
  /** Takes an uploaded file back that goes with no message. */
  withdraw(fileId: string): void;
}

/** After this much silence a request that is under way is given up, in ms. */
const STALL_MS = 45_000;
/** An upload that broke is tried again after a second, then after twice as long each time, up to this, in ms. */
const LONGEST_MS = 30_000;
/** What passes by itself, and what delivery counts. */
const NOT_THE_FILE = new Set(['rate_limited', 'unauthenticated', 'token_expired', 'internal']);
/** Progress is told in steps of at least this share. */
const STEP = 0.02;
/** As many bytes of what was seen last are kept, so that looking closer or keeping a copy fetches nothing again. */
const KEPT_BYTES = 32 * 2 ** 20;

/** Makes it. */
export function createFileTransfer(wire: Pick<Wire, 'server' | 'token'>): FileTransfer {
  const kept = new Map<string, Blob>();
  /** How often a message's uploads broke since one of them got through. */
  const breaks = new Map<string, number>();
  const keep = (id: string, bytes: Blob): void => {
    kept.delete(id);
    kept.set(id, bytes);
    let sum = [...kept.values()].reduce((total, { size }) => total + size, 0);
    for (const [oldest, { size }] of kept) {
      if (sum <= KEPT_BYTES) break;
      kept.delete(oldest);
      sum -= size;
    }
  };

  const uploadOne = async (clientId: string, file: UnsentFile, { signal, files, progress }: UploadsOfMessage): Promise<string> => {
    // A file that was changed, moved or deleted since it was chosen would look like a broken line for ever.
    await file.bytes.slice(0, 1).arrayBuffer().catch(() => {
      throw new WireFailure('file_unreadable', 'The file cannot be read any more.');
    });
    const tell = (share: number): void => {
      if (files()) progress(file.uploadId, share);
    };
    try {
      const id = await post(`${wire.server}/v1/files`, await wire.token(), file, signal, tell);
      keep(id, file.bytes);
      return id;
    } catch (error) {
      const { code, message, retryAfterMs } = error instanceof WireFailure ? error : new WireFailure('internal', String(error));
      if (NOT_THE_FILE.has(code)) throw error;
      if (code !== 'offline' && code !== 'timeout' && code !== 'unavailable') throw new WireFailure(`file_${code}`, message, retryAfterMs);
      tell(0);
      const broke = (breaks.get(clientId) ?? 0) + 1;
      breaks.set(clientId, broke);
      throw new WireFailure('unavailable', message, retryAfterMs ?? Math.min(LONGEST_MS, 500 * 2 ** broke));
    }
  };

  return {
    async uploadAll(clientId, message) {
      const ids: string[] = [];
      for (const { uploadId } of message.files() ?? []) {
        const file = message.files()?.find((each) => each.uploadId === uploadId);
        if (!file || message.signal.aborted) throw new WireFailure('discarded', 'Nobody wants it any more.');
        const id = file.fileId ?? (await uploadOne(clientId, file, message));
        ids.push(id);
        if (!file.fileId) {
          breaks.delete(clientId);
          message.there(uploadId, id);
        }
        if (message.files()) message.progress(uploadId, 1);
      }
      return ids;
    },
    async fetch({ id }) {
      const here = kept.get(id);
      if (here) return here;
      const response = await ask(wire, `/v1/files/${encodeURIComponent(id)}`);
      if (!response.ok) throw failureOf(response.status, await response.text(), response.headers.get('retry-after'));
      const bytes = await response.blob().catch(() => {
        throw new WireFailure('offline', 'The connection broke.');
      });
      keep(id, bytes);
      return bytes;
    },
    withdraw(fileId) {
      kept.delete(fileId);
      // What stays behind is of no message, and the server forgets it by itself.
      ask(wire, `/v1/files/${encodeURIComponent(fileId)}`, 'DELETE').catch(() => undefined);
    },
  };
}

async function ask({ server, token }: Pick<Wire, 'server' | 'token'>, path: string, method = 'GET'): Promise<Response> {
  const headers = { authorization: `Bearer ${await token()}` };
  return fetch(server + path, { method, headers, credentials: 'omit' }).catch(() => {
    throw new WireFailure('offline', 'The server cannot be reached.');
  });
}

/** One upload. XMLHttpRequest, because `fetch` tells no progress. */
function post(url: string, token: string, { uploadId, name, type, bytes }: UnsentFile, signal: AbortSignal, progress: (share: number) => void): Promise<string> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    let told = 0;
    let stall: ReturnType<typeof setTimeout> | undefined;
    const alive = (): void => {
      clearTimeout(stall);
      stall = setTimeout(() => request.abort(), STALL_MS);
    };
    const end = (act: () => void) => (): void => {
      clearTimeout(stall);
      signal.removeEventListener('abort', abort);
      act();
    };
    const abort = (): void => request.abort();
    const broken = end(() => reject(new WireFailure('offline', 'The connection broke.')));
    signal.addEventListener('abort', abort);
    request.open('POST', url);
    request.setRequestHeader('authorization', `Bearer ${token}`);
    request.setRequestHeader('idempotency-key', uploadId);
    request.setRequestHeader('content-disposition', `attachment; filename*=UTF-8''${nameInHeader(name)}`);
    // A part of a form is what no file is, whatever its maker calls it.
    request.setRequestHeader('content-type', type.startsWith('multipart/') ? 'application/octet-stream' : type || 'application/octet-stream');
    request.upload.onprogress = ({ loaded, total }) => {
      alive();
      const share = total > 0 ? loaded / total : 0;
      // Whole is what the server says it has, not what has left this machine.
      if (share - told < STEP) return;
      told = share;
      progress(Math.min(share, 0.99));
    };
    request.onload = end(() => {
      try {
        if (request.status === 200 || request.status === 201) return resolve((JSON.parse(request.responseText) as File).id);
      } catch {
        // An answer that was cut: repeating it is harmless.
        return reject(new WireFailure('offline', 'The answer broke.'));
      }
      reject(failureOf(request.status, request.responseText, request.getResponseHeader('retry-after')));
    });
    request.onerror = broken;
    request.onabort = broken;
    if (signal.aborted) return broken();
    alive();
    request.send(bytes);
  });
}

/** RFC 8187: percent-encoded UTF-8, so that any name is a header. Half a character, which a name may hold, has no UTF-8. */
const nameInHeader = (name: string): string =>
  encodeURIComponent(name.replaceAll(/\p{Surrogate}/gu, '\uFFFD')).replaceAll(/['()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`);

/** What a refusal says; whoever stands before the server (a proxy with a limit of its own) may answer without our code. */
function failureOf(status: number, text: string, retryAfter: string | null): WireFailure {
  let problem: Partial<ProblemBody> = {};
  try {
    problem = JSON.parse(text) as Partial<ProblemBody>;
  } catch {
    // No problem document.
  }
  const code = problem.code ?? ({ 401: 'unauthenticated', 403: 'forbidden', 404: 'not_found', 408: 'timeout', 410: 'gone', 413: 'too_large', 429: 'rate_limited' } as Record<number, string>)[status] ?? (status > 500 ? 'unavailable' : 'internal');
  const seconds = Number(retryAfter);
  const pause = problem.retryAfterMs ?? (seconds > 0 ? seconds * 1000 : undefined);
  return new WireFailure(code, problem.detail ?? `HTTP ${status}`, pause);
}
