import { expect } from '@esm-bundle/chai';
import { html } from 'lit';
import type { ApiKey, Delivery, Webhook } from '../../protocol/developers.ts';
import type { AccountSession, Mail, Me } from '../../protocol/team.ts';
import { WireFailure } from '../../widget/engine/wire.ts';
import { parseRoute } from '../router.ts';
import { violations } from '../testing/axe.ts';
import { agent, fakeApiOf, page } from '../testing/people.ts';
import { agree, all, clear, control, harmed, one, payload, press, settle, show, type, words } from '../testing/stage.ts';
import { chooseLanguage, language } from '../texts/texts.ts';
import './settings.ts';

const preferences = { locale: null, mailNotices: true, pushCalls: true, pushMessages: false };
const me: Me = { ...agent('a1', 'Ada', { role: 'owner' }), preferences };
const session = (id: string, fields: Partial<AccountSession> = {}): AccountSession => ({ id, current: false, device: 'Firefox on Linux', createdAt: '2026-11-20T08:00:00Z', lastUsedAt: '2026-11-21T08:00:00Z', ...fields });
const mail = (fields: Partial<Mail> = {}): Mail => ({ id: 'm1', kind: 'agent_notice', recipient: 'ada@example.com', subject: 'Otter writes', text: 'Is it in stock?', state: 'unsent', attempts: 0, error: null, createdAt: '2026-11-21T08:00:00Z', endedAt: null, ...fields });
const key = (fields: Partial<ApiKey> = {}): ApiKey => ({ id: 'k1', name: 'Shop', prefix: 'pck_ab', scopes: ['calls:read'], createdBy: 'a1', createdAt: '2026-11-01T08:00:00Z', expiresAt: null, lastUsedAt: null, state: 'active', ...fields });
const webhook = (fields: Partial<Webhook> = {}): Webhook => ({ id: 'w1', name: 'CRM', url: 'https://crm.example/hook', events: ['message.created'], enabled: true, bot: false, failingSince: null, createdAt: '2026-11-01T08:00:00Z', updatedAt: '2026-11-01T08:00:00Z', ...fields });
const delivery = (fields: Partial<Delivery> = {}): Delivery => ({
  id: 'd1', webhookId: 'w1', event: 'message.created', state: 'failed', attempts: [{ at: '2026-11-21T08:00:00Z', status: 500, ms: 12, error: null, answer: 'boom' }], nextAt: null, createdAt: '2026-11-21T08:00:00Z', payload: '{"type":"message.created"}', ...fields,
});
const organisation = (configured: boolean) => ({ id: 'o1', name: 'Oak & Ash', mail: { configured, from: configured ? 'hi@oak.example' : null } });

