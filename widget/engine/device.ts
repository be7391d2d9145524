import type { Device } from '../../protocol/shapes.ts';

/** As much of a browser's `navigator` as tells what it is. */
export interface Agent {
  userAgent: string;
  userAgentData?: { brands: readonly { brand: string; version: string }[]; platform: string; mobile: boolean };
  language?: string;
  maxTouchPoints?: number;
}

/** Browsers in a user agent string, the ones that pretend to be others first. Apps with a browser inside are worth telling. */
const BROWSERS: readonly (readonly [RegExp, string])[] = [
  [/KAKAOTALK[ /]([\d.]+)/i, 'KakaoTalk'],
  [/NAVER\(inapp[^)]*?;\s*(?:\d+;\s*)?([\d.]+)/i, 'Naver'],
  [/Instagram ([\d.]+)/, 'Instagram'],
  [/FBAV\/([\d.]+)/, 'Facebook'],
  [/Whale\/([\d.]+)/, 'Whale'],
  [/SamsungBrowser\/([\d.]+)/, 'Samsung Internet'],
  [/(?:Edg|EdgA|EdgiOS)\/([\d.]+)/, 'Edge'],
  [/(?:OPR|OPT)\/([\d.]+)/, 'Opera'],
  [/(?:Firefox|FxiOS)\/([\d.]+)/, 'Firefox'],
  [/(?:Chrome|CriOS)\/([\d.]+)/, 'Chrome'],
  [/Version\/([\d.]+).*Safari\//, 'Safari'],
];

const SYSTEMS: readonly (readonly [RegExp, string])[] = [
  [/iPad/, 'iPadOS'],
  [/iPhone|iPod/, 'iOS'],
  [/Android/, 'Android'],
  [/CrOS/, 'ChromeOS'],
  [/Windows/, 'Windows'],
  [/Mac OS X|Macintosh/, 'macOS'],
  [/Linux|X11/, 'Linux'],
];

/** What a client hint calls by its maker's name is known by another. */
const KNOWN_AS: Record<string, string> = { 'Google Chrome': 'Chrome', 'Microsoft Edge': 'Edge', 'Chrome OS': 'ChromeOS', 'Chromium OS': 'ChromeOS' };

const named = (name: string, version: string | undefined): string => `${KNOWN_AS[name] ?? name} ${version?.split('.')[0] ?? ''}`.trim();

function browserOf({ userAgent, userAgentData }: Agent): string | undefined {
  const inside = BROWSERS.find(([pattern]) => pattern.test(userAgent));
  // Every brand list holds one that is no brand, so that nobody relies on it (GREASE).
  const brands = (userAgentData?.brands ?? []).filter(({ brand }) => !/not.*brand/i.test(brand));
  const brand = brands.find((each) => each.brand !== 'Chromium') ?? brands[0];
  // A view inside an app and Whale call themselves Chromium in the hints.
  if (brand && (!inside || ['Chrome', 'Edge', 'Opera'].includes(inside[1]))) return named(brand.brand, brand.version);
  return inside ? named(inside[1], inside[0].exec(userAgent)?.[1]) : undefined;
}

/** A visitor's browser in words, from client hints where there are some, or else from the user agent. */
export function deviceOf(agent: Agent, { timeZone, screen }: { timeZone?: string; screen?: { width: number; height: number } } = {}): Device {
  const { userAgent, userAgentData, language, maxTouchPoints = 0 } = agent;
  const told = userAgentData?.platform ? (KNOWN_AS[userAgentData.platform] ?? userAgentData.platform) : SYSTEMS.find(([pattern]) => pattern.test(userAgent))?.[1];
  // Since iPadOS 13 an iPad says that it is a Mac; no Mac has a touch screen.
  const system = told === 'macOS' && maxTouchPoints > 1 ? 'iPadOS' : told;
  const phone = userAgentData?.mobile ?? (/iPhone|iPod/.test(userAgent) || (/Android|Mobile/.test(userAgent) && /Mobile/.test(userAgent) && system !== 'iPadOS'));
  const tablet = system === 'iPadOS' || (system === 'Android' && !phone);
  const browser = browserOf(agent);
  return {
    ...(browser ? { browser } : {}),
    ...(system ? { system } : {}),
    kind: tablet ? 'tablet' : phone ? 'phone' : 'desktop',
    ...(language ? { language } : {}),
    ...(timeZone ? { timeZone } : {}),
    ...(screen ? { screen: `${screen.width}×${screen.height}` } : {}),
  };
}
