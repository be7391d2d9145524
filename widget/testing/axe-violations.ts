import 'axe-core';
import type { AxeResults, RunOptions } from 'axe-core';

/** What axe finds wrong in an element, shadow roots included: one sentence for each rule (WCAG 2.2 AA and its best practices). */
export async function axeViolations(root: Element): Promise<string[]> {
  // Its module exports nothing that a browser could import; it puts itself on the window.
  const { axe } = globalThis as unknown as { axe: { run(root: Element, options: RunOptions): Promise<AxeResults> } };
  // What is still fading in is judged by how it looks in the end.
  for (const motion of [...root.getAnimations(), ...(root.shadowRoot?.getAnimations() ?? [])]) if (motion.effect?.getComputedTiming().endTime !== Infinity) motion.finish();
  const { violations } = await axe.run(root, {
    runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
    // A fragment is not a page: landmarks are the page's matter.
    rules: { region: { enabled: false }, 'label-content-name-mismatch': { enabled: true } },
  });
  return violations.map(({ id, help, nodes }) => `${id} (${help}): ${nodes.map(({ html, failureSummary }) => `${html} ${failureSummary ?? ''}`).join('\n')}`);
}
