import { visitorTokenMs, type Auth } from '../auth/auth.ts';
import type { Clock } from '../clock.ts';
import type { Sites } from '../sites/sites.ts';
import type { ConnectionListener } from './frames.ts';

/** What a visitor's hello is told beside its conversations: the site, and from half the token's life on a fresh token. */
export function visitorWelcome({ auth, sites, clock }: { auth: Pick<Auth, 'visitorToken'>; sites: Pick<Sites, 'profile'>; clock: Clock }): ConnectionListener {
  return {
    async snapshot({ principal }) {
      if (principal.kind !== 'visitor') return {};
      const site = await sites.profile(principal.siteId);
      if (principal.expiresAt - clock.now() > visitorTokenMs / 2) return { site };
      const { token } = await auth.visitorToken(principal);
      return { site, token };
    },
  };
}
