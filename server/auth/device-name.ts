/** Browsers, those that pretend to be another first. */
const browsers: readonly (readonly [RegExp, string])[] = [
  [/Whale\//, 'Whale'], [/SamsungBrowser\//, 'Samsung Internet'], [/Edg(e|A|iOS)?\//, 'Edge'], [/OPR\/|OPT\//, 'Opera'], [/Firefox\/|FxiOS\//, 'Firefox'],
  [/Chrome\/|CriOS\//, 'Chrome'], [/Version\/.*Safari\//, 'Safari'],
];
const systems: readonly (readonly [RegExp, string])[] = [
  [/iPad/, 'iPadOS'], [/iPhone|iPod/, 'iOS'], [/Android/, 'Android'], [/CrOS/, 'ChromeOS'], [/Windows/, 'Windows'], [/Mac OS X|Macintosh/, 'macOS'], [/Linux|X11/, 'Linux'],
];

/** What a program says of itself in few words: `Chrome on Windows`, `curl`; empty when it says nothing that we know. */
export function deviceName(userAgent: string | null | undefined): string {
  const text = userAgent ?? '';
  const named = (list: typeof browsers) => list.find(([pattern]) => pattern.test(text))?.[1];
  const [browser, system] = [named(browsers), named(systems)];
  if (browser !== undefined && system !== undefined) return `${browser} on ${system}`;
  // Programs that are no browser begin with their name: `curl/8.5.0`.
  return browser ?? (text.startsWith('Mozilla/') ? system : /^([\w.-]{1,40})(?:\/|$|\s)/.exec(text)?.[1]) ?? '';
}
