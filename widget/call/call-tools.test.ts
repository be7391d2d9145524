import { expect } from '@esm-bundle/chai';
import type { Call } from '../../protocol/shapes.ts';
import type { CallEngine, CallView as View, MediaShown } from '../engine/call/call-engine.ts';
import type { DeviceList } from '../engine/call/device-choice.ts';
import { createStore } from '../engine/store.ts';
import { waitFor } from '../engine/testing/wait-for.ts';
import { tokens } from '../styles/tokens.ts';
import { axeViolations } from '../testing/axe-violations.ts';
import { callTexts, loadCallTexts } from '../texts/call-texts.ts';
import './call-view.ts';
import type { CallView } from './call-view.ts';

const call: Call = {
  id: 'k1', conversationId: 'c1', siteId: 's1', mode: 'audio', state: 'active', visitor: { id: 'v1', name: 'Mina Park' },
  startedBy: { kind: 'visitor', id: 'v1', name: 'Mina Park' }, answeredBy: { kind: 'agent', id: 'a1', name: 'Ada Byron' },
  createdAt: '2026-11-21T09:00:00Z', answeredAt: '2026-11-21T09:00:05Z', endedAt: null, endReason: null, consents: {}, recording: null,
};
const media = (fields: Partial<MediaShown> = {}): MediaShown => ({ held: false, remoteHeld: false, screen: null, remoteScreen: null, question: 'none', refused: null, ...fields });
const view = (fields: Partial<View> = {}): View => ({
  call, phase: 'connected', mode: 'audio', outgoing: true, local: null, remote: null, microphoneOn: true, cameraOn: false,
  remoteMicrophoneOn: true, remoteCameraOn: false, peerPresent: true, recording: { on: true, paused: false, allowed: true }, queue: null,
  connectedAt: 1_000, endReason: null, trouble: null, media: media(), ...fields,
});

const list: DeviceList = {
  microphone: { all: [{ id: 'default', name: 'Default - Desk' }, { id: 'm1', name: 'Desk microphone with a very long name indeed (0x1234:0xabcd)' }, { id: 'm2', name: '' }], wished: 'm2' },
  camera: { all: [{ id: 'c1', name: 'Lid' }], wished: '' },
  speaker: { all: [{ id: 'default', name: 'Default' }, { id: 's1', name: 'Headset' }], wished: '' },
};

let room: HTMLElement;
let done: unknown[][];

function engine(devices: DeviceList = list): CallEngine {
  const note = (name: string) => (...args: unknown[]) => {
    done.push([name, ...args]);
    return Promise.resolve();
  };
  return { devices: createStore(devices), hold: note('hold'), shareScreen: note('shareScreen'), answerVideo: note('answerVideo'), chooseDevice: note('chooseDevice') } as unknown as CallEngine;
}

async function show(fields: Partial<View> = {}, more: Partial<CallView> = {}): Promise<CallView> {
  const element = Object.assign(document.createElement('peer-consult-call-view'), { view: view(fields), engine: engine(), ...more });
  room.append(element);
  await element.updateComplete;
  return element;
}

/** What is drawn in the view or in the elements inside it. */
function find(element: HTMLElement, selector: string): HTMLElement | null {
  const root = element.shadowRoot!;
  const own = root.querySelector<HTMLElement>(selector);
  if (own) return own;
  for (const inner of root.querySelectorAll<HTMLElement>('*')) {
    const found = inner.shadowRoot && find(inner, selector);
    if (found) return found;
  }
  return null;
}
const press = (element: HTMLElement, action: string): void => find(element, `[data-action=${action}]`)!.click();
const settle = async (element: CallView): Promise<void> => {
  await element.updateComplete;
  for (const inner of element.shadowRoot!.querySelectorAll<HTMLElement & { updateComplete?: Promise<unknown> }>('*')) await inner.updateComplete;
};
const accessible = async (element: HTMLElement): Promise<void> => {
  expect(await axeViolations(element)).to.deep.equal([]);
};

function stream(colour: string): MediaStream {
  const canvas = document.createElement('canvas');
  [canvas.width, canvas.height] = [320, 240];
  const drawing = canvas.getContext('2d')!;
  drawing.fillStyle = colour;
  drawing.fillRect(0, 0, 320, 240);
  return canvas.captureStream(5);
}

