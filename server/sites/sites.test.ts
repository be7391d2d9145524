import type { InjectOptions } from 'fastify';
import t, { type Test } from 'tap';
import type { Page, VisitorAnswer } from '../../protocol/http.ts';
import type { Site, SiteProfile, SiteSettings } from '../../protocol/site.ts';
import type { AuditEntry } from '../../protocol/team.ts';
import type { Database } from '../store/database.ts';
import { eachEngine } from '../testing/each-engine.ts';
import { fakeClock } from '../testing/fake-clock.ts';
import { testApp } from '../testing/test-app.ts';
import { connect, Nack } from '../testing/test-socket.ts';
import { publishableKey } from './site-desk.ts';
import { createSitesStore } from './sites.store.ts';
import { createSites } from './sites.ts';
import { checkedSettings } from './settings-check.ts';
import { defaultSettings, newSiteSettings, settingsOf } from './site-settings.ts';
import { consentVersion } from './site-view.ts';

const codeOf = (answer: { json(): unknown }) => (answer.json() as { code?: string }).code;

async function house(t: Test, database?: Database) {
  const app = await testApp(database ? { database } : {});
  t.teardown(() => app.close());
  const owner = await app.owner();
  const ask = (method: InjectOptions['method'], url: string, payload?: object, headers = owner.headers) => app.inject({ method: method!, url, headers, ...(payload && { payload }) });
  const site = async (name: string, origins: string[] = []) => (await ask('POST', '/v1/sites', { name, origins })).json<Site>();
  const actions = async () => (await ask('GET', '/v1/audit')).json<Page<AuditEntry>>().items.map(({ action }) => action).filter((action) => action.startsWith('site.'));
  const welcome = (siteKey: string, origin: string) => app.inject({ method: 'POST', url: '/v1/visitors', headers: { origin }, payload: { siteKey } });
  const profile = async (siteKey: string) => (await app.inject({ url: `/v1/widget/config?siteKey=${siteKey}` })).json<{ site: SiteProfile }>().site;
  return { app, owner, ask, site, actions, welcome, profile };
}

t.test('[C2] [C9] several sites: made, read, changed, each with a key and a list of its own', async (t) => {
  const { app, ask, site, actions, welcome, owner } = await house(t);
  const shop = await site(' Shop ', ['https://SHOP.example/', 'https://shop.example']);
  t.match(shop, { name: 'Shop', origins: ['https://shop.example'], settings: { ...defaultSettings, ...newSiteSettings }, picture: null, identity: false, archived: false });
  t.match(shop.publishableKey, /^pk_[\w-]{24}$/);
  t.same((await ask('GET', `/v1/sites/${shop.id}`)).json(), shop);
  t.equal((await ask('GET', '/v1/sites')).json<Page<Site>>().items.length, 2);
  t.equal((await welcome(shop.publishableKey, 'https://shop.example')).statusCode, 201);
  t.equal(codeOf(await welcome(owner.site.publishableKey, 'https://shop.example')), 'origin_forbidden', 'the other site\'s list is its own');
  t.equal(codeOf(await ask('POST', '/v1/sites', { name: 'x', origins: ['shop.example'] })), 'unprocessable');
  t.equal(codeOf(await ask('POST', '/v1/sites', { name: '  ' })), 'bad_request');
  t.equal(codeOf(await ask('GET', '/v1/sites/nope')), 'not_found');
  const agent = await app.agent('agent');
  t.equal((await ask('GET', `/v1/sites/${shop.id}`, undefined, agent.headers)).statusCode, 200);
  t.equal(codeOf(await ask('POST', '/v1/sites', { name: 'x' }, agent.headers)), 'forbidden');

  const changed = (await ask('PATCH', `/v1/sites/${shop.id}`, { name: 'Store', settings: { greeting: ' Hi ', look: { ...defaultSettings.look, accent: '#336699', stray: 1 } } })).json<Site>();
  t.match(changed, { name: 'Store', settings: { greeting: 'Hi', look: { accent: '#336699' } } });
  t.notOk('stray' in changed.settings.look, 'what is no setting is not kept');
  t.same(changed.settings.hours, shop.settings.hours, 'other parts stay');
  t.same(await actions(), ['site.updated', 'site.created']);
  await ask('PATCH', `/v1/sites/${shop.id}`, { name: 'Store' });
  t.same((await actions()).length, 2, 'what changes nothing is not written down');
});

