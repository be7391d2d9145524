/** What is wrong with an entry of the allow-list. */
export type OriginProblem = 'everything' | 'scheme' | 'path' | 'host' | 'starNumber' | 'starTop' | 'twice';

/**
 * Looks at an entry as the server will: `https://shop.example` or `https://*.example.com`, nothing behind the host. Answers with
 * what it is kept as, or with what is wrong.
 */
export function originEntry(entry: string): { origin: string } | { problem: OriginProblem } {
  const text = entry.trim();
  if (text === '*' || /^https?:\/\/\*(?::\d+)?\/?$/i.test(text)) return { problem: 'everything' };
  if (!/^https?:\/\//i.test(text)) return { problem: 'scheme' };
  const match = /^(https?):\/\/(\*\.)?([^/?#@\s\\*]+)\/?$/i.exec(text);
  if (!match) return { problem: /^https?:\/\/[^/?#\s]+[/?#]/i.test(text) ? 'path' : 'host' };
  const [, scheme, star, host] = match;
  let url: URL;
  try {
    url = new URL(`${scheme!.toLowerCase()}://${host}`);
  } catch {
    return { problem: 'host' };
  }
  if (star && /^\[|^[\d.]+$/.test(url.hostname)) return { problem: 'starNumber' };
  if (star && !url.hostname.includes('.')) return { problem: 'starTop' };
  return { origin: `${url.protocol}//${star ? '*.' : ''}${url.host}` };
}

/** Every entry of a list with what is wrong with it, in order; empty lines are none. */
export function originProblems(entries: readonly string[]): Map<number, OriginProblem> {
  const found = new Map<number, OriginProblem>();
  const seen = new Set<string>();
  entries.forEach((entry, index) => {
    if (!entry.trim()) return;
    const looked = originEntry(entry);
    if ('problem' in looked) found.set(index, looked.problem);
    else if (seen.has(looked.origin)) found.set(index, 'twice');
    else seen.add(looked.origin);
  });
  return found;
}
