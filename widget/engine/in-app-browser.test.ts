import { expect } from '@esm-bundle/chai';
import { handoffLink, readHandoff } from './handoff.ts';
import { browserName, inAppBrowser, wayOut } from './in-app-browser.ts';

const android = 'Mozilla/5.0 (Linux; Android 14; SM-S918N Build/UP1A.231005.007; wv) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/125.0.6422.165 Mobile Safari/537.36';
const iphone = 'Mozilla/5.0 (iPhone; CPU iPhone OS 17_5_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko)';
const token = 'Q2hhcmxpZSBCcm93biBhbmQgU25vb3B5IGdvIHRvIHNlYQ';
const link = `https://shop.example/cups/1?colour=blue#peer-consult=${token}.video`;

describe('browsers inside apps, and the way out of them', () => {
  const inside: readonly (readonly [string, string, object | null])[] = [
    ['KakaoTalk on Android', `${android} KAKAOTALK 10.8.3`, { name: 'kakaotalk', system: 'android' }],
    ['KakaoTalk on an iPhone', `${iphone} Mobile/15E148 KAKAOTALK 10.8.2`, { name: 'kakaotalk', system: 'ios' }],
    ['KakaoTalk on a PC', 'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/109.0.0.0 Safari/537.36 KAKAOTALK', { name: 'kakaotalk', system: 'other' }],
    ['Naver on Android', `${android} NAVER(inapp; search; 1010; 12.5.3)`, { name: 'naver', system: 'android' }],
    ['Naver on an iPhone', `${iphone} Mobile/15E148 Safari/605.1 NAVER(inapp; search; 2000; 12.6.5; 14PRO)`, { name: 'naver', system: 'ios' }],
    ['LINE on Android', `${android} Line/14.8.1/IAB`, { name: 'line', system: 'android' }],
    ['LINE on an iPhone', `${iphone} Mobile/15E148 Safari Line/14.9.0`, { name: 'line', system: 'ios' }],
    ['Instagram on Android', `${android} Instagram 334.0.0.42.95 Android (34/14; 480dpi; 1080x2115; samsung; SM-S918N; dm3q; qcom; ko_KR; 608857212)`, { name: 'instagram', system: 'android' }],
    ['Instagram on an iPhone', `${iphone} Mobile/21F90 Instagram 335.1.8.26.85 (iPhone15,2; iOS 17_5_1; ko_KR; ko; scale=3.00; 1179x2556; 609775437)`, { name: 'instagram', system: 'ios' }],
    ['Facebook on Android', `${android} [FB_IAB/FB4A;FBAV/468.0.0.54.83;]`, { name: 'facebook', system: 'android' }],
    ['Facebook on an iPhone', `${iphone} Mobile/21F90 [FBAN/FBIOS;FBAV/468.0.0.41.105;FBBV/608425341;FBDV/iPhone15,2;FBMD/iPhone;FBSN/iOS;FBSV/17.5.1;FBLC/ko_KR]`, { name: 'facebook', system: 'ios' }],
    ['Daum on an iPhone', `${iphone} Version/17.5 Mobile/15E148 Safari/604.1 DaumApps/8.5.0 DaumDevice/mobile`, { name: 'daum', system: 'ios' }],
    ['an app that nobody knows, Android', android, { name: 'other', system: 'android' }],
    ['an app that nobody knows, iPhone', `${iphone} Mobile/15E148`, { name: 'other', system: 'ios' }],
    ['Safari on an iPhone', `${iphone} Version/17.5 Mobile/15E148 Safari/604.1`, null],
    ['Chrome on an iPhone', `${iphone} CriOS/126.0.6478.54 Mobile/15E148 Safari/604.1`, null],
    ['Chrome on Android', 'Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Mobile Safari/537.36', null],
    ['Samsung Internet', 'Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/25.0 Chrome/121.0.0.0 Mobile Safari/537.36', null],
    ['Chrome on a desk with the word line in it', 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36 Online/1', null],
  ];
  for (const [name, userAgent, expected] of inside) it(`[F10] ${name}`, () => expect(inAppBrowser(userAgent)).to.deep.equal(expected));

  it('[F10] each app has the way out that it knows; where there is none, the person copies', () => {
    expect(wayOut({ name: 'kakaotalk', system: 'ios' }, link)).to.equal(`kakaotalk://web/openExternal?url=${encodeURIComponent(link)}`);
    expect(wayOut({ name: 'kakaotalk', system: 'other' }, link)).to.equal(null);
    const line = new URL(wayOut({ name: 'line', system: 'ios' }, link)!);
    expect([line.searchParams.get('openExternalBrowser'), line.searchParams.get('colour'), line.hash]).to.deep.equal(['1', 'blue', new URL(link).hash]);
    const intent = wayOut({ name: 'instagram', system: 'android' }, link)!;
    // Android cuts at the last `#`: what stands before it is the address, with its fragment.
    const [address, orders] = [intent.slice(0, intent.lastIndexOf('#')), intent.slice(intent.lastIndexOf('#'))];
    expect(address).to.equal(link.replace('https:', 'intent:'));
    expect(orders).to.match(/^#Intent;scheme=https;.*;end$/);
    expect(wayOut({ name: 'instagram', system: 'ios' }, link)).to.equal(null);
    expect(wayOut({ name: 'other', system: 'android' }, 'ftp://shop.example/')).to.equal(null);
  });

  it('[F10] whose words help: browsers by their names, every one of an iPhone as Safari of a phone', () => {
    const names = [
      ['Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36', 'chrome'],
      ['Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Mobile Safari/537.36', 'chromePhone'],
      ['Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/25.0 Chrome/121.0.0.0 Mobile Safari/537.36', 'samsung'],
      ['Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Safari/605.1.15', 'safari'],
      [`${iphone} Version/17.5 Mobile/15E148 Safari/604.1`, 'safariPhone'],
      [`${iphone} CriOS/126.0.6478.54 Mobile/15E148 Safari/604.1`, 'safariPhone'],
      ['Mozilla/5.0 (X11; Linux x86_64; rv:127.0) Gecko/20100101 Firefox/127.0', 'firefox'],
      ['Pudding', 'other'],
    ] as const;
    for (const [userAgent, name] of names) expect(browserName(userAgent), userAgent).to.equal(name);
    expect(browserName(names[3][0], 5), 'an iPad that says it is a Mac').to.equal('safariPhone');
  });

  it('[F10] a link carries its secret behind #, and what it carries can be read again; anything else is none of ours', () => {
    for (const call of [null, 'audio', 'video'] as const) {
      const url = new URL(handoffLink('https://shop.example/cups?colour=blue#old', token, call));
      expect([url.origin, url.pathname, url.search]).to.deep.equal(['https://shop.example', '/cups', '?colour=blue']);
      expect(readHandoff(url.hash)).to.deep.equal({ token, call });
    }
    for (const hash of ['', '#', '#peer-consult=', '#peer-consult=short', `#peer-consult=${token}.smell`, `#peer-consult=${token}<b>`, `#x&peer-consult=${token}`, '#/route']) expect(readHandoff(hash), hash).to.equal(null);
  });
});
