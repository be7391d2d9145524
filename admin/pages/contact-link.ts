import type { FollowUp } from '../../protocol/shapes.ts';

/** Where a wish to be called back leads; null: what was written is neither a number nor an address. */
export function contactLink({ contact }: Pick<FollowUp, 'contact'>): string | null {
  // An address with a query would bring its own subject and text.
  if (/^[^\s@?&]+@[^\s@?&]+$/.test(contact)) return `mailto:${encodeURIComponent(contact).replace('%40', '@')}`;
  if (!/^\+?[\d\s().\-/]{4,}$/.test(contact)) return null;
  return `tel:${contact.replace(/[^\d+]/g, '')}`;
}
