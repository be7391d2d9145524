/** Apps that show pages in a browser of their own; `other`: one that we have no name for. */
export type InAppName = 'kakaotalk' | 'naver' | 'line' | 'instagram' | 'facebook' | 'daum' | 'band' | 'wechat' | 'tiktok' | 'other';

/** A browser inside an app. Whether it can make calls is asked of the page; this only says whose words and which way out it takes. */
export interface InAppBrowser {
  name: InAppName;
  system: 'android' | 'ios' | 'other';
}

const APPS: readonly (readonly [RegExp, InAppName])[] = [
  [/KAKAOTALK/i, 'kakaotalk'],
  [/NAVER\(inapp/i, 'naver'],
  [/\bLine\//, 'line'],
  [/Instagram/, 'instagram'],
  [/\b(FBAN|FBAV|FB_IAB|FBIOS|MessengerForiOS)\b/, 'facebook'],
  [/DaumApps/, 'daum'],
  [/\bBAND\//, 'band'],
  [/MicroMessenger/, 'wechat'],
  [/musical_ly|BytedanceWebview|\btrill_/i, 'tiktok'],
  // A view of Android says `wv`; one of iOS is a WebKit that does not call itself Safari.
  [/Android.*; wv\)/, 'other'],
  [/(iPhone|iPad|iPod).*AppleWebKit(?!.*Safari\/)/, 'other'],
];

/** Which app's browser a user agent string speaks of; null: a browser of its own. */
export function inAppBrowser(userAgent: string): InAppBrowser | null {
  const name = APPS.find(([pattern]) => pattern.test(userAgent))?.[1];
  if (!name) return null;
  return { name, system: /Android/.test(userAgent) ? 'android' : /iPhone|iPad|iPod/.test(userAgent) ? 'ios' : 'other' };
}

/** An address that opens a link outside the app, in the system's browser; null: this app has none, and the person has to use its menu or copy the link. */
export function wayOut({ name, system }: InAppBrowser, link: string): string | null {
  if (name === 'kakaotalk' && system !== 'other') return `kakaotalk://web/openExternal?url=${encodeURIComponent(link)}`;
  if (name === 'line') {
    const url = new URL(link);
    url.searchParams.set('openExternalBrowser', '1');
    return url.href;
  }
  // The last `#` begins what Android reads; what stands before it, fragment and all, is the address.
  const [, scheme, rest] = /^(https?):(.*)$/.exec(link) ?? [];
  return system === 'android' && rest ? `intent:${rest}#Intent;scheme=${scheme};action=android.intent.action.VIEW;category=android.intent.category.BROWSABLE;end` : null;
}

/** Which browser's words help where it keeps something from us. */
export type BrowserName = 'chrome' | 'chromePhone' | 'safari' | 'safariPhone' | 'firefox' | 'samsung' | 'other';

/** The browser by its user agent string. All browsers of an iPhone are Safari below, and keep their permissions in the system's settings. */
export function browserName(userAgent: string, touchPoints = 0): BrowserName {
  if (/iPhone|iPad|iPod/.test(userAgent) || (/Macintosh/.test(userAgent) && touchPoints > 1)) return 'safariPhone';
  if (/SamsungBrowser\//.test(userAgent)) return 'samsung';
  if (/Firefox\//.test(userAgent)) return 'firefox';
  if (/Chrome\//.test(userAgent)) return /Android/.test(userAgent) ? 'chromePhone' : 'chrome';
  return /Version\/[\d.]+.*Safari\//.test(userAgent) ? 'safari' : 'other';
}