async function open(section: string, answers: Record<string, unknown>, role: 'owner' | 'agent' = 'owner') {
  answers['/v1/signing-keys'] ??= { keys: [{ kid: 'fingerprint' }] };
  const api = fakeApiOf(role, answers);
  const element = await show(html`<main><consult-admin-settings .api=${api} .route=${parseRoute(`#/settings/${section}`)}></consult-admin-settings></main>`);
  return { api, element };
}
const account = { '/v1/auth/me': me, '/v1/auth/sessions': { items: [session('s1', { current: true, device: 'Chrome on macOS' }), session('s2')] } };

describe('settings', () => {
  const before = location.href;
  beforeEach(() => chooseLanguage('en'));
  afterEach(() => {
    clear();
    history.replaceState(null, '', before);
  });

  it('an agent has the own account, tags and replies, nothing that is not theirs', async () => {
    const { element } = await open('webhooks', account, 'agent');
    expect(all(element, 'nav a').map((link) => link.textContent)).to.deep.equal(['My account', 'Tags', 'Ready replies']);
    expect(words(element)).to.contain('Where you are signed in');
  });

  it('[P7] every switch works: it is kept on the server, and goes back when it was refused', async () => {
    const answers: Record<string, unknown> = { ...account, 'PATCH /v1/auth/me': { ...me, preferences: { ...preferences, pushMessages: true } } };
    const { api, element } = await open('account', answers);
    expect(await violations(element)).to.deep.equal([]);
    control(element, 'Push for messages').click();
    await settle();
    expect(api.asked.at(-1)).to.equal('PATCH /v1/auth/me {"preferences":{"pushMessages":true}}');
    expect(control(element, 'Push for messages').checked).to.equal(true);
    answers['PATCH /v1/auth/me'] = new WireFailure('offline', '');
    control(element, 'Push for calls').click();
    await settle();
    expect(control(element, 'Push for calls').checked).to.equal(true);
    expect(words(element)).to.contain('The server cannot be reached');
  });

  it('[P7][S1] the language is switched at once, here and for mails', async () => {
    const { api, element } = await open('account', { ...account, 'PATCH /v1/auth/me': me });
    await type(control(element, 'Language'), 'ko');
    expect(language.value).to.equal('ko');
    expect(words(element)).to.contain('내 계정');
    expect(api.asked.at(-1)).to.contain('"locale":"ko"');
    expect(await violations(element)).to.deep.equal([]);
  });

  it('[B10] the password is changed with the current one, and the fields say what is wrong', async () => {
    const answers: Record<string, unknown> = { ...account, 'POST /v1/auth/password': new WireFailure('bad_credentials', '') };
    const { api, element } = await open('account', answers);
    await press(element, 'Change password');
    expect(words(element)).to.contain('Write your current password');
    await type(control(element, 'Current password'), 'wrong');
    await type(control(element, 'New password'), 'tree lamp oaks 77');
    await press(element, 'Change password');
    expect(words(element)).to.contain('This is not your current password');
    answers['POST /v1/auth/password'] = undefined;
    await press(element, 'Change password');
    expect(api.asked).to.include('POST /v1/auth/password {"currentPassword":"wrong","newPassword":"tree lamp oaks 77"}');
    expect(words(element)).to.contain('Other devices are signed out');
    expect(control(element, 'New password').value).to.equal('');
  });

  it('[B9] one sign-in is ended alone, all of them after a question', async () => {
    const { api, element } = await open('account', account);
    await press(element, 'Sign out on Firefox on Linux');
    expect(api.asked.at(-1)).to.contain('DELETE /v1/auth/sessions/s2');
    expect(words(element)).not.to.contain('Firefox');
    await press(element, 'Sign out');
    await agree(element);
    expect(api.asked.at(-1)).to.contain('POST /v1/auth/logout-everywhere');
  });

  it('[P6] the organisation is renamed; without mail it says what that means', async () => {
    const { api, element } = await open('organisation', { '/v1/organisation': organisation(false), 'PATCH /v1/organisation': { ...organisation(false), name: 'Oak' } });
    expect(words(element)).to.contain('Not set up').and.to.contain('handed over by hand');
    await type(control(element, 'Name of the organisation'), ' Oak ');
    await press(element, 'Save');
    expect(api.asked.at(-1)).to.equal('PATCH /v1/organisation {"name":"Oak"}');
    expect(await violations(element)).to.deep.equal([]);
  });

  it('[Q1] mails are shown with what would have been said; secret ones without', async () => {
    const { element } = await open('mail', { '/v1/organisation': organisation(false), '/v1/mails': page(mail(), mail({ id: 'm2', kind: 'invitation', text: null, state: 'failed', attempts: 3, error: '550 unknown' })) });
    expect(words(element)).to.contain('SMTP_URL').and.to.contain('Otter writes').and.to.contain('Is it in stock?').and.to.contain('Not sent').and.to.contain('550 unknown').and.to.contain('is not kept');
    expect(all(element, 'button').some((button) => button.textContent?.includes('Send a test'))).to.equal(false);
    for (const details of all<HTMLDetailsElement>(element, 'details')) details.open = true;
    expect(await violations(element)).to.deep.equal([]);
    const on = await open('mail', { '/v1/organisation': organisation(true), '/v1/mails': page(), 'POST /v1/mails/test': mail({ id: 't', kind: 'test', subject: 'A test', state: 'waiting' }) });
    expect(words(on.element)).to.contain('No mails yet').and.to.contain('hi@oak.example');
    await press(on.element, 'Send a test to me');
    expect(words(on.element)).to.contain('A test').and.to.contain('On its way');
  });

  it('tags are made, changed and deleted; a name that is taken is said', async () => {
    const answers: Record<string, unknown> = { '/v1/tags': page({ id: 't1', name: 'Complaint', colour: 'red' }), 'POST /v1/tags': new WireFailure('name_taken', '') };
    const { api, element } = await open('tags', answers);
    expect(await violations(element)).to.deep.equal([]);
    await press(element, 'Add tag');
    expect(await violations(element)).to.deep.equal([]);
    await type(control(element, 'Name'), 'Complaint');
    await press(element, 'Save');
    expect(words(element)).to.contain('There is one of this name already');
    answers['POST /v1/tags'] = { id: 't2', name: 'Delivery', colour: 'green' };
    await type(control(element, 'Name'), 'Delivery');
    control(element, 'Green').click();
    await press(element, 'Save');
    expect(api.asked.at(-1)).to.equal('POST /v1/tags {"name":"Delivery","colour":"green"}');
    expect(words(element)).to.contain('Delivery');
    await press(element, 'Delete Complaint');
    await agree(element);
    expect(api.asked.at(-1)).to.contain('DELETE /v1/tags/t1');
    expect(words(element)).not.to.contain('Complaint');
  });

  it('canned replies take a short word, a text and variables', async () => {
    const { api, element } = await open('replies', { '/v1/canned-replies': page(), 'POST /v1/canned-replies': { id: 'r1', shortcut: 'hours', text: 'Hi', updatedAt: '2026-11-21T08:00:00Z' } });
    expect(words(element)).to.contain('No replies yet');
    await press(element, 'Add reply');
    await type(control(element, 'Short word'), 'two words');
    await press(element, 'Save');
    expect(words(element)).to.contain('without blank and slash').and.to.contain('Write something');
    await type(control(element, 'Short word'), '/hours');
    await type(control<HTMLTextAreaElement>(element, 'Answer'), 'Hello ');
    await press(element, '{{visitor.name}}');
    expect(await violations(element)).to.deep.equal([]);
    await press(element, 'Save');
    expect(api.asked.at(-1)).to.equal('POST /v1/canned-replies {"shortcut":"hours","text":"Hello {{visitor.name}}"}');
    expect(words(one(element, '.rows li'))).to.contain('/ hours');
  });

  it('[C10] an API key has scopes and an end, is shown once, and is revoked after a question', async () => {
    const { api, element } = await open('api-keys', { '/v1/api-keys': page(key(), key({ id: 'k2', name: 'Old', state: 'revoked' })), 'POST /v1/api-keys': { ...key({ id: 'k3', name: 'Export' }), key: 'pck_only_once' } });
    expect(await violations(element)).to.deep.equal([]);
    await press(element, 'Create key');
    await type(control(element, 'Name'), 'Export');
    // The button of the dialog; the one of the page is behind it.
    const create = () => all(element, 'button').filter((button) => button.textContent?.trim() === 'Create key').at(-1)!;
    create().click();
    await settle();
    expect(words(element)).to.contain('Tick at least one');
    expect(await violations(element)).to.deep.equal([]);
    all(element, 'label.scope').find((label) => label.textContent?.includes('recordings:read'))!.querySelector('input')!.click();
    await type(control(element, 'Works for'), 'date');
    await type(control(element, 'Last day'), '2020-01-01');
    create().click();
    await settle();
    expect(words(element)).to.contain('Choose a day in the future');
    await type(control(element, 'Works for'), 'never');
    create().click();
    await settle();
    expect(api.asked.at(-1)).to.equal('POST /v1/api-keys {"name":"Export","scopes":["recordings:read"],"expiresAt":null}');
    expect(one(element, 'output').textContent).to.equal('pck_only_once');
    await press(element, 'I have kept it');
    expect(words(element)).to.contain('Export').and.not.to.contain('pck_only_once');
    await press(element, 'Revoke Shop');
    await agree(element);
    expect(api.asked.at(-1)).to.contain('DELETE /v1/api-keys/k1');
    expect(all(element, '.rows li').map(words).find((text) => text.includes('Shop'))).to.contain('Revoked');
  });

  it('[C10] no permission that a key cannot have is offered', async () => {
    const { element } = await open('api-keys', { '/v1/api-keys': page() });
    await press(element, 'Create key');
    const offered = all(element, 'label.scope code').map((code) => code.textContent!);
    expect(offered).to.include('conversations:write').and.not.to.include('keys:manage').and.not.to.include('team:write').and.not.to.include('self');
    // Each is explained in words.
    expect(all(element, 'label.scope span').every((span) => span.firstChild?.textContent !== span.querySelector('code')!.textContent)).to.equal(true);
  });

  it('a webhook is made with its events; its secret is shown once; a private address is refused at its field', async () => {
    const answers: Record<string, unknown> = { '/v1/webhooks': page(), 'POST /v1/webhooks': new WireFailure('address_refused', '') };
    const { api, element } = await open('webhooks', answers);
    await press(element, 'Add webhook');
    await type(control(element, 'Name'), 'CRM');
    await type(control(element, 'Address'), 'https://10.0.0.1/');
    await press(element, 'Save');
    expect(control(element, 'Address').getAttribute('aria-invalid')).to.equal('true');
    expect(words(element)).to.contain('cannot be reached from the internet');
    answers['POST /v1/webhooks'] = { ...webhook({ bot: true }), secret: 'whsec_once' };
    await type(control(element, 'Address'), 'https://crm.example/hook');
    control(element, 'May answer as a bot').click();
    await settle();
    expect(await violations(element)).to.deep.equal([]);
    await press(element, 'Save');
    expect(api.asked.at(-1)).to.equal('POST /v1/webhooks {"name":"CRM","url":"https://crm.example/hook","events":["message.created"],"bot":true,"enabled":true}');
    expect(one(element, 'output').textContent).to.equal('whsec_once');
    await press(element, 'I have kept it');
    expect(words(element)).to.contain('Bot').and.not.to.contain('whsec_once');
  });

  it('deliveries show every try and its answer, and are sent again', async () => {
    const answers: Record<string, unknown> = {
      '/v1/webhooks': page(webhook({ failingSince: '2026-11-20T08:00:00Z' })), '/v1/webhooks/w1/deliveries': page(delivery(), delivery({ id: 'd2', state: 'waiting', nextAt: '2026-11-21T09:00:00Z', attempts: [] })),
      'POST /v1/webhooks/w1/test': delivery({ id: 'd3', event: 'webhook.test', state: 'delivered', attempts: [{ at: '2026-11-21T08:00:00Z', status: 204, ms: 9, error: null, answer: '' }] }),
      'POST /v1/webhooks/w1/deliveries/d1/replay': delivery({ state: 'waiting' }), 'POST /v1/webhooks/w1/rotate-secret': { ...webhook(), secret: 'whsec_two' },
    };
    const { api, element } = await open('webhooks?webhook=w1', answers);
    expect(words(element)).to.contain('HTTP 500').and.to.contain('boom').and.to.contain('Next try').and.to.contain('has not answered well since');
    for (const details of all<HTMLDetailsElement>(element, 'details')) details.open = true;
    expect(await violations(element)).to.deep.equal([]);
    await press(element, 'Send a test');
    expect(words(element)).to.contain('It answered well (HTTP 204)');
    all(element, 'details').find((details) => words(details).includes('HTTP 500'))!.querySelector<HTMLButtonElement>('.inside button')!.click();
    await settle();
    expect(api.asked.at(-1)).to.contain('POST /v1/webhooks/w1/deliveries/d1/replay');
    await press(element, 'Replace secret');
    await agree(element);
    expect(one(element, 'output').textContent).to.equal('whsec_two');
  });

  it('[S9] names, answers of webhooks, bodies of mails and devices are text', async () => {
    const sections: [string, Record<string, unknown>][] = [
      ['account', { '/v1/auth/me': { ...me, name: payload, email: payload }, '/v1/auth/sessions': { items: [session('s', { device: payload })] } }],
      ['mail', { '/v1/organisation': { ...organisation(true), mail: { configured: true, from: payload } }, '/v1/mails': page(mail({ subject: payload, text: payload, recipient: payload, error: payload, kind: payload })) }],
      ['organisation', { '/v1/organisation': { ...organisation(true), name: payload } }],
      ['tags', { '/v1/tags': page({ id: 't', name: payload, colour: 'red' }) }],
      ['replies', { '/v1/canned-replies': page({ id: 'r', shortcut: payload, text: payload, updatedAt: '2026-11-21T08:00:00Z' }) }],
      ['api-keys', { '/v1/api-keys': page(key({ name: payload, prefix: payload, scopes: [payload] })) }],
      ['webhooks', { '/v1/webhooks': page(webhook({ name: payload, url: payload, events: [payload] })) }],
      ['webhooks?webhook=w1', { '/v1/webhooks': page(webhook({ name: payload, url: payload })), '/v1/webhooks/w1/deliveries': page(delivery({ event: payload, payload, attempts: [{ at: '2026-11-21T08:00:00Z', status: null, ms: 1, error: payload, answer: payload }] })) }],
    ];
    for (const [section, answers] of sections) {
      const { element } = await open(section, answers);
      expect(harmed(element), section).to.equal(false);
      if (section !== 'organisation') expect(words(element), section).to.contain('<img src=x');
    }
  });

  it('[P11] every section is clean for axe in Korean and in the dark, empty ones too', async () => {
    await chooseLanguage('ko');
    document.documentElement.style.colorScheme = 'dark';
    const all: [string, Record<string, unknown>][] = [
      ['account', account], ['organisation', { '/v1/organisation': organisation(true) }], ['mail', { '/v1/organisation': organisation(false), '/v1/mails': page(mail({ state: 'sent' })) }],
      ['tags', { '/v1/tags': page() }], ['replies', { '/v1/canned-replies': page() }], ['api-keys', { '/v1/api-keys': page(key({ state: 'expired' })) }], ['webhooks', { '/v1/webhooks': page(webhook({ enabled: false })) }],
      ['tags', { '/v1/tags': new WireFailure('offline', '') }],
    ];
    for (const [section, answers] of all) {
      const { element } = await open(section, answers);
      expect(await violations(element), section).to.deep.equal([]);
    }
    document.documentElement.style.colorScheme = '';
  });
});
