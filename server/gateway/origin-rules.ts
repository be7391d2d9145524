import type { Principal } from '../auth/principal.ts';
import { problem } from '../errors.ts';
import type { Sites } from '../sites/sites.ts';

/** Which pages may open a socket, and for whom. */
export interface OriginRules {
  /** At the upgrade, before anybody is known. */
  mayUpgrade(origin: string | undefined): Promise<boolean>;
  /** At the hello. Throws `not_found` when the visitor's site is no more, or archived. */
  mayGreet(principal: Principal, origin: string | undefined): Promise<boolean>;
}

/**
 * Pages of our own and of any site may upgrade; programs, which send no Origin, too. `null` (a sandboxed frame, a file) may
 * not. A visitor's token then counts only on a page of its own site: a stolen one is of no use to another page.
 */
export function createOriginRules(sites: Pick<Sites, 'allows' | 'anySiteAllows' | 'byId'>): OriginRules {
  return {
    mayUpgrade: async (origin) => origin === undefined || sites.anySiteAllows(origin),
    async mayGreet(principal, origin) {
      if (principal.kind === 'agent') return true;
      const site = await sites.byId(principal.organisationId, principal.siteId);
      if (site?.archivedAt !== null) throw problem('not_found');
      return sites.allows(site, origin);
    },
  };
}
