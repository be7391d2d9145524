import { expect } from '@esm-bundle/chai';
import { html } from 'lit';
import { parseRoute } from '../router.ts';
import { violations } from '../testing/axe.ts';
import { call, conversation, fakeApi, fakeSession, type FakeSession } from '../testing/fake-session.ts';
import { all, clear, control, harmed, payload, press, pressable, settle, show, words } from '../testing/stage.ts';
import { chooseLanguage } from '../texts/texts.ts';
import './queue.ts';

const open = (session: FakeSession, api = fakeApi({})) => show(html`<consult-admin-queue .session=${session} .api=${api} .route=${parseRoute('#/queue')}></consult-admin-queue>`);
const ago = (seconds: number) => new Date(Date.now() - seconds * 1000).toISOString();
const ringing = (id: string, seconds: number) => call(id, { state: 'ringing', conversationId: `of-${id}`, createdAt: ago(seconds), mode: 'video', visitor: { id: `v-${id}`, name: `Caller ${id}` } });

describe('queue', () => {
  beforeEach(() => chooseLanguage('en'));
  afterEach(() => {
    clear();
    location.hash = '';
  });

  it('[C10] shows who waits, for how long, how, where, and whether for the first time', async () => {
    const session = fakeSession();
    session.state.patch({ ringing: [ringing('k1', 65)], conversations: [conversation('c1', { lastMessageAt: ago(3) })], visitors: new Map([['v-k1', { online: true, page: { id: 'p', url: 'https://shop.example/oak', title: 'Oak table', at: ago(1) } }]]) });
    const known = (fields: object) => ({ id: 'x', name: 'x', verified: false, page: null, online: true, ...fields });
    const root = await open(session, fakeApi({ '/v1/visitors/v-k1': known({ createdAt: '2020-01-01T00:00:00Z', verified: true }), '/v1/visitors/v-c1': known({ createdAt: ago(4) }) }));
    const rows = all(root, 'li.row').map((row) => row.textContent!.replace(/\s+/g, ' '));
    expect(rows[0]).to.contain('Caller k1').and.to.contain('Video call').and.to.match(/1:0[5-9]/).and.to.contain('Returning').and.to.contain('Oak table').and.to.contain('Verified');
    expect(rows[1]).to.contain('Visitor c1').and.to.contain('Chat').and.to.contain('New').and.to.contain('Is it in stock?');
    expect(await violations(root)).to.deep.equal([]);
  });

  it('the next one is the call that rings longest; consent is the agent’s to give', async () => {
    const session = fakeSession();
    const first = ringing('k1', 50);
    session.state.patch({ ringing: [ringing('k2', 5), first], conversations: [conversation('c1', { lastMessageAt: ago(300) })] });
    const root = await open(session);
    control(root, 'I agree to the recording').click();
    await settle();
    await press(root, 'Take the next');
    expect(session.wishes.find(({ name }) => name === 'acceptCall')?.args).to.deep.equal([first, { consent: false }]);
    expect(location.hash).to.equal('#/inbox/of-k1');
  });

  it('a conversation is taken by having it; one that is gone by then stays where it is', async () => {
    const session = fakeSession();
    session.state.patch({ conversations: [conversation('c1', { lastMessageAt: ago(30) })] });
    const root = await open(session);
    await press(root, 'Take Visitor c1');
    expect(session.wishes.find(({ name }) => name === 'assign')?.args).to.deep.equal(['c1', 'a1']);
    expect(location.hash).to.equal('#/inbox/c1');
    session.state.patch({ conversations: [] });
    await settle();
    expect(words(root)).to.contain('Nobody is waiting');
    expect((pressable(root, 'Take the next') as HTMLButtonElement).disabled).to.equal(true);
    expect(await violations(root)).to.deep.equal([]);
  });

  it('[S9] names, pages and previews are text', async () => {
    const session = fakeSession();
    session.state.patch({ ringing: [{ ...ringing('k1', 1), visitor: { id: 'v', name: payload } }], conversations: [conversation('c1', { visitor: { id: 'w', name: payload }, preview: { kind: 'text', authorKind: 'visitor', text: payload } })], visitors: new Map([['v', { online: true, page: { id: 'p', url: payload, title: payload, at: ago(1) } }]]) });
    const root = await open(session);
    expect(harmed(root)).to.equal(false);
  });
});
