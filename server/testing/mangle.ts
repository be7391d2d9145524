import type { Chance } from '../../test/faults/chance.ts';

const strangeTexts = [
  '', ' ', '\u0000', '\ud800', '\udfff\ud800', '\u202e\u2066', '🤷🏽‍♀️', '한글', 'ㅎㅏㄴ', 'é', 'e\u0301'.repeat(50), '\ufeff', '\u2028', "'; DROP TABLE messages;--", '<img src=x onerror=alert(1)>',
  '../../etc/passwd', '%00', '%', '%E0%A4%A', 'null', 'undefined', '[object Object]', '__proto__', 'constructor', 'toString', '1e999', '-0', '0x10', '9'.repeat(400), 'a'.repeat(5_000), '😀'.repeat(4_001),
  '2026-13-45T99:99:99Z', '0000-00-00T00:00:00Z', 'https://[::1', 'http://127.0.0.1:1/', 'javascript:alert(1)', 'data:text/html,x', 'a@b', '@', '"a b"@c.example', '{"$gt":""}', '#{7*7}', '\r\nX-Evil: 1', '*', '%25%25', '_%',
];
const strangeNumbers = [0, -0, -1, 1, 1.5, 2 ** 31, -(2 ** 31), 2 ** 53, 2 ** 53 - 1, 2 ** 63, 1e308, -1e308, 5e-324];

/** A value that nobody expects there. */
export function strange(chance: Chance, depth = 0): unknown {
  const kind = chance.weighted({ text: 8, number: 4, nothing: 2, flag: 2, list: depth < 3 ? 2 : 0, object: depth < 3 ? 2 : 0, deep: depth === 0 ? 1 : 0, long: depth === 0 ? 1 : 0 });
  switch (kind) {
    case 'text': return chance.pick(strangeTexts);
    case 'number': return chance.pick(strangeNumbers);
    case 'nothing': return null;
    case 'flag': return chance.next() < 0.5;
    case 'list': return Array.from({ length: chance.between(0, 5) }, () => strange(chance, depth + 1));
    case 'object': return Object.fromEntries(Array.from({ length: chance.between(0, 5) }, () => [chance.pick([...strangeTexts.slice(0, 30), 'id', 'text', 'name']), strange(chance, depth + 1)]));
    case 'deep': return JSON.parse(`${'['.repeat(500)}${']'.repeat(500)}`) as unknown;
    case 'long': return Array.from({ length: 2_000 }, (_, n) => n);
  }
}

/** A good value with something wrong in it: a field replaced, left out, or added, at any depth. */
export function mangle(value: unknown, chance: Chance): unknown {
  if (value === null || typeof value !== 'object' || chance.next() < 0.15) return strange(chance);
  if (Array.isArray(value)) {
    if (value.length === 0 || chance.next() < 0.3) return [...(value as unknown[]), strange(chance)];
    const at = chance.between(0, value.length - 1);
    return (value as unknown[]).map((item, index) => (index === at ? mangle(item, chance) : item));
  }
  const entries = Object.entries(value);
  const name = entries.length === 0 ? '' : chance.pick(entries)[0];
  switch (chance.weighted({ change: 6, drop: 2, add: 2 })) {
    case 'change': return Object.fromEntries(entries.map(([key, item]) => [key, key === name ? mangle(item, chance) : item]));
    case 'drop': return Object.fromEntries(entries.filter(([key]) => key !== name));
    // JSON.parse makes `__proto__` a field of its own, as it does with what comes over the wire.
    case 'add': return JSON.parse(`{${[...entries.map(([key, item]) => `${JSON.stringify(key)}:${JSON.stringify(item)}`), `${JSON.stringify(chance.pick(strangeTexts))}:${JSON.stringify(strange(chance))}`].join(',')}}`) as unknown;
  }
}

/** A text that is no JSON any more, or hardly. */
export function garble(text: string, chance: Chance): string {
  const at = chance.between(0, text.length);
  switch (chance.weighted({ cut: 4, insert: 3, nest: 1, double: 1 })) {
    case 'cut': return text.slice(0, at);
    case 'insert': return text.slice(0, at) + chance.pick(strangeTexts) + text.slice(at);
    case 'nest': return `${'{"a":'.repeat(3_000)}1${'}'.repeat(3_000)}`;
    case 'double': return text + text;
  }
}

/** One of the strange texts. */
export const strangeText = (chance: Chance): string => chance.pick(strangeTexts);

/** One of them as it can stand in an address. */
export const strangeInAddress = (chance: Chance): string => encodeURIComponent(strangeText(chance).replaceAll(/\p{Surrogate}/gu, '\ufffd'));
