import { expect } from '@esm-bundle/chai';
import type { CallTrouble, CallView } from '../engine/call/call-engine.ts';
import { createStore } from '../engine/store.ts';
import type { Wire } from '../engine/wire.ts';
import { until } from '../engine/testing/fake-server.ts';
import { tokens } from '../styles/tokens.ts';
import { axeViolations } from '../testing/axe-violations.ts';
import { loadCallTexts } from '../texts/call-texts.ts';
import { loadPreflightTexts } from '../texts/preflight-texts.ts';
import './call-view.ts';
import './handoff-card.ts';
import './no-calls.ts';
import './preflight.ts';
import { troubleWords, waysOn } from './trouble-ways.ts';

const kakao = 'Mozilla/5.0 (Linux; Android 14; SM-S918N; wv) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/125.0 Mobile Safari/537.36 KAKAOTALK 10.8.3';
const instagram = 'Mozilla/5.0 (iPhone; CPU iPhone OS 17_5_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/21F90 Instagram 335.1.8.26.85 (iPhone15,2)';
const chrome = 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36';
const secret = 'Q2hhcmxpZSBCcm93biBhbmQgU25vb3B5IGdvIHRvIHNlYQ';
const wire = { server: 'https://consult.example', token: () => Promise.resolve('mine'), status: createStore('online') } as unknown as Wire;

