import { expect } from '@esm-bundle/chai';
import { html } from 'lit';
import { formatRoute, parseRoute } from '../router.ts';
import { listenForShortcuts } from '../shortcuts.ts';
import { violations } from '../testing/axe.ts';
import { conversation, fakeApi, fakeSession, type FakeSession } from '../testing/fake-session.ts';
import { all, clear, control, harmed, one, payload, press, pressable, settle, show, type, words } from '../testing/stage.ts';
import { chooseLanguage } from '../texts/texts.ts';
import './inbox.ts';

const blue = { id: 't1', name: 'Order', colour: 'blue' as const };
const red = { id: 't2', name: 'Complaint', colour: 'red' as const };
const site = (id: string, name: string) => ({ id, name });
const at = (minute: number) => new Date(Date.UTC(2026, 10, 21, 8, minute)).toISOString();

const open = (session: FakeSession, api: ReturnType<typeof fakeApi>, address = '#/inbox') => show<HTMLElementTagNameMap['consult-admin-inbox']>(html`<consult-admin-inbox .session=${session} .api=${api} .route=${parseRoute(address)}></consult-admin-inbox>`);
const rows = (root: HTMLElement) => all(root, 'li[data-id]').map(({ dataset }) => dataset['id']);
const key = async (letter: string, more: KeyboardEventInit = {}) => {
  (document.activeElement ?? document.body).dispatchEvent(new KeyboardEvent('keydown', { key: letter, code: `Key${letter.toUpperCase()}`, bubbles: true, composed: true, cancelable: true, ...more }));
  await settle();
};

