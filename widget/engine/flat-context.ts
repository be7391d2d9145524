import type { VisitorFacts } from './session-state.ts';

/** The bounds of the contract (protocol/client-frames.ts, `visitor.context`). */
const MOST = 30;
const LONGEST_KEY = 64;
const LONGEST_TEXT = 500;

/** What a page gave to `setContext`, as far as it can be told: flat values, cut to what the server takes. Anything else is left out. */
export function flatContext(given: unknown): NonNullable<VisitorFacts['context']> {
  const flat: NonNullable<VisitorFacts['context']> = {};
  if (given === null || typeof given !== 'object') return flat;
  for (const [name, value] of Object.entries(given)) {
    const key = whole(name.trim(), LONGEST_KEY);
    if (!key || key === '__proto__' || Object.keys(flat).length >= MOST) continue;
    if (typeof value === 'string') flat[key] = whole(value, LONGEST_TEXT);
    else if (typeof value === 'boolean' || value === null || (typeof value === 'number' && Number.isFinite(value))) flat[key] = value;
    else if (value instanceof Date && Number.isFinite(value.getTime())) flat[key] = value.toISOString();
  }
  return flat;
}

/** The beginning of a text that does not end in half a sign. */
export function whole(text: string, length: number): string {
  return text.slice(0, length).replace(/[\uD800-\uDBFF]$/, '');
}
