import { expect } from '@esm-bundle/chai';
import { html } from 'lit';
import type { GuestCall, GuestCallView, PersonShown } from '../widget/engine/call/guest-call.ts';
import { createStore } from '../widget/engine/store.ts';
import { waitFor } from '../widget/engine/testing/wait-for.ts';
import type { LinkMedia } from '../widget/engine/call/guest-links.ts';
import './call-dock.ts';
import './guest-dock.ts';
import { violations } from './testing/axe.ts';
import { call, fakeSession } from './testing/fake-session.ts';
import { clear, harmed, payload, settle, show } from './testing/stage.ts';
import { chooseLanguage } from './texts/texts.ts';

const talking: LinkMedia = { audio: true, video: false, screen: false, held: false };
const person = (id: string, fields: Partial<PersonShown['member']> = {}, media: LinkMedia | null = talking, up = true): PersonShown => ({
  key: id, linked: { key: id, stream: new MediaStream(), screen: new MediaStream(), up, media },
  member: { connectionId: `k-${id}`, kind: id === 'v' ? 'visitor' : 'agent', id, name: `Person ${id}`, guest: false, talks: true, ...fields },
});

function fakeCall(fields: Partial<GuestCallView> = {}): { call: GuestCall; said: string[]; put(fields: Partial<GuestCallView>): void } {
  const view = createStore<GuestCallView>({
    callId: 'k1', call: call('k1', { state: 'active', agent: { id: 'a', name: 'Ada Byron' } }), phase: 'joined', talks: false, changing: false, microphoneOn: true, local: null,
    people: [person('v'), person('a')], trouble: null, ended: null, ...fields,
  });
  const said: string[] = [];
  const device = { all: [], wished: '' };
  return {
    said,
    put: (more) => view.set({ ...view.value, ...more }),
    call: {
      view, devices: createStore({ microphone: device, camera: device, speaker: device }), chooseDevice: () => Promise.resolve(),
      setTalks: (on) => Promise.resolve(void said.push(`talks ${on}`)), setMicrophone: (on) => void said.push(`microphone ${on}`), allowPlayback: () => Promise.resolve(void said.push('allow')), leave: () => void said.push('leave'),
    },
  };
}

describe('a guest’s part in a call', () => {
  beforeEach(() => chooseLanguage('en'));
  afterEach(clear);

  it('[F9] says who is there and how one is heard; join in, mute, only listen, leave; no fault of access at 360 pixels, in both languages', async () => {
    const { call: part, said, put } = fakeCall();
    const root = await show(html`<div style="inline-size:360px;block-size:640px"><consult-admin-guest-dock .call=${part}></consult-admin-guest-dock></div>`);
    const dock = root.querySelector('consult-admin-guest-dock')!;
    const inside = (): ShadowRoot => dock.shadowRoot!;
    const text = (): string => inside().textContent!.replace(/\s+/g, ' ');
    const actions = (): string[] => [...inside().querySelectorAll<HTMLElement>('[data-action]')].map((each) => each.dataset.action!);
    const press = async (action: string): Promise<void> => {
      inside().querySelector<HTMLElement>(`[data-action=${action}]`)!.click();
      await settle();
    };
    const now = async (fields: Partial<GuestCallView>): Promise<void> => {
      put(fields);
      await settle();
    };
    expect(text()).to.contain('Nobody hears you').and.to.contain('Person v').and.to.contain('Leads the call');
    expect(actions()).to.deep.equal(['join-in', 'devices', 'leave']);
    expect(await violations(root)).to.deep.equal([]);

    await press('join-in');
    await now({ changing: true });
    expect(inside().querySelector<HTMLButtonElement>('[data-action=join-in]')!.disabled).to.equal(true);
    const recording = { id: 'r', state: 'recording' as const, on: true, paused: false, durationMs: null };
    await now({ changing: false, talks: true, call: { ...part.view.value.call!, recording }, people: [person('v', {}, { ...talking, held: true }), person('a', {}, { ...talking, audio: false }), person('g', { guest: true, talks: false }, null, false)] });
    expect(text()).to.contain('Everybody hears you').and.to.contain('recorded with the call').and.to.contain('On hold').and.to.contain('Microphone off').and.to.contain('Listening · Connecting…');
    expect(await violations(root)).to.deep.equal([]);
    await press('microphone');
    await press('only-listen');
    await now({ trouble: 'playback_blocked' });
    await press('allow-playback');
    await press('devices');
    expect(inside().querySelector('peer-consult-call-devices')).not.to.equal(null);
    await press('leave');
    expect(said).to.deep.equal(['talks true', 'microphone false', 'talks false', 'allow', 'leave']);

    await now({ phase: 'reconnecting', trouble: null });
    expect(text()).to.contain('Trying again');
    await now({ phase: 'ended', ended: 'full' });
    expect(text()).to.contain('two colleagues are in it already');
    expect(actions()).to.deep.equal(['dismiss']);
    let closed = 0;
    dock.addEventListener('closed', () => closed++);
    await press('dismiss');
    expect(closed).to.equal(1);
    await chooseLanguage('ko');
    await now({ phase: 'joined', ended: null, talks: false, people: [person('v', { name: payload }), person('a', { name: 'W'.repeat(80) })] });
    expect(text()).to.contain('듣고 있습니다');
    expect(dock.scrollWidth).to.be.at.most(360);
    expect(await violations(root)).to.deep.equal([]);
    expect(harmed(root)).to.equal(false);
  });

  it('[F9] the panel lets somebody in from anywhere in it, one call at a time, and out when a call of its own begins', async () => {
    const session = fakeSession();
    const joins: unknown[] = [];
    Object.assign(session.answers, { 'call.join': new Promise(() => undefined), 'call.leave': {} });
    const request = session.wire.request.bind(session.wire);
    session.wire.request = ((type: string, fields: object) => {
      if (type.startsWith('call.')) joins.push({ type, ...fields });
      return request(type as never, fields as never);
    }) as never;
    const dock = await show(html`<consult-admin-call-dock .session=${session}></consult-admin-call-dock>`);
    const shown = (): Element | null => dock.shadowRoot!.querySelector('consult-admin-guest-dock');
    const ask = (callId: string): boolean => dock.dispatchEvent(new CustomEvent('call-join', { detail: { callId, talks: false }, bubbles: true, composed: true }));
    const own = { phase: 'connected', call: call('own', { state: 'active' }) };

    ask('k1');
    await waitFor('the dock', () => shown() !== null);
    await waitFor('the wish to join', () => joins.length === 1);
    ask('k2');
    await settle();
    expect(joins, 'one at a time').to.deep.equal([{ type: 'call.join', callId: 'k1', talks: false }]);
    session.state.patch({ call: { ...own, phase: 'away' } as never });
    await waitFor('it to go', () => shown() === null);
    await waitFor('the farewell', () => joins.length === 2);
    expect(joins[1]).to.deep.equal({ type: 'call.leave', callId: 'k1' });
    ask('k3');
    await settle();
    expect(joins).to.have.length(2);
  });
});
