import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { FastifyReply } from 'fastify';
import { Readable } from 'node:stream';
import { Type, type Static } from 'typebox';
import { page, PageQuery } from '../../protocol/http.ts';
import { AuditEntry, AuditFilterQuery } from '../../protocol/team.ts';
import { staffOf } from '../auth/authenticate.ts';
import { csvLine, csvStart } from '../csv.ts';
import type { Audit } from './audit.ts';
import type { AuditFilter } from './audit.store.ts';

const tags = ['audit'];
const head = ['time', 'actor kind', 'actor', 'actor id', 'action', 'target kind', 'target', 'target id', 'address', 'detail', 'id'];

/** `/v1/audit`: who did what. */
export const auditRoutes: FastifyPluginAsyncTypebox<{ audit: Audit }> = async (app, { audit }) => {
  app.get('/v1/audit', {
    config: { may: 'audit:read' },
    schema: {
      tags, summary: 'Who did what', description: 'Newest first. Entries are only ever added; nobody can change or remove one.',
      querystring: Type.Interface([PageQuery, AuditFilterQuery], {}), response: { 200: page(AuditEntry) },
    },
  }, async (request) => audit.list(staffOf(request).organisationId, filterOf(request.query), { cursor: request.query.cursor, limit: request.query.limit ?? 30 }));

  app.get('/v1/audit/export', {
    config: { may: 'audit:read', rateLimit: { max: 20, timeWindow: 60_000 } },
    schema: {
      tags, summary: 'The same as a CSV file', description: 'Everything that fits the filters. A cell that a spreadsheet would take for a formula begins with an apostrophe.',
      querystring: AuditFilterQuery, response: { 200: { description: 'UTF-8 with a byte order mark, one line an entry.', content: { 'text/csv': { schema: Type.String() } } } },
    },
  }, async (request, reply) => {
    const { organisationId } = staffOf(request);
    const lines = Readable.from(linesOf(audit.entries(organisationId, filterOf(request.query))));
    return sendFile(reply as FastifyReply, lines);
  });
};

function sendFile(reply: FastifyReply, lines: Readable): FastifyReply {
  return reply.type('text/csv; charset=utf-8').headers({ 'cache-control': 'private, no-store', 'content-disposition': 'attachment; filename="audit.csv"' }).send(lines);
}

function filterOf({ actor, action, target, from, to }: Static<typeof AuditFilterQuery>): AuditFilter {
  return { actor, action, target, from: from === undefined ? undefined : Date.parse(from), to: to === undefined ? undefined : Date.parse(to) };
}

async function* linesOf(pages: AsyncGenerator<AuditEntry[], void>): AsyncGenerator<string, void> {
  yield csvStart + csvLine(head);
  for await (const entries of pages) {
    yield entries.map(({ id, at, actor, action, target, detail, address }) => csvLine([
      at, actor.kind, actor.name, actor.id, action, target?.kind ?? null, target?.name ?? null, target?.id ?? null, address,
      Object.keys(detail).length === 0 ? null : JSON.stringify(detail), id,
    ])).join('');
  }
}
