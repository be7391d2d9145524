import { expect } from '@esm-bundle/chai';
import { html } from 'lit';
import type { Line, Thread as ThreadState } from '../../widget/engine/session-state.ts';
import type { Conversation } from '../../protocol/shapes.ts';
import { listenForShortcuts } from '../shortcuts.ts';
import { violations } from '../testing/axe.ts';
import { conversation, fakeApi, fakeSession, type FakeSession } from '../testing/fake-session.ts';
import { all, clear, harmed, one, payload, press, pressable, settle, show, words } from '../testing/stage.ts';
import { until } from '../../widget/engine/testing/fake-server.ts';
import { chooseLanguage } from '../texts/texts.ts';
import './thread.ts';

const line = (seq: number, fields: Partial<Line> = {}): Line => ({
  id: `m${seq}`, seq, clientId: `client-${seq}`, conversationId: 'c1', author: { kind: 'visitor', id: 'v-c1', name: 'Visitor c1' }, kind: 'text', text: `line ${seq}`,
  createdAt: new Date(Date.UTC(2026, 10, 21, 8, seq)).toISOString(), state: 'sent', ...fields,
});
const thread = (lines: Line[], fields: Partial<ThreadState> = {}): ReadonlyMap<string, ThreadState> => new Map([['c1', { conversation: null, lines, more: false, loading: false, typing: [], ...fields }]]);

const replies = [
  { id: 'r1', shortcut: 'hello', text: 'Hello {{visitor.name}}, {{ agent.name }} of {{site.name}} here. {{7*7}}', updatedAt: '' },
  { id: 'r2', shortcut: '인사', text: '안녕하세요', updatedAt: '' },
];
const tags = [{ id: 't1', name: 'Order', colour: 'blue' }, { id: 't2', name: 'VIP', colour: 'purple' }];
const answers = { '/v1/canned-replies': { items: replies, next: null }, '/v1/tags': { items: tags, next: null }, '/v1/sites': { items: [{ id: 's1', name: 'Shop' }], next: null } };

