import { expect } from '@esm-bundle/chai';
import { html } from 'lit';
import type { Conversation } from '../../protocol/shapes.ts';
import type { Line } from '../../widget/engine/session-state.ts';
import { until } from '../../widget/engine/testing/fake-server.ts';
import { parseRoute } from '../router.ts';
import { listenForShortcuts } from '../shortcuts.ts';
import { violations } from '../testing/axe.ts';
import { conversation, fakeApi, fakeSession, type FakeSession } from '../testing/fake-session.ts';
import { agree, all, clear, control, harmed, one, payload, press, pressable, settle, show, type, words } from '../testing/stage.ts';
import { chooseLanguage } from '../texts/texts.ts';
import './inbox.ts';

const me = { id: 'a1', name: 'Ada' };
const bo = { id: 'a2', name: 'Bo' };
const cho = { id: 'a3', name: 'Cho' };
const nowhere = { siteId: '', visitor: { id: '', name: '' } };
const direct = (fields: Partial<Conversation> = {}) => conversation('d', { ...nowhere, kind: 'direct', members: [me, bo], preview: { kind: 'text', authorKind: 'agent', authorId: 'a1', text: 'lunch?' }, unread: 0, ...fields });
const group = (fields: Partial<Conversation> = {}) => conversation('g', { ...nowhere, kind: 'group', title: 'Kiln', members: [me, bo, cho], preview: { kind: 'text', authorKind: 'agent', authorId: 'a3', text: 'it is hot' }, unread: 3, ...fields });
const line = (seq: number, author: { id: string; name: string }): Line => ({
  id: `m${seq}`, seq, clientId: `client-${seq}`, conversationId: 'g', author: { kind: 'agent', ...author }, kind: 'text', text: `line ${seq}`, createdAt: new Date(Date.UTC(2026, 10, 21, 8, seq * 5)).toISOString(), state: 'sent',
});

const open = (session: FakeSession, api: ReturnType<typeof fakeApi>, address: string) => show<HTMLElementTagNameMap['consult-admin-inbox']>(html`<consult-admin-inbox .session=${session} .api=${api} .route=${parseRoute(address)}></consult-admin-inbox>`);
const rows = (root: HTMLElement) => all(root, 'li[data-id]').map(({ dataset }) => dataset['id']);
const text = (element: HTMLElement) => element.textContent!.replace(/\s+/g, ' ').trim();

