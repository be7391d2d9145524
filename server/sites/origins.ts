import { problem } from '../errors.ts';

/**
 * The way an entry of an allow-list is kept: `https://shop.example`, `http://127.0.0.1:8080` or `https://*.example.com`, as
 * browsers send it (lower case, punycode, no default port). Throws `unprocessable` with a sentence that names the entry.
 */
export function normalOrigin(entry: string): string {
  const text = entry.trim();
  const shown = JSON.stringify(text.slice(0, 80));
  const wrong = (why: string) => problem('unprocessable', `The origin ${shown} is not usable: ${why}.`);
  if (text === '*' || /^https?:\/\/\*(?::\d+)?\/?$/i.test(text)) throw wrong('an allow-list that allows every site is none');
  const match = /^(https?):\/\/(\*\.)?([^/?#@\s\\*]+)\/?$/i.exec(text);
  if (!match) throw wrong('write it like https://shop.example or https://*.example.com, without a path');
  const [, scheme, star, host] = match;
  let url: URL;
  try {
    url = new URL(`${scheme!.toLowerCase()}://${host}`);
  } catch {
    throw wrong('its host or port is malformed');
  }
  if (star && /^\[|^[\d.]+$/.test(url.hostname)) throw wrong('an address of numbers has no names below it');
  if (star && !url.hostname.replace(/\.$/, '').includes('.')) throw wrong('a whole top-level domain cannot be allowed');
  return `${url.protocol}//${star ? '*.' : ''}${url.host}`;
}

/** The entries that allow an origin: itself and, for each domain above its host, the entry with the star. Empty for no origin. */
export function entriesFor(origin: string): string[] {
  const match = /^(https?:\/\/)([a-z0-9._-]+|\[[0-9a-f:]+\])(:\d+)?$/.exec(origin);
  if (!match) return []; // `null`, and anything that no browser sends
  const [, scheme, host, port = ''] = match;
  const entries = [origin];
  if (host!.startsWith('[') || /^[\d.]+$/.test(host!)) return entries;
  const labels = host!.split('.');
  for (let i = 1; i < labels.length - 1; i++) entries.push(`${scheme}*.${labels.slice(i).join('.')}${port}`);
  return entries;
}
