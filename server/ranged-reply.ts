import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Readable } from 'node:stream';
import { BlobMissing, type ByteRange } from './blobs/blobs.ts';
import { byteRange } from './recordings/byte-range.ts';
import { problem } from './errors.ts';

/** Bytes that can be asked for in stretches. */
export interface RangedBytes {
  bytes: number;
  /** In hex: what the bytes are known by. */
  sha256: string;
  read(range?: ByteRange): Promise<Readable>;
}

/**
 * Answers with the bytes, or with the stretch that a Range header asks for (RFC 9110 §14), and with 304 to whoever has them. They are
 * never rendered in our origin (threats.md S12): sandboxed, and of no other type than the one told. `gone` when the store has lost them.
 */
export async function sendRanged(request: FastifyRequest, reply: FastifyReply, { bytes, sha256, read }: RangedBytes): Promise<FastifyReply> {
  const etag = `"${sha256}"`;
  void reply.headers({ 'accept-ranges': 'bytes', 'content-security-policy': "sandbox; default-src 'none'", 'x-content-type-options': 'nosniff', etag });
  if (request.headers['if-none-match']?.split(',').some((tag) => tag.trim().replace(/^W\//, '') === etag)) return reply.code(304).send();
  const condition = request.headers['if-range'];
  const range = condition === undefined || condition === etag ? byteRange(request.headers.range, bytes) : null;
  if (range === 'unsatisfiable') {
    void reply.header('content-range', `bytes */${bytes}`);
    throw problem('range_not_satisfiable');
  }
  const body = request.method === 'HEAD' ? undefined : await read(range ?? undefined).catch((error: unknown) => {
    if (!(error instanceof BlobMissing)) throw error;
    request.log.error({ err: error }, 'Bytes are missing that a row knows of.');
    void reply.removeHeader('etag').removeHeader('content-disposition');
    throw problem('gone', 'Its bytes are not here any more.');
  });
  if (range) void reply.code(206).header('content-range', `bytes ${range.start}-${range.end - 1}/${bytes}`);
  void reply.header('content-length', range ? range.end - range.start : bytes);
  return reply.send(body);
}