t.test('[C9] [E5] groups that are rung are agents of the organisation, each once a group', async (t) => {
  const { app, ask, owner, profile } = await house(t);
  const { agent } = await app.agent('agent');
  const queue = (agentIds: string[]) => ({ ringSeconds: 45, groups: [{ agentIds: [owner.agent.id], seconds: 10 }, { agentIds, seconds: 20 }], callBack: false });
  const patch = (agentIds: string[]) => ask('PATCH', `/v1/sites/${owner.site.id}`, { settings: { queue: queue(agentIds) } });
  t.same((await patch([agent.id, agent.id])).json<Site>().settings.queue, queue([agent.id]));
  t.equal((await profile(owner.site.publishableKey)).callBack, false, 'visitors learn that nobody calls back');
  const refused = await patch([agent.id, 'somebody']);
  t.match(refused.json(), { code: 'unprocessable', detail: /settings\.queue\.groups\.1\.agentIds/ });
  t.equal(codeOf(await patch([])), 'bad_request', 'a group of nobody is none');
});

t.test('[C9] what makes no sense is refused with a sentence that names the field', async (t) => {
  const { ask, owner } = await house(t);
  const { hours, preChat } = defaultSettings;
  const field = { key: 'topic', label: 'Topic', kind: 'text', required: false, choices: [] };
  const table: [object, string, RegExp][] = [
    [{ hours: { ...hours, timeZone: 'Asia/Soul' } }, 'unprocessable', /settings\.hours\.timeZone/],
    [{ hours: { ...hours, timeZone: '+09:00' } }, 'unprocessable', /settings\.hours\.timeZone/],
    [{ hours: { ...hours, week: [{ day: 1, from: '09:00', to: '09:00' }] } }, 'unprocessable', /settings\.hours\.week\.0\.to/],
    [{ hours: { ...hours, week: [{ day: 1, from: '24:00', to: '09:00' }] } }, 'unprocessable', /settings\.hours\.week\.0\.from/],
    [{ hours: { ...hours, week: [{ day: 7, from: '08:00', to: '09:00' }] } }, 'bad_request', /settings\.hours\.week\.0\.day/],
    [{ hours: { ...hours, holidays: [{ date: '2026-02-30', name: '' }] } }, 'unprocessable', /settings\.hours\.holidays\.0\.date/],
    [{ privacyUrl: 'http://shop.example/privacy' }, 'unprocessable', /settings\.privacyUrl/],
    [{ privacyUrl: 'javascript:alert(1)' }, 'unprocessable', /settings\.privacyUrl/],
    [{ privacyUrl: 'privacy' }, 'unprocessable', /settings\.privacyUrl/],
    [{ languages: ['ko', 'ko'] }, 'unprocessable', /settings\.languages/],
    [{ languages: ['fr'] }, 'bad_request', /settings\.languages/],
    [{ look: { accent: 'red' } }, 'bad_request', /settings\.look/],
    [{ preChat: { ...preChat, fields: [field, { ...field, label: 'Again' }] } }, 'unprocessable', /settings\.preChat\.fields\.1\.key/],
    [{ preChat: { ...preChat, fields: [{ ...field, kind: 'choice' }] } }, 'unprocessable', /settings\.preChat\.fields\.0\.choices/],
    [{ preChat: { ...preChat, fields: [{ ...field, kind: 'choice', choices: ['a', ' a'] }] } }, 'unprocessable', /settings\.preChat\.fields\.0\.choices/],
    [{ preChat: { ...preChat, fields: [{ ...field, key: 'email' }] } }, 'unprocessable', /settings\.preChat\.fields\.0\.kind/],
    [{ preChat: { ...preChat, fields: [{ ...field, label: '   ' }] } }, 'unprocessable', /settings\.preChat\.fields\.0\.label/],
    [{ preChat: { ...preChat, fields: [{ ...field, key: 'A b' }] } }, 'bad_request', /settings\.preChat\.fields\.0\.key/],
    [{ retention: { closeAfter: 0, purgeAfterClose: null, recordings: null } }, 'bad_request', /settings\.retention\.closeAfter/],
    [{ routing: { mode: 'random', capacity: null } }, 'bad_request', /settings\.routing\.mode/],
    [{ greeting: 'x'.repeat(301) }, 'bad_request', /settings\.greeting/],
  ];
  for (const [settings, code, detail] of table) {
    const answer = await ask('PATCH', `/v1/sites/${owner.site.id}`, { settings });
    t.match(answer.json(), { code, detail }, JSON.stringify(settings));
  }
  t.same((await ask('GET', `/v1/sites/${owner.site.id}`)).json<Site>().settings, { ...defaultSettings, ...newSiteSettings }, 'nothing of it was kept');
  const good = checkedSettings({ privacyUrl: ' https://Shop.example/privacy ', preChat: { enabled: true, fields: [{ ...field, kind: 'text', choices: ['x'] }] } } as Partial<SiteSettings>);
  t.same(good, { privacyUrl: 'https://shop.example/privacy', preChat: { enabled: true, fields: [{ ...field, choices: [] }] } });
});

