import { expect } from '@esm-bundle/chai';
import { html, render } from 'lit';
import { chooseLanguage } from '../texts/texts.ts';
import { fakeApi, fakeSession } from '../testing/fake-session.ts';
import './visitor-page.ts';

const settle = async () => {
  for (let turn = 0; turn < 5; turn += 1) await new Promise((resolve) => setTimeout(resolve));
};
const visitor = {
  id: 'v1', siteId: 's1', name: 'Ada', email: null, verified: false, externalId: null, locale: 'en', fields: {}, device: {}, note: '', online: false, page: null,
  createdAt: '2026-11-20T08:00:00Z', lastSeenAt: '2026-11-21T08:00:00Z',
};

describe('page of a visitor', () => {
  let stage: HTMLElement;
  beforeEach(() => {
    stage = document.createElement('main');
    document.body.append(stage);
    void chooseLanguage('en');
  });
  afterEach(() => {
    stage.remove();
    location.hash = '';
  });

  /** Asks for erasure and confirms it; `erased` lets the server's answer come. */
  const erase = async (): Promise<{ erased: () => Promise<void> }> => {
    let answer!: () => void;
    const answered = new Promise<void>((resolve) => (answer = resolve));
    const api = { ...fakeApi({ '/v1/visitors/v1': visitor }), send: () => answered as Promise<never> };
    location.hash = '#/visitors/v1';
    render(html`<consult-admin-visitor-page .api=${api} .session=${fakeSession()} .visitorId=${'v1'}></consult-admin-visitor-page>`, stage);
    await settle();
    const root = stage.querySelector('consult-admin-visitor-page')!.shadowRoot!;
    root.querySelector<HTMLButtonElement>('.danger-quiet')!.click();
    await settle();
    const dialog = root.querySelector('consult-admin-confirm-dialog')!.shadowRoot!;
    [...dialog.querySelectorAll('button')].find(({ textContent }) => textContent?.trim() === 'Erase for good')!.click();
    await settle();
    return { erased: () => (answer(), settle()) };
  };

  it('[N9] once the visitor is erased, the list of visitors is there', async () => {
    const { erased } = await erase();
    expect(location.hash).to.equal('#/visitors/v1');
    await erased();
    expect(location.hash).to.equal('#/visitors');
  });

  it('[N9] whoever went on while the server erased is not called back', async () => {
    const { erased } = await erase();
    location.hash = '#/inbox';
    await erased();
    expect(location.hash).to.equal('#/inbox');
  });
});
