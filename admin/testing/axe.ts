import type { RunOptions } from 'axe-core';
// axe is a classic script: it puts itself on the window.
import 'axe-core';

declare const axe: { run(context: Element, options: RunOptions): Promise<{ violations: { id: string; nodes: { html: string }[] }[] }> };

/** Breaches of WCAG 2.2 AA within an element, one line each with the markup that breaks it; shadow roots included. */
export async function violations(context: Element): Promise<string[]> {
  const result = await axe.run(context, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'] });
  return result.violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`);
}
