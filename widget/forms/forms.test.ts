import { expect } from '@esm-bundle/chai';
import type { FormField } from '../../protocol/site.ts';
import { proofOf, until, type FakeServer } from '../engine/testing/fake-server.ts';
import { axeViolations } from '../testing/axe-violations.ts';
import { chatPage, enter, type ChatPage } from '../testing/chat-page.ts';
import { form as formEn } from '../../languages/split/en-form.ts';
import { contactOf, mistake } from './answers.ts';

const bad = '<img src=x onerror="window.hacked=1">';
const field = (changes: Partial<FormField> = {}): FormField => ({ key: 'name', label: 'Your name', kind: 'text', required: true, choices: [], ...changes });
const fields = [
  field(),
  field({ key: 'email', label: 'E-mail', kind: 'email', required: false }),
  field({ key: 'phone', label: 'Phone', kind: 'phone', required: false }),
  field({ key: 'topic', label: 'Topic', kind: 'choice', choices: ['Order', bad] }),
];

describe('forms of the chat', () => {
  let page: ChatPage;
  const start = (attributes: Record<string, string> = {}, prepare?: (fake: FakeServer) => void): ChatPage => (page = chatPage(attributes, prepare));
  const site = (changes: Partial<FakeServer['site']>) => (fake: FakeServer): void => void (fake.site = { ...fake.site, ...changes });
  const form = 'peer-consult-contact-form';
  const inForm = <T extends HTMLElement>(selector: string): T | null => page.within<T>(form, selector);
  const shown = async (): Promise<void> => {
    await page.open();
    await until(() => inForm('[data-action=answer]') !== null, 'the form');
  };
  const press = (selector: string): void => inForm(selector)!.click();
  const footHidden = (): boolean => page.inPanel('.foot')!.hasAttribute('hidden');

  afterEach(() => page?.leave());

  describe('answers', () => {
    it('[D1] required, e-mail, phone and choice are judged; nothing needed is nothing wrong', () => {
      const wrong = (changes: Partial<FormField>, value: string): string | null => mistake(field(changes), value, formEn);
      expect(wrong({}, '  ')).to.equal(formEn.required('Your name'));
      expect(wrong({ required: false }, '')).to.equal(null);
      for (const good of ['a@b', 'kim+tag@sub.example.museum', '한글@도메인.한국']) expect(wrong({ key: 'email', kind: 'email' }, good), good).to.equal(null);
      for (const not of ['a', 'a@', '@b', 'a b@c', 'a@b@c']) expect(wrong({ key: 'email', kind: 'email' }, not), not).to.equal(formEn.invalidEmail);
      for (const good of ['010-1234-5678', '+82 (10) 1234.5678', '1544']) expect(wrong({ kind: 'phone' }, good), good).to.equal(null);
      for (const not of ['call me', '12', '()-- ()', '+1234 x']) expect(wrong({ kind: 'phone' }, not), not).to.equal(formEn.invalidPhone);
      expect(wrong({ kind: 'choice', choices: ['a'] }, 'b')).to.equal(formEn.required('Your name'));
    });

    it('[D1] name and e-mail are the visitor’s own, the rest are fields; empty ones stay out, long ones are cut', () => {
      expect(contactOf(fields, { name: ' Kim ', email: 'kim@example.com', phone: '', topic: 'Order' })).to.deep.equal({ name: 'Kim', email: 'kim@example.com', fields: { topic: 'Order' } });
      expect(contactOf(fields, {})).to.deep.equal({});
      expect(contactOf([field({ key: 'note' })], { note: 'x'.repeat(600) }).fields!['note']).to.have.length(500);
    });
  });

  describe('before the chat', () => {
    it('[D1] the questions stand before the first message; mistakes are tied to their fields; then the chat begins', async () => {
      start({}, site({ preChat: fields, privacyUrl: 'https://shop.example/privacy' }));
      await shown();
      expect(footHidden()).to.equal(true);
      expect(page.inPanel<HTMLAnchorElement>('.privacy')).to.include({ href: 'https://shop.example/privacy', target: '_blank', rel: 'noopener nofollow' });
      enter(inForm('#field-1')!, 'not an address');
      press('[data-action=answer]');
      await until(() => inForm('.error') !== null);
      const errors = ['#field-0', '#field-1', '#field-3'].map((selector) => {
        const input = inForm(selector)!;
        expect(input.getAttribute('aria-invalid')).to.equal('true');
        return inForm(`#${input.getAttribute('aria-describedby')!}`)!.textContent;
      });
      expect(errors).to.deep.equal([formEn.required('Your name'), formEn.invalidEmail, formEn.required('Topic')]);
      await until(() => inForm('#field-0')!.matches(':focus'));
      expect(page.frames('visitor.contact')).to.deep.equal([]);
      enter(inForm('#field-0')!, 'Kim');
      await until(() => inForm('#field-0')!.getAttribute('aria-invalid') === 'false');
      enter(inForm('#field-1')!, 'kim@example.com');
      enter(inForm('#field-3')!, bad);
      press('[data-action=answer]');
      await until(() => !footHidden() && page.inPanel(form) === null);
      expect(page.frames('visitor.contact')[0]).to.deep.include({ name: 'Kim', email: 'kim@example.com', fields: { topic: bad } });
      await until(() => page.within('peer-consult-composer', 'textarea')!.matches(':focus'));
      page.write('hello');
      await until(() => page.bubbles().includes('hello'));
      expect(Object.hasOwn(window, 'hacked')).to.equal(false);
    });

    it('[D1] what was entered stays when the server refuses it', async () => {
      start({}, (fake) => {
        site({ preChat: [field()] })(fake);
        fake.intercept = (socket, frame) => frame.type === 'visitor.contact' && fake.refuse(socket, frame, 'rate_limited');
      });
      await shown();
      enter(inForm('#field-0')!, 'Kim');
      press('[data-action=answer]');
      await until(() => inForm('[role=alert]') !== null);
      expect(inForm('[role=alert]')!.textContent).to.equal(formEn.refused['rate_limited']);
      expect(inForm<HTMLInputElement>('#field-0')!.value).to.equal('Kim');
      page.fake.intercept = undefined;
      press('[data-action=answer]');
      await until(() => page.inPanel(form) === null);
    });

    it('[D1] nobody is asked twice, nor who is vouched for, nor in a conversation', async () => {
      start({}, (fake) => {
        site({ preChat: fields })(fake);
        fake.contactKnown = true;
      });
      await page.open();
      expect([footHidden(), page.inPanel(form)]).to.deep.equal([false, null]);
      await page.leave();
      start({ identity: proofOf('kim') }, site({ preChat: fields }));
      await page.open();
      expect([footHidden(), page.inPanel(form)]).to.deep.equal([false, null]);
      await page.leave();
      start({}, (fake) => {
        site({ preChat: fields })(fake);
        fake.converse('c', ['mine']);
      });
      await page.open();
      await until(() => page.bubbles().length === 1);
      expect([footHidden(), page.inPanel(form)]).to.deep.equal([false, null]);
    });

    it('[D1] a call waits for the answers, too', async () => {
      start({}, site({ preChat: [field()] }));
      await shown();
      page.inPanel('[data-action=voice-call]')!.click();
      await page.settle();
      expect(page.inPanel('peer-consult-call-choice')).to.equal(null);
      enter(inForm('#field-0')!, 'Kim');
      press('[data-action=answer]');
      await until(() => page.inPanel('peer-consult-call-choice') !== null);
    });

    it('[P11] an Enter that ends a syllable does not send the form; any other does', async () => {
      start({}, site({ preChat: [field()] }));
      await shown();
      const input = inForm<HTMLInputElement>('#field-0')!;
      const composing = new KeyboardEvent('keydown', { key: 'Enter', isComposing: true, bubbles: true, cancelable: true });
      input.dispatchEvent(composing);
      expect(composing.defaultPrevented).to.equal(true);
      const plain = new KeyboardEvent('keydown', { key: 'Enter', bubbles: true, cancelable: true });
      input.dispatchEvent(plain);
      expect(plain.defaultPrevented).to.equal(false);
      expect(inForm('button[type=submit]')!.closest('form')).to.not.equal(null);
    });

    it('[S9] labels and choices are text', async () => {
      start({}, site({ preChat: [field({ label: bad }), field({ key: 'topic', label: bad, kind: 'choice', choices: [bad] })] }));
      await shown();
      press('[data-action=answer]');
      await until(() => inForm('.error') !== null);
      expect(inForm('label')!.textContent).to.contain(bad);
      expect(inForm('option[value]:nth-child(2)')!.textContent).to.equal(bad);
      expect(inForm('.error')!.textContent).to.equal(formEn.required(bad));
      expect(inForm('img')).to.equal(null);
      expect(Object.hasOwn(window, 'hacked')).to.equal(false);
    });
  });

  describe('while nobody is there', () => {
    const offline = (fake: FakeServer): void => void (fake.presence = { status: 'offline' });

    it('[D1] after the first message an address is asked for once, and kept', async () => {
      start({}, offline);
      await page.open();
      expect(page.inPanel(form)).to.equal(null);
      page.write('anybody there?');
      await until(() => inForm('[data-action=answer]') !== null, 'the question');
      expect(footHidden()).to.equal(false);
      press('[data-action=answer]');
      await until(() => inForm('.error') !== null);
      enter(inForm('#field-0')!, 'kim@example.com');
      press('[data-action=answer]');
      await until(() => page.inPanel(form) === null);
      expect(page.frames('visitor.contact')[0]).to.include({ email: 'kim@example.com' });
      expect(page.inPanel('.closed')!.textContent).to.contain('kim@example.com');
      page.write('still nobody?');
      await until(() => page.bubbles().length === 2);
      await page.settle();
      expect(page.inPanel(form)).to.equal(null);
    });

    it('[D1] who does not want to is not asked again', async () => {
      start({}, offline);
      await page.open();
      page.write('anybody there?');
      await until(() => inForm('[data-action=skip]') !== null, 'the question');
      press('[data-action=skip]');
      await until(() => page.inPanel(form) === null);
      page.write('still nobody?');
      await until(() => page.bubbles().length === 2);
      await page.settle();
      expect([page.inPanel(form), page.frames('visitor.contact').length]).to.deep.equal([null, 0]);
    });

    for (const [why, prepare] of [
      ['the site does not want it', site({ offline: { enabled: true, text: '', askEmail: false } })],
      ['the site has no offline form', site({ offline: { enabled: false, text: '', askEmail: true } })],
      ['somebody is there', (fake: FakeServer) => void (fake.presence = { status: 'online' })],
    ] as const) {
      it(`[D1] nobody is asked where ${why}`, async () => {
        start({}, (fake) => {
          offline(fake);
          prepare(fake);
        });
        await page.open();
        page.write('hello');
        await until(() => page.bubbles().length === 1 && page.fake.rooms.size === 1);
        await page.settle();
        expect(page.inPanel(form)).to.equal(null);
      });
    }
  });

  describe('after a conversation', () => {
    const closed = (closedBy: 'agent' | 'visitor' | 'system' | null = 'agent') => (fake: FakeServer): void => {
      const room = fake.converse('c', ['mine', 'theirs']);
      const by = closedBy && { kind: closedBy, id: closedBy, name: closedBy === 'agent' ? 'Jiwoo Park' : '' };
      room.conversation = { ...room.conversation, status: 'closed', closedAt: new Date().toISOString(), closedBy: by };
    };
    const afterwards = 'peer-consult-afterwards';
    const inAfter = <T extends HTMLElement>(selector: string): T | null => page.within<T>(afterwards, selector);

    it('[I5] who ended it is told', async () => {
      for (const [who, words] of [['agent', 'Jiwoo Park ended this conversation'], ['visitor', 'You ended'], ['system', 'nothing was written'], [null, 'has ended']] as const) {
        start({}, closed(who));
        await page.open();
        await until(() => page.inPanel('.closed')?.textContent.includes(words) === true, words);
        await page.leave();
      }
    });

    it('[I5] it is rated by keyboard-reachable radio buttons with words, changed, and refusals keep what was said', async () => {
      start({}, closed());
      await page.open();
      await until(() => inAfter('input') !== null);
      const radios = [...page.inPanel(afterwards)!.shadowRoot!.querySelectorAll<HTMLInputElement>('input[type=radio]')];
      expect(radios.map((radio) => radio.labels![0]!.textContent!.replace(/^\d/, ''))).to.deep.equal([...formEn.scores]);
      expect(inAfter('[data-action=rate]')).to.equal(null);
      radios[3]!.click();
      await until(() => inAfter('[data-action=rate]') !== null);
      page.fake.intercept = (socket, frame) => frame.type === 'conversation.rate' && page.fake.refuse(socket, frame, 'unavailable');
      inAfter<HTMLTextAreaElement>('textarea')!.value = ' quick and kind ';
      inAfter('[data-action=rate]')!.click();
      await until(() => inAfter('[role=alert]') !== null);
      expect(inAfter<HTMLTextAreaElement>('textarea')!.value).to.equal(' quick and kind ');
      page.fake.intercept = undefined;
      inAfter('[data-action=rate]')!.click();
      await until(() => inAfter('[data-action=rate-again]') !== null);
      expect(page.frames('conversation.rate').at(-1)).to.include({ conversationId: 'c', score: 4, comment: 'quick and kind' });
      expect(inAfter('.said')!.textContent).to.contain('Good');
      await until(() => inAfter('[data-action=rate-again]')!.matches(':focus'));
      inAfter('[data-action=rate-again]')!.click();
      await until(() => inAfter<HTMLInputElement>('input:checked')?.value === '4');
      inAfter<HTMLInputElement>('input[value="5"]')!.click();
      await until(() => inAfter<HTMLInputElement>('input:checked')?.value === '5');
      inAfter('[data-action=rate]')!.click();
      await until(() => page.frames('conversation.rate').at(-1)!['score'] === 5);
    });

    it('[I5] the conversation comes by mail; a server that sends none says so', async () => {
      start({}, closed());
      page.fake.mails = false;
      await page.open();
      await until(() => inAfter('[data-action=transcript]') !== null);
      inAfter('[data-action=transcript]')!.click();
      await until(() => inAfter(form) !== null);
      const inMail = <T extends HTMLElement>(selector: string): T | null => inAfter(form)!.shadowRoot!.querySelector<T>(selector);
      await until(() => inMail('input')?.matches(':focus') === true);
      enter(inMail('input')!, 'kim@example.com');
      inMail('[data-action=answer]')!.click();
      await until(() => inMail('[role=alert]')?.textContent === formEn.refused['mail_off']);
      page.fake.mails = true;
      inMail('[data-action=answer]')!.click();
      await until(() => inAfter('.said')?.textContent === formEn.transcriptSent('kim@example.com'));
      expect(page.frames('conversation.transcript').at(-1)).to.include({ conversationId: 'c', email: 'kim@example.com' });
    });

    it('[I5] writing opens it again in one step: what follows a conversation goes', async () => {
      start({}, closed());
      await page.open();
      await until(() => inAfter('input') !== null);
      page.write('one more thing');
      const room = page.fake.rooms.get('c')!;
      await until(() => room.messages.length === 3);
      room.conversation = { ...room.conversation, status: 'open', closedAt: null, closedBy: null };
      page.fake.emit('conversation.updated', { conversation: room.conversation, reason: 'reopened' });
      await until(() => page.inPanel(afterwards) === null && page.inPanel('.closed') === null);
      expect(page.bubbles()).to.deep.equal(['mine', 'theirs', 'one more thing']);
    });

    it('[I5] where the site wants neither, nothing is asked', async () => {
      start({}, (fake) => {
        closed()(fake);
        site({ rating: false, transcripts: false })(fake);
      });
      await page.open();
      await page.settle();
      expect(page.inPanel(afterwards)).to.equal(null);
      expect(page.inPanel('.closed')).to.not.equal(null);
    });

    it('[S9] a bad name of who ended it and a bad comment are text', async () => {
      start({}, (fake) => {
        closed()(fake);
        const room = fake.rooms.get('c')!;
        room.conversation = { ...room.conversation, closedBy: { kind: 'agent', id: 'a', name: bad }, rating: { score: 2, comment: bad, at: new Date().toISOString() } };
      });
      await page.open();
      await until(() => inAfter('[data-action=rate-again]') !== null);
      expect(page.inPanel('.closed')!.textContent).to.contain(bad);
      inAfter('[data-action=rate-again]')!.click();
      await until(() => inAfter<HTMLTextAreaElement>('textarea')?.value === bad);
      expect([inAfter('img'), page.inPanel('img')]).to.deep.equal([null, null]);
    });
  });

  it('[P11] whoever wants less motion gets none, in every part of the chat', async () => {
    start({}, (fake) => {
      fake.presence = { status: 'offline' };
      fake.converse('c', ['mine']);
    });
    await page.open();
    await until(() => inForm('[data-action=answer]') !== null);
    const roots = [page.element.shadowRoot!];
    for (const root of roots) for (const each of root.querySelectorAll('*')) if (each.shadowRoot) roots.push(each.shadowRoot);
    expect(roots.map((root) => root.host.localName)).to.include.members(['peer-consult', 'peer-consult-panel', 'peer-consult-contact-form']);
    for (const root of roots) {
      const rules = root.adoptedStyleSheets.flatMap((sheet) => [...sheet.cssRules]);
      const calm = rules.filter((rule): rule is CSSMediaRule => rule instanceof CSSMediaRule && rule.conditionText.includes('prefers-reduced-motion: reduce')).map(({ cssText }) => cssText).join();
      expect(calm, root.host.localName).to.match(/animation(-duration: 1ms|: [^;]*none[^;]*) !important/);
    }
  });

  for (const locale of ['en', 'ko']) {
    for (const theme of ['light', 'dark']) {
      it(`[P11] axe finds nothing in any form: ${locale}, ${theme}`, async () => {
        const calm = (): Promise<unknown> => new Promise((resolve) => setTimeout(resolve, 400));
        start({ locale, theme }, site({ preChat: fields, privacyUrl: 'https://shop.example/privacy' }));
        await shown();
        await calm();
        expect(await axeViolations(page.element)).to.deep.equal([]);
        press('[data-action=answer]');
        await until(() => inForm('.error') !== null);
        expect(await axeViolations(page.element)).to.deep.equal([]);
        await page.leave();
        start({ locale, theme }, (fake) => {
          fake.presence = { status: 'offline' };
          fake.converse('c', ['mine']);
        });
        await page.open();
        await until(() => inForm('[data-action=answer]') !== null);
        await calm();
        expect(await axeViolations(page.element)).to.deep.equal([]);
        await page.leave();
        start({ locale, theme }, (fake) => {
          const room = fake.converse('c', ['mine', 'theirs']);
          room.conversation = { ...room.conversation, status: 'closed', closedBy: fake.agent };
        });
        await page.open();
        await until(() => page.within('peer-consult-afterwards', 'input[value="4"]') !== null);
        page.within('peer-consult-afterwards', 'input[value="4"]')!.click();
        page.within('peer-consult-afterwards', '[data-action=transcript]')!.click();
        await page.settle();
        await calm();
        expect(await axeViolations(page.element)).to.deep.equal([]);
      });
    }
  }
});