describe('rooms of the team', () => {
  let session: FakeSession;
  let silence: () => void;
  const wishes = (name: string) => session.wishes.filter((wish) => wish.name === name).map(({ args }) => args);

  beforeEach(() => {
    chooseLanguage('en');
    silence = listenForShortcuts();
    session = fakeSession();
    session.state.patch({
      team: new Map([['a1', { ...me, status: 'online' }], ['a2', { ...bo, status: 'busy' }], ['a3', { ...cho, status: 'off' }]]),
      conversations: [conversation('v'), group(), direct()],
    });
  });
  afterEach(() => {
    silence();
    clear();
    location.hash = '';
  });

  it('[P3] [L7] they have a view of their own, with whose words stand last; visitors never mix in', async () => {
    const api = fakeApi({});
    const inbox = await open(session, api, '#/inbox');
    expect(rows(inbox)).to.deep.equal(['v']);
    expect(text(all(inbox, '.views a').at(-1)!)).to.equal('Team 11 unread');
    inbox.route = parseRoute('#/inbox?kind=team');
    await settle();
    expect(rows(inbox)).to.deep.equal(['g', 'd']);
    expect(api.asked.some((path) => path.includes('kind=team'))).to.equal(true);
    expect(all(inbox, '.preview').map(text)).to.deep.equal(['Cho: it is hot', 'You: lunch?']);
    expect(all(inbox, '.name').map(text)).to.deep.equal(['Kiln', 'Bo']);
    expect(all(inbox, '.who .presence').map(text)).to.deep.equal(['Busy']);
    expect(all(inbox, '.check'), 'nothing to choose many for').to.have.length(0);
    await chooseLanguage('ko');
    await settle();
    expect(all(inbox, '.preview').map(text)).to.deep.equal(['Cho: it is hot', '나: lunch?']);
    expect(await violations(inbox)).to.deep.equal([]);
  });

  it('[P4] what is pinned comes first; the row and the key p pin and unpin; the limit is told', async () => {
    session.state.patch({ pins: ['d'] });
    const inbox = await open(session, fakeApi({}), '#/inbox?kind=team');
    expect(rows(inbox)).to.deep.equal(['d', 'g']);
    await press(inbox, 'Unpin Bo');
    await press(inbox, 'Pin Kiln');
    expect(wishes('pin')).to.deep.equal([['d', false], ['g', true]]);
    one<HTMLElementTagNameMap['consult-admin-conversation-list']>(inbox, 'consult-admin-conversation-list').focusRow('g');
    one(inbox, 'li[data-id="g"] a').dispatchEvent(new KeyboardEvent('keydown', { key: 'p', code: 'KeyP', bubbles: true, composed: true, cancelable: true }));
    await settle();
    expect(wishes('pin').at(-1)).to.deep.equal(['g', true]);
  });

  it('one colleague makes a direct conversation, several a group with a title', async () => {
    session.state.patch({ conversations: [] });
    const api = fakeApi({ 'PUT /v1/conversations/direct/a2': direct(), 'POST /v1/conversations': group() });
    const inbox = await open(session, api, '#/inbox?kind=team');
    expect(words(inbox)).to.contain('No conversation with a colleague yet');
    await press(inbox, 'New conversation');
    const people = () => all(one(inbox, 'consult-admin-team-start'), '[role="option"]');
    const option = (name: string) => people().find((each) => text(each).includes(name))!;
    expect(people().map(text), 'who is there first, never oneself').to.deep.equal(['BBoBusy', 'CChoOffline']);
    await press(inbox, 'Begin');
    expect(words(inbox)).to.contain('Choose at least one colleague.');
    option('Bo').click();
    await settle();
    expect(await violations(inbox)).to.deep.equal([]);
    await press(inbox, 'Begin');
    expect(api.asked).to.include('PUT /v1/conversations/direct/a2 undefined');
    await until(() => location.hash === '#/inbox/d?kind=team', 'the room');

    await press(inbox, 'New conversation');
    option('Bo').click();
    option('Cho').click();
    await settle();
    await press(inbox, 'Make the group');
    expect(words(inbox)).to.contain('A group needs a title.');
    await type(control(inbox, 'Title of the group'), '  Kiln ');
    await press(inbox, 'Make the group');
    expect(api.asked.find((each) => each.startsWith('POST /v1/conversations '))).to.match(/ \{"title":"Kiln","agentIds":\["a2","a3"\],"clientId":"[0-9A-Za-z-]{20,64}"\}$/);
    await until(() => location.hash === '#/inbox/g?kind=team', 'the group');
  });

  it('a group has its members, is renamed, and is left after a question', async () => {
    session.state.patch({ conversations: [group({ members: [me, bo] })], threads: new Map([['g', { conversation: null, lines: [line(1, bo), line(2, me)], more: false, loading: false, typing: [] }]]) });
    const api = fakeApi({ 'POST /v1/conversations/g/members': group(), 'PATCH /v1/conversations/g': group({ title: 'Oven' }) });
    const inbox = await open(session, api, '#/inbox/g?kind=team');
    const list = one<HTMLElementTagNameMap['peer-consult-message-list']>(inbox, 'peer-consult-message-list');
    expect(all(list, '.group').map((each) => each.classList.contains('own'))).to.deep.equal([false, true]);
    expect(all(inbox, '[role="radiogroup"]'), 'no notes among agents').to.have.length(0);
    await press(inbox, '2 members');
    expect(await violations(inbox)).to.deep.equal([]);
    one(one(inbox, 'consult-admin-team-members'), '[role="option"]').click();
    await settle();
    await press(inbox, 'Add');
    await press(inbox, 'Take Bo out');
    expect(api.asked).to.include('POST /v1/conversations/g/members {"agentIds":["a3"]}').and.to.include('DELETE /v1/conversations/g/members/a2 undefined');
    await press(inbox, 'Close dialog');
    await press(inbox, 'Rename');
    await type(control(inbox, 'Title of the group'), 'Oven');
    await press(inbox, 'Save');
    expect(api.asked).to.include('PATCH /v1/conversations/g {"title":"Oven"}');
    location.hash = '#/inbox/g?kind=team';
    pressable(inbox, 'Leave the group').click();
    await settle();
    expect(words(inbox)).to.contain('Leave “Kiln”?');
    await agree(inbox);
    expect(wishes('leave')).to.deep.equal([['g']]);
    await until(() => location.hash === '#/inbox?kind=team', 'the list');
  });

  it('[L4] among agents a line is read when everybody else has read it', async () => {
    session.state.patch({ conversations: [group()], threads: new Map([['g', { conversation: null, lines: [line(1, me)], more: false, loading: false, typing: [] }]]) });
    const participants = { items: [{ kind: 'agent', ...me, readSeq: 1 }, { kind: 'agent', ...bo, readSeq: 1 }, { kind: 'agent', ...cho, readSeq: 0 }], next: null };
    const inbox = await open(session, fakeApi({ '/v1/conversations/g/participants': participants }), '#/inbox/g?kind=team');
    const list = one<HTMLElementTagNameMap['peer-consult-message-list']>(inbox, 'peer-consult-message-list');
    expect(list.readSeq).to.equal(0);
    expect(words(one(inbox, 'consult-admin-seen-by'))).to.contain('Seen by Bo');
    session.arrive('read', { conversationId: 'g', reader: { kind: 'agent', ...cho }, seq: 1 });
    await settle();
    expect(list.readSeq).to.equal(1);
    expect(words(one(inbox, 'consult-admin-seen-by'))).to.contain('Seen by everybody');
  });

  it('[S9] what colleagues call themselves and their groups is text', async () => {
    const rogue = { id: 'a9', name: payload };
    session.state.patch({
      team: new Map([['a9', { ...rogue, status: 'online' }]]),
      conversations: [group({ title: payload, members: [me, rogue], preview: { kind: 'text', authorKind: 'agent', authorId: 'a9', text: payload } }), direct({ members: [me, rogue] })],
      threads: new Map([['g', { conversation: null, lines: [{ ...line(1, rogue), text: payload }], more: false, loading: false, typing: [] }]]),
    });
    const inbox = await open(session, fakeApi({ '/v1/conversations/g/participants': { items: [{ kind: 'agent', ...rogue, readSeq: 1 }], next: null } }), '#/inbox/g?kind=team');
    await press(inbox, '2 members');
    expect(harmed(inbox)).to.equal(false);
    expect(words(inbox)).to.contain(payload.slice(0, 20));
  });
});
