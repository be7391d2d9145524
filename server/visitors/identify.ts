import { CLOSE } from '../../protocol/codes.ts';
import type { Auth } from '../auth/auth.ts';
import type { VisitorPrincipal } from '../auth/principal.ts';
import type { Clock } from '../clock.ts';
import { problem } from '../errors.ts';
import type { Events } from '../events/events.ts';
import type { Hub } from '../hub/hub.ts';
import type { SiteRow, Sites } from '../sites/sites.ts';
import { animalName } from './animal-name.ts';
import { readIdentity } from './identity.ts';
import type { Former, IdentifyStore } from './identify.store.ts';
import { unwrittenRows } from './visitor-view.ts';
import type { Unwritten, VisitorsOnline } from './visitors-online.ts';
import type { NewVisitor, Visitors } from './visitors.ts';

/** What identifying needs of chat. */
export interface IdentifyChat {
  /** Conversations went to another visitor: nothing is remembered of them. */
  forget(conversationIds: readonly string[]): void;
  /** Tells everybody who belongs to a conversation that it changed. */
  tell(organisationId: string, conversationId: string, reason: string): Promise<void>;
}

/** Lets the customer's own server say who a visitor is. */
export interface Identify {
  /**
   * Gives a token for the person that `identity` vouches for. The history of an anonymous visitor whose `token` is shown as well comes
   * along; that token is worth nothing afterwards. Throws `unauthenticated`, `token_expired`, `origin_forbidden`, `not_found` for an
   * unknown key, `forbidden` where the site has no secret.
   */
  identify(visit: { identity: string; token?: string | undefined; siteKey?: string | undefined; origin: string | undefined }): Promise<NewVisitor>;
}

/** What identifying is made of. */
export interface IdentifyParts {
  store: IdentifyStore;
  sites: Pick<Sites, 'byKey' | 'byId' | 'allows'>;
  auth: Pick<Auth, 'verify' | 'visitorToken'>;
  visitors: Pick<Visitors, 'views'>;
  online: Pick<VisitorsOnline, 'known' | 'unwritten'>;
  chat: IdentifyChat;
  hub: Pick<Hub, 'close'>;
  events: Pick<Events, 'emit'>;
  clock: Clock;
  failed: (error: unknown, what: string) => void;
}

/** Makes the use case of identifying. */
export function createIdentify({ store, sites, auth, visitors, online, chat, hub, events, clock, failed }: IdentifyParts): Identify {
  const holderOf = async (token: string): Promise<VisitorPrincipal> => {
    // Only the signature counts here: whoever was merged before and is vouched for again simply stays.
    const principal = await auth.verify(token);
    if (principal.kind !== 'visitor') throw problem('unauthenticated', 'The token is no visitor\'s.');
    return principal;
  };
  const siteOf = async (siteKey: string | undefined, holder: VisitorPrincipal | null, origin: string | undefined): Promise<SiteRow> => {
    const byKey = siteKey === undefined ? undefined : await sites.byKey(siteKey);
    if (byKey === null) throw problem('not_found', 'There is no site with this key.');
    const byToken = holder === null ? undefined : await sites.byId(holder.organisationId, holder.siteId);
    if (byToken !== undefined && byToken?.archivedAt !== null) throw problem('not_found');
    if (byKey && byToken && byKey.id !== byToken.id) throw problem('unprocessable', 'The token is of another site than the key.');
    const site = byKey ?? byToken;
    if (!site) throw problem('bad_request', 'Either token or siteKey is needed.');
    // A token came to an allowed page before; without one the page itself has to be such.
    if ((holder === null || origin !== undefined) && !sites.allows(site, origin)) throw problem('origin_forbidden');
    return site;
  };

  return {
    async identify({ identity, token, siteKey, origin }) {
      const holder = token === undefined ? null : await holderOf(token);
      const site = await siteOf(siteKey, holder, origin);
      if (site.identitySecret === null) throw problem('forbidden', 'This site vouches for nobody; its owner can make a secret for that.');
      const { externalId, name = null, email = null, locale = null } = readIdentity(identity, site.identitySecret, clock.now());
      const { organisationId, id: siteId } = site;
      const merged = await store.identify({
        organisationId, siteId, externalId, name, email, locale, id: clock.id(), now: clock.now(),
        fallbackName: animalName(locale ?? undefined, (below) => clock.random(4).readUInt32BE() % below),
      }, holder && formerOf(holder, online.unwritten(holder.id)));
      if (!merged) throw problem('unavailable', 'The person is being erased; try again.', 1000);

      const { visitor, superseded, moved, closed } = merged;
      chat.forget(closed === null ? moved : [...moved, closed]);
      if (holder && superseded) hub.close(`visitor:${holder.id}`, CLOSE.superseded, 'identified', { type: 'session.revoked', reason: 'identified' });
      online.known(visitor.id);
      const tell = async () => {
        if (closed !== null) await chat.tell(organisationId, closed, 'closed');
        for (const id of moved) if (id !== closed) await chat.tell(organisationId, id, 'identified');
        const [shown] = await visitors.views([visitor]);
        events.emit({ type: 'visitor.identified', organisationId, siteId, visitor: shown! });
      };
      tell().catch((error: unknown) => failed(error, 'identified visitor'));
      return { visitor: { id: visitor.id, name: visitor.name, verified: true }, ...(await auth.visitorToken({ id: visitor.id, name: visitor.name, organisationId, siteId })) };
    },
  };
}

function formerOf({ id, name, organisationId }: VisitorPrincipal, unwritten: Unwritten | null): Former {
  const { row, pages } = unwrittenRows(unwritten ?? { pages: [] }, { visitorId: id, organisationId });
  return { id, name: unwritten?.name ?? name, facts: row, pages };
}