describe('what stands between the click and the ringing', function () {
  this.timeout(20_000);
  let room: HTMLElement;
  let heard: { type: string; detail: unknown }[];
  let answer: () => Response;
  const asked: { url: string; authorization: string | null }[] = [];
  const { getUserMedia } = navigator.mediaDevices;
  const { query } = navigator.permissions;
  const realFetch = window.fetch;

  const permissions = (state: PermissionState | null): void => {
    navigator.permissions.query = () => (state ? Promise.resolve({ state } as PermissionStatus) : Promise.reject(new TypeError()));
  };
  const refusing = (name: string, message = ''): void => {
    navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException(message, name));
  };
  async function show<T extends keyof HTMLElementTagNameMap>(tag: T, fields: Partial<HTMLElementTagNameMap[T]>): Promise<HTMLElementTagNameMap[T]> {
    const element = Object.assign(document.createElement(tag), fields);
    room.replaceChildren(room.firstElementChild!, element);
    await (element as unknown as { updateComplete: Promise<unknown> }).updateComplete;
    return element;
  }
  const inside = (element: Element, selector: string): HTMLElement | null => element.shadowRoot!.querySelector(selector);
  const actions = (element: Element): string[] => [...element.shadowRoot!.querySelectorAll<HTMLElement>('[data-action]')].map((each) => each.dataset['action']!);
  const press = (element: Element, action: string): void => inside(element, `[data-action=${action}]`)!.click();

  beforeEach(() => {
    room = document.createElement('div');
    const style = document.createElement('style');
    style.textContent = tokens.cssText.replace(':host {', ':root {').replaceAll(':host(', ':root:is(');
    room.append(style);
    document.body.append(room);
    heard = [];
    asked.length = 0;
    for (const type of ['pc-ready', 'pc-cancel', 'pc-elsewhere']) room.addEventListener(type, (event) => heard.push({ type, detail: (event as CustomEvent).detail }));
    answer = () => Response.json({ token: secret, expiresAt: '2026-11-21T09:10:00Z' }, { status: 201 });
    window.fetch = async (url, init) => {
      if (!String(url).includes('/v1/')) return realFetch(url, init);
      asked.push({ url: String(url), authorization: new Headers(init?.headers).get('authorization') });
      return String(url).endsWith('/ice-servers') ? Response.json({ iceServers: [] }) : answer();
    };
  });
  afterEach(() => {
    room.remove();
    navigator.mediaDevices.getUserMedia = getUserMedia;
    navigator.permissions.query = query;
    window.fetch = realFetch;
  });

  it('[F10] who has allowed microphone and camera before sees nothing and presses nothing', async () => {
    permissions('granted');
    let taken = 0;
    navigator.mediaDevices.getUserMedia = () => Promise.reject(new Error(`taken ${++taken}`));
    const element = await show('peer-consult-preflight', { mode: 'video', wire });
    await until(() => heard.length > 0);
    expect(heard).to.deep.equal([{ type: 'pc-ready', detail: { listen: false } }]);
    expect([getComputedStyle(element).display, taken]).to.deep.equal(['none', 0]);
  });

  it('[F10] who is asked for the first time sees the own picture and how loud it is, and rings by a button; the devices are let go before', async () => {
    permissions('prompt');
    const given: MediaStreamTrack[] = [];
    navigator.mediaDevices.getUserMedia = async (wish) => {
      const stream = await getUserMedia.call(navigator.mediaDevices, wish);
      given.push(...stream.getTracks());
      return stream;
    };
    const element = await show('peer-consult-preflight', { mode: 'video', wire });
    await until(() => inside(element, '[data-action=call-now]') !== null, 'the button');
    expect(heard).to.deep.equal([]);
    const picture = inside(element, 'video') as HTMLVideoElement;
    await until(() => picture.videoWidth > 0, 'the picture');
    expect(picture.muted).to.equal(true);
    await until(() => (inside(element, 'meter') as HTMLMeterElement).value > 0, 'the level');
    expect(asked.map(({ url }) => url)).to.deep.equal(['https://consult.example/v1/ice-servers']);
    expect(element.shadowRoot!.activeElement).to.equal(inside(element, '[data-action=call-now]'));
    expect(await axeViolations(element)).to.deep.equal([]);
    press(element, 'call-now');
    expect(heard).to.deep.equal([{ type: 'pc-ready', detail: { listen: false } }]);
    expect(given.map(({ readyState }) => readyState)).to.deep.equal(['ended', 'ended']);
  });

  it('[F10] each refusal has its words and its ways on: once more, listening, the chat', async () => {
    const cases: readonly [string, PermissionState, string, CallTrouble, string[]][] = [
      ['NotAllowedError', 'denied', '', 'permission_denied', ['again', 'listen', 'chat']],
      ['NotAllowedError', 'prompt', 'Permission dismissed', 'permission_dismissed', ['again', 'listen', 'chat']],
      ['NotFoundError', 'prompt', '', 'no_microphone', ['again', 'listen', 'elsewhere', 'chat']],
      ['NotReadableError', 'prompt', '', 'device_in_use', ['again', 'listen', 'chat']],
      ['SecurityError', 'prompt', '', 'not_allowed_here', ['listen', 'elsewhere', 'chat']],
    ];
    const said = new Set<string>();
    for (const [name, state, message, trouble, ways] of cases) {
      permissions(state);
      refusing(name, message);
      const element = await show('peer-consult-preflight', { mode: 'audio', wire, userAgent: chrome });
      await until(() => inside(element, '[data-trouble]') !== null, trouble);
      expect(inside(element, '[data-trouble]')!.dataset['trouble']).to.equal(trouble);
      said.add(inside(element, '[data-trouble]')!.textContent!);
      expect(actions(element), trouble).to.deep.equal(ways);
    }
    expect(said.size).to.equal(cases.length);
    const element = room.querySelector('peer-consult-preflight')!;
    expect(await axeViolations(element)).to.deep.equal([]);
    press(element, 'listen');
    press(element, 'chat');
    expect(heard).to.deep.equal([{ type: 'pc-ready', detail: { listen: true } }, { type: 'pc-cancel', detail: null }]);
    navigator.mediaDevices.getUserMedia = getUserMedia;
    const again = await show('peer-consult-preflight', { mode: 'audio', wire, hindrance: () => null, userAgent: chrome });
    await until(() => actions(again).includes('call-now'), 'a second try');
  });

  it('[F10] a browser inside an app without microphones hands over by a link, a way out of the app, and a code to scan', async () => {
    const element = await show('peer-consult-preflight', { mode: 'video', wire, hindrance: () => 'not_supported', userAgent: kakao });
    await until(() => inside(element, '[data-trouble]') !== null);
    expect(inside(element, '[data-trouble]')!.textContent).to.contain('KakaoTalk');
    expect(actions(element)).to.deep.equal(['elsewhere', 'chat']);
    asked.length = 0;
    press(element, 'elsewhere');
    await until(() => inside(element, 'peer-consult-handoff')?.shadowRoot?.querySelector('svg[role=img]') != null, 'the code');
    const card = inside(element, 'peer-consult-handoff')!;
    expect(asked).to.deep.equal([{ url: 'https://consult.example/v1/visitors/me/handoff', authorization: 'Bearer mine' }]);
    const link = (inside(card, 'input') as HTMLInputElement).value;
    expect(link).to.equal(`${location.href.split('#')[0]}#peer-consult=${secret}.video`);
    expect(inside(card, '[data-action=open]')!.getAttribute('href')).to.equal(`kakaotalk://web/openExternal?url=${encodeURIComponent(link)}`);
    expect(await axeViolations(element)).to.deep.equal([]);
  });

  it('[F10] the card copies, says when it cannot, and tries again when no link came; where the app has no way out it says what to press', async () => {
    answer = () => Response.json({ code: 'rate_limited', title: 'x', status: 429 }, { status: 429 });
    const card = await show('peer-consult-handoff', { wire, userAgent: instagram, page: 'https://shop.example/cups#old' });
    await until(() => inside(card, '[role=alert]') !== null);
    answer = () => Response.json({ token: secret, expiresAt: '2026-11-21T09:10:00Z' }, { status: 201 });
    press(card, 'again');
    await until(() => inside(card, 'input') !== null);
    expect((inside(card, 'input') as HTMLInputElement).value).to.equal(`https://shop.example/cups#peer-consult=${secret}`);
    expect(card.shadowRoot!.textContent).to.contain('Safari');
    expect(inside(card, '[data-action=open]')).to.equal(null);
    const { clipboard } = navigator;
    const copies: string[] = [];
    Object.defineProperty(navigator, 'clipboard', { configurable: true, value: { writeText: (text: string) => (copies.push(text), copies.length > 1 ? Promise.reject(new Error()) : Promise.resolve()) } });
    press(card, 'copy');
    await until(() => inside(card, '[role=status]')!.textContent === 'Copied');
    press(card, 'copy');
    await until(() => inside(card, '[role=status]')!.textContent!.includes('copy it'));
    Object.defineProperty(navigator, 'clipboard', { configurable: true, value: clipboard });
    expect(card.shadowRoot!.activeElement).to.equal(inside(card, 'input'));
  });

  it('[F10] an ended call offers the same ways to both sides, without the link for agents; what ended otherwise offers none', async () => {
    const view = (fields: Partial<CallView>): CallView => ({
      call: null, phase: 'ended', mode: 'audio', outgoing: true, local: null, remote: null, microphoneOn: true, cameraOn: false, remoteMicrophoneOn: true, remoteCameraOn: false,
      peerPresent: true, recording: { on: false, paused: false, allowed: false }, queue: null, connectedAt: null, endReason: null, trouble: 'no_microphone', ...fields,
    });
    const tries: unknown[] = [];
    const engine = { again: (options: unknown) => void tries.push(options), devices: createStore([]) } as never;
    for (const [side, ways] of [['visitor', ['again', 'listen', 'elsewhere']], ['agent', ['again', 'listen']]] as const) {
      const element = await show('peer-consult-call-view', { view: view({}), side, engine });
      expect(actions(element).filter((action) => ['again', 'listen', 'elsewhere'].includes(action)), side).to.deep.equal(ways);
      expect(await axeViolations(element)).to.deep.equal([]);
    }
    const element = await show('peer-consult-call-view', { view: view({}), side: 'visitor', engine });
    for (const way of ['again', 'listen', 'elsewhere']) press(element, way);
    expect(tries).to.deep.equal([{ listen: false }, { listen: true }]);
    expect(heard.map(({ type }) => type)).to.deep.equal(['pc-elsewhere']);
    expect(waysOn('no_route', { side: 'visitor', outgoing: false, userAgent: chrome }), 'a call that rang here was answered').to.deep.equal([]);
    expect(waysOn('device_in_use', { side: 'agent', outgoing: false, userAgent: chrome })).to.deep.equal(['again', 'listen']);
    expect(waysOn('offline', { side: 'visitor', able: false, userAgent: chrome })).to.deep.equal([]);
    expect(waysOn('permission_denied', { side: 'visitor', userAgent: kakao })).to.include('elsewhere');
    for (const trouble of ['answered_elsewhere', 'superseded', 'already_in_call', 'insecure_page'] as const) expect(waysOn(trouble, { side: 'visitor' })).to.deep.equal([]);
  });

  it('[F10] a blocked microphone: other words for each browser, in both languages', async () => {
    await Promise.all([loadCallTexts('ko'), loadPreflightTexts('ko')]);
    const agents = [chrome, kakao, chrome.replace('X11; Linux x86_64', 'Linux; Android 10; K'), 'Mozilla/5.0 (X11; rv:127.0) Gecko/20100101 Firefox/127.0', 'Mozilla/5.0 (Linux; Android 10; K) SamsungBrowser/25.0 Chrome/121.0 Mobile Safari/537.36',
      'Mozilla/5.0 (Macintosh) AppleWebKit/605.1.15 Version/17.5 Safari/605.1.15', 'Mozilla/5.0 (iPhone) AppleWebKit/605.1.15 Version/17.5 Mobile/15E148 Safari/604.1', 'Pudding'];
    for (const locale of ['en', 'ko']) expect(new Set(agents.map((userAgent) => troubleWords('permission_denied', locale, { userAgent, maxTouchPoints: 0 }))).size, locale).to.equal(agents.length);
    expect(troubleWords('not_supported', 'ko', { userAgent: kakao })).to.contain('카카오톡');
  });

  it('[A9] [F10] the word in the chat why there are no calls leads on where it can', async () => {
    const insecure = await show('peer-consult-no-calls', { obstacle: 'insecure', wire });
    expect(actions(insecure)).to.deep.equal([]);
    const element = await show('peer-consult-no-calls', { obstacle: 'unsupported', wire, userAgent: kakao });
    expect(await axeViolations(element)).to.deep.equal([]);
    press(element, 'elsewhere');
    await until(() => inside(element, 'peer-consult-handoff')?.shadowRoot?.querySelector('input') != null);
  });
});
