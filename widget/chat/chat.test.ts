import { expect } from '@esm-bundle/chai';
import fc from 'fast-check';
import type { CallEndReason } from '../../protocol/shapes.ts';
import type { Line } from '../engine/session-state.ts';
import { tokens } from '../styles/tokens.ts';
import { chat as en } from '../../languages/split/en-chat.ts';
import { chat as ko } from '../../languages/split/ko-chat.ts';
import { axeViolations } from '../testing/axe-violations.ts';
import './composer.ts';
import type { Composer } from './composer.ts';
import { groupLines } from './line-groups.ts';
import { linkify } from './linkify.ts';
import './message-list.ts';
import type { MessageList } from './message-list.ts';
import { callWording, clock, dayName } from './wording.ts';

const visitor = { kind: 'visitor' as const, id: 'v', name: 'Curious Otter' };
const agent = { kind: 'agent' as const, id: 'a', name: 'Jiwoo' };
const line = (seq: number, fields: Partial<Line> = {}): Line => ({
  id: `m${seq}`, seq, clientId: `client-${seq}`, conversationId: 'c', author: agent, kind: 'text', text: `text ${seq}`,
  createdAt: new Date(Date.UTC(2026, 10, 20, 10, 0, seq * 10)).toISOString(), state: 'sent', ...fields,
});

/** What systems of this kind have fallen for (threats.md S9, S10, S11). */
const payloads = [
  '<script>window.hacked=1</script>', '<img src=x onerror="window.hacked=1">', '<svg/onload=window.hacked=1>', '"><iframe srcdoc="<script>parent.hacked=1</script>">',
  'javascript:window.hacked=1', 'JaVaScRiPt:window.hacked=1', 'data:text/html,<script>parent.hacked=1</script>', 'https://a"onmouseover="window.hacked=1',
  '{{constructor.constructor("window.hacked=1")()}}', '${window.hacked=1}', '<a href="javascript:window.hacked=1">x</a>', '</textarea><script>window.hacked=1</script>',
  'vbscript:msgbox(1)', 'file:///etc/passwd', '<math><mtext></table></math><img src onerror=window.hacked=1>', '&lt;script&gt;', '\u202Ehttps://evil.example',
  'https://trusted.example@evil.example/', '<!--<img src="--><img src=x onerror=window.hacked=1>', 'mailto:a@b.c?subject=<script>window.hacked=1</script>',
];

let stage: HTMLElement;
beforeEach(() => {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(tokens.cssText.replaceAll(':host', '.stage'));
  document.adoptedStyleSheets = [sheet];
  stage = document.createElement('div');
  stage.className = 'stage';
  stage.style.cssText = 'display:flex;flex-direction:column;width:380px;height:400px;background:var(--pc-surface)';
  document.body.append(stage);
});
afterEach(() => stage.remove());

const violations = (): Promise<string[]> => axeViolations(stage);

describe('linkify', () => {
  it('[S10] only http, https, mailto and tel become links, and the parts joined are the text', () => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof(fc.constantFrom(...payloads, 'https://example.com/a?b=c#d', 'tel:+82-2-123-4567', '(', ')', '.', ' ', '\n', '한글', 'mailto:'), fc.string()), { maxLength: 8 }).map((parts) => parts.join('')),
        (text) => {
          const parts = linkify(text);
          expect(parts.map((part) => part.text).join('')).to.equal(text);
          for (const { href } of parts) if (href) expect(['http:', 'https:', 'mailto:', 'tel:']).to.include(new URL(href).protocol);
        },
      ),
    );
  });

  for (const [text, links] of [
    ['see https://example.com/a.', ['https://example.com/a']],
    ['(https://example.com/wiki/A_(b))', ['https://example.com/wiki/A_(b)']],
    ['링크는 https://example.com/path입니다', ['https://example.com/path입니다']],
    ['“https://example.com”', ['https://example.com']],
    ['call tel:+8221234567, or mailto:a@b.example!', ['tel:+8221234567', 'mailto:a@b.example']],
    ['xhttps://example.com javascript:alert(1) http://', []],
    ['https://good.example@evil.example/', []],
  ] as const) {
    it(`[J15] ${text}`, () => {
      expect(linkify(text).filter(({ href }) => href).map((part) => part.text)).to.deep.equal(links);
    });
  }
});

