import { expect } from '@esm-bundle/chai';
import { until } from '../engine/testing/fake-server.ts';
import { axeViolations } from '../testing/axe-violations.ts';
import '../panel.ts';
import './end-chat.ts';
import './news.ts';
import { chatPage, storageKey, type ChatPage } from '../testing/chat-page.ts';

describe('news and the end of a chat', () => {
  let page: ChatPage;
  afterEach(() => page.leave());

  const news = () => page.element.shadowRoot!.querySelector('peer-consult-news')?.shadowRoot ?? null;
  const shown = () => news()?.querySelector('.news')?.textContent?.replace(/\s+/g, ' ').trim() ?? null;
  const badge = () => page.element.shadowRoot!.querySelector('.badge')?.textContent ?? null;
  const press = (root: ParentNode | null, selector: string) => root!.querySelector<HTMLElement>(selector)!.click();
  const menu = () => page.inPanel<HTMLElement>('peer-consult-end-chat')?.shadowRoot ?? null;

  it('[L6] a closed chat stays connected: badge and newest line are live, can be taken away, and come with the next line', async () => {
    page = chatPage({}, (fake) => fake.converse('c', ['hello', 'hi']));
    await page.open();
    expect(shown(), 'an open chat shows its news itself').to.equal(null);
    page.element.close();
    await page.settle();
    page.fake.say('c', 'Your parcel is here.');
    await until(() => shown() !== null, 'the news');
    expect([shown(), badge()]).to.deep.equal(['Jiwoo ParkYour parcel is here.', '1']);
    expect(await axeViolations(page.element.shadowRoot!.querySelector('peer-consult-news')!)).to.deep.equal([]);
    press(news(), '.away');
    await page.settle();
    expect([shown(), badge()]).to.deep.equal([null, '1']);
    expect(page.element.shadowRoot!.activeElement?.classList.contains('launcher'), 'the focus is not lost').to.equal(true);
    page.fake.say('c', '<img src=x onerror=window.hacked=1>');
    await until(() => shown() !== null, 'the next line');
    expect(shown()).to.contain('<img src=x');
    expect([news()!.querySelectorAll('img').length, badge()]).to.deep.equal([0, '2']);
    press(news(), '.open');
    await page.settle();
    expect(page.element.opened).to.equal(true);
    expect(shown()).to.equal(null);
    page.element.close();
    await page.settle();
    expect(shown(), 'what was open was seen').to.equal(null);
  });

  it('[L6] whoever comes back finds what came meanwhile beside the launcher; their own last line is no news', async () => {
    page = chatPage({}, (fake) => {
      localStorage.setItem(storageKey, JSON.stringify({ token: 'kept', visitorId: 'visitor' }));
      fake.converse('c', ['hello', 'We are open now.']);
    });
    await until(() => shown() !== null, 'the news');
    expect(shown()).to.contain('We are open now.');
    page.fake.append('c', { text: 'mine', author: { kind: 'visitor', ...page.fake.visitor } });
    page.fake.emit('conversation.updated', { conversation: page.fake.rooms.get('c')!.conversation, reason: 'message' });
    await page.settle();
    expect(shown()).to.equal(null);
  });

  it('[L2] [K3] opened, the chat marks the first line that is new', async () => {
    page = chatPage({}, (fake) => {
      localStorage.setItem(storageKey, JSON.stringify({ token: 'kept', visitorId: 'visitor' }));
      const room = fake.converse('c', ['hello', 'one', 'mine', 'two']);
      room.conversation = { ...room.conversation, readSeq: 3, unread: 1 };
    });
    await until(() => shown() !== null, 'the news');
    await page.open();
    const mark = () => page.within('peer-consult-message-list', '.new');
    await until(() => mark() !== null, 'the mark');
    expect(mark()!.textContent!.trim()).to.equal('New');
    page.element.close();
    await page.settle();
    await page.open();
    if (document.hasFocus()) expect(mark()).to.equal(null);
  });

  it('[I4] the visitor ends the chat after a question in place, reads who ended it, and writing opens it again', async () => {
    page = chatPage();
    await page.open();
    expect(menu(), 'there is nothing to end yet').to.equal(null);
    page.write('hello');
    await until(() => menu() !== null, 'the menu');
    await page.settle();
    press(menu(), '[data-action=menu]');
    await page.settle();
    press(menu(), '[data-action=end]');
    await page.settle();
    expect(menu()!.querySelector('[role=alertdialog]')!.textContent).to.contain('End this conversation?');
    expect(menu()!.activeElement?.getAttribute('data-action'), 'the harmless answer').to.equal('keep');
    expect(await axeViolations(page.element)).to.deep.equal([]);
    menu()!.activeElement!.dispatchEvent(new KeyboardEvent('keydown', { key: 'Escape', bubbles: true, composed: true, cancelable: true }));
    await page.settle();
    expect([menu()!.querySelector('.menu'), page.element.opened, page.frames('conversation.close').length]).to.deep.equal([null, true, 0]);
    for (const action of ['menu', 'end', 'end-sure']) {
      press(menu(), `[data-action=${action}]`);
      await page.settle();
    }
    await until(() => page.inPanel('.closed') !== null, 'the closed state');
    expect(page.inPanel('.closed')!.textContent).to.contain('You ended this conversation. Write to continue it.');
    expect(menu()).to.equal(null);
    page.write('one more thing');
    await until(() => page.frames('message.send').length === 2, 'writing on');
  });
});
