import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import { Report, ReportCsvQuery, ReportQuery, type Figures, type Report as ReportAnswer } from '../../protocol/work.ts';
import { staffOf } from '../auth/authenticate.ts';
import { csvLine, csvStart } from '../csv.ts';
import type { Reports } from './reports.ts';

const tags = ['reports'];
const description = 'At most 400 days. Each thing counts on the day, in `timeZone` (UTC unless given), on which it happened: a conversation, with the time to its first answer, when it began; '
  + 'its end when it was closed; a message and a call when they came; a rating when it was given. A missed call is one that a visitor began and nobody answered. '
  + 'p90 is the nearest rank. What belongs to a conversation belongs to the agent whom it is assigned to now.';
const columns = ['conversations', 'messagesIn', 'messagesOut', 'closed', 'firstAnswerMedianMs', 'firstAnswerP90Ms', 'resolutionMedianMs', 'calls', 'callsAnswered', 'callsMissed', 'callSeconds',
  'ratings', 'ratingAverage'] as const satisfies (keyof Figures)[];
const rateLimit = { max: 30, timeWindow: 60_000 };

/** `/v1/reports`: figures per day, agent and site. */
export const reportsRoutes: FastifyPluginAsyncTypebox<{ reports: Reports }> = async (app, { reports }) => {
  app.get('/v1/reports', {
    config: { may: 'reports:read', rateLimit, refuses: ['unprocessable'] },
    schema: { tags, summary: 'How much there was to do, and how it went', description, querystring: ReportQuery, response: { 200: Report } },
  }, async (request) => reports.report(staffOf(request).organisationId, request.query));

  app.get('/v1/reports/csv', {
    config: { may: 'reports:read', rateLimit, refuses: ['unprocessable'] },
    schema: {
      tags, summary: 'One table of a report as a CSV file', description: `${description} A cell that a spreadsheet would take for a formula begins with an apostrophe.`,
      querystring: ReportCsvQuery, response: { 200: { description: 'UTF-8 with a byte order mark, one line a day, agent or site.', content: { 'text/csv': { schema: Type.String() } } } },
    },
  }, async (request, reply) => {
    const { table } = request.query;
    const report = await reports.report(staffOf(request).organisationId, request.query);
    return reply.type('text/csv; charset=utf-8').headers({ 'cache-control': 'private, no-store', 'content-disposition': `attachment; filename="report-${table}.csv"` })
      .send(csvStart + rowsOf(report, table).map(csvLine).join(''));
  });
};

function rowsOf(report: ReportAnswer, table: 'days' | 'agents' | 'sites'): (string | number | null)[][] {
  const scores = [1, 2, 3, 4, 5].map((score) => `rated${score}`);
  const figures = (row: Figures) => [...columns.map((column) => row[column]), ...row.ratingCounts];
  if (table === 'days') return [['day', ...columns, ...scores], ...report.days.map((row) => [row.day, ...figures(row)])];
  const named = table === 'agents' ? report.agents.map(({ agent, ...row }) => ({ who: agent, row })) : report.sites.map(({ site, ...row }) => ({ who: site, row }));
  return [[table === 'agents' ? 'agent' : 'site', 'id', ...columns, ...scores], ...named.map(({ who, row }) => [who.name, who.id, ...figures(row)])];
}
