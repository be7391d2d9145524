import { expect } from '@esm-bundle/chai';
import { html } from 'lit';
import { roleMay } from '../protocol/permissions.ts';
import type { PanelPage } from './panel-pages.ts';
import { panelPages } from './panel-pages.ts';
import { parseRoute } from './router.ts';
import { violations } from './testing/axe.ts';
import { conversation, call, fakeApi, fakeSession } from './testing/fake-session.ts';
import { all, clear, one, press, pressable, settle, show, words } from './testing/stage.ts';
import { chooseLanguage, t } from './texts/texts.ts';
import './navigation.ts';
import './page-room.ts';

const page = (fields: Partial<PanelPage> = {}): PanelPage => ({ name: 'inbox', label: 'inbox', icon: html``, may: 'conversations:read', load: async () => undefined, view: () => html`<p>The page</p>`, ...fields });

describe('frame', () => {
  beforeEach(() => chooseLanguage('en'));
  afterEach(clear);

  it('[P1] [S4] the navigation has the pages of the role and no other', async () => {
    for (const role of ['owner', 'admin', 'agent'] as const) {
      const navigation = await show(html`<consult-admin-navigation .api=${fakeApi({}, role)} .session=${fakeSession()} page="inbox"></consult-admin-navigation>`);
      const shown = all(one(navigation, 'nav'), 'a').map((each) => each.querySelector('span')!.textContent);
      expect(shown).to.deep.equal(panelPages.filter(({ may }) => roleMay(role, may)).map(({ label }) => t(label)));
    }
    expect(panelPages.map(({ name }) => name)).to.deep.equal(['inbox', 'queue', 'history', 'visitors', 'team', 'sites', 'settings', 'reports', 'audit']);
  });

  it('[L6] counts unread conversations, not messages, and who rings', async () => {
    const session = fakeSession();
    session.state.patch({ conversations: [conversation('c1', { unread: 7 }), conversation('c2', { unread: 1 }), conversation('c3', { unread: 0 })], ringing: [call('k', { state: 'ringing' })] });
    const navigation = await show(html`<consult-admin-navigation .api=${fakeApi({})} .session=${session} page="inbox"></consult-admin-navigation>`);
    const [inbox, queue] = all(one(navigation, 'nav'), 'a');
    expect(inbox!.textContent).to.contain('2 unread');
    expect(queue!.textContent).to.contain('1 waiting');
    // A call that rings at colleagues alone waits as well; what was left after a missed one is told when nobody does.
    session.arrive('queue.added', { call: call('k2', { state: 'ringing' }), rings: false });
    session.arrive('call.updated', { call: call('k3', { followUp: { kind: 'callback', contact: '1544', text: '', at: '2026-11-21T08:00:00Z', doneAt: null } }) });
    await settle();
    expect(queue!.textContent).to.contain('2 waiting');
    session.state.patch({ ringing: [] });
    session.arrive('queue.removed', { callId: 'k2', reason: 'answered' });
    await settle();
    expect(queue!.textContent).to.contain('1 to call back');
  });

  it('[P11] rail and sheet are clean for axe in both languages', async () => {
    for (const language of ['en', 'ko'] as const) {
      await chooseLanguage(language);
      const navigation = await show(html`<consult-admin-navigation .api=${fakeApi({})} .session=${fakeSession()} page="team"></consult-admin-navigation>`);
      expect(await violations(navigation)).to.deep.equal([]);
      one<HTMLDialogElement>(navigation, 'dialog').showModal();
      await settle();
      expect(await violations(navigation)).to.deep.equal([]);
      expect(all(one(navigation, 'dialog'), 'a')).to.have.length(panelPages.length);
    }
  });

  it('[S4] an address that the role may not open answers calmly, without loading anything', async () => {
    let loaded = 0;
    const pages = [page(), page({ name: 'audit', may: 'audit:read', load: async () => void loaded++ })];
    const room = await show(html`<consult-admin-page-room .api=${fakeApi({}, 'agent')} .session=${fakeSession()} .route=${parseRoute('#/audit')} .pages=${pages}></consult-admin-page-room>`);
    expect(words(room)).to.contain('Not part of your role');
    expect(pressable(room, 'Go to the inbox').getAttribute('href')).to.equal('#/inbox');
    expect(loaded).to.equal(0);
    expect(await violations(room)).to.deep.equal([]);
  });

  it('a page whose code does not come says so, and comes when it is tried again', async () => {
    let works = false;
    const pages = [page({ load: async () => { if (!works) throw new TypeError('Failed to fetch dynamically imported module'); } })];
    const room = await show(html`<consult-admin-page-room .api=${fakeApi({})} .session=${fakeSession()} .route=${parseRoute('#/inbox')} .pages=${pages}></consult-admin-page-room>`);
    expect(words(room)).to.contain('This page could not be loaded');
    expect(await violations(room)).to.deep.equal([]);
    works = true;
    await press(room, 'Try again');
    expect(words(room)).to.contain('The page');
  });
});
