import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';

/** A file of a built page or element, held in memory. */
export interface StaticFile {
  body: Buffer;
  type: string;
  /** Strong, with its quotation marks. */
  etag: string;
  /** Whether its name carries a hash of its content, so that it can be kept for ever. */
  immutable: boolean;
  /** Its shorter form in the given encoding, or null when none is worth it. Made once. */
  encoded(encoding: 'br' | 'gzip'): Promise<Buffer> | null;
}

const types: Record<string, string> = {
  '.html': 'text/html; charset=utf-8', '.js': 'text/javascript; charset=utf-8', '.css': 'text/css; charset=utf-8', '.svg': 'image/svg+xml',
  '.json': 'application/json; charset=utf-8', '.map': 'application/json; charset=utf-8', '.png': 'image/png', '.ico': 'image/x-icon',
  '.woff2': 'font/woff2', '.webmanifest': 'application/manifest+json', '.wasm': 'application/wasm', '.txt': 'text/plain; charset=utf-8',
};
const squeezable = new Set(['.html', '.js', '.css', '.svg', '.json', '.webmanifest', '.wasm', '.txt']);
const brotli = promisify(brotliCompress);
const zip = promisify(gzip);

/** Reads a folder of built files (some hundred kB), by their paths with `/` from it. Empty when there is no such folder. */
export function readStaticFiles(folder: string): ReadonlyMap<string, StaticFile> {
  const files = new Map<string, StaticFile>();
  if (!existsSync(folder)) return files;
  const read = (below: string) => {
    for (const entry of readdirSync(join(folder, below), { withFileTypes: true })) {
      const path = below === '' ? entry.name : `${below}/${entry.name}`;
      if (entry.isDirectory()) read(path);
      else if (entry.isFile()) files.set(path, staticFile(path, readFileSync(join(folder, path))));
    }
  };
  read('');
  return files;
}

/** Makes a file out of bytes. */
export function staticFile(path: string, body: Buffer): StaticFile {
  const kind = extname(path).toLowerCase();
  const made: Partial<Record<'br' | 'gzip', Promise<Buffer>>> = {};
  return {
    body, type: types[kind] ?? 'application/octet-stream',
    etag: `"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"`,
    immutable: /-[\w-]{8}\.\w+(\.map)?$/.test(path),
    encoded(encoding) {
      if (!squeezable.has(kind) || body.length < 1024) return null;
      return made[encoding] ??= encoding === 'gzip' ? zip(body, { level: 9 })
        : brotli(body, { params: { [constants.BROTLI_PARAM_QUALITY]: 10, [constants.BROTLI_PARAM_SIZE_HINT]: body.length } });
    },
  };
}
