import type { Page } from '../../protocol/http.ts';
import type { Visitor } from '../../protocol/shapes.ts';
import type { Auth } from '../auth/auth.ts';
import type { VisitorPrincipal } from '../auth/principal.ts';
import { rfc3339, type Clock } from '../clock.ts';
import { problem } from '../errors.ts';
import { pageOf, readCursor } from '../page-cursor.ts';
import type { Sites } from '../sites/sites.ts';
import type { Queries } from '../store/database.ts';
import { animalName } from './animal-name.ts';
import type { VisitorRow, VisitorsStore } from './visitors.store.ts';

/** A visitor who has just come in. `expiresAt` in ms since the epoch. */
export interface NewVisitor {
  token: string;
  expiresAt: number;
  visitor: { id: string; name: string };
}

/** The people on the websites. Nothing is stored of one before the first message or call. */
export interface Visitors {
  /**
   * Gives somebody on a page of `origin` a name and a token. Throws `not_found` for an unknown key and `origin_forbidden`
   * when the site does not allow the origin.
   */
  welcome(visit: { siteKey: string; origin: string | undefined; locale?: string | undefined }): Promise<NewVisitor>;
  /** Writes the visitor's row unless it is there; `q`: the transaction to do it in. To be called with each first message or call. */
  ensure(principal: VisitorPrincipal, q?: Queries): Promise<void>;
  /** A visitor of the organisation. Throws `not_found`. */
  get(organisationId: string, id: string): Promise<Visitor>;
  /** Visitors of the organisation who have written or called, newest first. Throws `bad_request` for a cursor that is none. */
  list(organisationId: string, page: { cursor?: string | undefined; limit: number }): Promise<Page<Visitor>>;
}

/** What visitors need. */
export interface VisitorsParts {
  store: VisitorsStore;
  sites: Pick<Sites, 'byKey' | 'allows'>;
  auth: Pick<Auth, 'visitorToken'>;
  clock: Clock;
}

/** Makes the use cases of visitors. */
export function createVisitors({ store, sites, auth, clock }: VisitorsParts): Visitors {
  return {
    async welcome({ siteKey, origin, locale }) {
      const site = await sites.byKey(siteKey);
      if (!site) throw problem('not_found', 'There is no site with this key.');
      if (!sites.allows(site, origin)) throw problem('origin_forbidden');
      const visitor = { id: clock.id(), name: animalName(locale, (below) => clock.random(4).readUInt32BE() % below) };
      return { visitor, ...(await auth.visitorToken({ ...visitor, organisationId: site.organisationId, siteId: site.id })) };
    },
    async ensure({ id, organisationId, siteId, name }, q) {
      const now = clock.now();
      await store.ensure({ id, organisationId, siteId, name, createdAt: now, lastSeenAt: now }, q);
    },
    async get(organisationId, id) {
      const row = await store.get(organisationId, id);
      if (!row) throw problem('not_found');
      return visitorOnWire(row);
    },
    async list(organisationId, { cursor, limit }) {
      const found = await store.list(organisationId, readCursor(cursor)?.id ?? null, limit + 1);
      const { rows, next } = pageOf(found, limit, ({ createdAt, id }) => ({ at: createdAt, id }));
      return { items: rows.map(visitorOnWire), next };
    },
  };
}

function visitorOnWire({ id, siteId, name, email, externalId, verifiedAt, locale, fields, device, note, createdAt, lastSeenAt }: VisitorRow): Visitor {
  return {
    id, siteId, name, email, verified: verifiedAt !== null, externalId, locale, fields: fields ?? {}, device: device ?? {}, note: note ?? '',
    online: false, page: null, createdAt: rfc3339(createdAt), lastSeenAt: rfc3339(lastSeenAt),
  };
}