describe('thread', () => {
  let session: FakeSession;
  let silence: () => void;

  const open = (fields: Partial<Conversation> = {}, api = fakeApi(answers)) => show<HTMLElementTagNameMap['consult-admin-thread']>(html`<consult-admin-thread .session=${session} .api=${api} .conversation=${conversation('c1', { unread: 0, ...fields })}></consult-admin-thread>`);
  const composer = (root: HTMLElement) => one<HTMLElementTagNameMap['peer-consult-composer']>(root, 'peer-consult-composer');
  const field = (root: HTMLElement) => composer(root).shadowRoot!.querySelector('textarea')!;
  const write = async (root: HTMLElement, text: string) => {
    field(root).value = text;
    field(root).dispatchEvent(new InputEvent('input', { bubbles: true, composed: true }));
    await settle();
  };
  const strike = async (root: HTMLElement, name: string, more: KeyboardEventInit = {}) => {
    field(root).dispatchEvent(new KeyboardEvent('keydown', { key: name, bubbles: true, composed: true, cancelable: true, ...more }));
    await settle();
  };
  const wishes = (name: string) => session.wishes.filter((wish) => wish.name === name).map(({ args }) => args);

  beforeEach(() => {
    chooseLanguage('en');
    silence = listenForShortcuts();
    session = fakeSession();
    session.state.patch({
      threads: thread([line(1), line(2)]),
      team: new Map([['a1', { id: 'a1', name: 'Ada', status: 'online' }], ['a2', { id: 'a2', name: 'Bo', status: 'busy' }]]),
      conversations: [conversation('x', { assignee: { id: 'a2', name: 'Bo' } })],
    });
  });
  afterEach(() => {
    silence();
    clear();
    location.hash = '';
  });

  it('a note goes out as a note, is marked as the team’s, and tells no visitor that somebody types', async () => {
    const root = await open();
    await press(root, 'Note');
    expect(words(root)).to.contain('Only your team sees this');
    expect(composer(root).shadowRoot!.querySelector('textarea')!.getAttribute('aria-label')).to.equal('Write a note for your team');
    expect(await violations(root)).to.deep.equal([]);
    await write(root, 'ask the warehouse');
    expect(wishes('typing').some(([, on]) => on === true)).to.equal(false);
    await strike(root, 'Enter');
    expect(wishes('send')).to.deep.equal([['ask the warehouse', 'c1', { note: true, files: [] }]]);
    // The next line is private too, until somebody says otherwise.
    await write(root, 'and again');
    await strike(root, 'Enter');
    expect(wishes('send')[1]).to.deep.equal(['and again', 'c1', { note: true, files: [] }]);
    session.state.patch({ threads: thread([line(1), line(2, { kind: 'note', author: { kind: 'agent', id: 'a1', name: 'Ada' } })]) });
    await settle();
    expect(words(root)).to.contain('Private note');
  });

  it('`/` at the start brings the ready replies, filled in; arrows, Enter and Escape work in it', async () => {
    const root = await open();
    await write(root, '/');
    expect(all(root, '.picker [role="option"]')).to.have.length(2);
    expect(await violations(root)).to.deep.equal([]);
    await strike(root, 'ArrowDown');
    expect(one(root, '.picker .at').textContent).to.contain('인사');
    await strike(root, 'Escape');
    expect(all(root, '.picker')).to.have.length(0);
    await write(root, '/hel');
    expect(all(root, '.picker [role="option"]')).to.have.length(1);
    await strike(root, 'Enter');
    expect(composer(root).value).to.equal('Hello Visitor c1, Ada of Shop here. {{7*7}}');
    expect(wishes('send')).to.deep.equal([]);
    await write(root, 'either/or');
    expect(all(root, '.picker')).to.have.length(0);
  });

  it('[J16] an Enter that ends a Hangul syllable neither sends nor chooses', async () => {
    const root = await open();
    await write(root, '/인');
    await strike(root, 'Enter', { isComposing: true });
    expect(composer(root).value).to.equal('/인');
    await write(root, '안녕');
    await strike(root, 'Enter', { isComposing: true });
    await strike(root, 'Enter', { keyCode: 229 } as KeyboardEventInit);
    expect(wishes('send')).to.deep.equal([]);
    await strike(root, 'Enter');
    expect(wishes('send')).to.have.length(1);
  });

  it('[P1] it can be given to me, to a colleague with presence and load, and to nobody', async () => {
    const root = await open({ assignee: { id: 'a2', name: 'Bo' } });
    const menu = one(root, '.assign').querySelector<HTMLElement>('consult-admin-choice-list')!;
    const offered = all(menu, '[role="option"]').map((each) => each.textContent!.replace(/\s+/g, ' ').trim());
    expect(offered[0]).to.contain('Ada (me)').and.to.contain('Online · 0 open');
    expect(offered[1]).to.contain('Bo').and.to.contain('Busy · 1 open');
    all(menu, '[role="option"]')[0]!.click();
    all(menu, '[role="option"]')[2]!.click();
    await settle();
    expect(wishes('assign')).to.deep.equal([['c1', 'a1'], ['c1', null]]);
  });

  it('tags are put on and taken off one by one', async () => {
    const root = await open({ tags: [{ id: 't1', name: 'Order', colour: 'blue' }] });
    const options = all(one(root, '.tagging').querySelector<HTMLElement>('consult-admin-choice-list')!, '[role="option"]');
    expect(options.map((each) => each.getAttribute('aria-selected'))).to.deep.equal(['true', 'false']);
    options[1]!.click();
    options[0]!.click();
    await settle();
    expect(wishes('tag')).to.deep.equal([['c1', ['t1', 't2']], ['c1', []]]);
  });

  it('a colleague who has it open, and one who is writing, are named', async () => {
    const root = await open();
    session.state.patch({ viewers: new Map([['c1', [{ id: 'a2', name: 'Bo' }]]]) });
    await settle();
    expect(words(root)).to.contain('Bo has this open too');
    session.state.patch({ threads: thread([line(1)], { typing: [{ id: 'a2', name: 'Bo' }, { id: 'v-c1', name: 'Visitor c1' }] }) });
    await settle();
    expect(words(root)).to.contain('Bo is writing an answer');
    expect(await violations(root)).to.deep.equal([]);
    expect(wishes('view')).to.deep.equal([['c1', true]]);
    clear();
    expect(wishes('view')).to.deep.equal([['c1', true], ['c1', false]]);
  });

  it('it is taken from a bot by one button', async () => {
    const root = await open({ bot: { id: 'b1', name: 'Shop bot' } });
    await press(root, 'Take over');
    expect(wishes('takeover')).to.deep.equal([['c1']]);
  });

  it('[I6] [I8] it is closed and reopened without a reload; the rating is shown', async () => {
    const root = await open();
    await press(root, 'Close conversation');
    expect(wishes('closeConversation')).to.deep.equal([['c1']]);
    root.conversation = conversation('c1', { status: 'closed', rating: { score: 4, comment: payload, at: '2026-11-21T09:00:00Z' } });
    await settle();
    expect(one(root, '.stars').getAttribute('aria-label')).to.equal('Rated 4 of 5');
    expect(harmed(root)).to.equal(false);
    await press(root, 'Reopen conversation');
    expect(wishes('reopenConversation')).to.deep.equal([['c1']]);
  });

  it('[I7] deleting warns that there is no way back, and asks the server only after a yes', async () => {
    const api = fakeApi(answers);
    const root = await open({ status: 'closed' }, api);
    pressable(root, 'Delete conversation').click();
    await settle();
    expect(words(one(root, 'consult-admin-confirm-dialog'))).to.contain('Neither you nor the visitor can come back to it');
    await press(root, 'Cancel');
    expect(api.asked.filter((path) => path.startsWith('DELETE'))).to.deep.equal([]);
    pressable(root, 'Delete conversation').click();
    await settle();
    await press(root, 'Delete for good');
    expect(api.asked.filter((path) => path.startsWith('DELETE'))).to.deep.equal(['DELETE /v1/conversations/c1 undefined']);
  });

  it('[I7] whoever deleted it stands before the list, although the view went with the event; whoever went elsewhere stays there', async () => {
    for (const [meanwhile, then] of [['#/inbox/c1', '#/inbox?assignee=me'], ['#/inbox/c2', '#/inbox/c2']] as const) {
      location.hash = '#/inbox/c1';
      const api = fakeApi(answers);
      const root = await open({ status: 'closed' }, api);
      root.back = '#/inbox?assignee=me';
      const { send } = api;
      api.send = ((...asked: Parameters<typeof send>) => {
        root.remove();
        location.hash = meanwhile;
        return send.apply(api, asked);
      }) as typeof send;
      pressable(root, 'Delete conversation').click();
      await settle();
      await press(root, 'Delete for good');
      expect(location.hash).to.equal(then);
    }
    location.hash = '';
  });

  it('[S4] whoever may not delete is not offered it', async () => {
    const root = await open({ status: 'closed' }, fakeApi(answers, 'agent'));
    expect(() => pressable(root, 'Delete conversation')).to.throw();
    expect(pressable(root, 'Export as text').isConnected).to.equal(true);
  });

  it('[L2] [K3] it opens at what is new and reads nothing for that; where that is not loaded yet, a button leads there', async () => {
    const many = Array.from({ length: 60 }, (_none, index) => line(index + 31, { createdAt: new Date(Date.UTC(2026, 10, 21, 8, index * 3)).toISOString() }));
    session.state.patch({ threads: thread(many) });
    const sheet = new CSSStyleSheet();
    sheet.replaceSync('consult-admin-thread { block-size: 500px }');
    document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
    const root = await open({ unread: 30, readSeq: 60, lastSeq: 90 });
    const list = () => one<HTMLElementTagNameMap['peer-consult-message-list']>(root, 'peer-consult-message-list');
    await until(() => list().newMark === 'seen', 'opening at the mark');
    expect(all(root, '.new')).to.have.length(1);
    expect(one(list(), '.jump').textContent).to.contain('30');
    expect(wishes('markRead')).to.deep.equal([]);
    root.remove();
    session.state.patch({ threads: thread(many, { more: true }) });
    const longer = await open({ unread: 80, readSeq: 10, lastSeq: 90 });
    await until(() => words(longer).includes('80 new messages'), 'the button');
    session.state.patch({ threads: thread(Array.from({ length: 90 }, (_none, index) => line(index + 1))) });
    await settle();
    await press(longer, '80 new messages');
    const whole = one<HTMLElementTagNameMap['peer-consult-message-list']>(longer, 'peer-consult-message-list');
    await until(() => whole.newMark === 'seen', 'the mark');
    document.adoptedStyleSheets = document.adoptedStyleSheets.filter((each) => each !== sheet);
  });

  it('[L4] who has read it is told below the newest line, and moves with what the session hears', async () => {
    const read = (id: string, name: string, readSeq: number, kind = 'agent') => ({ kind, id, name, readSeq });
    const two = (id: string, name: string) => session.state.patch({ threads: thread([line(1), line(2, { author: { kind: 'agent', id, name } })]) });
    two('a4', 'Dan');
    const root = await open({}, fakeApi({ ...answers, '/v1/conversations/c1/participants': { items: [read('v-c1', 'Visitor c1', 1, 'visitor'), read('a1', 'Ada', 2), read('a2', 'Bo', 1)], next: null } }));
    const told = () => all(one(root, 'consult-admin-seen-by'), '.face').map((each) => each.textContent!.trim());
    expect(told()).to.deep.equal([]);
    session.arrive('read', { conversationId: 'c1', reader: { kind: 'visitor', id: 'v-c1', name: '' }, seq: 2 });
    await settle();
    expect(told()).to.deep.equal(['Read by the visitor']);
    session.arrive('read', { conversationId: 'other', reader: { kind: 'agent', id: 'a2', name: 'Bo' }, seq: 9 });
    session.arrive('read', { conversationId: 'c1', reader: { kind: 'agent', id: 'a3', name: 'Cho' }, seq: 2 });
    session.arrive('read', { conversationId: 'c1', reader: { kind: 'agent', id: 'a2', name: 'Bo' }, seq: 2 });
    session.arrive('read', { conversationId: 'c1', reader: { kind: 'agent', id: 'a2', name: 'Bo' }, seq: 1 });
    await settle();
    expect(told()).to.deep.equal(['Read by the visitor · Seen by Bo, Cho']);
    pressable(root, 'Read by the visitor · Seen by Bo, Cho').click();
    await settle();
    expect(words(one(root, 'consult-admin-seen-by'))).to.contain('Who has read this');
    expect(await violations(root)).to.deep.equal([]);
    two('a1', 'Ada');
    await settle();
    expect(told(), 'the own line says itself that the visitor has seen it').to.deep.equal(['Seen by Bo, Cho']);
  });

  it('[P4] [I4] it is pinned, joined, left and handed over from the menu; a refusal is told in words', async () => {
    const root = await open();
    await press(root, 'Pin');
    expect(wishes('pin')).to.deep.equal([['c1', true]]);
    session.state.patch({ pins: ['c1'] });
    await settle();
    expect(pressable(root, 'Unpin').isConnected).to.equal(true);
    await press(root, 'Take part');
    expect(wishes('join')).to.deep.equal([['c1']]);
    await press(root, 'Hand over…');
    await press(root, 'Hand over');
    expect(words(root)).to.contain('Choose a colleague.');
    const people = all(one(root, 'consult-admin-transfer-dialog'), '[role="option"]');
    expect(people.map((each) => each.textContent!.replace(/\s+/g, ' ').trim()), 'never oneself').to.deep.equal(['BBoBusy']);
    people[0]!.click();
    await settle();
    expect(await violations(root)).to.deep.equal([]);
    await press(root, 'Hand over');
    expect(wishes('transfer')).to.deep.equal([['c1', 'a2', '']]);
    clear();
    const member = await open({ members: [{ id: 'a1', name: 'Ada' }, { id: 'a2', name: 'Bo' }], assignee: { id: 'a9', name: 'Zoe' } });
    expect(one(member, '.taking-part').title).to.equal('Taking part: Me, Bo');
    await press(member, 'No longer take part');
    expect(wishes('leave')).to.deep.equal([['c1']]);
  });

  it('[I4] a closed conversation says who ended it, or that it closed by itself', async () => {
    const ended = async (closedBy: Conversation['closedBy']) => words(await open({ status: 'closed', closedBy }));
    expect(await ended({ kind: 'visitor', id: 'v-c1', name: 'Visitor c1' })).to.contain('The visitor ended this conversation.');
    expect(await ended({ kind: 'agent', id: 'a1', name: 'Ada' })).to.contain('You ended this conversation.');
    expect(await ended({ kind: 'agent', id: 'a2', name: 'Bo' })).to.contain('Bo ended this conversation.');
    expect(await ended(null)).to.contain('Closed by itself');
    expect(await ended({ kind: 'system', id: '', name: '' })).to.contain('A message from the visitor opens it again.');
  });

  it('keys: n writes a note, r an answer, m takes it, e closes it; not while somebody writes', async () => {
    const root = await open();
    const strikeBody = async (letter: string) => {
      document.body.dispatchEvent(new KeyboardEvent('keydown', { key: letter, code: `Key${letter.toUpperCase()}`, bubbles: true, composed: true, cancelable: true }));
      await settle();
    };
    await strikeBody('n');
    expect(one(root, '[role="radio"].note').getAttribute('aria-checked')).to.equal('true');
    await strikeBody('r');
    expect(one(root, '[role="radio"].note').getAttribute('aria-checked')).to.equal('false');
    await strikeBody('m');
    expect(wishes('assign')).to.deep.equal([['c1', 'a1']]);
    await strike(root, 'e', { code: 'KeyE' });
    expect(wishes('closeConversation')).to.deep.equal([]);
    await strikeBody('ㄷ');
    await strikeBody('e');
    expect(wishes('closeConversation')).to.deep.equal([['c1']]);
  });

  it('[S9] everything that anybody wrote is text', async () => {
    session.state.patch({
      threads: thread([line(1, { text: payload, author: { kind: 'visitor', id: 'v', name: payload } }), line(2, { kind: 'note', text: payload, author: { kind: 'agent', id: 'a9', name: payload } })], { typing: [{ id: 'a2', name: payload }] }),
      viewers: new Map([['c1', [{ id: 'a2', name: payload }]]]),
      team: new Map([['a2', { id: 'a2', name: payload, status: 'online' }]]),
    });
    const root = await open({ visitor: { id: 'v', name: payload }, assignee: { id: 'a', name: payload }, tags: [{ id: 't', name: payload, colour: 'red' }], bot: { id: 'b', name: payload } }, fakeApi({ '/v1/canned-replies': { items: [{ id: 'r', shortcut: 'x', text: payload, updatedAt: '' }], next: null } }));
    await write(root, '/');
    expect(harmed(root)).to.equal(false);
    expect(words(root)).to.contain(payload.slice(0, 20));
  });
});
