import type { CallMode } from '../../protocol/shapes.ts';

/** What a link that hands a visitor over brings along. */
export interface Handoff {
  token: string;
  /** The call that the visitor was about to make; null: none. */
  call: CallMode | null;
}

/** The page's own address with a secret behind `#`, where no server and no log sees it. What stood there before gives way. */
export function handoffLink(page: string, token: string, call: CallMode | null): string {
  return `${page.split('#')[0]}#peer-consult=${token}${call ? `.${call}` : ''}`;
}

/** What a fragment brings along; null: it is none of ours. */
export function readHandoff(hash: string): Handoff | null {
  const found = /^#peer-consult=([\w-]{20,128})(?:\.(audio|video))?$/.exec(hash);
  return found ? { token: found[1]!, call: (found[2] as CallMode | undefined) ?? null } : null;
}