t.test('[C8] the profile: hours, picture, consent to whose words, never an e-mail', async (t) => {
  const { app, ask, owner, profile } = await house(t);
  const key = owner.site.publishableKey;
  t.match(await profile(key), { hours: { open: true, opensAt: null }, recording: { enabled: true, textVersion: '2026-11', consentText: '' }, preChat: [], picture: null });
  const field = { key: 'topic', label: 'Topic', kind: 'text' as const, required: true, choices: [] };
  await ask('PATCH', `/v1/sites/${owner.site.id}`, {
    settings: {
      hours: { enabled: true, timeZone: 'Asia/Seoul', week: [], holidays: [] }, recording: { enabled: true, consentText: ' We record. ' }, preChat: { enabled: true, fields: [field] },
    },
  });
  t.match(await profile(key), { hours: { open: false, opensAt: null }, recording: { consentText: 'We record.', textVersion: consentVersion('We record.') }, preChat: [field] }, 'at once');
  t.match(consentVersion('We record.'), /^own-[0-9a-f]{12}$/);
  t.not(consentVersion('We record.'), consentVersion('We record it.'));
  t.ok(consentVersion('We record.').length <= 32, 'the consent frame takes it');
  t.notMatch(JSON.stringify(await profile(key)), /@|secret|origins/);
  const page = await app.inject({ url: '/demo' });
  t.match(page.body, `site-key="${key}"`);
});

t.test('[C10] keys: another one stops the old at once; the secret for visitors is shown once', async (t) => {
  const { ask, site, actions, welcome, app } = await house(t);
  const shop = await site('Shop', ['https://shop.example']);
  t.equal((await welcome(shop.publishableKey, 'https://shop.example')).statusCode, 201, 'it is remembered now');
  const visitor = (await welcome(shop.publishableKey, 'https://shop.example')).json<VisitorAnswer>();
  const rotated = (await ask('POST', `/v1/sites/${shop.id}/rotate-key`)).json<Site>();
  t.not(rotated.publishableKey, shop.publishableKey);
  t.equal(codeOf(await welcome(shop.publishableKey, 'https://shop.example')), 'not_found');
  t.equal((await welcome(rotated.publishableKey, 'https://shop.example')).statusCode, 201);
  t.equal((await app.inject({ url: '/v1/ice-servers', headers: { authorization: `Bearer ${visitor.token}` } })).statusCode, 200, 'visitors who are there stay');

  const made = await ask('POST', `/v1/sites/${shop.id}/identity-secret`);
  const { secret } = made.json<{ secret: string }>();
  t.equal(made.statusCode, 201);
  t.equal(made.headers['cache-control'], 'no-store');
  t.ok(Buffer.from(secret.slice(4), 'base64url').length >= 32);
  t.match((await ask('GET', `/v1/sites/${shop.id}`)).json(), { identity: true });
  t.notMatch((await ask('GET', '/v1/sites')).body, secret);
  t.not((await ask('POST', `/v1/sites/${shop.id}/identity-secret`)).json<{ secret: string }>().secret, secret);
  t.equal((await ask('DELETE', `/v1/sites/${shop.id}/identity-secret`)).statusCode, 204);
  t.equal((await ask('DELETE', `/v1/sites/${shop.id}/identity-secret`)).statusCode, 204, 'twice is harmless');
  t.match((await ask('GET', `/v1/sites/${shop.id}`)).json(), { identity: false });
  t.same(await actions(), ['site.identity_secret_removed', 'site.identity_secret_made', 'site.identity_secret_made', 'site.key_rotated', 'site.created']);
  t.notMatch((await ask('GET', '/v1/audit')).body, new RegExp(`${secret}|${shop.publishableKey}`));
  t.notMatch(app.log(), secret);
});

