import { deviceOf } from './device.ts';
import { watchPage } from './page-watch.ts';
import type { VisitorFacts } from './session-state.ts';

/** Tells which browser this is, and from now on which page it is on. Returns the way out. */
export function tellPageFacts(tell: (facts: VisitorFacts) => void): () => void {
  const { timeZone } = Intl.DateTimeFormat().resolvedOptions();
  tell({ device: deviceOf(navigator, { timeZone, screen }) });
  return watchPage((page) => tell({ page }));
}