describe('the tools of a call', function () {
  this.timeout(20_000);
  before(() => Promise.all([loadCallTexts('en'), loadCallTexts('ko')]));
  beforeEach(() => {
    done = [];
    room = document.createElement('div');
    // A phone of 360 px, within the chat's frame.
    room.style.cssText = 'inline-size:340px;block-size:560px';
    const style = document.createElement('style');
    style.textContent = tokens.cssText.replace(':host {', ':root {').replaceAll(':host(', ':root:is(');
    room.append(style);
    document.body.append(room);
  });
  afterEach(() => room.remove());

  it('[F9] the menu is opened, walked and left by keyboard; Escape closes the menu and nothing else', async () => {
    const element = await show({ mode: 'video' });
    let escaped = 0;
    room.addEventListener('keydown', ({ key }) => (escaped += key === 'Escape' ? 1 : 0));
    const button = find(element, '[data-action=more]')!;
    expect(button.getAttribute('aria-expanded')).to.equal('false');
    button.click();
    await waitFor('open', () => button.getAttribute('aria-expanded') === 'true' && find(element, '[role=menu] button') !== null);
    const menu = button.parentNode as ShadowRoot;
    const key = (name: string): void => void menu.activeElement!.dispatchEvent(new KeyboardEvent('keydown', { key: name, bubbles: true, composed: true, cancelable: true }));
    const at = (): string | undefined => (menu.activeElement as HTMLElement | null)?.dataset.action;
    await waitFor('focus', () => at() === 'share');
    key('ArrowDown');
    expect(at()).to.equal('hold');
    key('ArrowUp');
    key('ArrowUp');
    expect(at()).to.equal('full-screen');
    key('Home');
    expect(at()).to.equal('share');
    await accessible(element);
    key('Escape');
    await settle(element);
    expect([button.getAttribute('aria-expanded'), at(), escaped]).to.deep.equal(['false', 'more', 0]);
    button.click();
    await settle(element);
    press(element, 'hold');
    expect(done).to.deep.equal([['hold', true]]);
  });

  for (const locale of ['en', 'ko']) {
    it(`[F9] at 360 px the large buttons stand in one row, and what is on is told (${locale})`, async () => {
      const element = await show({ mode: 'video', media: media({ screen: stream('#123') }) }, { locale });
      const tops = [...element.shadowRoot!.querySelectorAll('footer > .control'), find(element, '[data-action=more]')!].map((each) => Math.round(each.getBoundingClientRect().top));
      expect([tops.length, new Set(tops).size]).to.deep.equal([5, 1]);
      expect(element.scrollWidth).to.be.at.most(340);
      expect(find(element, '.sharing')!.textContent).to.contain(callTexts(locale).media.sharing);
      press(element, 'stop-sharing');
      expect(done).to.deep.equal([['shareScreen', false]]);
      await accessible(element);
    });

    it(`[F9] both sides read that the call is held, and no picture stays; who holds it goes on (${locale})`, async () => {
      const t = callTexts(locale).media;
      const element = await show({ mode: 'video', remoteCameraOn: true, remote: stream('#844'), media: media({ remoteHeld: true }) }, { locale });
      expect(find(element, '[part=status]')!.textContent).to.equal(t.heldBy('Ada Byron'));
      expect([find(element, 'video.remote'), find(element, '[data-action=go-on]')]).to.deep.equal([null, null]);
      element.view = view({ mode: 'video', media: media({ held: true }) });
      await settle(element);
      expect(find(element, '[part=status]')!.textContent).to.equal(t.heldByYou);
      await accessible(element);
      press(element, 'go-on');
      expect(done).to.deep.equal([['hold', false]]);
    });

    it(`[F9] who is asked for video has three answers; who asks can take it back; a no is told (${locale})`, async () => {
      const t = callTexts(locale).media;
      const element = await show({ media: media({ question: 'asked' }) }, { locale });
      expect(find(element, '[role=alertdialog]')!.textContent).to.contain(t.asked('Ada Byron'));
      await accessible(element);
      for (const word of ['accept', 'watch', 'decline']) press(element, `video-${word}`);
      expect(done).to.deep.equal([['answerVideo', 'accept'], ['answerVideo', 'watch'], ['answerVideo', 'decline']]);
      const wishes: unknown[] = [];
      element.addEventListener('pc-camera', (event) => wishes.push((event as CustomEvent).detail));
      element.view = view({ local: stream('#484'), media: media({ question: 'asking' }) });
      await settle(element);
      expect(find(element, 'video.own'), 'whoever asks sees what would be shown').to.not.equal(null);
      await accessible(element);
      press(element, 'take-back');
      press(element, 'camera');
      expect(wishes).to.deep.equal([{ on: false }, { on: false }]);
      element.view = view({ media: media({ refused: 'declined' }) });
      await settle(element);
      expect(find(element, 'peer-consult-video-question')!.shadowRoot!.textContent).to.contain(t.declined('Ada Byron'));
    });
  }

  it('[F9] a voice call offers the camera only where the site takes video, and nothing before it is connected', async () => {
    expect(find(await show(), '[data-action=camera]')).to.not.equal(null);
    const without = await show({}, { pictures: false });
    expect(find(without, '[data-action=camera]')).to.equal(null);
    press(without, 'more');
    await settle(without);
    expect([find(without, '[data-action=share]'), find(without, '[data-action=hold]') !== null]).to.deep.equal([null, true]);
    expect(find(await show({ phase: 'outgoing', connectedAt: null }), '[data-action=more]')).to.equal(null);
  });

  it('[F9] a shown screen is the large picture, whole; the camera stands small beside it', async () => {
    const element = await show({ mode: 'video', remoteCameraOn: true, remote: stream('#844'), media: media({ remoteScreen: stream('#448') }) });
    const [large, small] = [find(element, 'video.remote') as HTMLVideoElement, find(element, 'video.guest') as HTMLVideoElement];
    expect([large.srcObject, small.srcObject]).to.deep.equal([element.view!.media!.remoteScreen, element.view!.remote]);
    expect(getComputedStyle(large).objectFit).to.equal('contain');
    expect(small.getBoundingClientRect().width).to.be.below(large.getBoundingClientRect().width / 2);
    expect(large.getAttribute('aria-label')).to.equal('Screen of Ada Byron');
    await accessible(element);
  });

  it('[F9] devices by their names; a nameless one by its number; the chosen one is wished for', async () => {
    const element = await show();
    press(element, 'more');
    await settle(element);
    press(element, 'devices');
    await waitFor('open', () => find(element, '[data-device=microphone]') !== null);
    const microphone = find(element, '[data-device=microphone]') as HTMLSelectElement;
    expect([...microphone.options].map(({ text }) => text)).to.deep.equal(['Automatic', 'Desk microphone with a very long name indeed (0x1234:0xabcd)', 'Microphone 2']);
    expect(microphone.value).to.equal('m2');
    for (const [kind, id] of [['microphone', 'default'], ['speaker', 's1'], ['camera', 'c1']] as const) {
      const select = find(element, `[data-device=${kind}]`) as HTMLSelectElement;
      select.value = id;
      select.dispatchEvent(new Event('change'));
    }
    expect(done).to.deep.equal([['chooseDevice', 'microphone', 'default'], ['chooseDevice', 'speaker', 's1'], ['chooseDevice', 'camera', 'c1']]);
    expect(element.scrollWidth).to.be.at.most(340);
    await accessible(element);
    find(element, '[role=dialog]')!.dispatchEvent(new KeyboardEvent('keydown', { key: 'Escape', bubbles: true }));
    await settle(element);
    expect(find(element, '[role=dialog]')).to.equal(null);
  });

  it('[F9] where the browser chooses the speaker there is no choice, and the sound can be tried all the same', async () => {
    const element = await show({}, { engine: engine({ ...list, speaker: { all: [], wished: '' } }) });
    press(element, 'more');
    await settle(element);
    press(element, 'devices');
    await waitFor('open', () => find(element, '[data-action=test-sound]') !== null);
    expect(find(element, '[data-device=speaker]')).to.equal(null);
    const { play } = HTMLMediaElement.prototype;
    const played = new Promise<HTMLMediaElement>((resolve) => {
      HTMLMediaElement.prototype.play = function (this: HTMLMediaElement) {
        resolve(this);
        return play.call(this);
      };
    });
    press(element, 'test-sound');
    const audio = await played;
    HTMLMediaElement.prototype.play = play;
    await waitFor('heard', () => audio.currentTime > 0);
  });

  it('[F9] the microphone’s bar moves with the sound, and lets go of it when the sheet is closed', async () => {
    const local = await navigator.mediaDevices.getUserMedia({ audio: true });
    const element = await show({ local });
    press(element, 'more');
    await settle(element);
    press(element, 'devices');
    await waitFor('moving', () => Number(find(element, '[role=meter]')?.getAttribute('aria-valuenow') ?? 0) > 20);
    local.getAudioTracks()[0]!.enabled = false;
    await waitFor('still', () => find(element, '[role=meter]')!.getAttribute('aria-valuenow') === '0');
    press(element, 'close-devices');
    await settle(element);
    expect(find(element, '[role=meter]')).to.equal(null);
    for (const track of local.getTracks()) track.stop();
  });
});
