import { expect } from '@esm-bundle/chai';
import { FakeServer, refusal, until } from './engine/testing/fake-server.ts';
import './peer-consult.ts';
import type { PeerConsult } from './peer-consult.ts';
import { axeViolations } from './testing/axe-violations.ts';

const server = 'https://consult.example';
const key = `peer-consult:${server}:pk_test`;
const token = 'Q2hhcmxpZSBCcm93biBhbmQgU25vb3B5IGdvIHRvIHNlYQ';

describe('arriving by a link out of another browser', () => {
  let fake: FakeServer;
  let element: PeerConsult;
  const panel = (): ShadowRoot | null | undefined => element.shadowRoot!.querySelector('peer-consult-panel')?.shadowRoot;
  const inside = (tag: string, selector: string): HTMLElement | null => panel()?.querySelector(tag)?.shadowRoot?.querySelector(selector) ?? null;
  const follow = (hash: string): void => {
    history.replaceState({ of: 'the page' }, '', `${location.pathname}${location.search}${hash}`);
    element = document.createElement('peer-consult');
    for (const [name, value] of Object.entries({ 'site-key': 'pk_test', server, locale: 'en' })) element.setAttribute(name, value);
    document.body.append(element);
  };
  const exchanged = (): unknown[] => fake.requests.filter(({ url }) => url.endsWith('/v1/visitors/handoff')).map(({ body }) => body);

  beforeEach(() => {
    localStorage.clear();
    fake = new FakeServer().install();
  });
  afterEach(async () => {
    await element.reset();
    element.remove();
    fake.uninstall();
    localStorage.clear();
    history.replaceState(null, '', location.pathname + location.search);
  });

  it('[F10] the secret goes off the address, the same visitor is kept, and the chat opens with its conversation', async () => {
    fake.converse('c', ['from the app', 'we are here']);
    localStorage.setItem(key, 'somebody else, earlier');
    follow(`#peer-consult=${token}`);
    await until(() => panel()?.querySelector('peer-consult-message-list')?.shadowRoot?.querySelectorAll('.bubble').length === 2, 'the conversation');
    expect(location.hash).to.equal('');
    expect(history.state).to.deep.equal({ of: 'the page' });
    expect(exchanged()).to.deep.equal([{ siteKey: 'pk_test', token }]);
    expect(fake.requests.filter(({ url }) => url.endsWith('/v1/visitors'))).to.deep.equal([]);
    expect(localStorage.getItem(key)).to.equal('token-1');
    expect(fake.socket.sent[0]).to.include({ type: 'hello', token: 'token-1' });
    expect(panel()!.querySelector('peer-consult-preflight')).to.equal(null);
  });

  it('[F10] the call that was wanted begins by a button and not by itself, also where nothing is recorded', async () => {
    fake.site = { ...fake.site, recording: { ...fake.site.recording, enabled: false } };
    fake.converse('c', ['from the app']);
    follow(`#peer-consult=${token}.audio`);
    await until(() => inside('peer-consult-preflight', '[data-action=start]') !== null, 'the offer');
    expect(inside('peer-consult-preflight', '[data-action=start]')!.textContent).to.equal('Start the voice call');
    expect(fake.socket.sent.some(({ type }) => type === 'call.start')).to.equal(false);
    expect(await axeViolations(panel()!.querySelector('peer-consult-preflight')!)).to.deep.equal([]);
    inside('peer-consult-preflight', '[data-action=chat]')!.click();
    await until(() => panel()!.querySelector('peer-consult-preflight') === null);
  });

  it('[F10] [I1] a link that is worth nothing says so, stores nothing and leaves whoever was here; a foreign fragment is left alone', async () => {
    fake.handoffAnswer = () => refusal('gone', 410);
    localStorage.setItem(key, 'who was here');
    follow(`#peer-consult=${token}`);
    await until(() => inside('peer-consult-dead-link', '[data-action=dismiss]') !== null, 'the word');
    expect(inside('peer-consult-dead-link', 'section')!.getAttribute('role')).to.equal('alertdialog');
    expect(await axeViolations(panel()!.querySelector('peer-consult-dead-link')!)).to.deep.equal([]);
    expect(localStorage.getItem(key)).to.equal('who was here');
    expect(location.hash).to.equal('');
    inside('peer-consult-dead-link', '[data-action=dismiss]')!.click();
    await until(() => panel()!.querySelector('peer-consult-dead-link') === null);

    await element.reset();
    element.remove();
    fake.requests.length = 0;
    follow('#section-2');
    await element.updateComplete;
    await new Promise((resolve) => requestIdleCallback(resolve));
    expect(location.hash).to.equal('#section-2');
    expect(fake.requests).to.deep.equal([]);
  });
});
