import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import type { Pictures } from './pictures.ts';

const picture = { schema: Type.String() };

/** `/v1/pictures/:key`: what the element shows of a site, for anybody. */
export const picturesRoutes: FastifyPluginAsyncTypebox<{ pictures: Pictures }> = async (app, { pictures }) => {
  app.get('/v1/pictures/:key', {
    config: { may: 'anyone' },
    schema: {
      tags: ['visitor session'], summary: 'A picture', description: 'By the key that a site\'s profile names. Each upload has a key of its own, so that an answer is good for ever.',
      params: Type.Object({ key: Type.String({ minLength: 1, maxLength: 64 }) }),
      response: { 200: { description: 'The bytes.', content: { 'image/png': picture, 'image/jpeg': picture, 'image/webp': picture } } },
    },
  }, async (request, reply) => {
    const { contentType, bytes, read } = await pictures.find(request.params.key);
    void reply.headers({
      'content-type': contentType,
      'content-length': bytes,
      'content-security-policy': "sandbox; default-src 'none'",
      'x-content-type-options': 'nosniff',
      'cross-origin-resource-policy': 'cross-origin',
      'cache-control': 'public, max-age=31536000, immutable',
    });
    return reply.send(await read() as never);
  });
};