describe('line groups and wording', () => {
  const at = (minutes: number, fields: Partial<Line> = {}): Line => line(minutes + 1, { createdAt: new Date(2026, 10, 20, 10, minutes).toISOString(), ...fields });

  it('[K12] lines stand together while the author is the same and less than two minutes pass', () => {
    const items = groupLines([at(0), at(1), at(3), at(4, { author: visitor }), at(4.5, { author: visitor })], ({ author }) => author.kind === 'visitor');
    expect(items.map((item) => (item.kind === 'group' ? item.lines.length : item.kind))).to.deep.equal(['day', 2, 1, 2]);
  });

  it('[K11] a day begins with its name, in the reader’s language and time zone', () => {
    const items = groupLines([at(0), { ...at(1), createdAt: new Date(2026, 10, 21, 0, 1).toISOString() }], () => false);
    expect(items.map(({ kind }) => kind)).to.deep.equal(['day', 'group', 'day', 'group']);
    const now = new Date(2026, 10, 22, 9).getTime();
    const day = (date: number, year = 2026): number => new Date(year, 10, date, 23, 59).getTime();
    expect(dayName(day(22), en, 'en', now)).to.equal('Today');
    expect(dayName(day(21), ko, 'ko', now)).to.equal('어제');
    expect(dayName(day(20), en, 'en', now)).to.equal('Friday, November 20');
    expect(dayName(day(20), ko, 'ko', now)).to.equal('11월 20일 금요일');
    expect(dayName(day(20, 2025), ko, 'ko', now)).to.equal('2025년 11월 20일');
  });

  it('[F11] each way in which a call may end has its words, from both sides', () => {
    const say = (endReason: CallEndReason, own: boolean, durationMs = 0): string => {
      const { title, details } = callWording({ id: 'k', mode: 'audio', endReason, durationMs, recorded: false }, own, en);
      return [title, ...details].join(' · ');
    };
    expect(say('no_answer', true)).to.equal('Voice call · No answer');
    expect(say('no_answer', false)).to.equal('Missed call');
    expect(say('cancelled', true)).to.equal('Voice call · Call cancelled');
    expect(say('cancelled', false)).to.equal('Missed call');
    expect(say('declined', true)).to.equal('Voice call · Call declined');
    expect(say('visitor_hangup', true, 65_000)).to.equal('Voice call · 1:05');
    expect(say('left', false, 5_000)).to.equal('Voice call · Call was interrupted · 0:05');
    expect(clock(3_723_000)).to.equal('1:02:03');
  });
});

