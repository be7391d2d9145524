import { expect } from '@esm-bundle/chai';
import type { Call } from '../../protocol/shapes.ts';
import type { CallPhase, CallTrouble, CallView as View } from '../engine/call/call-engine.ts';
import { tokens } from '../styles/tokens.ts';
import { axeViolations } from '../testing/axe-violations.ts';
import { call as callEn } from '../../languages/split/en-call.ts';
import { call as callKo } from '../../languages/split/ko-call.ts';
import './call-choice.ts';
import './call-view.ts';
import './incoming-call.ts';
import { clockWords, initials } from './call-words.ts';
import { createRingTone } from './ring-tone.ts';
import { loadCallTexts } from '../texts/call-texts.ts';

const call = (fields: Partial<Call> = {}): Call => ({
  id: 'k1', conversationId: 'c1', siteId: 's1', mode: 'audio', state: 'active', visitor: { id: 'v1', name: 'Mina Park' },
  startedBy: { kind: 'visitor', id: 'v1', name: 'Mina Park' }, answeredBy: { kind: 'agent', id: 'a1', name: 'Ada Byron' },
  createdAt: '2026-11-21T09:00:00Z', answeredAt: '2026-11-21T09:00:05Z', endedAt: null, endReason: null, consents: {}, recording: null, ...fields,
});
const view = (fields: Partial<View> = {}): View => ({
  call: call(), phase: 'connected', mode: 'audio', outgoing: true, local: null, remote: null, microphoneOn: true, cameraOn: false,
  remoteMicrophoneOn: true, remoteCameraOn: false, peerPresent: true, recording: { on: false, paused: false, allowed: true }, queue: null,
  connectedAt: 1_000, endReason: null, trouble: null, ...fields,
});

let room: HTMLElement;

function stream(colour = '#446688'): MediaStream {
  const canvas = document.createElement('canvas');
  [canvas.width, canvas.height] = [320, 240];
  const drawing = canvas.getContext('2d')!;
  drawing.fillStyle = colour;
  drawing.fillRect(0, 0, 320, 240);
  return canvas.captureStream(5);
}

async function show<T extends keyof HTMLElementTagNameMap>(tag: T, fields: Partial<HTMLElementTagNameMap[T]>): Promise<HTMLElementTagNameMap[T] & { updateComplete: Promise<unknown> }> {
  const element = Object.assign(document.createElement(tag), fields) as HTMLElementTagNameMap[T] & { updateComplete: Promise<unknown> };
  room.append(element);
  await element.updateComplete;
  return element;
}
const inside = (element: HTMLElement, selector: string): HTMLElement | null => element.shadowRoot!.querySelector(selector);
const press = (element: HTMLElement, action: string): void => inside(element, `[data-action=${action}]`)!.click();
const heard = (): { type: string; detail: unknown }[] => {
  const events: { type: string; detail: unknown }[] = [];
  for (const type of ['pc-hang-up', 'pc-microphone', 'pc-camera', 'pc-allow-playback', 'pc-dismiss', 'pc-accept', 'pc-decline', 'pc-start', 'pc-cancel']) {
    room.addEventListener(type, (event) => events.push({ type, detail: (event as CustomEvent).detail }));
  }
  return events;
};
async function accessible(element: HTMLElement): Promise<void> {
  expect(await axeViolations(element)).to.deep.equal([]);
}

