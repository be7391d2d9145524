import { expect } from '@esm-bundle/chai';
import { LitElement, render } from 'lit';
import type { Call } from '../../protocol/shapes.ts';
import { call as callEn } from '../../languages/split/en-call.ts';
import type { CallView as View } from '../engine/call/call-engine.ts';
import { answerMissing } from '../engine/call/answer-missing.ts';
import { lingerMs } from '../engine/call/linger.ts';
import type { SessionState } from '../engine/session-state.ts';
import type { VisitorSession } from '../engine/visitor-session.ts';
import { WireFailure } from '../engine/wire.ts';
import { tokens } from '../styles/tokens.ts';
import { axeViolations } from '../testing/axe-violations.ts';
import '../call-views.ts';
import { callStage } from './call-stage.ts';

const call = (fields: Partial<Call> = {}): Call => ({
  id: 'k1', conversationId: 'c1', siteId: 's1', mode: 'audio', state: 'ringing', visitor: { id: 'v1', name: 'Mina Park' }, startedBy: { kind: 'visitor', id: 'v1', name: 'Mina Park' },
  answeredBy: null, createdAt: '2026-11-21T09:00:00Z', answeredAt: null, endedAt: null, endReason: null, consents: {}, recording: null, ...fields,
});
const view = (fields: Partial<View> = {}): View => ({
  call: call(), phase: 'outgoing', mode: 'audio', outgoing: true, local: null, remote: null, microphoneOn: true, cameraOn: false, remoteMicrophoneOn: true, remoteCameraOn: false,
  peerPresent: true, recording: { on: false, paused: false, allowed: false }, queue: null, connectedAt: null, endReason: null, trouble: null, ...fields,
} as View);
const unanswered = (fields: Partial<View> = {}): View => view({ phase: 'ended', endReason: 'no_answer', call: call({ state: 'ended', endReason: 'no_answer' }), ...fields });

