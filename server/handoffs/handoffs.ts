import type { HandoffAnswer } from '../../protocol/http.ts';
import type { Auth } from '../auth/auth.ts';
import { hashOfToken, newLinkToken } from '../auth/link-tokens.ts';
import type { VisitorPrincipal } from '../auth/principal.ts';
import { rfc3339, type Clock, type Timer } from '../clock.ts';
import { problem } from '../errors.ts';
import type { Sites } from '../sites/sites.ts';
import type { NewVisitor, Visitors } from '../visitors/visitors.ts';
import type { HandoffsStore } from './handoffs.store.ts';

/** How long a link that hands a visitor over is good, in ms: long enough to fetch a phone and scan it. */
export const handoffMs = 600_000;
const hourMs = 3_600_000;

/** Lets a visitor go on in another browser, e.g. out of one that cannot make calls. */
export interface Handoffs {
  /** A secret for a link, good once and for ten minutes; the visitor's older ones are worthless from now on. The visitor is kept from here on. */
  make(visitor: VisitorPrincipal): Promise<HandoffAnswer>;
  /**
   * Gives whoever shows the secret on a page of the same site a token for the same visitor. Throws `gone` for one that was used, has run out
   * or is not of this site, `not_found` for an unknown key, and `origin_forbidden`.
   */
  take(visit: { siteKey: string; token: string; origin: string | undefined }): Promise<NewVisitor>;
  /** From now on links that have run out are forgotten every hour. */
  start(): void;
  close(): void;
}

/** Makes the use cases of handing over. */
export function createHandoffs({ store, sites, visitors, auth, clock, failed }: {
  store: HandoffsStore; sites: Pick<Sites, 'byKey' | 'allows'>; visitors: Pick<Visitors, 'ensure'>; auth: Pick<Auth, 'visitorToken'>;
  clock: Clock; failed: (error: unknown, what: string) => void;
}): Handoffs {
  let sweeping: Timer | null = null;
  const sweep = () => void store.sweep(clock.now()).catch((error: unknown) => failed(error, 'old links of visitors'));
  return {
    async make(visitor) {
      const { token, hash } = newLinkToken(clock);
      const now = clock.now();
      await visitors.ensure(visitor);
      await store.insert({
        id: clock.id(), organisationId: visitor.organisationId, siteId: visitor.siteId, visitorId: visitor.id, tokenHash: hash, createdAt: now, expiresAt: now + handoffMs,
      });
      return { token, expiresAt: rfc3339(now + handoffMs) };
    },
    async take({ siteKey, token, origin }) {
      const site = await sites.byKey(siteKey);
      if (!site) throw problem('not_found', 'There is no site with this key.');
      if (!sites.allows(site, origin)) throw problem('origin_forbidden');
      const { organisationId, id: siteId } = site;
      const row = await store.use({ organisationId, siteId }, hashOfToken(token), clock.now());
      if (!row) throw problem('gone', 'This link was used before, has run out, or was never one of this site.');
      const { id, name } = row;
      return { visitor: { id, name, verified: row.verifiedAt !== null }, ...(await auth.visitorToken({ id, name, organisationId, siteId })) };
    },
    start() {
      sweeping ??= clock.every(hourMs, sweep);
      sweep();
    },
    close: () => sweeping?.cancel(),
  };
}
