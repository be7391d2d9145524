import { expect } from '@esm-bundle/chai';
import { html } from 'lit';
import type { Message } from '../../protocol/shapes.ts';
import { listenForShortcuts } from '../shortcuts.ts';
import { parseRoute } from '../router.ts';
import { violations } from '../testing/axe.ts';
import { conversation, fakeApi, fakeSession, type FakeSession } from '../testing/fake-session.ts';
import { all, clear, control, harmed, one, payload, pressable, press, settle, show, type, until, words } from '../testing/stage.ts';
import { chooseLanguage } from '../texts/texts.ts';
import './inbox.ts';

const said = (id: string, seq: number, text: string): Message => ({
  id: `${id}-${seq}`, seq, clientId: `${id}-${seq}`, conversationId: id, author: { kind: 'visitor', id: 'v', name: 'Vi' }, kind: 'text', text, createdAt: '2026-11-21T08:00:00Z',
});
const hit = (id: string, seq: number, text: string, marks: number[][]) => ({ message: said(id, seq, text), conversation: conversation(id), marks });

describe('search', () => {
  let session: FakeSession;
  let silence: () => void;
  const open = (api: ReturnType<typeof fakeApi>, address: string) => show<HTMLElementTagNameMap['consult-admin-inbox']>(html`<consult-admin-inbox .session=${session} .api=${api} .route=${parseRoute(address)}></consult-admin-inbox>`);
  const links = (root: HTMLElement) => all<HTMLAnchorElement>(root, 'consult-admin-search-hits, li a').filter((each): each is HTMLAnchorElement => each instanceof HTMLAnchorElement);

  beforeEach(() => {
    chooseLanguage('en');
    silence = listenForShortcuts();
    session = fakeSession();
  });
  afterEach(() => {
    silence();
    clear();
    location.hash = '';
  });

  it('[K9] hits show who, the marked words and when, lead to their line, and come page by page', async () => {
    const api = fakeApi({
      '/v1/search?q=ship&limit=30': { items: [], next: 'p2' },
      '/v1/search?q=ship&limit=30&cursor=p2': { items: [hit('c1', 7, 'Free Shipping', [[5, 9]]), hit('c2', 3, `${'x'.repeat(300)} ship`, [[301, 305]])], next: null },
    });
    const inbox = await open(api, '#/inbox?text=ship&in=messages');
    await until(() => links(inbox).length === 2);
    expect(api.asked.filter((path) => path.startsWith('/v1/search'))).to.have.length(2);
    expect(api.asked.some((path) => path.includes('text=ship')), 'the list of conversations is not asked for').to.equal(false);
    expect(all(inbox, 'mark').map(({ textContent }) => textContent)).to.deep.equal(['Ship', 'ship']);
    expect(links(inbox).map((each) => each.getAttribute('href'))).to.deep.equal(['#/inbox/c1?text=ship&in=messages&at=7', '#/inbox/c2?text=ship&in=messages&at=3']);
    expect(words(links(inbox)[1]!)).to.contain('…').and.to.contain('Visitor c2');
    expect(await violations(inbox)).to.deep.equal([]);
    const field = one<HTMLInputElement>(inbox, '.search input');
    field.focus();
    const press = (target: Element, key: string) => target.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, composed: true, cancelable: true }));
    press(field, 'ArrowDown');
    const hits = one(inbox, 'consult-admin-search-hits');
    expect(hits.shadowRoot!.activeElement).to.equal(links(inbox)[0]);
    press(links(inbox)[0]!, 'ArrowDown');
    expect(hits.shadowRoot!.activeElement).to.equal(links(inbox)[1]);
    press(links(inbox)[1]!, 'ArrowUp');
    expect(hits.shadowRoot!.activeElement).to.equal(links(inbox)[0]);
  });

  it('[K9] states: nothing found, an error with another try, and what visitors wrote stays text (threats.md S9)', async () => {
    const none = await open(fakeApi({}), '#/inbox?text=zebra&in=messages');
    await until(() => words(none).includes('Nobody said that'));
    clear();
    const answers: Record<string, unknown> = { '/v1/search': new Error('x') };
    const inbox = await open(fakeApi(answers), '#/inbox?text=img&in=messages');
    await until(() => all(inbox, '.problem').length === 1);
    answers['/v1/search'] = { items: [hit('c1', 1, payload, [[3, 6]])], next: null };
    await press(inbox, 'Try again');
    await until(() => links(inbox).length === 1);
    expect(harmed(inbox)).to.equal(false);
    expect(all(inbox, 'mark').map(({ textContent }) => textContent)).to.deep.equal(['img']);
    await chooseLanguage('ko');
    await settle();
    expect(await violations(inbox)).to.deep.equal([]);
  });

  it('[K9][K10] words in the field look through conversations or messages', async () => {
    const inbox = await open(fakeApi({}), '#/inbox?text=ship');
    expect(pressable(inbox, 'Messages').getAttribute('href')).to.equal('#/inbox?text=ship&in=messages');
    inbox.route = parseRoute('#/inbox?text=ship&in=messages');
    await settle();
    expect(pressable(inbox, 'Conversations').getAttribute('href')).to.equal('#/inbox?text=ship');
  });

  it('[K9] the address of a line shows what stands around it; the way back leads to the newest', async () => {
    session.state.patch({
      conversations: [conversation('c1', { unread: 0 })],
      threads: new Map([['c1', { conversation: null, lines: [5, 6, 7].map((seq) => ({ ...said('c1', seq, `line ${seq}`), state: 'sent' as const })), more: true, newer: true, loading: false, typing: [] }]]),
    });
    const inbox = await open(fakeApi({}), '#/inbox/c1?at=6');
    await until(() => session.wishes.some(({ name }) => name === 'loadAround'));
    expect(session.wishes.find(({ name }) => name === 'loadAround')!.args).to.deep.equal(['c1', 6]);
    inbox.route = parseRoute('#/inbox/c1?at=7');
    await until(() => session.wishes.filter(({ name }) => name === 'loadAround').length === 2);
    await until(() => all(inbox, 'peer-consult-message-list .jump').length + all(inbox, '.jump').length > 0);
    const before = session.wishes.filter(({ name }) => name === 'load').length;
    one(inbox, 'button.jump').click();
    await until(() => session.wishes.filter(({ name }) => name === 'load').length > before);
  });

  it('[K9] an open conversation is looked through: count, older and newer, marks, Escape', async () => {
    session.state.patch({
      conversations: [conversation('c1', { unread: 0 })],
      threads: new Map([['c1', { conversation: null, lines: [1, 2, 3].map((seq) => ({ ...said('c1', seq, `see https://a.example/line line ${seq}`), state: 'sent' as const })), more: false, newer: false, loading: false, typing: [] }]]),
    });
    const api = fakeApi({ '/v1/search?q=line&conversation=c1&limit=100': { items: [hit('c1', 3, 'x', [[22, 26], [27, 31]]), hit('c1', 1, 'x', [[22, 26]])], next: null } });
    const inbox = await open(api, '#/inbox/c1');
    document.body.dispatchEvent(new KeyboardEvent('keydown', { key: 'f', code: 'KeyF', bubbles: true, composed: true, cancelable: true }));
    await settle();
    const field = control(inbox, 'Find in conversation');
    await type(field, 'line');
    await until(() => words(inbox).includes('1 of 2'));
    const looked = () => session.wishes.filter(({ name }) => name === 'loadAround').map(({ args }) => args[1]);
    await until(() => looked().length === 1);
    await press(inbox, 'Older hit');
    await until(() => looked().length === 2);
    expect(words(inbox)).to.contain('2 of 2');
    field.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', bubbles: true, composed: true, cancelable: true }));
    await until(() => looked().length === 3);
    expect(looked()).to.deep.equal([3, 1, 3]);
    const painted = () => [...(CSS.highlights.get('pc-found') ?? [])].map((range) => (range as Range).toString());
    await until(() => painted().length === 3);
    expect(painted().sort()).to.deep.equal(['line', 'line', 'line']);
    expect(await violations(inbox)).to.deep.equal([]);
    field.dispatchEvent(new KeyboardEvent('keydown', { key: 'Escape', bubbles: true, composed: true, cancelable: true }));
    await until(() => painted().length === 0);
    expect(all(inbox, 'consult-admin-find-bar')).to.deep.equal([]);
  });
});
