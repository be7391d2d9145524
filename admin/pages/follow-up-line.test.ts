import { expect } from '@esm-bundle/chai';
import { html } from 'lit';
import type { FollowUp } from '../../protocol/shapes.ts';
import { parseRoute } from '../router.ts';
import { violations } from '../testing/axe.ts';
import { call, fakeApi, fakeSession } from '../testing/fake-session.ts';
import { all, clear, harmed, payload, press, settle, show, words } from '../testing/stage.ts';
import { chooseLanguage } from '../texts/texts.ts';
import { contactLink } from './contact-link.ts';
import './history.ts';

const left = (fields: Partial<FollowUp> = {}): FollowUp => ({ kind: 'callback', contact: '010-1234-5678', text: 'Order 1042', at: '2026-11-21T08:01:00Z', doneAt: null, ...fields });
const missed = (followUp: FollowUp) => call('k1', { answeredAt: null, answeredBy: null, endReason: 'no_answer', recording: null, followUp });

async function open(followUp: FollowUp, address = '#/history', answers: Record<string, unknown> = {}) {
  const session = fakeSession();
  const api = fakeApi({ '/v1/calls': { items: [missed(followUp)], next: null }, ...answers });
  return { session, api, root: await show(html`<consult-admin-history .session=${session} .api=${api} .route=${parseRoute(address)}></consult-admin-history>`) };
}

describe('what was left after a call, in the history', () => {
  beforeEach(() => chooseLanguage('en'));
  afterEach(clear);

  it('[E6] [H1] stands below the call; whoever sees to it says so, and who it was is told', async () => {
    const done = left({ doneAt: '2026-11-21T09:00:00Z', doneBy: { id: 'a1', name: 'Ada' } });
    const { api, root } = await open(left(), '#/history', { 'PATCH /v1/calls/k1': missed(done) });
    expect(words(root)).to.contain('Asks to be called back').and.to.contain('Order 1042');
    expect(all<HTMLAnchorElement>(root, 'consult-admin-follow-up-line a, a').map(({ href }) => href)).to.include('tel:01012345678');
    expect(await violations(root)).to.deep.equal([]);
    await press(root, 'Mark as done: Calm Otter');
    expect(api.asked.filter((asked) => asked.startsWith('PATCH'))).to.deep.equal(['PATCH /v1/calls/k1 {"followedUp":true}']);
    expect(words(root)).to.contain('by Ada').and.to.contain('Not done after all');
    expect(await violations(root)).to.deep.equal([]);
  });

  it('[E6] the history can be narrowed to what is still to be done; what is done by a colleague goes from it', async () => {
    const { api, root, session } = await open(left(), '#/history?followUp=open');
    expect(api.asked).to.include('/v1/calls?limit=30&followUp=open');
    api.get = (async () => ({ items: [], next: null })) as unknown as typeof api.get;
    session.arrive('call.updated', { call: missed(left({ doneAt: '2026-11-21T09:00:00Z' })) });
    await settle();
    expect(words(root)).not.to.contain('Order 1042');
  });

  it('[S9] numbers and words are text, and only a number or an address is a link', async () => {
    const { root } = await open(left({ contact: payload, text: payload }));
    expect(harmed(root)).to.equal(false);
    for (const contact of ['javascript:alert(1)', 'a@b@c', 'x', 'mail@shop.example?subject=x', 'kim @shop']) expect(contactLink({ contact }), contact).to.equal(null);
    expect(contactLink({ contact: 'kim+x@shop.example' })).to.equal('mailto:kim%2Bx@shop.example');
    expect(contactLink({ contact: '+82 (10) 1234.5678' })).to.equal('tel:+821012345678');
  });
});