describe('composer', () => {
  const make = async (fields: Partial<Composer> = {}): Promise<{ composer: Composer; field: HTMLTextAreaElement; sent: string[] }> => {
    const composer = Object.assign(document.createElement('peer-consult-composer'), { texts: en, ...fields });
    const sent: string[] = [];
    composer.addEventListener('send', (event) => sent.push((event as CustomEvent<{ text: string }>).detail.text));
    stage.append(composer);
    await composer.updateComplete;
    return { composer, field: composer.shadowRoot!.querySelector('textarea')!, sent };
  };
  const write = async (composer: Composer, field: HTMLTextAreaElement, text: string): Promise<void> => {
    field.value = text;
    field.dispatchEvent(new InputEvent('input', { bubbles: true }));
    await composer.updateComplete;
  };
  const key = (field: HTMLTextAreaElement, init: KeyboardEventInit): boolean => field.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', bubbles: true, cancelable: true, ...init }));

  it('[J16] Enter sends once and empties the field; Shift+Enter does not', async () => {
    const { composer, field, sent } = await make();
    await write(composer, field, '  hello\nthere  ');
    expect(key(field, { shiftKey: true })).to.equal(true);
    expect(sent).to.deep.equal([]);
    expect(key(field, {})).to.equal(false);
    key(field, {});
    expect(sent).to.deep.equal(['hello\nthere']);
    expect(field.value).to.equal('');
  });

  it('[J16] an Enter that belongs to the input method sends nothing: while it composes, by its key code, and in Safari’s order', async () => {
    const { composer, field, sent } = await make();
    await write(composer, field, '안녕하세');
    field.dispatchEvent(new CompositionEvent('compositionstart'));
    await write(composer, field, '안녕하세요');
    key(field, { isComposing: true });
    key(field, { keyCode: 229, isComposing: true } as KeyboardEventInit);
    expect(sent).to.deep.equal([]);
    // Safari: first the composition ends, then comes the Enter that ended it, no longer "composing".
    field.dispatchEvent(new CompositionEvent('compositionend'));
    key(field, { keyCode: 229, isComposing: false } as KeyboardEventInit);
    expect(sent).to.deep.equal([]);
    key(field, { keyCode: 13 } as KeyboardEventInit);
    expect(sent).to.deep.equal(['안녕하세요']);
  });

  it('[J17] neither nothing nor white space can be sent', async () => {
    const { composer, field, sent } = await make();
    await write(composer, field, ' \n\t ');
    key(field, {});
    expect(composer.shadowRoot!.querySelector<HTMLButtonElement>('[type=submit]')!.disabled).to.equal(true);
    expect(sent).to.deep.equal([]);
  });

  it('[J4] counts near the limit and refuses what is over it, in words', async () => {
    const { composer, field, sent } = await make();
    const count = composer.shadowRoot!.querySelector<HTMLElement>('#count')!;
    await write(composer, field, 'x'.repeat(3_700));
    expect(count.hidden).to.equal(true);
    await write(composer, field, 'x'.repeat(3_990));
    expect(count.textContent!.trim()).to.equal('10 characters left');
    await write(composer, field, 'x'.repeat(4_001));
    expect(count.textContent!.trim()).to.equal('1 characters too many');
    await write(composer, field, '\u{1f600}'.repeat(3_990));
    expect(count.textContent!.trim(), 'as the server counts: an emoji is one').to.equal('10 characters left');
    await write(composer, field, 'x'.repeat(4_001));
    key(field, {});
    expect(sent).to.deep.equal([]);
    await write(composer, field, ` ${'x'.repeat(4_000)} `);
    key(field, {});
    expect(sent[0]).to.have.length(4_000);
  });

  it('[J17] grows with its text up to a limit, and shrinks again', async () => {
    const { composer, field } = await make();
    const one = field.clientHeight;
    await write(composer, field, 'a\nb\nc');
    const three = field.clientHeight;
    expect(three).to.be.greaterThan(one);
    await write(composer, field, 'a\n'.repeat(60));
    expect(field.clientHeight).to.be.within(three, 141);
    await write(composer, field, '');
    expect(field.clientHeight).to.equal(one);
  });

  it('[J20] tells when writing begins and ends', async () => {
    const { composer, field } = await make();
    const told: boolean[] = [];
    composer.addEventListener('typing', (event) => told.push((event as CustomEvent<{ on: boolean }>).detail.on));
    await write(composer, field, 'a');
    await write(composer, field, '');
    await write(composer, field, 'b');
    key(field, {});
    expect(told).to.deep.equal([true, false, true, false]);
  });

  it('[P11] axe finds nothing, enabled, over the limit and disabled', async () => {
    const { composer, field } = await make();
    await write(composer, field, 'x'.repeat(4_010));
    expect(await violations()).to.deep.equal([]);
    composer.disabled = true;
    await composer.updateComplete;
    expect(await violations()).to.deep.equal([]);
  });
});

