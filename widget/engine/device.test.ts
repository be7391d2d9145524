import { expect } from '@esm-bundle/chai';
import { deviceOf, type Agent } from './device.ts';
import { flatContext } from './flat-context.ts';
import { pageOf } from './page-watch.ts';

const brands = (name: string, version: string): Agent['userAgentData'] => ({ brands: [{ brand: 'Not)A;Brand', version: '8' }, { brand: 'Chromium', version }, { brand: name, version }], platform: 'Windows', mobile: false });
const webkit = 'AppleWebKit/537.36 (KHTML, like Gecko)';

describe('what is told of a browser and its page', () => {
  const cases: readonly (readonly [string, Agent, object])[] = [
    ['Chrome on Windows, by its hints', { userAgent: `Mozilla/5.0 (Windows NT 10.0; Win64; x64) ${webkit} Chrome/126.0.0.0 Safari/537.36`, userAgentData: brands('Google Chrome', '126')! }, { browser: 'Chrome 126', system: 'Windows', kind: 'desktop' }],
    ['Edge, by its hints', { userAgent: `Mozilla/5.0 (Windows NT 10.0) ${webkit} Chrome/126.0.0.0 Safari/537.36 Edg/126.0.1`, userAgentData: brands('Microsoft Edge', '126')! }, { browser: 'Edge 126', system: 'Windows', kind: 'desktop' }],
    ['Whale, which its hints hide', { userAgent: `Mozilla/5.0 (Windows NT 10.0) ${webkit} Chrome/124.0.0.0 Whale/3.26.2 Safari/537.36`, userAgentData: brands('Whale', '3')! }, { browser: 'Whale 3', system: 'Windows', kind: 'desktop' }],
    ['KakaoTalk on Android', { userAgent: `Mozilla/5.0 (Linux; Android 14; SM-S918N) ${webkit} Version/4.0 Chrome/125.0 Mobile Safari/537.36 KAKAOTALK 10.8.3` }, { browser: 'KakaoTalk 10', system: 'Android', kind: 'phone' }],
    ['Safari on an iPhone', { userAgent: 'Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1' }, { browser: 'Safari 17', system: 'iOS', kind: 'phone' }],
    ['an iPad that says it is a Mac', { userAgent: 'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Safari/605.1.15', maxTouchPoints: 5 }, { browser: 'Safari 17', system: 'iPadOS', kind: 'tablet' }],
    ['Firefox on Linux', { userAgent: 'Mozilla/5.0 (X11; Linux x86_64; rv:127.0) Gecko/20100101 Firefox/127.0' }, { browser: 'Firefox 127', system: 'Linux', kind: 'desktop' }],
    ['an Android tablet', { userAgent: `Mozilla/5.0 (Linux; Android 13; SM-X700) ${webkit} Chrome/126.0.0.0 Safari/537.36` }, { browser: 'Chrome 126', system: 'Android', kind: 'tablet' }],
    ['something unheard of', { userAgent: 'Pudding' }, { kind: 'desktop' }],
  ];
  for (const [name, agent, expected] of cases) it(`[N7] ${name}`, () => expect(deviceOf(agent)).to.deep.equal(expected));

  it('[N7] language, time zone and screen go along', () => {
    expect(deviceOf({ userAgent: '', language: 'ko-KR' }, { timeZone: 'Asia/Seoul', screen: { width: 390, height: 844 } })).to.include({ language: 'ko-KR', timeZone: 'Asia/Seoul', screen: '390×844' });
  });

  it('[N7] a page is its address without query, fragment and password; what is no page of the web is not told', () => {
    expect(pageOf('https://me:secret@shop.example/cups/1?token=x#y', '  Cups ')).to.deep.equal({ url: 'https://shop.example/cups/1', title: 'Cups' });
    expect(pageOf('file:///home/me/shop.html', 'x')).to.equal(null);
    expect(pageOf('about:srcdoc', 'x')).to.equal(null);
    const long = pageOf(`https://shop.example/${'a'.repeat(5000)}`, `${'t'.repeat(299)}😀`)!;
    expect([long.url.length, long.title]).to.deep.equal([2000, 't'.repeat(299)]);
  });

  it('[D1] of a context flat values go out, cut to what the server takes', () => {
    const when = new Date('2026-01-01T00:00:00Z');
    expect(flatContext({ plan: 'gold', seats: 3, trial: false, gone: null, when, deep: { a: 1 }, list: [1], fn: () => 1, nan: NaN, ' ': 'x', __proto__: { evil: 1 } }))
      .to.deep.equal({ plan: 'gold', seats: 3, trial: false, gone: null, when: '2026-01-01T00:00:00.000Z' });
    expect(flatContext({ text: 'x'.repeat(900) })['text']).to.have.length(500);
    expect(Object.keys(flatContext(Object.fromEntries(Array.from({ length: 50 }, (_, at) => [`k${at}`, at]))))).to.have.length(30);
    for (const nothing of [null, undefined, 'text', 4]) expect(flatContext(nothing)).to.deep.equal({});
  });
});
