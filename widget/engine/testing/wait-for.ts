/** Looks again and again until `look` gives something truthy; fails with `what` after `ms`. */
export async function waitFor<T>(what: string, look: () => T | Promise<T>, ms = 8_000): Promise<NonNullable<T>> {
  const deadline = performance.now() + ms;
  for (;;) {
    const found = await look();
    if (found) return found as NonNullable<T>;
    if (performance.now() > deadline) throw new Error(`Waited ${ms} ms in vain for: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