describe('message list', () => {
  const make = async (fields: Partial<MessageList> = {}): Promise<{ list: MessageList; root: ShadowRoot; scroller: HTMLElement }> => {
    const list = Object.assign(document.createElement('peer-consult-message-list'), { texts: en, selfId: 'v', ...fields });
    stage.append(list);
    await list.updateComplete;
    return { list, root: list.shadowRoot!, scroller: list.shadowRoot!.querySelector<HTMLElement>('.scroll')! };
  };
  const settle = (): Promise<unknown> => new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));
  const atEnd = (scroller: HTMLElement): boolean => scroller.scrollHeight - scroller.clientHeight - scroller.scrollTop < 2;

  it('[S9] whatever anybody writes, and whatever anybody is called, is text', async () => {
    const lines = payloads.flatMap((text, index) => [
      line(index * 2 + 1, { text, author: { ...agent, id: `a${index}`, name: text } }),
      line(index * 2 + 2, { text, author: visitor, state: 'failed', failure: text }),
    ]);
    const { root } = await make({ lines, typing: payloads.map((name) => ({ id: name, name })) });
    await settle();
    expect(root.querySelectorAll('script, img, iframe, math, svg[onload]')).to.have.length(0);
    expect(Object.hasOwn(window, 'hacked')).to.equal(false);
    expect([...root.querySelectorAll('.bubble')].map(({ textContent }) => textContent)).to.deep.equal(payloads.flatMap((text) => [text, text]));
    for (const link of root.querySelectorAll('a')) {
      expect(['http:', 'https:', 'mailto:', 'tel:']).to.include(link.protocol);
      expect(link.rel).to.equal('noopener nofollow');
    }
  });

  it('[J6] each state of an own message is seen: sending, sent, seen, failed with a way to retry', async () => {
    const own = (seq: number, fields: Partial<Line> = {}): Line => line(seq, { author: visitor, ...fields });
    const { list, root } = await make({ lines: [own(1), own(2)], readSeq: 1 });
    const meta = (): string => root.querySelector('.meta')!.textContent!.replace(/\s+/g, ' ');
    expect(meta()).to.contain('Sent');
    list.readSeq = 2;
    await list.updateComplete;
    expect(meta()).to.contain('Seen');
    list.lines = [own(1), own(2, { seq: null, state: 'sending' })];
    await list.updateComplete;
    expect(meta()).to.contain('Sending…');
    list.lines = [own(1), own(2, { seq: null, state: 'failed', failure: 'rate_limited' })];
    await list.updateComplete;
    expect(root.textContent).to.contain(en.failed.rate_limited);
    const wishes: string[] = [];
    for (const name of ['retry', 'discard']) list.addEventListener(name, (event) => wishes.push(`${name} ${(event as CustomEvent<{ clientId: string }>).detail.clientId}`));
    for (const button of root.querySelectorAll<HTMLElement>('.failure button')) button.click();
    expect(wishes).to.deep.equal(['retry client-2', 'discard client-2']);
  });

  it('[P8] a bot stands on the team’s side: opposite the visitor, beside the agents; nobody takes it for a person', async () => {
    const bot = line(2, { author: { kind: 'bot', id: 'b', name: 'Helper' } });
    for (const [selfKind, own] of [['visitor', false], ['agent', true]] as const) {
      const { list, root } = await make({ lines: [line(1, { author: visitor }), bot], selfKind, selfId: 'me' });
      const group = [...root.querySelectorAll('.group')].at(-1)!;
      expect([group.classList.contains('own'), group.querySelector('.name')!.textContent]).to.deep.equal([own, 'HelperAutomated']);
      list.remove();
    }
  });

  it('[K3] stays at the end while lines come; further up it stays where it is, counts, and has a way down', async () => {
    const many = Array.from({ length: 40 }, (_, index) => line(index + 1));
    const { list, root, scroller } = await make({ lines: many });
    await settle();
    expect(atEnd(scroller)).to.equal(true);
    list.lines = [...many, line(41)];
    await list.updateComplete;
    expect(atEnd(scroller)).to.equal(true);
    scroller.scrollTop = 500;
    await settle();
    list.lines = [...list.lines, line(42), line(43)];
    await list.updateComplete;
    await list.updateComplete;
    expect(scroller.scrollTop).to.equal(500);
    list.selfKind = 'agent';
    list.lines = [...list.lines, line(44)];
    await list.updateComplete;
    await list.updateComplete;
    expect(scroller.scrollTop, 'a colleague’s line moves nobody').to.equal(500);
    const jump = root.querySelector<HTMLElement>('.jump')!;
    expect(jump.textContent!.trim()).to.equal('3');
    for (const [texts, name] of [[en, '3 new messages · Jump to the newest message'], [ko, '새 메시지 3 개 · 최신 메시지로 이동']] as const) {
      list.texts = texts;
      await list.updateComplete;
      expect(jump.getAttribute('aria-label'), 'what is seen on it is part of its name').to.equal(name);
      expect(await axeViolations(list)).to.deep.equal([]);
    }
    jump.click();
    await new Promise((resolve) => setTimeout(resolve, 800));
    expect(atEnd(scroller)).to.equal(true);
    expect(root.querySelector('.jump')).to.equal(null);
  });

  it('[K3] asks for earlier lines near the beginning, and keeps its place when they come', async () => {
    const many = Array.from({ length: 40 }, (_, index) => line(index + 41));
    const { list, root, scroller } = await make({ lines: many, more: true });
    let asked = 0;
    list.addEventListener('load-earlier', () => asked++);
    await settle();
    expect(asked).to.equal(0);
    scroller.scrollTop = 120;
    await settle();
    expect(asked).to.equal(1);
    const place = (): number => [...root.querySelectorAll('.bubble')].find(({ textContent }) => textContent === 'text 45')!.getBoundingClientRect().top;
    const before = place();
    list.lines = [...Array.from({ length: 40 }, (_, index) => line(index + 1)), ...many];
    await list.updateComplete;
    expect(Math.abs(place() - before)).to.be.lessThan(1);
    // Older and newer lines in one drawing, and something above that grows by itself.
    list.lines = [...list.lines, line(81), line(82)];
    await list.updateComplete;
    root.querySelector<HTMLElement>('.bubble')!.style.paddingBlock = '70px';
    await settle();
    expect(Math.abs(place() - before)).to.be.lessThan(1);
    expect(root.querySelector('.jump')!.textContent!.trim()).to.equal('2');
  });

  it('[K3] opens at the first line that is new where it does not fit, counts what is below, and reads nothing for that', async () => {
    const many = Array.from({ length: 60 }, (_, index) => line(index + 1));
    const { list, root, scroller } = await make({ lines: [], newFrom: 21, newLabel: 'New' });
    let read = 0;
    list.addEventListener('read', () => read++);
    list.lines = many;
    await settle();
    const mark = root.querySelector('.new')!.getBoundingClientRect().top - scroller.getBoundingClientRect().top;
    expect(mark).to.be.within(0, 40);
    expect(root.querySelector('.jump')!.textContent!.trim()).to.equal('40');
    expect(read).to.equal(0);
    list.scrollToEnd();
    await settle();
    expect(root.querySelectorAll('.jump')).to.have.length(0);
    expect(read).to.equal(document.hasFocus() ? 1 : 0);
    list.remove();
    const short = await make({ lines: many, newFrom: 60, newLabel: 'New' });
    await settle();
    expect(atEnd(short.scroller)).to.equal(true, 'what fits is read from the end');
  });

  it('[K9] a part from the middle: its end is not the newest line; nothing is read there, and newer lines are asked for', async () => {
    const many = Array.from({ length: 60 }, (_, index) => line(index + 21));
    const { list, root, scroller } = await make({ lines: many, newer: true, more: true });
    const told: string[] = [];
    for (const name of ['read', 'load-earlier', 'load-newer', 'newest']) list.addEventListener(name, () => told.push(name));
    expect(list.scrollToLine(50)).to.equal(true);
    expect(list.scrollToLine(5)).to.equal(false);
    await settle();
    const hit = [...root.querySelectorAll('.bubble')].find(({ textContent }) => textContent === 'text 50')!.getBoundingClientRect();
    expect(Math.abs((hit.top + hit.bottom) / 2 - scroller.getBoundingClientRect().top - scroller.clientHeight / 2)).to.be.lessThan(2);
    expect(told).to.deep.equal([]);
    scroller.scrollTop = scroller.scrollHeight;
    await settle();
    expect(told).to.deep.equal(['load-newer']);
    root.querySelector<HTMLElement>('.jump')!.click();
    expect(told).to.deep.equal(['load-newer', 'newest']);
  });

  it('[K9] whoever reads on from the middle is not led to the newest line when the part joins it, whoever wrote it', async () => {
    const part = Array.from({ length: 60 }, (_, index) => line(index + 21));
    const { list, root, scroller } = await make({ lines: part, newer: true, more: true });
    scroller.scrollTop = scroller.scrollHeight;
    await settle();
    const before = scroller.scrollTop;
    list.lines = [...part, ...Array.from({ length: 60 }, (_, index) => line(index + 81, index % 2 ? { author: visitor } : {}))];
    list.newer = false;
    await settle();
    expect(Math.abs(scroller.scrollTop - before)).to.be.lessThan(2);
    expect(root.querySelector('.jump')!.textContent!.trim()).to.equal('', 'nothing of it is news');
    expect(root.querySelector('[aria-live]')!.textContent).to.equal('');
  });

  it('[I3] in a room of the team own is what the reader wrote, whatever its kind', async () => {
    const { list, root } = await make({ lines: [line(1), line(2, { author: { kind: 'agent', id: 'me', name: 'Ada' } })], selfKind: 'agent', selfId: 'me' });
    const sides = (): boolean[] => [...root.querySelectorAll('.group')].map(({ classList }) => classList.contains('own'));
    expect(sides()).to.deep.equal([true, true]);
    list.among = true;
    await list.updateComplete;
    expect(sides()).to.deep.equal([false, true]);
  });

  it('[L2] says *read* once for the newest line, only at the end and only while it can be seen', async () => {
    const { list } = await make({ lines: [line(1)], active: false });
    let read = 0;
    list.addEventListener('read', () => read++);
    await settle();
    expect(read).to.equal(0);
    if (!document.hasFocus()) return;
    list.active = true;
    await list.updateComplete;
    expect(read).to.equal(1);
    list.lines = [line(1), line(2)];
    await list.updateComplete;
    dispatchEvent(new Event('focus'));
    expect(read).to.equal(2);
  });

  it('[P11] new lines of others are said aloud, a page of history is not', async () => {
    const { list, root } = await make({ lines: [line(5), line(6)] });
    const spoken = (): string => root.querySelector('[aria-live]')!.textContent!;
    list.lines = [line(3), line(4), line(5), line(6)];
    await list.updateComplete;
    expect(spoken()).to.equal('');
    list.lines = [...list.lines, line(7, { text: 'Good morning' }), line(8, { author: visitor })];
    await list.updateComplete;
    await list.updateComplete;
    expect(spoken()).to.equal('Jiwoo says: Good morning');
  });

  it('[P11] axe finds nothing, in light and dark, in both languages', async () => {
    const call = { id: 'k', mode: 'video' as const, endReason: 'no_answer' as const, durationMs: 0, recorded: true };
    const lines = [line(1), line(2, { author: visitor }), line(3, { kind: 'call', text: '', call }), line(4, { author: visitor, state: 'failed' }), line(5, { author: visitor, state: 'sending', seq: null, text: 'https://example.com' }), line(6, { kind: 'note' })];
    const { list } = await make({ lines, more: true, typing: [agent], callLinks: true });
    // What is still fading in has no contrast yet.
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(await violations()).to.deep.equal([]);
    list.texts = ko;
    list.language = 'ko';
    stage.style.colorScheme = 'dark';
    await list.updateComplete;
    expect(await violations()).to.deep.equal([]);
  });
});