describe('inbox', () => {
  let session: FakeSession;
  let silence: () => void;

  beforeEach(() => {
    chooseLanguage('en');
    silence = listenForShortcuts();
    session = fakeSession();
    session.state.patch({
      team: new Map([['a1', { id: 'a1', name: 'Ada', status: 'online' }], ['a2', { id: 'a2', name: 'Bo', status: 'away' }]]),
      conversations: [
        conversation('c1', { lastMessageAt: at(9), tags: [blue], verified: true }),
        conversation('c2', { lastMessageAt: at(8), assignee: { id: 'a1', name: 'Ada' }, unread: 0 }),
        conversation('c3', { lastMessageAt: at(7), assignee: { id: 'a2', name: 'Bo' }, siteId: 's2', bot: { id: 'b1', name: 'Shop bot' } }),
        conversation('c4', { lastMessageAt: at(6), status: 'closed', unread: 0 }),
      ],
    });
  });
  afterEach(() => {
    silence();
    clear();
    location.hash = '';
  });

  it('[P3] views with live counts; a conversation that is taken leaves the unassigned ones', async () => {
    const inbox = await open(session, fakeApi({}));
    const counts = () => all(inbox, '.views a').map((each) => each.textContent!.replace(/\s+/g, ' ').trim());
    expect(counts()).to.deep.equal(['Mine 1', 'Unassigned 1', 'All 3', 'Closed', 'Team']);
    inbox.route = parseRoute('#/inbox?assignee=none');
    await settle();
    expect(rows(inbox)).to.deep.equal(['c1']);
    session.state.patch({ conversations: session.state.value.conversations.map((each) => (each.id === 'c1' ? { ...each, assignee: { id: 'a1', name: 'Ada' } } : each)) });
    await settle();
    expect(rows(inbox)).to.deep.equal([]);
    expect(words(inbox)).to.contain('Every conversation has somebody');
    expect(counts()[0]).to.equal('Mine 2');
    inbox.route = parseRoute('#/inbox?status=closed');
    await settle();
    expect(rows(inbox)).to.deep.equal(['c4']);
  });

  it('[L1] rows tell tag, assignee, bot, verified identity, presence and page; clean for axe in both languages', async () => {
    session.state.patch({ visitors: new Map([['v-c2', { online: true, page: { id: 'p1', url: 'https://shop.example/oak', title: 'Oak table', at: at(1) } }]]) });
    const inbox = await open(session, fakeApi({}));
    const row = (id: string) => all(inbox, 'li[data-id]').find(({ dataset }) => dataset['id'] === id)!;
    expect(row('c1').textContent).to.contain('Order').and.to.contain('Verified');
    expect(row('c2').textContent).to.contain('Assigned to Ada').and.to.contain('On the site now').and.to.contain('Oak table');
    expect(row('c3').textContent).to.contain('Shop bot (a bot) is answering');
    expect(await violations(inbox)).to.deep.equal([]);
    await chooseLanguage('ko');
    await settle();
    expect(await violations(inbox)).to.deep.equal([]);
  });

  it('[I2] the list goes on where the server’s page ended, in order and without holes', async () => {
    const older = Array.from({ length: 3 }, (_none, index) => conversation(`old${index}`, { lastMessageAt: at(index) }));
    const api = fakeApi({
      '/v1/conversations?status=open&limit=50': { items: [conversation('c1', { lastMessageAt: at(9) })], next: 'more' },
      '/v1/conversations?status=open&limit=50&cursor=more': { items: older, next: null },
    });
    // As the real one does, with what the fake has.
    const adopted: string[] = [];
    Object.assign(session, { adopt: (items: { id: string }[]) => {
      adopted.push(...items.map(({ id }) => id));
      session.state.patch({ conversations: [...session.state.value.conversations.filter(({ id }) => !items.some((item) => item.id === id)), ...(items as ReturnType<typeof conversation>[])].sort((a, b) => Date.parse(b.lastMessageAt) - Date.parse(a.lastMessageAt)) });
    } });
    Object.defineProperty(session, 'adopt', { value: (session as unknown as { adopt: unknown }).adopt });
    const inbox = await open(session, api);
    await settle();
    expect(api.asked.filter((path) => path.startsWith('/v1/conversations?'))).to.deep.equal(['/v1/conversations?status=open&limit=50', '/v1/conversations?status=open&limit=50&cursor=more']);
    expect(rows(inbox)).to.deep.equal(['c1', 'c2', 'c3', 'old2', 'old1', 'old0']);
  });

  it('[P1] filters stand in the address, as chips that can be taken away, and can be kept', async () => {
    const kept = { id: 'f1', name: 'Orders', query: { status: 'open', tag: 't1' } };
    const api = fakeApi({ '/v1/tags': { items: [blue, red], next: null }, '/v1/sites': { items: [site('s1', 'Shop'), site('s2', 'Blog')], next: null }, '/v1/saved-filters': { items: [kept], next: null } });
    const inbox = await open(session, api);
    await press(inbox, 'Filters');
    await type(control(inbox, 'Tag'), 't1');
    expect(parseRoute(location.hash).query.get('tag')).to.equal('t1');
    inbox.route = parseRoute(location.hash);
    await settle();
    expect(rows(inbox)).to.deep.equal(['c1']);
    expect(one(inbox, '.chip').textContent).to.contain('Order');
    expect(one(inbox, '.chip').getAttribute('href')).to.equal('#/inbox');
    await type(control(inbox, 'Name of this filter'), 'My orders');
    pressable(inbox, 'Save').click();
    await settle();
    expect(api.asked).to.include('POST /v1/saved-filters {"name":"My orders","query":{"status":"open","tag":"t1"}}');
    inbox.route = parseRoute('#/inbox');
    await settle();
    await press(inbox, 'Orders');
    expect(location.hash).to.equal('#/inbox?tag=t1');
    expect(await violations(inbox)).to.deep.equal([]);
  });

  it('a search asks the server, and also finds what is known', async () => {
    const api = fakeApi({ '/v1/conversations?status=open&text=bench&limit=50': { items: [conversation('c2')], next: null } });
    const inbox = await open(session, api, formatRoute('inbox', null, { text: 'bench' }));
    expect(rows(inbox)).to.deep.equal(['c2']);
    inbox.route = parseRoute('#/inbox?text=visitor+C3');
    await settle();
    expect(rows(inbox)).to.deep.equal(['c3']);
    inbox.route = parseRoute('#/inbox?text=nowhere');
    await settle();
    expect(words(inbox)).to.contain('Nothing fits these filters');
  });

  it('[P1] many at once: assigned, tagged and closed, and those that refuse stay chosen with the reason', async () => {
    const api = fakeApi({
      '/v1/tags': { items: [blue, red], next: null },
      'POST /v1/conversations/bulk': { changed: ['c1'], refused: [{ id: 'c2', code: 'conflict' }] },
    });
    const inbox = await open(session, api);
    const box = (name: string) => control(inbox, `Select the conversation with Visitor ${name}`);
    box('c1').click();
    await settle();
    box('c3').dispatchEvent(new MouseEvent('click', { bubbles: true, shiftKey: true }));
    await settle();
    expect(words(inbox)).to.contain('3 selected');
    expect(await violations(inbox)).to.deep.equal([]);
    box('c3').click();
    await settle();
    const list = one(one(inbox, 'consult-admin-inbox-bulk'), 'consult-admin-choice-list');
    list.dispatchEvent(new CustomEvent('choose', { detail: { id: 'a2' } }));
    await settle();
    expect(api.asked.at(-1)).to.equal('POST /v1/conversations/bulk {"ids":["c1","c2"],"change":{"assigneeId":"a2"}}');
    expect(words(one(inbox, 'consult-admin-inbox-bulk'))).to.contain('1 could not be changed').and.to.contain('1 selected');
    await key('e');
    expect(api.asked.at(-1)).to.equal('POST /v1/conversations/bulk {"ids":["c2"],"change":{"status":"closed"}}');
  });

  it('[P11] keys: j and k walk, x chooses, Escape lets go; never while somebody writes', async () => {
    const inbox = await open(session, fakeApi({}));
    const list = one<HTMLElementTagNameMap['consult-admin-conversation-list']>(inbox, 'consult-admin-conversation-list');
    await key('j');
    expect(list.focused).to.equal('c1');
    await key('j');
    expect(list.focused).to.equal('c2');
    await key('k');
    expect(list.focused).to.equal('c1');
    await key('x');
    expect(words(inbox)).to.contain('1 selected');
    await key('Escape', { code: 'Escape' });
    expect(all(inbox, 'consult-admin-inbox-bulk')).to.have.length(0);
    control(inbox, 'Search conversations').focus();
    control(inbox, 'Search conversations').dispatchEvent(new KeyboardEvent('keydown', { key: 'x', code: 'KeyX', bubbles: true, composed: true }));
    await settle();
    expect(all(inbox, 'consult-admin-inbox-bulk')).to.have.length(0);
  });

  it('[S9] names, previews, tags, pages and filters are text', async () => {
    const evil = { id: 'v', name: payload };
    session.state.patch({
      conversations: [conversation('c1', { visitor: evil, tags: [{ id: 't', name: payload, colour: 'red' }], assignee: { id: 'a', name: payload }, bot: { id: 'b', name: payload }, preview: { kind: 'note', authorKind: 'agent', text: payload } })],
      visitors: new Map([['v', { online: true, page: { id: 'p', url: payload, title: payload, at: at(1) } }]]),
    });
    const inbox = await open(session, fakeApi({ '/v1/tags': { items: [{ id: 't', name: payload, colour: 'red' }], next: null }, '/v1/saved-filters': { items: [{ id: 'f', name: payload, query: {} }], next: null } }), `#/inbox?tag=t&text=${encodeURIComponent(payload)}`);
    expect(harmed(inbox)).to.equal(false);
    expect(words(inbox)).to.contain(payload.slice(0, 20));
  });

  it('a list that cannot be read says so and can be tried again', async () => {
    const inbox = await open(session, fakeApi({ '/v1/conversations': new TypeError('x') }));
    expect(words(inbox)).to.contain('Something failed');
    expect(pressable(inbox, 'Try again').isConnected).to.equal(true);
    // What the session knows is on show all the same.
    expect(rows(inbox)).to.deep.equal(['c1', 'c2', 'c3']);
  });
});
