import fastifyMultipart from '@fastify/multipart';
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Readable } from 'node:stream';
import { Type } from 'typebox';
import { Value } from 'typebox/value';
import { ClientId, File, Id } from '../../protocol/shapes.ts';
import { addressClass } from '../address-class.ts';
import { askerOf } from '../auth/authenticate.ts';
import type { Clock } from '../clock.ts';
import { contentDisposition } from '../content-disposition.ts';
import { problem } from '../errors.ts';
import { DRAINED_BYTES } from '../http-errors.ts';
import { sendRanged } from '../ranged-reply.ts';
import { sha256Of } from '../recordings/content-digest.ts';
import { nameFromDisposition } from './file-name.ts';
import type { Files } from './files.ts';

const tags = ['files'];
const params = Type.Object({ id: Id });
// A form around a file is a little longer than the file.
const formBytes = 4096;

/** `/v1/files`: bytes that go with messages come in, and out again to those who may see them. */
export const filesRoutes: FastifyPluginAsyncTypebox<{ files: Files; clock: Pick<Clock, 'id'> }> = async (app, { files, clock }) => {
  // Here only: whatever its type, and without one, a body is bytes that nobody has read yet; what they are is seen from them.
  await app.register(async (uploads) => {
    uploads.removeAllContentTypeParsers();
    await uploads.register(fastifyMultipart, { throwFileSizeLimit: false, limits: { files: 1, fields: 10, fieldSize: 1024, parts: 11, fileSize: Number.MAX_SAFE_INTEGER, headerPairs: 20 } });
    uploads.addContentTypeParser('*', (_request, payload, done) => done(null, payload));
    uploads.route({
      method: 'POST',
      url: '/v1/files',
      config: {
        may: ['visitor', 'conversations:write'], rateLimit: { max: 300, timeWindow: 60_000 },
        takes: ['application/octet-stream', 'multipart/form-data'], refuses: ['conflict', 'unprocessable', 'digest_mismatch'],
        reads: {
          'content-disposition': "The name: `attachment; filename*=UTF-8''…` (RFC 6266). A form tells it in its part.",
          'idempotency-key': 'A UUID or ULID: the same upload again gives the same file.',
          'content-digest': '`sha-256=:<base64>:` of the bytes (RFC 9530), if they shall be checked.',
        },
      },
      schema: {
        tags, response: { 200: File, 201: File }, summary: 'Upload a file that a message shall take along',
        description: 'The body is the bytes, or a form with one part `file`. 201 the first time, 200 for the same bytes again under the same `Idempotency-Key`; other bytes are `conflict`. '
          + 'Its `id` goes into `fileIds` of a message; what is not sent within a day goes. What it is, the server finds out from the bytes. The largest size is the site\'s: more is `too_large`.',
      },
      async handler(request, reply) {
        try {
          const { name, bytes, announced } = await incoming(request);
          const { file, created } = await files.upload(askerOf(request), {
            name, bytes, announced, uploadId: uploadIdOf(request) ?? clock.id(), address: addressClass(request.ip), sha256: sha256Of(request.headers['content-digest']) ?? undefined,
          });
          return await reply.code(created ? 201 : 200).send(file);
        } catch (error) {
          // What is left of the body is read and thrown away, so that the answer arrives; too much of it is not waited for.
          request.raw.unpipe();
          request.raw.resume();
          if (!(Number(request.headers['content-length']) <= DRAINED_BYTES)) void reply.header('connection', 'close');
          throw error;
        }
      },
    });
  });

  app.route({
    method: ['GET', 'HEAD'],
    url: '/v1/files/:id',
    config: { may: ['visitor', 'conversations:read'], refuses: ['gone'], reads: { range: 'One stretch, `bytes=0-1023`; several are answered with the whole.' } },
    schema: {
      tags, params, summary: 'The bytes of a file',
      description: 'For whoever belongs to its conversation; one that is not sent yet, for its uploader alone. Always as an attachment. A stretch outside the file is `range_not_satisfiable`.',
    },
    async handler(request, reply) {
      const { file, read } = await files.open(askerOf(request), (request.params as { id: string }).id);
      void (reply as FastifyReply).headers({
        'content-type': file.type === 'text/plain' ? 'text/plain; charset=utf-8' : file.type, 'content-disposition': contentDisposition('attachment', file.name),
        'cache-control': 'private, no-store',
      });
      return sendRanged(request, reply as FastifyReply, { ...file, read });
    },
  });

  app.delete('/v1/files/:id', {
    config: { may: ['visitor', 'conversations:write'] },
    schema: { tags, params, response: { 204: Type.Null() }, summary: 'Take back an own file that is not sent yet' },
  }, async (request, reply) => {
    await files.remove(askerOf(request), request.params.id);
    return reply.code(204).send(null);
  });
};

function uploadIdOf(request: FastifyRequest): string | undefined {
  const key = request.headers['idempotency-key'];
  if (key === undefined) return undefined;
  if (!Value.Check(ClientId, key)) throw problem('bad_request', 'Idempotency-Key must be a UUID or ULID.');
  return key as string;
}

/** The bytes of a request, not read yet. */
async function incoming(request: FastifyRequest): Promise<{ name: string; bytes: Readable; announced: number | undefined }> {
  const length = request.headers['content-length'] === undefined ? undefined : Number(request.headers['content-length']);
  if (!request.isMultipart()) {
    return { name: nameFromDisposition(request.headers['content-disposition']), bytes: request.body instanceof Readable ? request.body : Readable.from([]), announced: length };
  }
  let part: Awaited<ReturnType<FastifyRequest['file']>>;
  try {
    part = await request.file();
  } catch {
    throw problem('bad_request', 'The form is broken, or has more than one file.');
  }
  if (part?.fieldname !== 'file') throw problem('bad_request', 'The form has no part `file`.');
  return { name: part.filename ?? '', bytes: part.file, announced: length === undefined ? undefined : Math.max(0, length - formBytes) };
}