describe('a call that nobody answers', function () {
  this.timeout(20_000);
  let room: HTMLElement;
  let wishes: string[];
  let asked: object[];
  let answer: () => Promise<unknown>;

  /** Draws what the chat shows of a call. */
  async function show(shown: View, fields: { presence?: SessionState['presence']; callBack?: boolean } = {}): Promise<void> {
    const session = {
      callEngine: null, endCall: () => wishes.push('end'), dismissCall: () => wishes.push('dismiss'),
      wire: { serverNow: () => 0, request: (_type: string, frame: object) => (asked.push(frame), answer()) },
    } as unknown as VisitorSession;
    const site = { name: 'Shop', callBack: fields.callBack ?? true, calls: { audio: true, video: true }, recording: { enabled: false, consentText: '' } } as SessionState['site'];
    const state = { call: shown, ringing: [], site, presence: fields.presence ?? null } as unknown as SessionState;
    render(callStage(session, state, 'en', () => wishes.push('write'), () => wishes.push('elsewhere')), room);
    await settle();
  }
  async function settle(): Promise<void> {
    for (let round = 0; round < 3; round++) {
      await new Promise((resolve) => setTimeout(resolve));
      for (const element of every(room)) if (element instanceof LitElement) await element.updateComplete;
    }
  }
  const every = (root: ParentNode): HTMLElement[] => [...root.querySelectorAll<HTMLElement>('*')].flatMap((each) => [each, ...(each.shadowRoot ? every(each.shadowRoot) : [])]);
  const seen = (each: HTMLElement): boolean => each.checkVisibility();
  const find = <T extends HTMLElement = HTMLElement>(selector: string): T | undefined => every(room).find((each): each is T => each.matches(selector) && seen(each));
  const words = (): string => every(room).filter(seen).flatMap((each) => [...each.childNodes].filter((node) => node instanceof Text).map((node) => node.data)).join(' ').replace(/\s+/g, ' ');
  async function press(action: string): Promise<void> {
    find(`[data-action=${action}]`)!.click();
    await settle();
  }
  async function enter(selector: string, text: string): Promise<void> {
    const field = find<HTMLInputElement>(selector)!;
    field.value = text;
    field.dispatchEvent(new InputEvent('input', { bubbles: true, composed: true }));
    await settle();
  }
  const focused = (): Element | null => {
    let at = document.activeElement;
    while (at?.shadowRoot?.activeElement) at = at.shadowRoot.activeElement;
    return at;
  };

  beforeEach(() => {
    [wishes, asked] = [[], []];
    answer = async () => ({ call: call() });
    room = document.createElement('div');
    room.style.cssText = 'display:flex;flex-direction:column;inline-size:360px;block-size:640px';
    const style = document.createElement('style');
    style.textContent = tokens.cssText.replace(':host {', ':root {').replaceAll(':host(', ':root:is(');
    document.body.append(style, room);
  });
  afterEach(() => room.remove());

  it('[E6] stays on screen with two ways on; one of them is the chat', async () => {
    expect(lingerMs(unanswered())).to.equal(null);
    expect(lingerMs(unanswered({ endReason: 'cancelled' })), 'whoever gave up needs no more').to.be.a('number');
    expect(answerMissing(unanswered({ outgoing: false })), 'an agent’s own call is no visitor’s').to.equal(false);
    await show(unanswered());
    expect(words()).to.contain(callEn.callBack.nobody).and.to.contain(callEn.callBack.waysOn);
    expect(find('peer-consult-call-view'), 'the call itself is gone').to.equal(undefined);
    expect(await axeViolations(room)).to.deep.equal([]);
    await press('write');
    expect(wishes).to.deep.equal(['dismiss', 'write']);
  });

  it('[E6] a site that calls nobody back does not offer it', async () => {
    await show(unanswered(), { callBack: false });
    expect(find('[data-action=write]')).to.not.equal(undefined);
    expect(find('[data-action=call-back]')).to.equal(undefined);
  });

  it('[E6] a call-back is asked for by number or address, with mistakes said in words, and then there is thanks', async () => {
    await show(unanswered());
    await press('call-back');
    expect(focused()!.id, 'the field has the focus').to.equal('contact');
    await press('ask');
    expect(words()).to.contain(callEn.callBack.phoneMissing);
    expect(find('#contact')!.getAttribute('aria-describedby')).to.equal('wrong');
    expect(await axeViolations(room)).to.deep.equal([]);
    await enter('#contact', 'tomorrow');
    expect(words()).to.contain(callEn.callBack.phoneWrong);
    await enter('#contact', '+82 10-1234-5678');
    expect(find('#wrong'), 'what is mended is not said any more').to.equal(undefined);
    find<HTMLInputElement>('[value=email]')!.click();
    await settle();
    await enter('#contact', 'kim@');
    await press('ask');
    expect(words()).to.contain(callEn.callBack.emailWrong);
    find<HTMLInputElement>('[value=phone]')!.click();
    await settle();
    expect(find<HTMLInputElement>('#contact')!.value, 'the number is still there').to.equal('+82 10-1234-5678');
    await enter('#text', ' Order 1042 ');
    answer = () => Promise.reject(new WireFailure('rate_limited', ''));
    await press('ask');
    expect(words()).to.contain(callEn.callBack.refused['rate_limited']);
    answer = async () => ({ call: call() });
    await press('ask');
    expect(asked.at(-1)).to.deep.equal({ callId: 'k1', kind: 'callback', contact: '+82 10-1234-5678', text: 'Order 1042' });
    expect(words()).to.contain(callEn.callBack.thanks).and.to.contain('+82 10-1234-5678');
    expect(focused()!.id, 'a screen reader begins at the thanks').to.equal('title');
    expect(await axeViolations(room)).to.deep.equal([]);
    await press('dismiss');
    expect(wishes).to.deep.equal(['dismiss']);
  });

  it('[E6] an Enter that ends a syllable sends nothing', async () => {
    await show(unanswered());
    await press('call-back');
    await enter('#contact', '010-1234-5678');
    const composing = new KeyboardEvent('keydown', { key: 'Enter', isComposing: true, bubbles: true, cancelable: true, composed: true });
    find('#contact')!.dispatchEvent(composing);
    expect(composing.defaultPrevented).to.equal(true);
    expect(asked).to.deep.equal([]);
  });

  it('[E6] where nobody is there the ways on stand beside the ringing; the thanks outlast the call that is given up by it', async () => {
    await show(view(), { presence: { status: 'offline' } });
    expect(words()).to.contain(callEn.callBack.nobodyThere).and.to.contain(callEn.outgoing('Shop'));
    expect(find('peer-consult-call-view'), 'the ringing is a strip').to.equal(undefined);
    await press('call-back');
    await enter('#contact', '010-1234-5678');
    await press('ask');
    const followUp = { kind: 'callback' as const, contact: '010-1234-5678', text: '', at: '2026-11-21T09:00:20Z', doneAt: null };
    await show(view({ phase: 'ended', endReason: 'cancelled', call: call({ state: 'ended', endReason: 'cancelled', followUp }) }), { presence: { status: 'offline' } });
    expect(words()).to.contain(callEn.callBack.thanks).and.not.to.contain(callEn.outgoing('Shop'));
  });

  it('[E3] who waits can make the call a strip and write; the place in the line stands there, and it is large again when somebody answers', async () => {
    await show(view({ queue: { position: 3, etaMs: 250_000 } }));
    expect(words()).to.contain(callEn.keepWriting);
    await press('write');
    expect(wishes).to.deep.equal(['write']);
    expect(find('peer-consult-call-view')).to.equal(undefined);
    expect(words()).to.contain(callEn.placeInLine(3, 4));
    expect(await axeViolations(room)).to.deep.equal([]);
    await press('cancel');
    expect(wishes).to.deep.equal(['write', 'end']);
    await press('show');
    expect(find('peer-consult-call-view')).to.not.equal(undefined);
    expect(focused(), 'the focus is not lost').to.equal(find('[data-action=write]'));
    await press('write');
    await show(view({ phase: 'connecting', call: call({ state: 'active' }) }));
    expect(find('peer-consult-call-view')).to.not.equal(undefined);
    expect(find('[data-action=write]')).to.equal(undefined);
  });
});
