import t from 'tap';
import type { Report } from '../../protocol/work.ts';
import { testApp } from '../testing/test-app.ts';

t.test('[R7] [S9] over HTTP: what can be asked, and a file in which no name is a formula', async (t) => {
  const app = await testApp();
  t.teardown(() => app.close());
  const owner = await app.owner();
  const { organisationId } = (await app.database.q.select().from(app.database.tables.agents))[0]!;
  const at = Date.UTC(2026, 4, 1, 12);
  const { q, tables } = app.database;
  await q.insert(tables.sites).values({ id: 'evil', organisationId, name: '=cmd|"/c calc"!A1', publishableKey: 'evil', origins: [], settings: {}, createdAt: at, updatedAt: at });
  await q.insert(tables.conversations).values({ id: 'c', organisationId, siteId: 'evil', visitorId: 'v', status: 'open', assigneeId: owner.agent.id, lastSeq: 0, createdAt: at, updatedAt: at, lastMessageAt: at, rating: 4, ratedAt: at });
  const get = (query: string, path = '/v1/reports') => app.inject({ url: `${path}?${query}`, headers: owner.headers });
  const may = 'from=2026-05-01T00:00:00Z&to=2026-05-03T00:00:00Z';
  const report = await get(`${may}&timeZone=Asia/Seoul`);
  t.equal(report.statusCode, 200);
  t.match(report.json(), { total: { conversations: 1, ratings: 1, ratingAverage: 4, ratingCounts: [0, 0, 0, 1, 0], firstAnswerMedianMs: null }, days: [{ day: '2026-05-01' }, { day: '2026-05-02' }, { day: '2026-05-03' }], agents: [{ agent: { name: 'Olive Owner' } }], sites: [{ site: { id: 'evil' } }] });
  t.equal(report.json<Report>().heat[5]![21], 1);
  const csv = await get(`${may}&table=sites`, '/v1/reports/csv');
  t.match(csv.headers, { 'content-type': 'text/csv; charset=utf-8', 'content-disposition': 'attachment; filename="report-sites.csv"', 'cache-control': /no-store/ });
  const [head, line, ...rest] = csv.body.split('\r\n');
  t.equal(head, '\ufeffsite,id,conversations,messagesIn,messagesOut,closed,firstAnswerMedianMs,firstAnswerP90Ms,resolutionMedianMs,calls,callsAnswered,callsMissed,callSeconds,ratings,ratingAverage,rated1,rated2,rated3,rated4,rated5');
  t.equal(line, '"\'=cmd|""/c calc""!A1",evil,1,0,0,0,,,,0,0,0,0,1,4,0,0,0,1,0');
  t.same(rest, ['']);
  t.match((await get(`${may}&table=days`, '/v1/reports/csv')).body, /^\ufeffday,conversations[^]*\r\n2026-05-02,0,/);
  t.match((await get(`${may}&table=agents`, '/v1/reports/csv')).body, /\r\nOlive Owner,/);

  const wrong: [string, number][] = [
    ['from=2026-05-01T00:00:00Z&to=2026-05-01T00:00:00Z', 422], ['from=2026-05-02T00:00:00Z&to=2026-05-01T00:00:00Z', 422], ['from=2025-01-01T00:00:00Z&to=2026-05-01T00:00:00Z', 422],
    [`${may}&timeZone=Mars/Olympus`, 422], [`${may}&timeZone=`, 422], ['from=yesterday&to=today', 400], ['from=2026-05-01T00:00:00Z', 400], ['from=2026-05-01&to=2026-05-02', 400],
  ];
  for (const [query, status] of wrong) t.equal((await get(query)).statusCode, status, query);
  t.equal((await get(may, '/v1/reports/csv')).statusCode, 400, 'which table?');
  t.equal((await get(`${may}&site=nowhere`)).json<Report>().total.conversations, 0);
  t.equal((await get('from=2025-03-27T00:00:00Z&to=2026-05-01T00:00:00Z')).statusCode, 200, '400 days');
  const agent = await app.agent('agent');
  for (const path of ['/v1/reports', '/v1/reports/csv']) t.equal((await app.inject({ url: `${path}?${may}&table=days`, headers: agent.headers })).statusCode, 403);
});
