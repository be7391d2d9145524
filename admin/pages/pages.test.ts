import { expect } from '@esm-bundle/chai';
import { html, render } from 'lit';
import { tokens } from '../../widget/styles/tokens.ts';
import { parseRoute } from '../router.ts';
import { violations } from '../testing/axe.ts';
import { call, conversation, fakeApi, fakeSession } from '../testing/fake-session.ts';
import { chooseLanguage } from '../texts/texts.ts';
import './history.ts';
import './inbox.ts';
import './setup.ts';
import './sign-in.ts';

// The app's element carries the design tokens; here the page does in its stead.
const sheet = new CSSStyleSheet();
sheet.replaceSync(tokens.cssText.replaceAll(':host', ':root'));
document.adoptedStyleSheets = [sheet];

let host: HTMLElement;

/** Renders into a page with the panel's tokens and waits until everything has settled. */
async function show(template: unknown): Promise<HTMLElement> {
  host = document.createElement('main');
  document.body.append(host);
  render(template as ReturnType<typeof html>, host);
  await settle();
  return host.firstElementChild as HTMLElement;
}

async function settle(): Promise<void> {
  for (let round = 0; round < 6; round++) await new Promise((resolve) => setTimeout(resolve, 5));
}

const payload = '"><img src=x onerror="window.pwned=1"><script>window.pwned=1</script>';

