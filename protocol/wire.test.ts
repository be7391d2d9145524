import { readFileSync } from 'node:fs';
import t from 'tap';
import { REQUESTS } from './client-frames.ts';
import { CLOSE, PROBLEMS } from './codes.ts';
import * as developers from './developers.ts';
import * as http from './http.ts';
import { PERMISSIONS } from './permissions.ts';
import { EVENTS, REPLIES } from './server-frames.ts';
import * as shapes from './shapes.ts';
import * as site from './site.ts';
import * as team from './team.ts';
import * as version from './version.ts';
import * as work from './work.ts';

const page = readFileSync(new URL('../docs/protocol.md', import.meta.url), 'utf8');

const bodies = { http, site, team, work, developers };
const names = new Map<unknown, string>([shapes, ...Object.values(bodies)].flatMap((file) => Object.entries(file)).map(([name, shape]) => [shape, name]));

const limits = Object.fromEntries(Object.entries(version).filter(([, value]) => typeof value !== 'function'));

/** Schemas as JSON Schema, a shape inside another by its name, so that a change shows as the lines that it is. */
const text = (value: Record<string, unknown>) => Object.entries(value).map(([key, schema]) =>
  `${key}: ${JSON.stringify(schema, (inner, part: unknown) => (inner !== '' && names.has(part) ? names.get(part) : part))}`).join('\n');

await t.test('[WS5] a change of the wire is a change of its snapshot (npx tap --snapshot protocol/wire.test.ts), and of docs/protocol.md', async (t) => {
  t.matchSnapshot(text(REQUESTS), 'requests');
  t.matchSnapshot(text(REPLIES), 'replies');
  t.matchSnapshot(text(EVENTS), 'events');
  t.matchSnapshot(text(shapes), 'shapes');
  for (const [file, schemas] of Object.entries(bodies)) {
    t.matchSnapshot(text(Object.fromEntries(Object.entries(schemas).filter(([, value]) => typeof value === 'object'))), `HTTP bodies: ${file}`);
  }
  t.matchSnapshot(text({ PROBLEMS, CLOSE, PERMISSIONS, ...limits }), 'codes, permissions and limits');
});

await t.test('[WS5] docs/protocol.md names every request, event, code, close code, setting of a site, permission and event of webhooks', async (t) => {
  for (const name of [...Object.keys(REQUESTS), ...Object.keys(EVENTS)]) {
    t.match(page, new RegExp(`\`${name.replaceAll('.', '\\.')}[\` ]`), name);
  }
  for (const code of Object.keys(PROBLEMS)) t.match(page, `\`${code}\``, code);
  for (const code of Object.values(CLOSE)) t.match(page, `| ${code} |`, String(code));
  for (const name of [...Object.keys(site.SiteSettings.properties), ...Object.keys(PERMISSIONS), ...Object.keys(developers.WEBHOOK_DATA), ...Object.keys(team.Preferences.properties)]) t.match(page, `\`${name}\``, name);
});

await t.test('[WS5] every request has a reply', async (t) => {
  t.strictSame(Object.keys(REPLIES).toSorted(), Object.keys(REQUESTS).toSorted());
});
