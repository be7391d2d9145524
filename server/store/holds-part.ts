import { or, sql, type eq, type SQL } from 'drizzle-orm';
import { plainText } from './plain-text.ts';

/**
 * Patterns that find `text` anywhere, whatever its case. `lower()` of both engines knows ASCII alone, so what has other
 * letters is looked for in its small and in its large form too.
 */
export function partsLike(text: string): string[] {
  const clean = plainText(text);
  const forms = new Set([clean, clean.toLowerCase(), clean.toUpperCase()].map((form) => form.replaceAll(/[A-Z]/g, (letter) => letter.toLowerCase())));
  return [...forms].map((form) => `%${form.replaceAll(/[!%_]/g, '!$&')}%`);
}

/** Whether a column holds any of `patterns`, which `partsLike` made. */
export function holdsPart(column: SQL | Parameters<typeof eq>[0], patterns: readonly string[]): SQL | undefined {
  return or(...patterns.map((pattern) => sql`lower(${column}) like ${pattern} escape '!'`));
}
