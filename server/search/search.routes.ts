import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { SearchPage, SearchQuery } from '../../protocol/search.ts';
import { staffOf } from '../auth/authenticate.ts';
import type { Search } from './search.ts';

/** `/v1/search`. */
export const searchRoutes: FastifyPluginAsyncTypebox<{ search: Search }> = async (app, { search }) => {
  app.get('/v1/search', {
    config: { may: 'conversations:read', rateLimit: { max: 240, timeWindow: 60_000 } },
    schema: {
      tags: ['conversations'], summary: 'Messages by what was said, the newest first', querystring: SearchQuery, response: { 200: SearchPage },
      description: 'Every word of `q` has to stand in the message, anywhere in a word and whatever its case; words between double quotes stand next to one another. All filters that are given have to fit; `from` is included, `to` is not. '
        + 'Private notes are found too, rooms of the team only by their members. A page can hold less than `limit`, or nothing, and still have a `next`: a request looks at a few thousand messages at most. `marks` are the parts that fit, [from, to) in UTF-16 units.',
    },
  }, async (request) => search.find(staffOf(request), request.query));
};
