import { expect } from '@esm-bundle/chai';
import { until } from '../engine/testing/fake-server.ts';
import { axeViolations } from '../testing/axe-violations.ts';
import '../panel.ts';
import './place-in-line.ts';
import { chatPage, type ChatPage } from '../testing/chat-page.ts';

describe('place in line', () => {
  let page: ChatPage;
  afterEach(() => page.leave());
  const line = () => page.inPanel<HTMLElement>('peer-consult-place')?.shadowRoot?.querySelector('p') ?? null;
  const words = () => line()?.textContent ?? '';

  it('[E3] whoever waits reads its place above the field, as it changes, until the answer is there', async () => {
    const asked: unknown[] = [];
    page = chatPage({}, (fake) => {
      fake.converse('c', ['hello']);
      fake.intercept = (socket, frame) => {
        if (frame.type !== 'queue.place') return false;
        asked.push(frame.conversationId);
        socket.receive({ re: frame.id, ok: true, position: 3, etaMs: 240_000 });
        return true;
      };
    });
    await page.open();
    await until(() => words() !== '', 'the place');
    expect(asked).to.deep.equal(['c']);
    expect(words()).to.equal('You are number 3 in line, about 4 min');
    expect(line()!.getAttribute('aria-live')).to.equal('polite');
    expect(await axeViolations(page.inPanel<HTMLElement>('peer-consult-place')!)).to.deep.equal([]);
    page.fake.emit('queue.place', { conversationId: 'another', position: 9 });
    page.fake.emit('queue.place', { conversationId: 'c', position: 1 });
    await until(() => words() === 'You are next in line', 'the next place');
    page.fake.say('c', 'Hello! How can I help?');
    await until(() => words() === '', 'nothing more, before the server says so');
    page.fake.emit('queue.place', { conversationId: 'c', position: null });
    page.write('And one more thing');
    await until(() => page.bubbles().at(-1)!.includes('And one more thing'), 'the line');
    expect(words()).to.equal('');
    page.fake.emit('queue.place', { conversationId: 'c', position: 2 });
    await until(() => words() === 'You are number 2 in line', 'a new wait');
  });

  it('[N2] that nobody is there is said once: not beside a call, which says it itself', async () => {
    const call = {
      id: 'k1', conversationId: 'c', siteId: 's1', mode: 'audio' as const, state: 'active' as const, visitor: { id: 'visitor', name: 'Mina' },
      startedBy: { kind: 'visitor' as const, id: 'visitor', name: 'Mina' }, answeredBy: { kind: 'agent' as const, id: 'a1', name: 'Joon' },
      createdAt: '2026-11-21T09:00:00Z', answeredAt: '2026-11-21T09:00:05Z', endedAt: null, endReason: null, consents: {}, recording: null,
    };
    page = chatPage({}, (fake) => {
      fake.presence = { status: 'offline' };
      fake.calls.push(call);
    });
    await page.open();
    await until(() => page.told('call').length > 0, 'the call');
    await page.panel().updateComplete;
    expect(page.inPanel('.opening')).to.equal(null);
    page.fake.emit('call.updated', { call: { ...call, state: 'ended', endReason: 'left' } });
    await until(() => page.inPanel('.opening') !== null, 'the notice');
  });
});
