import { expect } from '@esm-bundle/chai';
import { html } from 'lit';
import type { Site } from '../../protocol/site.ts';
import { WireFailure } from '../../widget/engine/wire.ts';
import { parseRoute } from '../router.ts';
import { violations } from '../testing/axe.ts';
import { fakeApiOf, page } from '../testing/people.ts';
import { defaultSettings, siteWith } from '../testing/sites.ts';
import { agree, all, clear, control, harmed, one, payload, press, pressable, settle, show, type, words } from '../testing/stage.ts';
import { chooseLanguage } from '../texts/texts.ts';
import type { SitePreview } from './site-preview.ts';
import './sites.ts';

const at = (fragment: string) => parseRoute(fragment);
const rules = { section: (name: string) => at(`#/sites/s1?section=${name}`) };
/** The address as a variable: the panel may not import the element, only load it. */
const elementAddress = '/widget/peer-consult.ts';
let site: Site;

/** The page of the one site at a section, with the preview's code left out. */
async function open(section: string, answers: Record<string, unknown> = {}) {
  const api = fakeApiOf('owner', Object.assign(answers, { '/v1/sites/s1': site, '/v1/sites': page(site) }));
  const element = await show(html`<main><consult-admin-sites .api=${api} .route=${section ? rules.section(section) : at('#/sites/s1')}></consult-admin-sites></main>`);
  return { api, element };
}

