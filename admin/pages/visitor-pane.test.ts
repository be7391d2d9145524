import { expect } from '@esm-bundle/chai';
import { html } from 'lit';
import type { Visitor } from '../../protocol/shapes.ts';
import { violations } from '../testing/axe.ts';
import { call, conversation, fakeApi, fakeSession } from '../testing/fake-session.ts';
import { all, clear, control, harmed, one, payload, press, settle, show, words } from '../testing/stage.ts';
import { chooseLanguage } from '../texts/texts.ts';
import './visitor-pane.ts';

const visitor = (fields: Partial<Visitor> = {}): Visitor => ({
  id: 'v-c1', siteId: 's1', name: 'Hana Lee', email: 'hana@example.com', verified: false, externalId: null, locale: 'ko', fields: { order: 'OA-1' },
  device: { browser: 'Chrome', system: 'macOS', kind: 'desktop', timeZone: 'Asia/Seoul', language: 'ko-KR' }, note: '', online: true,
  page: { id: 'p2', url: 'https://shop.example/oak', title: 'Oak table', at: '2026-11-21T08:00:00Z' }, createdAt: '2026-11-01T08:00:00Z', lastSeenAt: '2026-11-21T08:00:00Z', ...fields,
});
const page = (id: string, url: string) => ({ kind: 'page', at: '2026-11-21T07:00:00Z', page: { id, url, title: `Page ${id}`, at: '2026-11-21T07:00:00Z' } });
const answers = (fields: Partial<Visitor> = {}) => ({
  '/v1/visitors/v-c1': visitor(fields),
  '/v1/conversations': { items: [conversation('c1'), conversation('c0', { preview: { kind: 'text', authorKind: 'visitor', text: 'An older question' } })], next: null },
  '/v1/calls': { items: [call('k1'), call('k2', { answeredAt: null, answeredBy: null, endReason: 'no_answer' })], next: null },
  '/v1/visitors/v-c1/timeline': { items: [page('p1', 'https://shop.example/chairs'), page('p0', 'javascript:alert(1)')], next: null },
});

const open = (api: ReturnType<typeof fakeApi>, session = fakeSession()) => show<HTMLElementTagNameMap['consult-admin-visitor-pane']>(html`<consult-admin-visitor-pane shown .session=${session} .api=${api} .conversation=${conversation('c1')}></consult-admin-visitor-pane>`);

describe('visitor pane', () => {
  beforeEach(() => chooseLanguage('en'));
  afterEach(clear);

  it('[H3] tells who, where, with what, and what was before; clean for axe in both languages', async () => {
    const root = await open(fakeApi(answers()));
    expect(words(root)).to.contain('Hana Lee').and.to.contain('hana@example.com').and.to.contain('Not verified').and.to.contain('OA-1').and.to.contain('Chrome').and.to.contain('Asia/Seoul');
    expect(words(root)).to.contain('On the site now').and.to.contain('Oak table').and.to.contain('Page p1').and.to.contain('An older question').and.to.contain('2:05').and.to.contain('Missed');
    expect(all(root, 'a').map((each) => each.getAttribute('href'))).to.include.members(['https://shop.example/oak', '#/inbox/c0', '#/visitors/v-c1']);
    expect(await violations(root)).to.deep.equal([]);
    await chooseLanguage('ko');
    await settle();
    expect(await violations(root)).to.deep.equal([]);
  });

  it('[S9] a page’s address becomes a link only when it leads to the web', async () => {
    const root = await open(fakeApi(answers()));
    expect(words(root)).to.contain('Page p0');
    expect(all<HTMLAnchorElement>(root, 'a').filter(({ protocol }) => protocol === 'javascript:')).to.deep.equal([]);
  });

  it('says plainly that a verified identity is vouched for', async () => {
    const root = await open(fakeApi(answers({ verified: true, externalId: 'customer-7' })));
    expect(one(root, '.identity').textContent).to.contain('Verified').and.to.contain('customer-7');
  });

  it('the pages go on as the visitor does', async () => {
    const session = fakeSession();
    const root = await open(fakeApi(answers()), session);
    session.state.patch({ visitors: new Map([['v-c1', { online: false, page: { id: 'p3', url: 'https://shop.example/cart', title: 'Cart', at: '2026-11-21T08:05:00Z' } }]]) });
    await settle();
    expect(words(root)).to.contain('Not on the site').and.to.contain('Cart');
  });

  it('name, address and note can be changed, and only what was', async () => {
    const api = fakeApi({ ...answers(), 'PATCH /v1/visitors/v-c1': visitor({ note: 'Likes ash.' }) });
    const root = await open(api);
    await press(root, 'Edit');
    control<HTMLTextAreaElement>(root, 'Note about this visitor').value = 'Likes ash.';
    expect(await violations(root)).to.deep.equal([]);
    await press(root, 'Save');
    expect(api.asked.at(-1)).to.equal('PATCH /v1/visitors/v-c1 {"note":"Likes ash."}');
    expect(one(root, '.note').textContent).to.equal('Likes ash.');
  });

  it('closing is told, and failing to load can be tried again', async () => {
    const root = await open(fakeApi({ '/v1/visitors/v-c1': new TypeError('x') }));
    expect(words(root)).to.contain('Something failed');
    let closed = 0;
    root.addEventListener('closed', () => closed++);
    await press(root, 'Close');
    expect(closed).to.equal(1);
  });

  it('[S9] what visitors and pages say is text', async () => {
    const root = await open(fakeApi({
      ...answers({ name: payload, email: payload, note: payload, fields: { [payload]: payload }, device: { browser: payload, timeZone: payload, language: payload }, page: { id: 'p', url: payload, title: payload, at: '2026-11-21T08:00:00Z' } }),
      '/v1/conversations': { items: [conversation('c0', { preview: { kind: 'text', authorKind: 'visitor', text: payload } })], next: null },
    }));
    expect(harmed(root)).to.equal(false);
    expect(words(root)).to.contain(payload.slice(0, 20));
  });
});