t.test('[C2] an archived site is gone for its pages; its history is not', async (t) => {
  const { app, ask, site, actions, welcome, owner } = await house(t);
  t.equal(codeOf(await ask('PATCH', `/v1/sites/${owner.site.id}`, { archived: true })), 'conflict', 'the last one stays');
  const shop = await site('Shop', ['https://shop.example']);
  const url = (await app.listen()).replace('http', 'ws');
  const visitor = (await welcome(shop.publishableKey, 'https://shop.example')).json<VisitorAnswer>();
  const socket = await connect({ url, token: visitor.token, origin: 'https://shop.example' });
  await socket.request('message.send', { clientId: '00000000-0000-4000-8000-000000000001', text: 'Hello' });

  t.match((await ask('PATCH', `/v1/sites/${shop.id}`, { archived: true })).json(), { archived: true });
  t.match(await socket.closed, { code: 4004 });
  await t.rejects(connect({ url, token: visitor.token, origin: 'https://own.example' }), 'its origin is nobody\'s now');
  const again = await connect({ url, token: visitor.token, origin: app.ownOrigins()[0]! }).catch((error: unknown) => error);
  t.ok(again instanceof Nack && again.code === 'not_found');
  const headers = { authorization: `Bearer ${visitor.token}` };
  const [{ id: conversationId }] = (await ask('GET', '/v1/conversations')).json<Page<{ id: string }>>().items as [{ id: string }];
  for (const request of [
    { url: '/v1/conversations' }, { url: `/v1/conversations/${conversationId}/messages` }, { url: '/v1/visitors/me/export' },
    { method: 'POST' as const, url: `/v1/conversations/${conversationId}/messages`, payload: { text: 'More' } },
  ]) t.equal(codeOf(await app.inject({ ...request, headers })), 'not_found', `${request.method ?? 'GET'} ${request.url} by a program, which names no origin`);
  t.equal(codeOf(await welcome(shop.publishableKey, 'https://shop.example')), 'not_found');
  t.equal(codeOf(await app.inject({ url: `/v1/widget/config?siteKey=${shop.publishableKey}` })), 'not_found');
  t.equal((await ask('GET', '/v1/conversations')).json<Page<unknown>>().items.length, 1);
  t.equal(codeOf(await ask('PATCH', `/v1/sites/${owner.site.id}`, { archived: true })), 'conflict', 'of two the last active one stays');
  t.match((await ask('PATCH', `/v1/sites/${shop.id}`, { archived: false })).json(), { archived: false });
  t.equal((await welcome(shop.publishableKey, 'https://shop.example')).statusCode, 201);
  t.equal((await app.inject({ url: '/v1/conversations', headers })).statusCode, 200, 'restored, its visitors find what they said');
  await ask('PATCH', `/v1/sites/${owner.site.id}`, { archived: true });
  t.match((await app.inject({ url: '/demo' })).body, `site-key="${shop.publishableKey}"`, 'the demo shows the oldest that is left');
  t.same(await actions(), ['site.archived', 'site.restored', 'site.archived', 'site.created']);
});