describe('the elements of a call', function () {
  this.timeout(20_000);
  beforeEach(() => {
    room = document.createElement('div');
    room.style.cssText = 'inline-size:340px;block-size:520px';
    const style = document.createElement('style');
    style.textContent = tokens.cssText.replace(':host {', ':root {').replaceAll(':host(', ':root:is(');
    room.append(style);
    document.body.append(room);
  });
  afterEach(() => room.remove());

  it('[F9] the buttons wish for the opposite of what is, and hang up', async () => {
    const element = await show('peer-consult-call-view', { view: view({ mode: 'video', cameraOn: false, microphoneOn: true }) });
    const events = heard();
    for (const action of ['microphone', 'camera', 'hang-up']) press(element, action);
    expect(events).to.deep.equal([
      { type: 'pc-microphone', detail: { on: false } },
      { type: 'pc-camera', detail: { on: true } },
      { type: 'pc-hang-up', detail: null },
    ]);
    expect(inside(element, '[data-action=microphone]')!.getAttribute('aria-pressed')).to.equal('true');
    expect(inside(element, '[data-action=camera]')!.getAttribute('aria-pressed')).to.equal('false');
  });

  it('[G12] that recording is on stands there in words; that it is off as well', async () => {
    const element = await show('peer-consult-call-view', { view: view({ recording: { on: true, paused: false, allowed: true } }) });
    expect(inside(element, '[part=recording]')!.textContent).to.contain('This call is being recorded');
    element.view = view({ recording: { on: false, paused: false, allowed: false } });
    await element.updateComplete;
    expect(inside(element, '[part=recording]')).to.equal(null);
    expect(inside(element, '[data-recording=off]')).to.not.equal(null);
  });

  it('[E3] who waits sees the own place and, where it can be guessed, how long; who is next hears it ring', async () => {
    const status = async (queue: View['queue'], locale = 'en') => {
      const element = await show('peer-consult-call-view', { view: view({ phase: 'outgoing', connectedAt: null, queue }), side: 'visitor', locale });
      return inside(element, '[part=status]')!.textContent;
    };
    expect(await status({ position: 3, etaMs: 250_000 })).to.equal('You are number 3 in the line, about 4 min. Please stay here…');
    expect(await status({ position: 2, etaMs: null })).to.equal('You are number 2 in the line. Please stay here…');
    await loadCallTexts('ko');
    expect(await status({ position: 2, etaMs: 1 }, 'ko')).to.contain('2번째').and.to.contain('1분');
    expect(await status({ position: 1, etaMs: 9 })).to.contain('Calling');
  });

  it('[G12] the recording can be held and gone on with; that it is held stands there for both', async () => {
    const element = await show('peer-consult-call-view', { view: view({ recording: { on: true, paused: false, allowed: true } }) });
    const wishes: boolean[] = [];
    element.addEventListener('pc-recording', (event) => void wishes.push((event as CustomEvent<{ on: boolean }>).detail.on));
    inside(element, '[data-action=recording]')!.click();
    element.view = view({ recording: { on: false, paused: true, allowed: true } });
    await element.updateComplete;
    expect(inside(element, '[data-recording=paused]')!.textContent).to.equal('Recording paused');
    expect(inside(element, '[part=recording]')).to.equal(null);
    inside(element, '[data-action=recording]')!.click();
    expect(wishes).to.deep.equal([false, true]);
    await accessible(element);
  });

  it('[F16] both pictures are shown, the own one small, both muted and inline', async () => {
    const element = await show('peer-consult-call-view', { view: view({ mode: 'video', cameraOn: true, remoteCameraOn: true, local: stream(), remote: stream('#884466') }) });
    const videos = [...element.shadowRoot!.querySelectorAll('video')];
    expect(videos.map((video) => [video.muted, video.hasAttribute('playsinline'), !!video.srcObject])).to.deep.equal([[true, true, true], [true, true, true]]);
    const [remote, own] = videos.map((video) => video.getBoundingClientRect().width);
    expect(own!).to.be.below(remote! / 2);
    await accessible(element);
  });

  it('the clock counts from the first sound by the server’s time and stands still at the end', async () => {
    let now = 66_000;
    const element = await show('peer-consult-call-view', { view: view(), now: () => now });
    expect(inside(element, '[part=timer]')!.textContent).to.equal('1:05');
    element.view = view({ phase: 'ended', endReason: 'agent_hangup' });
    await element.updateComplete;
    now = 99_000;
    element.view = view({ phase: 'ended', endReason: 'agent_hangup', peerPresent: false });
    await element.updateComplete;
    expect(inside(element, '[part=timer]')!.textContent).to.equal('1:05');
    expect(inside(element, '[part=status]')!.textContent).to.equal('Ada Byron hung up');
    const events = heard();
    press(element, 'dismiss');
    expect(events.map(({ type }) => type)).to.deep.equal(['pc-dismiss']);
  });

  const phases: CallPhase[] = ['preparing', 'outgoing', 'connecting', 'connected', 'reconnecting', 'ended'];
  for (const locale of ['en', 'ko']) {
    it(`[P11] every phase is accessible and says what is going on (${locale})`, async () => {
      const element = await show('peer-consult-call-view', { locale, view: view() });
      for (const phase of phases) {
        element.view = view({ phase, endReason: phase === 'ended' ? 'no_answer' : null });
        await element.updateComplete;
        expect(inside(element, '[part=status]')!.textContent!.trim()).to.not.equal('');
        await accessible(element);
      }
    });
  }

  it('[F10] every trouble has words and, where a click helps, the click', async () => {
    const element = await show('peer-consult-call-view', { view: view() });
    for (const trouble of Object.keys(callEn.trouble) as CallTrouble[]) {
      element.view = view({ trouble, phase: trouble === 'playback_blocked' ? 'connected' : 'ended' });
      await element.updateComplete;
      expect(inside(element, '[part=trouble]')!.textContent!.trim().length).to.be.above(10);
    }
    element.view = view({ trouble: 'playback_blocked' });
    await element.updateComplete;
    const events = heard();
    press(element, 'allow-playback');
    expect(events.map(({ type }) => type)).to.deep.equal(['pc-allow-playback']);
    await accessible(element);
  });

  it('both languages say everything', () => {
    const keys = (texts: object): string => Object.keys(texts).sort().join();
    expect(keys(callKo)).to.equal(keys(callEn));
    expect(keys(callKo.trouble)).to.equal(keys(callEn.trouble));
  });

  it('[S19] before a call the visitor chooses: recorded, not recorded, or back', async () => {
    const element = await show('peer-consult-call-choice', { mode: 'video' });
    const events = heard();
    for (const action of ['start-recorded', 'start-unrecorded', 'cancel']) press(element, action);
    expect(events).to.deep.equal([
      { type: 'pc-start', detail: { mode: 'video', consent: true } },
      { type: 'pc-start', detail: { mode: 'video', consent: false } },
      { type: 'pc-cancel', detail: null },
    ]);
    inside(element, 'section')!.dispatchEvent(new KeyboardEvent('keydown', { key: 'Escape', bubbles: true }));
    expect(events.at(-1)!.type).to.equal('pc-cancel');
    await accessible(element);
  });

  it('[S19] an agent answers with or without agreeing; where the visitor refused there is nothing to agree to', async () => {
    const ringing = call({ state: 'ringing', answeredBy: null, consents: { visitor: true } });
    const element = await show('peer-consult-incoming-call', { call: ringing, side: 'agent', recordingNotice: true });
    expect(element.shadowRoot!.textContent).to.contain('Mina Park is calling');
    const events = heard();
    press(element, 'accept');
    press(element, 'consent');
    press(element, 'accept');
    press(element, 'decline');
    expect(events).to.deep.equal([
      { type: 'pc-accept', detail: { consent: true } },
      { type: 'pc-accept', detail: { consent: false } },
      { type: 'pc-decline', detail: null },
    ]);
    await accessible(element);
    element.call = { ...ringing, consents: { visitor: false } };
    await element.updateComplete;
    expect(inside(element, '[data-action=consent]')).to.equal(null);
    press(element, 'accept');
    expect(events.at(-1)!.detail).to.deep.equal({ consent: false });
  });

  it('[S19] a visitor agrees by the button it chooses, never by a tick that stood there', async () => {
    const ringing = call({ state: 'ringing', startedBy: { kind: 'agent', id: 'a1', name: 'Ada Byron' }, answeredBy: null });
    const element = await show('peer-consult-incoming-call', { call: ringing, side: 'visitor', recordingNotice: true });
    const events = heard();
    press(element, 'accept');
    press(element, 'accept-unrecorded');
    expect(events.map(({ detail }) => detail)).to.deep.equal([{ consent: true }, { consent: false }]);
    expect(inside(element, '[data-action=consent]')).to.equal(null);
    await accessible(element);
  });

  it('names and clocks', () => {
    expect([clockWords(-5), clockWords(65_000), clockWords(3_725_000)]).to.deep.equal(['0:00', '1:05', '1:02:05']);
    expect([initials('Mina Park'), initials('박미나'), initials('ada'), initials('')]).to.deep.equal(['MP', '박', 'A', '?']);
  });

  it('the ring tone starts, stops and starts again', async () => {
    const ring = createRingTone({ volume: 0 });
    ring.start();
    ring.stop();
    ring.start();
    ring.stop();
  });
});