describe('sites', () => {
  const before = location.href;
  beforeEach(() => {
    chooseLanguage('en');
    site = siteWith();
  });
  afterEach(() => {
    clear();
    history.replaceState(null, '', before);
  });

  it('lists the sites with their origins, the archived last; a new one is made with a name and an origin', async () => {
    const made = siteWith({ id: 's3', name: 'New' });
    const api = fakeApiOf('owner', { '/v1/sites': page(siteWith({ id: 's2', name: 'Old', archived: true }), site), '/v1/sites/s3': made, 'POST /v1/sites': made });
    const element = await show(html`<main><consult-admin-sites .api=${api} .route=${at('#/sites')}></consult-admin-sites></main>`);
    expect(all(element, 'a.site').map(words).map((text) => text.trim().split(' ')[1])).to.deep.equal(['Shop', 'Old']);
    expect(words(element)).to.contain('https://shop.example').and.to.contain('Archived');
    expect(await violations(element)).to.deep.equal([]);
    await press(element, 'Add site');
    await press(element, 'Create site');
    expect(control(element, 'Name').getAttribute('aria-invalid')).to.equal('true');
    await type(control(element, 'Name'), 'New');
    await type(control(element, 'Address of the website'), 'https://new.example/shop');
    await press(element, 'Create site');
    expect(words(element)).to.contain('Leave out what comes after the host');
    await type(control(element, 'Address of the website'), 'https://new.example');
    await press(element, 'Create site');
    expect(api.asked).to.include('POST /v1/sites {"name":"New","origins":["https://new.example"]}');
    expect(location.hash).to.equal('#/sites/s3');
  });

  it('[A1] who has just begun is told the first steps, until the tag may stand on a page of their own', async () => {
    const list = async (origins: string[]) => show(html`<main><consult-admin-sites .api=${fakeApiOf('owner', { '/v1/sites': page(siteWith({ origins })) })} .route=${at('#/sites')}></consult-admin-sites></main>`);
    const fresh = await list([location.origin, 'http://localhost:8080', 'http://[::1]:8080']);
    expect(words(fresh)).to.contain('First steps');
    expect(pressable(fresh, 'How to install it').getAttribute('href')).to.equal('#/sites/s1?section=install');
    expect(pressable(fresh, 'Open the demo page').getAttribute('href')).to.equal('/demo');
    expect(await violations(fresh)).to.deep.equal([]);
    expect(words(await list(['http://localhost:8080', 'https://shop.example']))).not.to.contain('First steps');
  });

  it('[C9] only what was changed is saved, over several sections at once', async () => {
    const { api, element } = await open('', { 'PATCH /v1/sites/s1': siteWith({ name: 'Shop 2', settings: { ...defaultSettings, greeting: 'Hi' } }) });
    await type(control(element, 'Name'), ' Shop 2 ');
    await type(control(element, 'Greeting'), 'Hi');
    await press(element, 'Save');
    expect(api.asked.at(-1)).to.equal('PATCH /v1/sites/s1 {"name":"Shop 2","settings":{"greeting":"Hi"}}');
    expect(words(element)).to.contain('Saved');
    expect(await violations(element)).to.deep.equal([]);
  });

  it('[C9] a picture is cut to a small square in the browser, saved at once, and shown', async () => {
    const { element } = await open('');
    const canvas = document.createElement('canvas');
    [canvas.width, canvas.height] = [900, 600];
    canvas.getContext('2d')!.fillRect(0, 0, 900, 600);
    const wide = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, 'image/png'));
    const sent: { path: string; body: Blob }[] = [];
    const ask = window.fetch;
    const choose = async (file: File): Promise<void> => {
      const input = all<HTMLInputElement>(element, 'input[type=file]')[0]!;
      const transfer = new DataTransfer();
      transfer.items.add(file);
      input.files = transfer.files;
      input.dispatchEvent(new Event('change'));
      for (let tries = 0; tries < 40 && all(element, '.picture button[disabled]').length > 0; tries++) await settle();
      await settle();
    };
    await type(control(element, 'Greeting'), 'not saved yet');
    window.fetch = async (path, init) => (sent.push({ path: path as string, body: init!.body as Blob }), Response.json(siteWith({ picture: 'p1', name: 'Other name' })));
    try {
      await choose(new File([wide!], 'wide.png', { type: 'image/png' }));
      expect(sent.map(({ path }) => path)).to.deep.equal(['/v1/sites/s1/picture']);
      expect(sent[0]!.body.size).to.be.lessThan(512 * 1024);
      const picture = await createImageBitmap(sent[0]!.body);
      expect([picture.width, picture.height]).to.deep.equal([256, 256]);
      expect(one(element, '.picture img').getAttribute('src')).to.equal('/v1/pictures/p1');
      // What was typed beside it is still there, and still to be saved.
      expect(control<HTMLTextAreaElement>(element, 'Greeting').value).to.equal('not saved yet');
      await choose(new File(['<svg onload=alert(1)>'], 'x.png', { type: 'image/png' }));
      expect(words(element)).to.contain('no picture that your browser can read');
      expect(sent).to.have.length(1);
    } finally {
      window.fetch = ask;
    }
  });

  it('[C9] what is wrong is said beside its field, and nothing is sent', async () => {
    const { api, element } = await open('retention');
    control(element, 'Close silent conversations').click();
    await settle();
    expect(control(element, 'Days without a message').value, 'the switch proposes a week').to.equal('7');
    await type(control(element, 'Days without a message'), '0');
    await type(control(element, 'Address of your privacy page'), 'http://shop.example');
    await press(element, 'Save');
    expect(api.asked.some((asked) => asked.startsWith('PATCH'))).to.equal(false);
    expect(words(element)).to.contain('A whole number of days from 1 to 3650').and.to.contain('begins with https://');
    await type(control(element, 'Days without a message'), '7');
    expect(words(element)).not.to.contain('A whole number of days from 1 to 3650');
  });

  it('a change of somebody else to the same part is not overwritten without asking', async () => {
    const answers = { 'PATCH /v1/sites/s1': siteWith({ settings: { ...defaultSettings, greeting: 'mine' } }) };
    const { api, element } = await open('', answers);
    await type(control(element, 'Greeting'), 'mine');
    const later = siteWith({ settings: { ...defaultSettings, greeting: 'theirs' } });
    api.get = (async () => later) as unknown as typeof api.get;
    await press(element, 'Save');
    expect(words(element)).to.contain('Somebody else changed this too').and.to.contain('General');
    await press(element, 'Cancel');
    expect(api.asked.some((asked) => asked.startsWith('PATCH'))).to.equal(false);
    await press(element, 'Save');
    await press(element, 'Save mine');
    expect(api.asked.at(-1)).to.equal('PATCH /v1/sites/s1 {"settings":{"greeting":"mine"}}');
  });

  it('[A11] the look has a hint for its contrast, and the preview is the real element, which follows', async () => {
    const { element } = await open('look');
    const preview = one<SitePreview>(element, 'consult-admin-site-preview');
    preview.remove();
    clear();
    const sockets: string[] = [];
    const fetches: string[] = [];
    const [Socket, ask] = [window.WebSocket, window.fetch];
    class Noted extends Socket {
      constructor(url: string | URL, protocols?: string | string[]) {
        super(url, protocols);
        sockets.push(String(url));
      }
    }
    Object.assign(window, { WebSocket: Noted });
    window.fetch = async (input) => (fetches.push(input instanceof Request ? input.url : String(input)), Promise.reject(new Error('no')));
    try {
      const draft = { name: 'Shop', settings: { ...defaultSettings, statusText: 'Within minutes', look: { ...defaultSettings.look, accent: '#b45309' } } };
      const alone = await show<HTMLElement>(html`<main><consult-admin-site-preview .site=${site} .draft=${draft} .load=${() => import(elementAddress)}></consult-admin-site-preview></main>`);
      for (let tries = 0; tries < 100 && !words(alone).includes('Within minutes'); tries++) await settle();
      const shown = one<SitePreview>(alone, 'consult-admin-site-preview');
      expect(words(alone)).to.contain('Within minutes').and.to.contain('Is the oak table in stock?');
      shown.draft = { name: 'Boutique', settings: { ...draft.settings, statusText: '', greeting: 'Welcome in' } };
      await settle();
      await press(alone, 'Start');
      expect(words(alone)).to.contain('Boutique').and.to.contain('Welcome in').and.not.to.contain('oak table');
      const frame = one(alone, '.site').getBoundingClientRect();
      const element = one(alone, 'peer-consult').getBoundingClientRect();
      expect([element.left >= frame.left - 1, element.right <= frame.right + 1, element.bottom <= frame.bottom + 1]).to.deep.equal([true, true, true]);
      await press(alone, 'Button');
      expect(one(alone, 'peer-consult').hasAttribute('open')).to.equal(false);
      expect(await violations(one(alone, '.tools'))).to.deep.equal([]);
      expect([...sockets, ...fetches]).to.deep.equal([]);
    } finally {
      Object.assign(window, { WebSocket: Socket, fetch: ask });
    }
  });

  it('[A11] says how well text reads on the accent', async () => {
    site = siteWith({ settings: { ...defaultSettings, look: { ...defaultSettings.look, accent: '#ffe066' } } });
    const { element } = await open('look');
    expect(words(element)).to.contain('Dark text on it').and.to.contain('it is pale');
    expect(await violations(element)).to.deep.equal([]);
  });

  it('hours: a day is opened and closed, Monday is copied, midnight is the end of the day', async () => {
    site = siteWith({ settings: { ...defaultSettings, hours: { enabled: true, timeZone: 'Asia/Seoul', week: [{ day: 1, from: '10:00', to: '24:00' }], holidays: [] } } });
    const { api, element } = await open('hours', { 'PATCH /v1/sites/s1': site });
    expect(await violations(element)).to.deep.equal([]);
    expect(control(element, 'Monday, to (1)').value).to.equal('00:00');
    control(element, 'Sunday').click();
    await settle();
    await press(element, 'Monday’s hours for Tuesday to Friday');
    await press(element, 'Add day');
    await press(element, 'Save');
    expect(words(element)).to.contain('Choose a date');
    await type(control(element, 'Date of day off 1'), '2026-12-25');
    await press(element, 'Save');
    const sent = JSON.parse(api.asked.at(-1)!.slice('PATCH /v1/sites/s1 '.length)) as { settings: { hours: Site['settings']['hours'] } };
    expect(sent.settings.hours.week.map(({ day, from, to }) => `${day} ${from}-${to}`)).to.deep.equal(['0 09:00-18:00', ...[1, 2, 3, 4, 5].map((day) => `${day} 10:00-24:00`)]);
    expect(sent.settings.hours.holidays).to.deep.equal([{ date: '2026-12-25', name: '' }]);
  });

  it('questions before the chat are added, ordered and named; an e-mail belongs to the visitor', async () => {
    const { api, element } = await open('forms', { 'PATCH /v1/sites/s1': site });
    control(element, 'Ask before the chat').click();
    await settle();
    await press(element, 'Save');
    expect(words(element)).to.contain('Add a question, or switch this off');
    await press(element, 'Add question');
    await type(control(element, 'Question'), 'Order number');
    await press(element, 'Add question');
    await type(all<HTMLSelectElement>(element, 'select')[1]!, 'email');
    await type(all(element, 'consult-admin-list-editor input.input')[1] ?? all(element, 'input.input').filter((field) => field.id === 'control' && (field as HTMLInputElement).maxLength === 80).at(-1)!, 'Your e-mail');
    await press(element, 'Move Your e-mail up');
    expect(await violations(element)).to.deep.equal([]);
    await press(element, 'Save');
    const sent = JSON.parse(api.asked.at(-1)!.slice('PATCH /v1/sites/s1 '.length)) as { settings: { preChat: Site['settings']['preChat'] } };
    expect(sent.settings.preChat.fields.map(({ key, kind }) => [key, kind])).to.deep.equal([['email', 'email'], ['order_number', 'text']]);
  });

  it('[A7] install: the tag for each stack, origins with the wrong one named, the check with its remedy', async () => {
    const answers: Record<string, unknown> = {
      'PATCH /v1/sites/s1': siteWith({ origins: ['https://shop.example', 'https://*.example.com'] }),
      'POST /v1/sites/s1/check-install': { url: 'https://shop.example/', status: 200, result: 'no_script', csp: [], detail: '' },
    };
    const { api, element } = await open('install', answers);
    expect(one(element, 'code').textContent).to.equal(`<script type="module" src="${location.origin}/peer-consult.js"></script>\n<peer-consult site-key="pk_1"></peer-consult>`);
    const tab = pressable(element, 'HTML');
    tab.focus();
    tab.dispatchEvent(new KeyboardEvent('keydown', { key: 'ArrowLeft', bubbles: true, composed: true }));
    await settle();
    expect(one(element, '[role=tab][aria-selected=true]').textContent).to.equal('WordPress');
    expect(words(element)).to.contain('wp_footer');
    expect(await violations(element)).to.deep.equal([]);
    await press(element, 'Add origin');
    await type(control(element, 'Origin 2'), 'https://*.com');
    await press(element, 'Save origins');
    expect(words(element)).to.contain('A whole top-level domain cannot be allowed');
    expect(control(element, 'Origin 2').getAttribute('aria-invalid')).to.equal('true');
    expect(control(element, 'Origin 1').getAttribute('aria-invalid')).to.equal(null);
    await type(control(element, 'Origin 2'), 'https://*.example.com');
    await press(element, 'Save origins');
    expect(api.asked.at(-1)).to.equal('PATCH /v1/sites/s1 {"origins":["https://shop.example","https://*.example.com"]}');
    await press(element, 'Check');
    expect(words(element)).to.contain('The tag is there, but not its script').and.to.contain('Add the line with');
    answers['POST /v1/sites/s1/check-install'] = { url: 'https://shop.example/', status: 200, result: 'found', csp: ["script-src 'self'"], detail: payload };
    await press(element, 'Check');
    expect(words(element)).to.contain('a policy keeps it from working').and.to.contain("script-src 'self'");
    expect(harmed(element)).to.equal(false);
    expect(await violations(element)).to.deep.equal([]);
  });

  it('[C10] the key is replaced after a warning; the identity secret is shown once', async () => {
    const { api, element } = await open('install', { 'POST /v1/sites/s1/rotate-key': siteWith({ publishableKey: 'pk_2' }) });
    await press(element, 'Replace key');
    expect(words(element)).to.contain('loses its button at once');
    await agree(element);
    expect(api.asked.at(-1)).to.contain('POST /v1/sites/s1/rotate-key');
    expect(words(element)).to.contain('pk_2').and.to.contain('The key was replaced');
    const visitors = await open('visitors', { 'POST /v1/sites/s1/identity-secret': { secret: 'pis_once' } });
    await press(visitors.element, 'Make secret');
    expect(one(visitors.element, 'output').textContent).to.equal('pis_once');
    await press(visitors.element, 'I have kept it');
    expect(words(visitors.element)).to.contain('createHmac').and.not.to.contain('pis_once');
    expect(await violations(visitors.element)).to.deep.equal([]);
  });

  it('archiving is asked for, and the last active site stays, in words', async () => {
    const { element } = await open('', { 'PATCH /v1/sites/s1': new WireFailure('conflict', '') });
    await press(element, 'Archive');
    await agree(element);
    expect(words(element)).to.contain('This is the last active site');
  });

  it('[P11] the other sections are clean for axe, in Korean too', async () => {
    for (const section of ['languages', 'calls', 'routing', 'retention', 'visitors']) {
      const { element } = await open(section);
      expect(await violations(element), section).to.deep.equal([]);
    }
    await chooseLanguage('ko');
    document.documentElement.style.colorScheme = 'dark';
    for (const section of ['', 'look', 'install']) {
      const { element } = await open(section);
      expect(await violations(element), section).to.deep.equal([]);
    }
    document.documentElement.style.colorScheme = '';
  });

  it('[S9] a name, an origin and a greeting are text, in the form and in the preview', async () => {
    site = siteWith({ name: payload, origins: [payload], publishableKey: payload, settings: { ...defaultSettings, greeting: payload, statusText: payload } });
    for (const section of ['', 'install']) {
      const { element } = await open(section);
      expect(harmed(element)).to.equal(false);
    }
    const alone = await show<HTMLElement>(html`<main><consult-admin-site-preview .site=${site} .draft=${{ name: site.name, settings: site.settings }} .load=${() => import(elementAddress)}></consult-admin-site-preview></main>`);
    for (let tries = 0; tries < 100 && !words(one(alone, 'peer-consult')).includes('<img'); tries++) await settle();
    expect(words(one(alone, 'peer-consult'))).to.contain('<img src=x');
    expect(harmed(alone)).to.equal(false);
  });
});
