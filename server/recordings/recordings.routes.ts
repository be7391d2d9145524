import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import { ChunkAnswer, ChunkParams, CompleteAnswer, CompleteBody } from '../../protocol/http.ts';
import { ManifestAnswer, SigningKeys } from '../../protocol/evidence.ts';
import { Id, Recording } from '../../protocol/shapes.ts';
import { MAX_CHUNK_BYTES } from '../../protocol/version.ts';
import { askerOf, principalOf, staffOf } from '../auth/authenticate.ts';
import { contentDisposition } from '../content-disposition.ts';
import { problem } from '../errors.ts';
import { sendRanged } from '../ranged-reply.ts';
import { sha256Of } from './content-digest.ts';
import { playlist } from './playlist.ts';
import type { RecordingMedia, Recordings } from './recordings.ts';
import type { SigningKey } from './signing-key.ts';

const Params = Type.Object({ id: Id });
const MediaQuery = Type.Object({ part: Type.Optional(Type.Integer({ minimum: 1, maximum: 1000 })), download: Type.Optional(Type.String({ maxLength: 10 })), direct: Type.Optional(Type.String({ maxLength: 10 })) });
const tags = ['recordings'];

/** Chunks come in, facts and the merged file go out. */
export const recordingsRoutes: FastifyPluginAsyncTypebox<{ recordings: Recordings; signingKey: Pick<SigningKey, 'keyId' | 'x'> }> = async (app, { recordings, signingKey }) => {
  // Here only: whatever its type, and without one, a chunk is bytes: the digest says whether they are the right ones.
  await app.register(async (chunks) => {
    chunks.removeAllContentTypeParsers();
    chunks.addContentTypeParser('*', { parseAs: 'buffer', bodyLimit: MAX_CHUNK_BYTES }, (_request, body, done) => done(null, body));
    chunks.route({
      method: 'PUT',
      url: '/v1/recordings/:id/segments/:segment/chunks/:seq',
      bodyLimit: MAX_CHUNK_BYTES,
      config: {
        may: ['visitor', 'recordings:write'], rateLimit: { max: 1200, timeWindow: 60_000 },
        takes: ['application/octet-stream'], reads: { 'content-digest': 'Required: `sha-256=:<base64>:` of the body (RFC 9530).' },
      },
      schema: {
        tags, params: ChunkParams, response: { 200: ChunkAnswer, 201: ChunkAnswer },
        summary: 'Store one chunk of a segment; 201 the first time, 200 for the same bytes again',
        description: 'Segments count from 1, chunks from 0. The body is the chunk\'s bytes, at most 1,000,000. `Content-Digest: sha-256=:<base64>:` is required. '
          + 'The answer comes when the bytes are durable; retry until it does. Other bytes under a number that is taken are `chunk_conflict`, bytes that do not fit '
          + 'their digest `digest_mismatch`, a recording that is over `recording_closed`, and one that a side has not agreed to `consent_required`.',
      },
      async handler(request, reply) {
        const { id, segment, seq } = request.params as { id: string; segment: number; seq: number };
        const sha256 = sha256Of(request.headers['content-digest']);
        if (sha256 === null) throw problem('bad_request', 'The header Content-Digest with a sha-256 is needed.');
        const bytes = request.body ?? Buffer.alloc(0);
        if (!Buffer.isBuffer(bytes)) throw problem('unsupported_media_type');
        const { created } = await recordings.putChunk(principalOf(request), { id, segment, seq }, bytes, sha256);
        return reply.code(created ? 201 : 200).send({ recordingId: id, segment, seq, bytes: bytes.length, sha256 });
      },
    });
  });

  app.post('/v1/recordings/:id/complete', {
    config: { may: ['visitor', 'recordings:write'], refuses: ['unprocessable'] },
    schema: {
      tags, params: Params, body: CompleteBody, response: { 200: CompleteAnswer },
      summary: 'Say how many chunks the own segments have; the answer names those that are missing',
      description: '`chunks` is a count: 3 for the chunks 0, 1 and 2.',
    },
  }, async (request) => recordings.complete(principalOf(request), request.params.id, request.body.segments));

  app.get('/v1/recordings/:id', {
    config: { may: ['visitor', 'recordings:read'] },
    schema: { tags, params: Params, response: { 200: Recording }, summary: 'The facts of a recording' },
  }, async (request) => recordings.get(askerOf(request), request.params.id));

  app.route({
    method: ['GET', 'HEAD'],
    url: '/v1/recordings/:id/media',
    config: { may: ['visitor', 'recordings:read'], mediaCookie: true, refuses: ['gone'], reads: { range: 'One stretch, `bytes=0-1023`; several are answered with the whole.' } },
    schema: {
      tags, params: Params, querystring: MediaQuery, summary: 'The merged file, whole or in a stretch (Range)',
      description: 'By bearer token, or by the cookie that an agent\'s sign-in sets for media elements. `?download=1` gives it as an attachment. '
        + '`?direct=1` may be answered with 302 to the object store, by a URL that is good for five minutes; where there is none it changes nothing. '
        + 'A stretch outside the file is `range_not_satisfiable`. Of a recording with `parts`, `?part=2` is the second file; without it the first is given.',
    },
    async handler(request, reply) {
      const { id } = request.params as { id: string };
      const { download, direct, part = 1 } = request.query as { download?: string; direct?: string; part?: number };
      const asAttachment = isYes(download);
      const how = request.method === 'HEAD' ? undefined : !asAttachment ? 'played' : /^bytes=0*-?$|^bytes=0+-/.test(request.headers.range ?? 'bytes=0-') ? 'downloaded' : 'resumed';
      const media = await recordings.media(askerOf(request), id, how, part);
      const signed = isYes(direct) && request.method === 'GET' ? media.signedUrl(dispositionOf(media, asAttachment)) : null;
      if (signed !== null) return reply.header('cache-control', 'private, no-store').redirect(signed, 302);
      return sendMedia(request, reply, media, asAttachment);
    },
  });

  app.get('/v1/recordings/:id/playlist', {
    config: { may: ['visitor', 'recordings:read'] },
    schema: {
      tags, params: Params, summary: 'The files of a recording in order, as a playlist',
      description: 'Extended M3U: `#EXTINF:<seconds>,<name>` and the name of each file as its download has it. Put beside the files it opens in players as one.',
      response: { 200: { description: 'An M3U playlist.', content: { 'audio/x-mpegurl': { schema: Type.String() } } } },
    },
  }, async (request, reply) => {
    const all = await recordings.files(askerOf(request), request.params.id);
    return (reply as FastifyReply).headers({
      'cache-control': 'private, no-store', 'content-type': 'audio/x-mpegurl; charset=utf-8', 'x-content-type-options': 'nosniff', 'content-disposition': contentDisposition('attachment', `${all.title}.m3u`),
    }).send(playlist(all));
  });

  app.get('/v1/recordings/:id/manifest', {
    config: { may: ['visitor', 'recordings:read'] },
    schema: {
      tags, params: Params, response: { 200: ManifestAnswer }, summary: 'What proves that the file was not changed',
      description: 'Signed when the file was merged: digests of the file and of each chunk in a hash chain, consents, gaps. `jws` is what counts: a JWS of `manifest` '
        + 'by Ed25519. Check it without the server by `npm run verify-recording` or the page `/verify`.',
    },
  }, async (request, reply) => {
    reply.header('cache-control', 'private, no-store');
    return recordings.manifest(askerOf(request), request.params.id);
  });

  app.get('/v1/signing-keys', {
    config: { may: 'anyone' },
    schema: { tags, response: { 200: SigningKeys }, summary: 'The public keys by which this server signs manifests', description: 'A JWK set (RFC 7517); `kid` is the fingerprint (RFC 7638).' },
  }, async () => ({ keys: [{ kid: signingKey.keyId, kty: 'OKP' as const, crv: 'Ed25519' as const, x: signingKey.x, use: 'sig' as const, alg: 'EdDSA' as const }] }));

  app.delete('/v1/recordings/:id', {
    config: { may: 'recordings:delete' },
    schema: { tags, params: Params, response: { 204: Type.Null() }, summary: 'Remove a recording and its bytes for good', description: '`conflict` during its call, `on_hold` while somebody holds it.' },
  }, async (request, reply) => {
    await recordings.remove(staffOf(request), request.params.id);
    return reply.code(204).send(null);
  });
};

const isYes = (value: string | undefined): boolean => value === '1' || value === 'true';
const dispositionOf = ({ name }: RecordingMedia, download: boolean): string => contentDisposition(download ? 'attachment' : 'inline', name);

async function sendMedia(request: FastifyRequest, reply: FastifyReply, media: RecordingMedia, download: boolean): Promise<FastifyReply> {
  void reply.headers({
    'cache-control': 'private, no-store',
    'content-type': media.mimeType,
    'content-disposition': dispositionOf(media, download),
  });
  return sendRanged(request, reply, media);
}
