/** How much somebody may do: `burst` at once, then `perSecond`. */
export interface Rate {
  burst: number;
  perSecond: number;
}

/**
 * A token bucket that goes into debt: who is refused and goes on regardless waits longer. Two numbers, because there is one
 * for each connection.
 */
export class TokenBucket {
  private tokens: number;
  private at: number;

  constructor(rate: Rate, now: number) {
    this.tokens = rate.burst;
    this.at = now;
  }

  /** Takes one. Gives 0 when it was allowed, otherwise the ms after which it would be. Times in ms. */
  take(rate: Rate, now: number): number {
    this.refill(rate, now);
    this.tokens -= 1;
    return this.tokens >= 0 ? 0 : Math.ceil(((1 - this.tokens) / rate.perSecond) * 1000);
  }

  /** The same without debts: whoever is refused has taken nothing. */
  takeIfThere(rate: Rate, now: number): number {
    this.refill(rate, now);
    if (this.tokens < 1) return Math.ceil(((1 - this.tokens) / rate.perSecond) * 1000);
    this.tokens -= 1;
    return 0;
  }

  /** How many more were taken than allowed. */
  get debt(): number {
    return Math.max(0, -this.tokens);
  }

  /** Whether forgetting the bucket would change nothing. */
  full(rate: Rate, now: number): boolean {
    this.refill(rate, now);
    return this.tokens >= rate.burst;
  }

  private refill(rate: Rate, now: number): void {
    if (now > this.at) this.tokens = Math.min(rate.burst, this.tokens + ((now - this.at) / 1000) * rate.perSecond);
    this.at = now;
  }
}
