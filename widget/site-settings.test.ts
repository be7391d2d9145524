import { expect } from '@esm-bundle/chai';
import { isAnswering, openingWords, whenWords } from './chat/opening.ts';
import { FakeServer, proofOf, refusal, until } from './engine/testing/fake-server.ts';
import { axeViolations } from './testing/axe-violations.ts';
import { chatPage, server, storageKey, type ChatPage } from './testing/chat-page.ts';
import { chat as en } from '../languages/split/en-chat.ts';
import { chat as ko } from '../languages/split/ko-chat.ts';

const bad = '<img src=x onerror="window.hacked=1">';
const dot = `${server}/v1/pictures/logo.png`;

describe('the site’s settings on screen', () => {
  let page: ChatPage;
  const start = (attributes: Record<string, string> = {}, prepare?: (fake: FakeServer) => void): ChatPage => (page = chatPage(attributes, prepare));
  const site = (changes: Partial<FakeServer['site']>) => (fake: FakeServer): void => void (fake.site = { ...fake.site, ...changes });
  const colour = (element: Element, property: string): string => getComputedStyle(element).getPropertyValue(property);

  afterEach(() => page?.leave());

  describe('look', () => {
    const look = { accent: '#ffd400', theme: 'dark' as const, position: 'bottom-left' as const, launcherText: 'Ask us' };

    it('[A11] colour, theme, corner and launcher come from the site', async () => {
      start({}, site({ look }));
      await page.open();
      await until(() => page.element.style.getPropertyValue('--pc-own-accent') === '#ffd400');
      expect(colour(page.element, 'color-scheme')).to.equal('dark');
      expect(page.element.getBoundingClientRect().left).to.equal(20);
      page.element.close();
      await page.element.updateComplete;
      const launcher = page.element.shadowRoot!.querySelector<HTMLElement>('.launcher')!;
      expect([colour(launcher, 'background-color'), colour(launcher, 'color')]).to.deep.equal(['rgb(255, 212, 0)', 'rgb(0, 0, 0)']);
      expect(launcher.textContent!.trim()).to.equal('Ask us');
      expect(launcher.getAttribute('aria-label')).to.equal('Ask us · Open chat');
    });

    it('[A11] what the tag says wins, and what the page’s style says wins over both', async () => {
      start({ theme: 'light', position: 'right', accent: '#0000ff', 'launcher-text': 'Hi' }, site({ look }));
      const launcher = (): HTMLElement => page.element.shadowRoot!.querySelector<HTMLElement>('.launcher')!;
      await page.element.updateComplete;
      expect(colour(launcher(), 'background-color')).to.equal('rgb(0, 0, 255)');
      await page.open();
      expect(colour(page.element, 'color-scheme')).to.equal('light');
      expect(innerWidth - page.element.getBoundingClientRect().right).to.be.closeTo(20, 1);
      page.element.close();
      await page.element.updateComplete;
      expect(launcher().textContent!.trim()).to.equal('Hi');
      expect(colour(launcher(), 'background-color')).to.equal('rgb(0, 0, 255)');
      page.element.style.setProperty('--peer-consult-accent', 'rgb(1, 2, 3)');
      expect(colour(launcher(), 'background-color')).to.equal('rgb(1, 2, 3)');
    });

    it('[A11] a theme of `auto` on the tag wins over the site’s', async () => {
      start({ theme: 'auto' }, site({ look }));
      await page.open();
      expect(colour(page.element, 'color-scheme')).to.equal('light dark');
    });
  });

  describe('whom one talks to', () => {
    it('[P8] picture, name and status text are in the head, the picture beside agents’ lines, too', async () => {
      start({}, (fake) => {
        site({ picture: '/v1/pictures/logo.png', statusText: 'We mostly answer within ten minutes' })(fake);
        fake.converse('c', ['mine', 'theirs']);
      });
      await page.open();
      await until(() => page.bubbles().length === 2);
      // The picture is not really there: what counts is where it was asked for, and what takes its place.
      expect(page.inPanel('.presence')!.textContent).to.contain('We mostly answer within ten minutes').and.contain('We’re here now');
      await until(() => page.inPanel('div.mark') !== null);
      expect(page.inPanel('.mark')!.textContent).to.equal('M');
      expect(page.within('peer-consult-message-list', '.avatar')!.textContent).to.equal('J');
    });

    it('[P8] the picture’s address is the server’s', async () => {
      const asked: string[] = [];
      const { set } = Object.getOwnPropertyDescriptor(HTMLImageElement.prototype, 'src')!;
      const { setAttribute } = Element.prototype;
      Element.prototype.setAttribute = function (name, value) {
        if (this instanceof HTMLImageElement && name === 'src') asked.push(value);
        setAttribute.call(this, name, value);
      };
      try {
        start({}, site({ picture: '/v1/pictures/logo.png' }));
        await page.open();
        await until(() => asked.includes(dot));
      } finally {
        Element.prototype.setAttribute = setAttribute;
        expect(set).to.be.a('function');
      }
    });

    it('[P8] a hidden presence shows no sign, only the status text', async () => {
      start({}, (fake) => {
        site({ statusText: 'Answers within a day' })(fake);
        fake.presence = null;
      });
      await page.open();
      expect(page.inPanel('.presence')).to.equal(null);
      expect(page.inPanel('.status-text')!.textContent).to.equal('Answers within a day');
      expect(page.inPanel('.opening')).to.equal(null);
    });

    it('[P8] bots are shown as such', async () => {
      for (const [locale, words] of [['en', 'Automated'], ['ko', '자동 응답']] as const) {
        start({ locale }, (fake) => {
          fake.converse('c', ['mine']);
          fake.append('c', { text: 'I am a program', author: { kind: 'bot', id: 'b', name: 'Helper' } });
        });
        await page.open();
        await until(() => page.bubbles().length === 2);
        expect(page.within('peer-consult-message-list', '.name')!.textContent).to.equal(`Helper${words}`);
        expect(page.within('peer-consult-message-list', '.avatar svg')).to.not.equal(null);
        await page.leave();
      }
    });

    it('[S9] bad names of sites, bots, agents and a bad status are text; a bad privacy address is no link', async () => {
      start({}, (fake) => {
        site({ name: bad, statusText: bad, greeting: bad, privacyUrl: 'javascript:window.hacked=1', offline: { enabled: true, text: bad, askEmail: false }, look: { accent: 'red;}', theme: 'auto', position: 'bottom-right', launcherText: bad } })(fake);
        fake.converse('c', ['mine', bad]);
        fake.append('c', { text: bad, author: { kind: 'bot', id: 'b', name: bad } });
        fake.presence = { status: 'offline' };
      });
      await page.open();
      await until(() => page.bubbles().length === 3);
      expect(page.inPanel('.opening')!.textContent).to.contain(bad);
      page.fake.emit('presence', { presence: { status: 'online' } });
      await until(() => page.inPanel('.presence.online')?.textContent.includes(bad) === true);
      expect(page.inPanel('a')).to.equal(null);
      page.element.close();
      await page.element.updateComplete;
      expect(page.element.shadowRoot!.querySelector('.launcher')!.textContent!.trim()).to.equal(bad);
      for (const root of [page.element.shadowRoot!, page.panel().shadowRoot!, page.inPanel('peer-consult-message-list')!.shadowRoot!]) expect(root.querySelector('img')).to.equal(null);
      expect(Object.hasOwn(window, 'hacked')).to.equal(false);
    });
  });

  describe('hours', () => {
    const monday = Date.parse('2026-01-05T12:00:00Z');
    const local = (offsetDays: number, hour: number): number => new Date(2026, 0, 5 + offsetDays, hour).getTime();
    const at = new Date(2026, 0, 5, 8).getTime();
    const closed = { site: { ...new FakeServer().site, hours: { open: false, opensAt: new Date(monday).toISOString() } }, presence: { status: 'online' as const } };

    it('[N2] says when it opens in the visitor’s own day and time', () => {
      const space = (text: string): string => text.replaceAll('\u202F', ' ');
      expect(space(whenWords(local(0, 14), 'en', en, at))).to.equal('today at 2:00 PM');
      expect(space(whenWords(local(1, 9), 'en', en, at))).to.equal('tomorrow at 9:00 AM');
      expect(space(whenWords(local(3, 9), 'en', en, at))).to.equal('Thursday at 9:00 AM');
      expect(space(whenWords(local(9, 9), 'en', en, at))).to.equal('Wednesday, January 14 at 9:00 AM');
      expect(whenWords(local(1, 9), 'ko', ko, at)).to.equal('내일 오전 9:00');
      expect(whenWords(local(3, 14), 'ko', ko, at)).to.equal('목요일 오후 2:00');
    });

    it('[N2] closed until its time comes, then open by itself; nobody there is another word; a hidden presence is none', () => {
      expect(isAnswering(closed, monday - 1)).to.equal(false);
      expect(isAnswering(closed, monday)).to.equal(true);
      expect(openingWords(closed, 'en', en, monday - 3_600_000)!.state).to.match(/^We’re closed right now\. We open .+ \(your time\)\.$/);
      expect(openingWords({ ...closed, site: { ...closed.site, hours: { open: false, opensAt: null } } }, 'en', en)!.state).to.equal(en.closedNow);
      const open = { ...closed.site, hours: { open: true, opensAt: null } };
      expect(openingWords({ site: open, presence: { status: 'offline' } }, 'en', en)!.state).to.equal(en.nobodyThere);
      expect(openingWords({ site: open, presence: null }, 'en', en)).to.equal(null);
      expect(openingWords({ site: null, presence: null }, 'en', en)).to.equal(null);
      expect(openingWords({ site: { ...open, offline: { enabled: true, text: ' Call us. ', askEmail: false } }, presence: { status: 'offline' } }, 'en', en)!.way).to.equal('Call us.');
      expect(openingWords({ site: { ...open, offline: { enabled: false, text: 'x', askEmail: false } }, presence: { status: 'offline' } }, 'en', en)!.way).to.equal('');
    });

    it('[N2] the notice comes and goes with the team', async () => {
      start({}, (fake) => (fake.presence = { status: 'offline' }));
      await page.open();
      expect(page.inPanel('.opening')!.textContent).to.contain('Nobody is here at the moment.');
      page.fake.emit('presence', { presence: { status: 'online' } });
      await until(() => page.inPanel('.opening') === null);
    });
  });

  describe('language', () => {
    it('[S1] without the attribute the browser’s language counts where the site has it, else the site’s first', async () => {
      start({ locale: '' }, site({ languages: ['ko'] }));
      page.element.open();
      await until(() => page.inPanel('.intro h3')?.textContent === '안녕하세요!');
      await page.leave();
      start({ locale: '' }, site({ languages: ['ko', 'en'] }));
      await page.open();
      expect(page.inPanel('.intro h3')!.textContent).to.equal(navigator.language.startsWith('ko') ? '안녕하세요!' : 'Hello!');
    });
  });

  describe('calls', () => {
    it('[D6] call buttons are those that the site allows', async () => {
      for (const [calls, shown] of [[{ audio: true, video: false }, 'voice-call'], [{ audio: false, video: true }, 'video-call'], [{ audio: false, video: false }, '']] as const) {
        start({}, site({ calls }));
        await page.open();
        expect([...page.panel().shadowRoot!.querySelectorAll<HTMLElement>('[part=call-button]')].map(({ dataset }) => dataset['action']).join()).to.equal(shown);
        await page.leave();
      }
    });

    it('[D6] before a call stand the owner’s own words about the recording', async () => {
      start({}, site({ recording: { enabled: true, textVersion: 'own-7', consentText: `We record.\n${bad}` } }));
      await page.open();
      page.inPanel('[data-action=voice-call]')!.click();
      await until(() => page.within('peer-consult-call-choice', '#notice') !== null);
      expect(page.within('peer-consult-call-choice', '#notice')!.textContent).to.contain(`We record.\n${bad}`);
      expect(page.within('peer-consult-call-choice', 'img')).to.equal(null);
    });
  });

  describe('identity', () => {
    it('[D3] before the chat is opened a proof and a context wait; then they go out', async () => {
      start();
      page.element.identify(proofOf('kim'));
      page.element.setContext({ cart: 3 });
      await page.element.updateComplete;
      expect(page.fake.requests).to.deep.equal([]);
      await page.open();
      expect(page.fake.requests.map(({ url }) => url)).to.deep.equal([`${server}/v1/visitors/identify`]);
      await until(() => page.frames('visitor.context').some(({ context }) => (context as { cart?: number } | undefined)?.cart === 3));
      page.element.setContext({ cart: 4 });
      await until(() => page.frames('visitor.context').some(({ context }) => (context as { cart?: number } | undefined)?.cart === 4));
    });

    it('[S7] a bad proof is an error event with its code; the chat works', async () => {
      start({ identity: proofOf('kim') }, (fake) => (fake.identifyAnswer = () => refusal('token_expired', 401)));
      await page.open();
      expect(page.told('error').map((detail) => (detail as { code: string }).code)).to.deep.equal(['token_expired']);
      page.write('hello');
      await until(() => page.bubbles().includes('hello'));
      await until(() => page.fake.rooms.size === 1);
    });

    it('[S7] another customer sees nothing of the last one', async () => {
      start({ identity: proofOf('kim') });
      await page.open();
      page.write('a secret of kim');
      await until(() => localStorage.getItem(`${storageKey}:subject`) === 'kim');
      const { socket } = page.fake;
      page.fake.rooms.clear();
      page.fake.visitor = { id: 'lee', name: 'Lee' };
      page.element.identity = proofOf('lee');
      await until(() => socket.readyState === 3 && page.fake.sockets.length === 2);
      await until(() => page.inPanel('.intro h3') !== null);
      await page.settle();
      expect(page.bubbles()).to.deep.equal([]);
      expect(page.fake.requests.at(-1)!.body).to.deep.include({ siteKey: 'pk_test' }).and.not.have.property('token');
      expect(localStorage.getItem(storageKey)).to.equal(null);
    });

    it('[D3] whoever becomes known in the middle of a conversation goes on seeing it', async () => {
      start();
      await page.open();
      page.write('hello');
      await until(() => page.fake.rooms.get('first')?.messages.length === 1);
      page.fake.append('first', { text: 'Good morning' });
      page.element.identify(proofOf('kim'));
      await until(() => page.fake.sockets.length === 2);
      await until(() => page.bubbles().join() === 'hello,Good morning');
      page.write('still me');
      await until(() => page.bubbles().length === 3);
      expect(page.told('error')).to.deep.equal([]);
    });

    it('[S7] a newer proof of the same customer keeps the chat', async () => {
      start({ identity: proofOf('kim') });
      await page.open();
      page.write('hello');
      await until(() => page.fake.rooms.size === 1);
      page.element.identity = proofOf('kim', 900);
      await until(() => page.fake.requests.length === 2);
      await until(() => page.bubbles().includes('hello'));
      expect(page.element.opened).to.equal(true);
    });
  });

  describe('I9', () => {
    it('[I9] a deleted conversation is told kindly, and the next message begins a new one', async () => {
      start({}, (fake) => fake.converse('c', ['mine', 'theirs']));
      await page.open();
      await until(() => page.bubbles().length === 2);
      page.fake.rooms.delete('c');
      page.fake.emit('conversation.removed', { conversationId: 'c' });
      await until(() => page.inPanel('.intro h3')!.textContent === 'This conversation was deleted');
      expect(page.bubbles()).to.deep.equal([]);
      expect(await axeViolations(page.element)).to.deep.equal([]);
      page.write('hello again');
      await until(() => page.fake.rooms.has('first'));
      await until(() => page.inPanel('.intro h3')!.textContent === 'Hello!');
      expect(page.bubbles()).to.deep.equal(['hello again']);
    });
  });

  for (const locale of ['en', 'ko']) {
    for (const theme of ['light', 'dark']) {
      it(`[P11] [A11] axe finds nothing with a site’s own look: ${locale}, ${theme}`, async () => {
        start({ locale, theme }, (fake) => {
          site({ look: { accent: '#ffd400', theme: 'auto', position: 'bottom-right', launcherText: 'Ask' }, statusText: 'We answer soon', privacyUrl: 'https://shop.example/privacy', hours: { open: false, opensAt: new Date(Date.now() + 7.2e7).toISOString() } })(fake);
          fake.converse('c', ['mine https://example.com', 'theirs https://example.com']);
          fake.append('c', { text: 'a program', author: { kind: 'bot', id: 'b', name: 'Helper' } });
        });
        await page.element.updateComplete;
        await page.open();
        await until(() => page.bubbles().length === 3);
        await new Promise((resolve) => setTimeout(resolve, 400));
        expect(await axeViolations(page.element)).to.deep.equal([]);
        page.element.close();
        await page.element.updateComplete;
        expect(await axeViolations(page.element)).to.deep.equal([]);
      });
    }
  }
});
