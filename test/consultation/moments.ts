import type { Page } from 'playwright-core';

/**
 * Waits until something is on screen, or is no longer; resolves with that moment in milliseconds since the epoch. It looks
 * every 20 ms inside of the page, shadow roots included: Playwright itself looks twice a second, too seldom for a stopwatch.
 */
export function moment(page: Page, selector: string, wanted: 'shown' | 'gone'): Promise<number> {
  return page.evaluate(
    async ([searched, state]) => {
      // A method, because tsx marks functions that get a name from a variable with a helper that the page does not have.
      const page = {
        shows(root: Document | ShadowRoot): boolean {
          return root.querySelector(searched) !== null || [...root.querySelectorAll('*')].some(({ shadowRoot }) => shadowRoot !== null && page.shows(shadowRoot));
        },
      };
      const deadline = Date.now() + 60_000;
      while (page.shows(document) !== (state === 'shown')) {
        if (Date.now() > deadline) throw new Error(`${searched} is not ${state} after a minute.`);
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
      return Date.now();
    },
    [selector, wanted] as const,
  );
}
