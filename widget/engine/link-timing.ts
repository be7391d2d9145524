/** How patient a link is. Milliseconds. */
export interface LinkTiming {
  /** How long a reply may take. */
  requestMs: number;
  /** The first wait before a new try, and the longest. Each wait is drawn from its upper half (jitter). */
  backoffMinMs: number;
  backoffMaxMs: number;
  /** The least wait after close code 4008. */
  rateLimitedMs: number;
  /** How long a suspected connection has for its answer, after sleep or a change of network. */
  probeMs: number;
  /** Instead of the heartbeat that the server asks for. */
  heartbeatMs?: number;
}

/** What it is outside of tests. */
export const LINK_TIMING: LinkTiming = { requestMs: 15_000, backoffMinMs: 300, backoffMaxMs: 15_000, rateLimitedMs: 20_000, probeMs: 2_500 };