t.test('[C9] what is switched off is refused by the server too', async (t) => {
  const { app, ask, owner } = await house(t);
  const url = (await app.listen()).replace('http', 'ws');
  const visitor = await app.visitor();
  const origin = app.ownOrigins()[0]!;
  await ask('PATCH', `/v1/sites/${owner.site.id}`, { settings: { calls: { audio: true, video: false }, presenceShown: false } });
  const socket = await connect({ url, token: visitor.token, origin });
  t.equal(socket.hello.presence, null, 'PR6');
  const refused = await socket.request('call.start', { mode: 'video' }).catch((error: unknown) => error);
  t.ok(refused instanceof Nack && refused.code === 'forbidden');
  t.same(await app.database.q.select().from(app.database.tables.visitors), [], 'and nothing came of it');
  t.match(await socket.request('call.start', { mode: 'audio' }), { call: { mode: 'audio', state: 'ringing' } });
  await ask('PATCH', `/v1/sites/${owner.site.id}`, { settings: { calls: { audio: false, video: true } } });
  const other = await connect({ url, token: (await app.visitor()).token, origin });
  await t.rejects(other.request('call.start', { mode: 'audio' }), { code: 'forbidden' });
});

t.test('[C3] what is remembered of sites is never older than a change in this process', async (t) => {
  const clock = fakeClock();
  let rows = [{ id: 's', organisationId: 'o', origins: ['https://a.example'], publishableKey: 'pk', archivedAt: null, settings: {} }];
  let answer = () => {};
  const sites = createSites({
    clock, ownOrigins: () => [],
    store: { byKey: async () => { const [found] = rows; await new Promise<void>((resolve) => { answer = resolve; }); return found; } } as never,
  });
  const asked = sites.byKey('pk');
  rows = [{ ...rows[0]!, origins: ['https://b.example'] }];
  sites.forget(); // the change went through while the database was asked
  answer();
  t.same((await asked)?.origins, ['https://a.example']);
  const later = sites.byKey('pk');
  answer();
  t.same((await later)?.origins, ['https://b.example'], 'what was read before the change is not remembered after it');
});

t.test('[C2] two who archive the last two sites at the same time leave one', async (t) => {
  await eachEngine(t, async (t, open) => {
    const database = await open();
    const { q, tables } = database;
    const store = createSitesStore(database);
    const clock = fakeClock();
    await q.insert(tables.organisations).values({ id: 'o', name: 'O', createdAt: 1 });
    for (let round = 0; round < 5; round++) {
      const ids = [clock.id(), clock.id()];
      await q.delete(tables.sites);
      for (const id of ids) await store.insert({ id, organisationId: 'o', name: id, publishableKey: publishableKey(clock), origins: [], settings: {}, createdAt: 1, updatedAt: 1 });
      const outcomes = await Promise.all(ids.map((id) => store.change('o', id, () => ({ archivedAt: 5 }))));
      t.equal(outcomes.filter((one) => one === 'last').length, 1);
      t.equal((await store.allOrigins()).length, 1);
    }
    t.equal(await store.change('other', (await store.first())!.id, () => ({ name: 'stolen' })), null);
    // Two parts of the settings, at the same time, both stay.
    const { id } = (await store.first())!;
    await Promise.all(['a', 'b', 'c', 'd'].map((name) => store.change('o', id, (site) => ({ settings: { ...site.settings, [name]: 1 } }))));
    t.same((await store.byId(id))?.settings, { a: 1, b: 1, c: 1, d: 1 });
  });
});

t.test('[M2] [M4] a site that is made now closes after a week of silence and deletes nothing; one that was made before goes on as it was', (t) => {
  t.strictSame(settingsOf({ ...newSiteSettings }).retention, { closeAfter: 7, purgeAfterClose: null, recordings: null });
  t.strictSame(settingsOf({ greeting: 'of an older version' }).retention, { closeAfter: null, purgeAfterClose: null, recordings: null });
  t.end();
});
