import type { SiteSettings } from '../../protocol/site.ts';

/** From `at` seconds on these agents ring as well; null = everybody does. */
export interface RingStep {
  at: number;
  agentIds: readonly string[] | null;
}

/** Who rings when, as long as a call may ring. Seconds that are being typed count as none. */
export function ringPlan({ ringSeconds, groups }: SiteSettings['queue']): RingStep[] {
  let at = 0;
  const steps: RingStep[] = [];
  for (const { agentIds, seconds } of groups) {
    steps.push({ at, agentIds });
    at += Number.isFinite(seconds) ? seconds : 0;
  }
  return [...steps, { at, agentIds: null }].filter((step) => step.at < ringSeconds);
}