describe('pages of the panel', () => {
  beforeEach(() => chooseLanguage('en'));
  afterEach(() => host.remove());

  it('[L1] the inbox shows newest preview and unread count, and opens a thread by its address', async () => {
    const session = fakeSession();
    const api = fakeApi({ '/v1/conversations': { items: [], next: null } });
    session.state.patch({ conversations: [conversation('c1'), conversation('c2', { unread: 0 }), conversation('c3', { status: 'closed' })], threads: new Map() });
    const inbox = await show(html`<consult-admin-inbox .session=${session} .api=${api} .route=${parseRoute('#/inbox/c1')}></consult-admin-inbox>`);
    const list = inbox.shadowRoot!.querySelector('consult-admin-conversation-list')!.shadowRoot!;
    expect(list.querySelectorAll('a')).to.have.length(2);
    expect(list.querySelector('a')!.getAttribute('aria-current')).to.equal('page');
    expect(list.textContent).to.contain('Is it in stock?').and.to.contain('2 unread');
    expect(session.wishes.find(({ name }) => name === 'load')?.args).to.deep.equal(['c1']);
    expect(await violations(host)).to.deep.equal([]);
  });

  it('[S9] names and previews are text, whatever they hold', async () => {
    const session = fakeSession();
    session.state.patch({ conversations: [conversation('c1', { visitor: { id: 'v', name: payload }, preview: { kind: 'text', authorKind: 'visitor', text: payload } })] });
    const api = fakeApi({ '/v1/conversations': { items: [], next: null }, '/v1/calls': { items: [call('k', { visitor: { id: 'v', name: payload } })], next: null }, '/v1/visitors': { items: [{ id: 'v', name: payload }], next: null } });
    await show(html`<div><consult-admin-inbox .session=${session} .api=${api} .route=${parseRoute('#/inbox/c1')}></consult-admin-inbox><consult-admin-history .session=${session} .api=${api} .route=${parseRoute('#/history')}></consult-admin-history></div>`);
    expect((window as unknown as { pwned?: number }).pwned).to.equal(undefined);
    const all = (root: ParentNode): Element[] => [...root.querySelectorAll('*')].flatMap((element) => [element, ...(element.shadowRoot ? all(element.shadowRoot) : [])]);
    expect(all(host).filter(({ localName }) => localName === 'img')).to.have.length(0);
  });

  it('what was begun in one conversation does not appear in another, and comes back', async () => {
    const session = fakeSession();
    const api = fakeApi({ '/v1/conversations': { items: [], next: null } });
    session.state.patch({ conversations: [conversation('c1'), conversation('c2')] });
    const inbox = (await show(html`<consult-admin-inbox .session=${session} .api=${api} .route=${parseRoute('#/inbox/c1')}></consult-admin-inbox>`)) as HTMLElementTagNameMap['consult-admin-inbox'];
    const composer = () => inbox.shadowRoot!.querySelector('consult-admin-thread')!.shadowRoot!.querySelector('consult-admin-reply-box')!.shadowRoot!.querySelector('peer-consult-composer')!;
    composer().value = 'half a sentence';
    inbox.route = parseRoute('#/inbox/c2');
    await settle();
    expect(composer().value).to.equal('');
    inbox.route = parseRoute('#/inbox/c1');
    await settle();
    expect(composer().value).to.equal('half a sentence');
  });

  it('[H1][H2] history lists calls with visitor, agent, start, length and mode, and asks for one visitor’s', async () => {
    const session = fakeSession();
    const api = fakeApi({
      '/v1/calls': { items: [call('k1'), call('k2', { mode: 'video', answeredBy: null, answeredAt: null, endReason: 'no_answer', recording: null })], next: null },
      '/v1/visitors': { items: [{ id: 'v1', name: 'Calm Otter' }], next: null },
      '/v1/recordings/r-k1': { id: 'r-k1', mimeType: 'audio/webm;codecs=opus', gaps: [{ fromMs: 10_000, toMs: 12_000, reason: 'missing' }] },
    });
    const page = await show(html`<consult-admin-history .session=${session} .api=${api} .route=${parseRoute('#/history?visitor=v1')}></consult-admin-history>`);
    expect(api.asked.some((path) => path.startsWith('/v1/calls?') && path.includes('visitor=v1'))).to.equal(true);
    const rows = [...page.shadowRoot!.querySelectorAll('tbody tr')].map((row) => row.textContent!.replace(/\s+/g, ' ').trim());
    expect(rows[0]).to.contain('Calm Otter').and.to.contain('Ada').and.to.contain('2:05').and.to.contain('Voice');
    expect(rows[1]).to.contain('No answer').and.to.contain('Video').and.to.contain('Not recorded');
    page.shadowRoot!.querySelector<HTMLButtonElement>('.play')!.click();
    // Looked at before the browser finds out that there is no such file here.
    await (page as HTMLElementTagNameMap['consult-admin-history']).updateComplete;
    const element = page.shadowRoot!.querySelector('consult-admin-recording-player')!;
    await element.updateComplete;
    await element.updateComplete;
    const player = element.shadowRoot!;
    expect(player.querySelector('audio')!.getAttribute('src')).to.equal('/v1/recordings/r-k1/media?direct=1');
    expect(player.querySelector('a')!.getAttribute('href')).to.equal('/v1/recordings/r-k1/media?download=1');
    expect(player.textContent).to.contain('0:10–0:12');
    await settle();
    expect(await violations(host)).to.deep.equal([]);
  });

  it('[H1] news of a call refreshes the newest page and keeps the older ones that were opened', async () => {
    const session = fakeSession();
    const api = fakeApi({
      '/v1/calls?limit=30': { items: [call('k2'), call('k1')], next: 'older' },
      '/v1/calls?limit=30&cursor=older': { items: [call('k0')], next: null },
      '/v1/visitors': { items: [], next: null },
    });
    const page = await show(html`<consult-admin-history .session=${session} .api=${api} .route=${parseRoute('#/history')}></consult-admin-history>`);
    const rows = () => page.shadowRoot!.querySelectorAll('tbody tr').length;
    page.shadowRoot!.querySelector<HTMLButtonElement>('.more button')!.click();
    await settle();
    expect(rows()).to.equal(3);
    session.arrive('call.updated', { call: call('k2') });
    await settle();
    expect(api.asked.filter((path) => path === '/v1/calls?limit=30')).to.have.length(2);
    expect(rows()).to.equal(3);
    expect(page.shadowRoot!.querySelector('.more')).to.equal(null);
  });

  it('[P11] sign-in and set-up are clean for axe in both languages', async () => {
    for (const language of ['en', 'ko'] as const) {
      await chooseLanguage(language);
      await show(html`<div><consult-admin-sign-in .api=${fakeApi({})}></consult-admin-sign-in></div>`);
      expect(await violations(host)).to.deep.equal([]);
      host.remove();
      await show(html`<div><consult-admin-setup .api=${fakeApi({})} .token=${'x'}></consult-admin-setup></div>`);
      expect(await violations(host)).to.deep.equal([]);
      host.remove();
    }
    await show(html`<p></p>`);
  });
});
