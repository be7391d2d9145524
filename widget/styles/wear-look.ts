import type { Look } from '../../protocol/site.ts';
import { wearAccent } from './accent.ts';

const worn = new WeakMap<HTMLElement, string>();

/** Gives the element the look that the site's owner has set, as far as the tag and the page leave it open (peer-consult.styles.ts). */
export function wearLook(host: HTMLElement, look: Look | undefined, ownAccent: string): void {
  const accent = ownAccent || (look?.accent ?? '');
  if (accent !== (worn.get(host) ?? '')) wearAccent(host, accent);
  worn.set(host, accent);
  host.toggleAttribute('light', look?.theme === 'light');
  host.toggleAttribute('dark', look?.theme === 'dark');
  host.toggleAttribute('at-left', look?.position === 'bottom-left');
}
