/** Where a visitor's token lies in localStorage. One key for each site, so that two elements on one page never meet. */
export const tokenKey = ({ server, siteKey }: { server: string; siteKey: string }): string => `peer-consult:${server}:${siteKey}`;

/** What is stored under a key. Every access is guarded: private windows and sandboxed frames throw (threats.md S23). */
export function readStored(key: string, storage: () => Storage = () => localStorage): string | null {
  try {
    return storage().getItem(key);
  } catch {
    return null;
  }
}

/** Stores or removes (null) something, where that is allowed. */
export function writeStored(key: string, value: string | null, storage: () => Storage = () => localStorage): void {
  try {
    if (value === null) storage().removeItem(key);
    else storage().setItem(key, value);
  } catch {
    // Then it lives as long as the page.
  }
}

/** Whether an earlier visit left a token, i.e. whether there may be a conversation. Writes nothing. */
export const isReturning = (site: { server: string; siteKey: string }): boolean => readStored(tokenKey(site)) !== null;
