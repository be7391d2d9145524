import { expect } from '@esm-bundle/chai';
import type { Call } from '../protocol/shapes.ts';
import type { Composer } from './chat/composer.ts';
import { FakeServer, until } from './engine/testing/fake-server.ts';
import type { Panel } from './panel.ts';
import './peer-consult.ts';
import type { PeerConsult } from './peer-consult.ts';
import { axeViolations } from './testing/axe-violations.ts';

const server = 'https://consult.example';
const key = `peer-consult:${server}:pk_test`;
const frame = (): Promise<unknown> => new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));

describe('<peer-consult>', () => {
  let fake: FakeServer;
  let element: PeerConsult;
  const events: CustomEvent[] = [];
  const seen = (name: string): unknown[] => events.filter(({ type }) => type === `peer-consult:${name}`).map(({ detail }) => detail as unknown);
  for (const name of ['ready', 'open', 'close', 'message', 'unread', 'call', 'error']) addEventListener(`peer-consult:${name}`, (event) => events.push(event as CustomEvent));

  const make = (attributes: Record<string, string> = {}): PeerConsult => {
    element = document.createElement('peer-consult');
    for (const [name, value] of Object.entries({ 'site-key': 'pk_test', server, locale: 'en', ...attributes })) element.setAttribute(name, value);
    document.body.append(element);
    return element;
  };
  const panel = (): Panel => element.shadowRoot!.querySelector('peer-consult-panel')!;
  const launcher = (): HTMLButtonElement | null => element.shadowRoot!.querySelector('.launcher');
  const composer = (): Composer => panel().shadowRoot!.querySelector('peer-consult-composer')!;
  const field = (): HTMLTextAreaElement => composer().shadowRoot!.querySelector('textarea')!;
  const inPanel = <T extends HTMLElement>(selector: string): T | null => panel().shadowRoot!.querySelector<T>(selector);
  const bubbles = (): string[] => [...(panel().shadowRoot!.querySelector('peer-consult-message-list')!.shadowRoot!.querySelectorAll('.bubble'))].map(({ textContent }) => textContent!);
  const opened = async (): Promise<void> => {
    element.open();
    await until(() => element.shadowRoot!.querySelector('peer-consult-panel') !== null && inPanel('.intro h3') !== null, 'opening');
  };
  const write = (text: string): void => {
    field().value = text;
    field().dispatchEvent(new InputEvent('input', { bubbles: true }));
    field().dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', bubbles: true, cancelable: true }));
  };

  beforeEach(() => {
    localStorage.clear();
    events.length = 0;
    fake = new FakeServer().install();
  });
  afterEach(async () => {
    await element?.reset();
    element?.remove();
    await frame();
    fake.uninstall();
    localStorage.clear();
  });

  describe('before the visitor acts', () => {
    it('[I1] [S23] no request, no socket, nothing stored, no timer, until the chat is opened; nothing stored until the first message', async () => {
      const { setItem } = Storage.prototype;
      const { setTimeout: realTimeout, setInterval: realInterval } = window;
      const { open } = IDBFactory.prototype;
      const touched: string[] = [];
      Storage.prototype.setItem = function (...values) {
        touched.push(`setItem ${values[0]}`);
        setItem.apply(this, values);
      };
      IDBFactory.prototype.open = function (...values) {
        touched.push('indexedDB');
        return open.apply(this, values);
      };
      window.setTimeout = ((...values: Parameters<typeof realTimeout>) => (touched.push('timeout'), realTimeout(...values))) as typeof setTimeout;
      window.setInterval = ((...values: Parameters<typeof realInterval>) => (touched.push('interval'), realInterval(...values))) as typeof setInterval;
      try {
        make();
        await element.updateComplete;
        await new Promise((resolve) => requestIdleCallback(resolve));
        expect(touched).to.deep.equal([]);
        expect(fake.requests).to.deep.equal([]);
        expect(fake.sockets).to.deep.equal([]);
        expect(document.cookie).to.equal('');
        window.setTimeout = realTimeout;
        window.setInterval = realInterval;
        await opened();
        expect(touched).to.deep.equal([]);
        write('hello');
        await until(() => touched.includes(`setItem ${key}`) && touched.includes('indexedDB'));
      } finally {
        Storage.prototype.setItem = setItem;
        IDBFactory.prototype.open = open;
        window.setTimeout = realTimeout;
        window.setInterval = realInterval;
      }
    });

    it('[A2] properties and `open` set before the module came count as if set afterwards', async () => {
      class Late extends (customElements.get('peer-consult') as typeof PeerConsult) {}
      const late = document.createElement('peer-consult-late') as PeerConsult;
      Object.assign(late, { siteKey: 'pk_test', server, theme: 'dark', open: true });
      document.body.append(late);
      customElements.define('peer-consult-late', Late);
      element = late;
      await late.updateComplete;
      expect(late.opened).to.equal(true);
      expect(late.getAttribute('theme')).to.equal('dark');
      expect(late.open).to.be.a('function');
    });

    it('[D3] a visitor with a conversation from an earlier visit is connected when the page is idle, and sees what is unread', async () => {
      localStorage.setItem(key, 'stored');
      fake.converse('c', ['mine', 'theirs', 'mine', 'theirs']);
      make();
      await until(() => launcher()?.querySelector('.badge')?.textContent === '1');
      expect(launcher()!.getAttribute('aria-label')).to.equal('1 unread message · Open chat');
      expect(fake.requests).to.deep.equal([]);
      expect(fake.socket.sent[0]).to.include({ type: 'hello', token: 'stored' });
      expect(seen('unread')).to.deep.equal([{ count: 1 }]);
      expect(element.opened).to.equal(false);
    });

    it('[S23] with localStorage denied the page and the chat work', async () => {
      const { getItem } = Storage.prototype;
      Storage.prototype.getItem = () => {
        throw new DOMException('denied', 'SecurityError');
      };
      try {
        make();
        await opened();
        write('hello');
        await until(() => bubbles().includes('hello'));
      } finally {
        Storage.prototype.getItem = getItem;
      }
    });
  });

  describe('opening and closing', () => {
    it('[A1] attribute, property and methods open and close; the page hears of it', async () => {
      make();
      await element.updateComplete;
      expect(seen('ready')).to.have.length(1);
      element.open();
      await until(() => panel() !== null);
      expect(element.hasAttribute('open')).to.equal(true);
      element.close();
      await element.updateComplete;
      expect(element.hasAttribute('open')).to.equal(false);
      element.toggle();
      await element.updateComplete;
      element.removeAttribute('open');
      await element.updateComplete;
      (element as { open: unknown }).open = true;
      await element.updateComplete;
      expect(element.opened).to.equal(true);
      expect(events.map(({ type }) => type.slice(13)).filter((type) => type === 'open' || type === 'close')).to.deep.equal(['open', 'close', 'open', 'close', 'open']);
      expect(events.every(({ bubbles: up, composed }) => up && composed)).to.equal(true);
    });

    it('[S24] the host box is what it shows: the launcher, the panel, or nothing', async () => {
      make();
      await element.updateComplete;
      const box = (): DOMRect => element.getBoundingClientRect();
      expect([box().width, box().height]).to.deep.equal([56, 56]);
      await opened();
      await new Promise((resolve) => setTimeout(resolve, 300));
      const shown = inPanel('.panel')!.getBoundingClientRect();
      expect([box().width, box().height]).to.deep.equal([shown.width, shown.height]);
      element.close();
      element.hideLauncher = true;
      await element.updateComplete;
      expect(box().width * box().height).to.equal(0);
    });

    it('[A3] sits in its corner above the page, keeps the page’s styles out, and takes its accent from outside', async () => {
      const style = document.createElement('style');
      style.textContent = 'html { font-size: 40px } * { color: red; letter-spacing: 1em } button { background: lime; width: 300px }';
      document.head.append(style);
      try {
        make({ position: 'left' });
        element.style.setProperty('--peer-consult-accent', 'rgb(1, 2, 3)');
        element.style.setProperty('--peer-consult-z-index', '7');
        await element.updateComplete;
        expect(launcher()!.getBoundingClientRect().left).to.equal(20);
        expect(getComputedStyle(element).zIndex).to.equal('7');
        expect(getComputedStyle(launcher()!).backgroundColor).to.equal('rgb(1, 2, 3)');
        expect(launcher()!.offsetWidth).to.equal(56);
        element.position = 'right';
        await opened();
        expect(innerWidth - element.getBoundingClientRect().right).to.be.closeTo(20, 1);
        expect(getComputedStyle(field()).fontSize).to.equal('15px');
      } finally {
        style.remove();
      }
    });

    it('[P11] the focus goes into the panel and back to where it was; Escape closes; who is elsewhere is left alone', async () => {
      make();
      await element.updateComplete;
      launcher()!.focus();
      launcher()!.click();
      await until(() => element.shadowRoot!.activeElement === panel() && panel().shadowRoot!.activeElement === composer());
      await until(() => inPanel('[role=dialog]')!.getAttribute('aria-label') === 'Chat with Mori Tea');
      field().dispatchEvent(new KeyboardEvent('keydown', { key: 'Escape', bubbles: true, composed: true, cancelable: true }));
      await until(() => element.shadowRoot!.activeElement === launcher());
      const input = document.createElement('input');
      document.body.append(input);
      input.focus();
      element.opened = true;
      await element.updateComplete;
      element.close();
      await element.updateComplete;
      expect(document.activeElement).to.equal(input);
      input.remove();
    });

    it('[P11] axe finds nothing: closed, open, with a conversation, refused', async () => {
      fake.converse('c', ['mine', 'theirs https://example.com']);
      make();
      await element.updateComplete;
      expect(await axeViolations(element)).to.deep.equal([]);
      await opened();
      await until(() => bubbles().length === 2);
      await new Promise((resolve) => setTimeout(resolve, 400));
      expect(await axeViolations(element)).to.deep.equal([]);
      fake.socket.end(4003);
      await until(() => inPanel('.refused') !== null);
      expect(await axeViolations(element)).to.deep.equal([]);
    });

    it('[P11] the closed button’s name begins with what is seen on it, in every language', async () => {
      localStorage.setItem(key, 'stored');
      fake.converse('c', ['mine']);
      for (let at = 0; at < 120; at++) fake.say('c', 'theirs');
      for (const [locale, name] of [['en', 'Questions? · 99+ unread messages · Open chat'], ['ko', 'Questions? · 99+ 건의 읽지 않은 메시지 · 채팅 열기']] as const) {
        make({ 'launcher-text': 'Questions?', locale });
        await until(() => launcher()?.querySelector('.badge')?.textContent === '99+');
        expect(launcher()!.getAttribute('aria-label')).to.equal(name);
        expect(await axeViolations(element)).to.deep.equal([]);
        element.remove();
      }
    });

    it('[A1] a move in the page keeps the conversation going; a removal ends it', async () => {
      fake.converse('c', ['mine']);
      make();
      await opened();
      await until(() => bubbles().length === 1);
      const { socket } = fake;
      const other = document.createElement('div');
      document.body.append(other);
      other.append(element);
      await frame();
      expect(fake.socket).to.equal(socket);
      fake.say('c', 'still here');
      await until(() => bubbles().includes('still here'));
      element.remove();
      await frame();
      expect(socket.readyState).to.equal(3);
      document.body.append(element);
      await until(() => fake.sockets.length === 2);
      other.remove();
    });

    it('[A1] two elements on one page do not meet', async () => {
      make();
      const first = element;
      await opened();
      write('from the first');
      await until(() => localStorage.getItem(key) !== null);
      make({ 'site-key': 'pk_other' });
      await opened();
      expect(fake.requests.map(({ body }) => (body as { siteKey: string }).siteKey)).to.deep.equal(['pk_test', 'pk_other']);
      first.remove();
    });

    it('[S1] a change of locale changes every word at once', async () => {
      make({ locale: 'ko' });
      await opened();
      expect(inPanel('.intro h3')!.textContent).to.equal('안녕하세요!');
      element.locale = 'en';
      await until(() => inPanel('.intro h3')!.textContent === 'Hello!');
      expect(field().placeholder).to.equal('Write a message…');
    });
  });

  describe('talking', () => {
    it('[J6] what is written appears at once and is sent; what is answered appears; each is told to the page once', async () => {
      make();
      await opened();
      await until(() => fake.sockets.length === 1);
      write('안녕하세요');
      await until(() => bubbles().includes('안녕하세요'));
      await until(() => fake.rooms.get('first')?.messages.length === 1);
      fake.say('first', 'Good morning');
      await until(() => bubbles().length === 2);
      expect(seen('message').map((detail) => (detail as { message: { text: string } }).message.text)).to.deep.equal(['안녕하세요', 'Good morning']);
    });

    it('[A1] send() works on a closed chat; reset() forgets who it was', async () => {
      make();
      await element.send('  from the page  ');
      await until(() => fake.rooms.get('first')?.messages[0]?.text === 'from the page');
      expect(localStorage.getItem(key)).to.equal('token-1');
      expect(element.opened).to.equal(false);
      await element.reset();
      expect(localStorage.getItem(key)).to.equal(null);
      expect(() => fake.socket).to.throw('Nobody');
      fake.rooms.clear();
      await element.send('somebody new');
      await until(() => localStorage.getItem(key) === 'token-2');
    });

    it('[L6] unread messages count on the launcher while the chat is closed, and are read when it opens', async () => {
      fake.converse('c', ['mine']);
      make();
      await opened();
      await until(() => bubbles().length === 1);
      element.close();
      await element.updateComplete;
      fake.say('c', 'one');
      fake.say('c', 'two');
      await until(() => launcher()?.querySelector('.badge')?.textContent === '2');
      expect(fake.rooms.get('c')!.conversation.readSeq).to.equal(1);
      element.open();
      if (!document.hasFocus()) return;
      await until(() => fake.rooms.get('c')!.conversation.readSeq === 3);
      expect(seen('unread').at(-1)).to.deep.equal({ count: 0 });
    });

    it('[C2] a refusal is said in words, names the owner’s mistake, and is told to the page', async () => {
      fake.visitorAnswer = () => Response.json({ type: 'about:blank', title: 'No', status: 403, code: 'origin_forbidden' }, { status: 403 });
      make();
      element.open();
      await until(() => element.shadowRoot!.querySelector('peer-consult-panel') !== null && inPanel('.refused') !== null);
      expect(inPanel('.owner')!.textContent).to.contain(location.origin);
      expect(seen('error')).to.deep.equal([{ code: 'origin_forbidden', message: 'The server refused the connection.' }]);
      fake.visitorAnswer = undefined;
      inPanel('.refused button')!.click();
      await until(() => inPanel('.intro h3') !== null);
    });

    it('[A1] a missing key is an error event', async () => {
      make({ 'site-key': '' });
      element.open();
      await until(() => seen('error').length === 1);
      expect(seen('error')[0]).to.include({ code: 'no_site_key' });
      expect(element.opened).to.equal(false);
    });

    it('[S9] names, greeting and site are text', async () => {
      const bad = '<img src=x onerror="window.hacked=1">';
      fake.site = { ...fake.site, name: bad, greeting: bad };
      fake.converse('c', ['mine', bad]);
      fake.rooms.get('c')!.messages[1]!.author.name = bad;
      make();
      await opened();
      await until(() => bubbles().length === 2);
      expect(inPanel('h2')!.textContent).to.equal(bad);
      expect(inPanel('.intro p')!.textContent).to.equal(bad);
      expect(panel().shadowRoot!.querySelector('img')).to.equal(null);
      expect(Object.hasOwn(window, 'hacked')).to.equal(false);
    });
  });

  describe('calls', () => {
    it('[A9] without a secure page or a camera interface there are no call buttons, and a word why', async () => {
      make();
      await opened();
      await until(() => inPanel<HTMLButtonElement>('[data-action=voice-call]')?.disabled === false);
      panel().obstacle = 'insecure';
      await panel().updateComplete;
      expect(inPanel('[data-action=voice-call]')).to.equal(null);
      await until(() => inPanel('peer-consult-no-calls')?.shadowRoot?.textContent?.includes('https') === true);
    });

    it('[F10] a browser that makes no calls keeps their buttons, and says at once where the call can go on', async () => {
      make();
      await opened();
      panel().obstacle = 'unsupported';
      await until(() => inPanel('peer-consult-no-calls')?.shadowRoot?.querySelector('[data-action=elsewhere]') != null);
      expect(inPanel('[data-action=voice-call]')).to.not.equal(null);
    });

    it('[D6] a call is preceded by the question about its recording; Escape goes back to the chat', async () => {
      make();
      await opened();
      await until(() => inPanel<HTMLButtonElement>('[data-action=voice-call]')?.disabled === false);
      inPanel('[data-action=video-call]')!.click();
      await until(() => inPanel('peer-consult-call-choice') !== null);
      const outside: string[] = [];
      addEventListener('pc-cancel', () => outside.push('pc-cancel'));
      const choice = inPanel<HTMLElement & { mode: string; updateComplete: Promise<unknown> }>('peer-consult-call-choice')!;
      await choice.updateComplete;
      expect(choice.mode).to.equal('video');
      choice.shadowRoot!.querySelector('button')!.dispatchEvent(new KeyboardEvent('keydown', { key: 'Escape', bubbles: true, composed: true }));
      await panel().updateComplete;
      expect(inPanel('peer-consult-call-choice')).to.equal(null);
      expect(element.opened).to.equal(true);
      expect(outside).to.deep.equal([]);
    });

    it('[E2] a call from the team opens the chat without taking the focus, and is told to the page', async () => {
      const input = document.createElement('input');
      document.body.append(input);
      fake.converse('c', ['mine']);
      localStorage.setItem(key, 'stored');
      make();
      await until(() => fake.sockets[0]?.readyState === 1 && seen('ready').length === 1);
      await until(() => fake.socket.sent.length > 0);
      await frame();
      input.focus();
      const call: Call = {
        id: 'k', conversationId: 'c', siteId: 'site', mode: 'audio', state: 'ringing', visitor: fake.visitor, startedBy: fake.agent, answeredBy: null,
        createdAt: new Date().toISOString(), answeredAt: null, endedAt: null, endReason: null, consents: {}, recording: null,
      };
      fake.emit('call.updated', { call });
      await until(() => element.opened && inPanel('peer-consult-incoming-call') !== null);
      expect(document.activeElement).to.equal(input);
      expect(seen('call')).to.deep.equal([{ phase: 'ringing', mode: 'audio', callId: 'k', endReason: null }]);
      inPanel('peer-consult-incoming-call')!.shadowRoot!.querySelector<HTMLElement>('[data-action=decline]')!.click();
      await until(() => inPanel('peer-consult-incoming-call') === null);
      await until(() => fake.socket.sent.some(({ type, callId }) => type === 'call.decline' && callId === 'k'));
      input.remove();
    });
  });
});
