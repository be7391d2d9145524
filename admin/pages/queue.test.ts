import { expect } from '@esm-bundle/chai';
import { html } from 'lit';
import type { CallView } from '../../widget/engine/call/call-engine.ts';
import { WireFailure } from '../../widget/engine/wire.ts';
import { parseRoute } from '../router.ts';
import { listenForShortcuts } from '../shortcuts.ts';
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

  it('[C10] the next one is the server’s to choose, by button or by key; consent is the agent’s to give', async () => {
    const session = fakeSession();
    const first = { ...ringing('k1', 50), state: 'active' as const };
    session.state.patch({ ringing: [ringing('k2', 5)], conversations: [conversation('c1', { lastMessageAt: ago(300) })] });
    session.answers['queue.next'] = { call: first };
    const root = await open(session);
    control(root, 'I agree to the recording').click();
    await settle();
    await press(root, 'Take the next');
    expect(session.wishes.find(({ name }) => name === 'acceptCall')?.args).to.deep.equal([first, { consent: false }]);
    expect(location.hash).to.equal('#/inbox/of-k1');
    const quiet = listenForShortcuts();
    for (const key of ['g', 'n']) document.body.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true }));
    quiet();
    await settle();
    expect(session.wishes.filter(({ name }) => name === 'queue.next')).to.have.length(2);
  });

  it('[E7] in a call nothing else is taken; one that goes on elsewhere the server judges', async () => {
    const session = fakeSession();
    const waits = ringing('k1', 50);
    session.state.patch({ ringing: [waits], call: { phase: 'connected', call: call('k0') } as CallView });
    const root = await open(session);
    await press(root, 'Take Caller k1');
    await press(root, 'Take the next');
    expect(session.wishes.filter(({ name }) => name === 'acceptCall' || name === 'queue.next')).to.deep.equal([]);
    expect(location.hash).to.equal('');
    session.state.patch({ call: { phase: 'away', call: call('k0') } as CallView });
    await settle();
    await press(root, 'Take Caller k1');
    expect(session.wishes.filter(({ name }) => name === 'acceptCall').map(({ args }) => args)).to.deep.equal([[waits, { consent: true }]]);
  });

  it('[C10] where no call waits the next one is the conversation that waits longest', async () => {
    const session = fakeSession();
    session.state.patch({ conversations: [conversation('c2', { lastMessageAt: ago(3) }), conversation('c1', { lastMessageAt: ago(300) })] });
    session.answers['queue.next'] = new WireFailure('nobody_waiting', '');
    const root = await open(session);
    await press(root, 'Take the next');
    expect(session.wishes.find(({ name }) => name === 'assign')?.args).to.deep.equal(['c1', 'a1']);
  });

  it('[C10] a call that was taken and cannot begin here is over for its visitor too', async () => {
    const session = fakeSession();
    session.answers['queue.next'] = { call: { ...ringing('k1', 50), state: 'active' } };
    session.state.patch({ ringing: [ringing('k1', 5)] });
    const root = await open(session);
    await press(root, 'Take the next');
    const view = (fields: object) => session.state.patch({ call: { phase: 'preparing', trouble: null, endReason: null, ...fields } as unknown as CallView });
    view({});
    view({ phase: 'ended', trouble: 'permission_denied' });
    expect(session.wishes.find(({ name }) => name === 'call.end')?.args).to.deep.equal([{ callId: 'k1', reason: 'media_failed' }]);
  });

  it('[C10] calls that ring at colleagues first stand in the line and can be taken, not declined; who may be recorded and who not, and when it is late', async () => {
    const session = fakeSession();
    const entry = (call: ReturnType<typeof ringing>, fields: object) => ({ kind: 'call', conversationId: call.conversationId, siteId: 's1', visitor: call.visitor, mode: 'video', since: call.createdAt, page: null, returning: false, consent: null, rings: false, call, preview: '', ...fields });
    const [one, other] = [ringing('k1', 55), ringing('k2', 20)];
    const root = await open(session, fakeApi({ '/v1/queue': { items: [entry(one, { consent: true }), entry(other, { rings: true, consent: false })], next: null } }));
    const rows = all(root, 'li.row');
    expect(words(rows[0]!)).to.contain('rings at colleagues first').and.to.contain('May be recorded');
    expect(words(rows[1]!)).to.contain('No recording');
    expect(rows.map((row) => row.querySelector('.time')!.classList.contains('long'))).to.deep.equal([true, false]);
    expect(() => pressable(root, 'Decline Caller k1')).to.throw();
    await press(root, 'Decline Caller k2');
    await press(root, 'Take Caller k1');
    expect(session.wishes.filter(({ name }) => name.endsWith('Call')).map(({ name, args }) => [name, (args[0] as { id: string }).id])).to.deep.equal([['declineCall', 'k2'], ['acceptCall', 'k1']]);
    expect(await violations(root)).to.deep.equal([]);
  });

  it('[E6] who wants to be called back stands there with number, words and time, until somebody has done it', async () => {
    const session = fakeSession();
    const left = (id: string, contact: string, text = '') => call(id, { endReason: 'no_answer', answeredAt: null, visitor: { id: `v-${id}`, name: `Caller ${id}` }, conversationId: `of-${id}`, followUp: { kind: 'callback', contact, text, at: ago(300), doneAt: null } });
    const first = left('k1', '+82 10-1234-5678', 'Order 1042');
    const done = { ...first, followUp: { ...first.followUp!, doneAt: ago(0) } };
    const api = fakeApi({ '/v1/calls': { items: [first, left('k2', 'kim@shop.example'), left('k3', 'javascript:alert(1)')], next: null }, 'PATCH /v1/calls/k1': done, '/v1/visitors/v-k1': { id: 'v-k1', name: 'x', verified: false, page: null, online: true, createdAt: ago(5) } });
    const root = await open(session, api);
    expect(words(root)).to.contain('To be called back').and.to.contain('Order 1042').and.to.contain('5 min').and.to.contain('Nobody is waiting');
    expect(all<HTMLAnchorElement>(root, 'a.contact').map(({ href }) => href), 'what is neither number nor address is no link').to.deep.equal(['tel:+821012345678', 'mailto:kim@shop.example']);
    expect(words(root)).to.contain('javascript:alert(1)');
    await press(root, 'Call here: Caller k1');
    expect(session.wishes.find(({ name }) => name === 'startCall')?.args).to.deep.equal([{ mode: 'audio', conversationId: 'of-k1', consent: true }]);
    expect(await violations(root)).to.deep.equal([]);
    await press(root, 'Mark as done: Caller k1');
    expect(api.asked.at(-1)).to.equal('PATCH /v1/calls/k1 {"followedUp":true}');
    expect(words(root)).not.to.contain('Order 1042');
    expect(document.activeElement, 'the focus stays in the list').to.not.equal(document.body);
  });

  it('a line that does not come is said, with a way to try again', async () => {
    const root = await open(fakeSession(), fakeApi({ '/v1/queue': new WireFailure('unavailable', '') }));
    expect(words(root)).to.contain('The server is busy');
    await press(root, 'Try again');
    expect(await violations(root)).to.deep.equal([]);
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
