import { expect } from '@esm-bundle/chai';
import { html } from 'lit';
import { WireFailure } from '../widget/engine/wire.ts';
import { withLive } from './live-calls.ts';
import type { CallJoinWish } from './running-calls.ts';
import { violations } from './testing/axe.ts';
import { call, fakeApi, fakeSession, type FakeSession } from './testing/fake-session.ts';
import { all, clear, harmed, payload, press, pressable, settle, show, words } from './testing/stage.ts';
import { chooseLanguage } from './texts/texts.ts';
import './running-calls.ts';

const list = (session: FakeSession, api = fakeApi({})) => show(html`<consult-admin-running-calls .session=${session} .api=${api}></consult-admin-running-calls>`);
const ago = (seconds: number) => new Date(Date.now() - seconds * 1000).toISOString();
const running = (id: string, fields: object = {}) => call(id, {
  state: 'active', conversationId: `of-${id}`, answeredAt: ago(125), endedAt: null, endReason: null, visitor: { id: `v-${id}`, name: `Caller ${id}` }, agent: { id: 'a2', name: 'Bo' }, ...fields,
});
const wishes = (root: HTMLElement): CallJoinWish[] => {
  const heard: CallJoinWish[] = [];
  root.addEventListener('call-join', (event) => void heard.push((event as CustomEvent<CallJoinWish>).detail));
  return heard;
};

describe('running calls', () => {
  beforeEach(() => chooseLanguage('en'));
  afterEach(clear);

  it('[F9] who is in a call, since when and with which guests; who may listens or joins', async () => {
    const session = fakeSession();
    const api = fakeApi({ '/v1/calls': { items: [running('k1', { mode: 'video' }), running('k2', { guests: [{ id: 'a3', name: 'Cho', talks: false }] })], next: null }, '/v1/sites': { items: [], next: null } });
    const root = await list(session, api);
    expect(api.asked).to.contain('/v1/calls?state=active&sort=oldest&limit=100');
    const [first, second] = all(root, 'li.row').map((row) => row.textContent!.replace(/\s+/g, ' '));
    expect(first).to.contain('Caller k1').and.to.contain('with Bo').and.to.contain('Video call').and.to.match(/2:0[5-9]/);
    expect(second).to.contain('Cho is listening');
    const heard = wishes(root);
    await press(root, 'Listen to the call with Caller k1');
    await press(root, 'Join the call with Caller k2');
    expect(heard).to.deep.equal([{ callId: 'k1', talks: false }, { callId: 'k2', talks: true }]);
    expect(await violations(root)).to.deep.equal([]);
  });

  it('[F9] it is kept by what the server says: begun, changed, over for good', async () => {
    const session = fakeSession();
    const root = await list(session);
    expect(words(root)).to.contain('No call is in progress');
    const one = running('k1');
    session.arrive('call.live', { call: one, live: true });
    await settle();
    expect(words(root)).to.contain('Caller k1');
    session.arrive('call.live', { call: { ...one, agent: { id: 'a4', name: 'Dee' } }, live: true });
    await settle();
    expect(words(root)).to.contain('with Dee');
    session.arrive('call.live', { call: { ...one, state: 'ended' }, live: false });
    session.arrive('call.live', { call: one, live: true });
    await settle();
    expect(words(root)).to.contain('No call is in progress');
    expect(withLive([one], { ...one, mode: 'video' }, new Set()).map(({ mode }) => mode)).to.deep.equal(['video']);
    expect(withLive([], one, new Set(['k1']))).to.deep.equal([]);
  });

  it('[F9] nobody is offered what the server would refuse: one’s own call, a second one, a full one, a role that may not', async () => {
    const session = fakeSession();
    const guest = (id: string, talks = true) => ({ id, name: id, talks });
    const root = await list(session, fakeApi({ '/v1/calls': { items: [running('k1', { guests: [guest('x'), guest('y')] }), running('k2')], next: null } }));
    expect((pressable(root, 'Join the call with Caller k1') as HTMLButtonElement).disabled).to.equal(true);
    expect((pressable(root, 'Join the call with Caller k2') as HTMLButtonElement).disabled).to.equal(false);
    session.arrive('call.live', { call: running('k2', { guests: [guest('a1', false)] }), live: true });
    await settle();
    expect(words(root)).to.contain('You are listening');
    expect(() => pressable(root, 'Listen to the call with Caller k2'), 'it does already').to.throw();
    const heard = wishes(root);
    await press(root, 'Join the call with Caller k2');
    expect(heard).to.deep.equal([{ callId: 'k2', talks: true }]);
    session.arrive('call.live', { call: running('k2', { agent: { id: 'a1', name: 'Ada' } }), live: true });
    session.arrive('call.live', { call: running('k3'), live: true });
    await settle();
    expect(words(root)).to.contain('with you');
    expect(() => pressable(root, 'Join the call with Caller k2')).to.throw();
    expect((pressable(root, 'Listen to the call with Caller k3') as HTMLButtonElement).disabled).to.equal(true);
    clear();
    const agent = await list(fakeSession(), fakeApi({ '/v1/calls': { items: [running('k1')], next: null } }, 'agent'));
    expect(words(agent)).to.contain('Caller k1');
    expect(all(agent, 'button')).to.deep.equal([]);
  });

  it('[S9] a list that does not come is said, with a way to try again; names are text', async () => {
    const answers: Record<string, unknown> = { '/v1/calls': new WireFailure('unavailable', '') };
    const root = await list(fakeSession(), fakeApi(answers));
    expect(words(root)).to.contain('The server is busy');
    answers['/v1/calls'] = { items: [running('k1', { visitor: { id: 'v', name: payload }, agent: { id: 'a2', name: payload }, guests: [{ id: 'a3', name: payload, talks: true }] })], next: null };
    await press(root, 'Try again');
    expect(words(root)).not.to.contain('The server is busy');
    expect(harmed(root)).to.equal(false);
    expect(await violations(root)).to.deep.equal([]);
  });
});
