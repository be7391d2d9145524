import type { Agent } from '../../protocol/shapes.ts';
import type { Site } from '../../protocol/site.ts';
import type { Organisation } from '../../protocol/team.ts';
import type { Audit } from '../audit/audit.ts';
import type { Passwords } from '../auth/passwords.ts';
import type { AgentPrincipal } from '../auth/principal.ts';
import type { Clock } from '../clock.ts';
import { problem } from '../errors.ts';
import type { Mail } from '../mail/mail.ts';
import { siteOnWire } from '../sites/site-view.ts';
import { newSiteSettings } from '../sites/site-settings.ts';
import type { Sites } from '../sites/sites.ts';
import { isUniqueViolation } from '../store/database.ts';
import type { Row } from '../store/tables.ts';
import { agentOnWire } from '../team/team.ts';
import type { OrganisationsStore } from './organisations.store.ts';

/**
 * What the first start makes. The ids are fixed, so that of two processes which start or set up at the same time one wins
 * by the primary key. That they can be guessed is no matter: an id is never an authority.
 */
export const firstOrganisationId = '00000000-0000-7000-8000-000000000001';
const firstSiteId = '00000000-0000-7000-8000-000000000002';
const firstOwnerId = '00000000-0000-7000-8000-000000000003';

/** The one-use secret of the set-up link. */
export interface SetupToken {
  /** Whether this is it. Takes the same time for every answer. */
  matches(candidate: string): boolean;
  /** Makes it worthless. */
  discard(): Promise<void>;
}

/** Organisations, and the beginning of an installation. */
export interface Organisations {
  /** Makes the first organisation with its first site unless they are there. To be called at each start. */
  prepare(): Promise<void>;
  /** Whether somebody owns the installation. */
  hasOwner(): Promise<boolean>;
  /** Throws `gone` once there is an owner. */
  requireNoOwner(): Promise<void>;
  /**
   * Makes the owner. Throws `unauthenticated` for a wrong token, `weak_password`, and `gone` once there is an owner,
   * whatever the token.
   */
  setup(wish: { token: string; name: string; email: string; password: string }, address: string): Promise<{ agent: Agent; site: Site }>;
  /** Throws `not_found`. */
  byId(id: string): Promise<Organisation>;
  /** Changes the asker's own organisation. */
  change(principal: AgentPrincipal, patch: { name?: string }, address: string): Promise<Organisation>;
}

/** What organisations need. */
export interface OrganisationsParts {
  store: OrganisationsStore;
  sites: Pick<Sites, 'first'>;
  passwords: Passwords;
  setupToken: SetupToken;
  mail: Pick<Mail, 'configured' | 'from'>;
  audit: Pick<Audit, 'record'>;
  clock: Clock;
  /** Where the demo page is served from: the first site's first allowed origins. */
  ownOrigins(): string[];
}

/** Makes the use cases of organisations. */
export function createOrganisations({ store, sites, passwords, setupToken, mail, audit, clock, ownOrigins }: OrganisationsParts): Organisations {
  const hasOwner = async () => (await store.agent(firstOwnerId)) !== null;
  const gone = () => problem('gone', 'The installation has its owner; sign in instead.');
  const requireNoOwner = async () => {
    if (await hasOwner()) throw gone();
  };
  const onWire = (row: Row<'organisations'> | null): Organisation => {
    if (!row) throw problem('not_found');
    return { id: row.id, name: row.name, mail: { configured: mail.configured, from: mail.from } };
  };
  return {
    hasOwner, requireNoOwner,
    byId: async (id) => onWire(await store.byId(id)),
    async change({ organisationId, id, name: by }, { name }, address) {
      const before = onWire(await store.byId(organisationId));
      if (name === undefined || name.trim() === before.name) return before;
      const after = onWire(await store.rename(organisationId, name.trim()));
      audit.record({
        organisationId, actor: { kind: 'agent', id, name: by }, action: 'organisation.changed', target: { kind: 'organisation', id: organisationId, name: after.name },
        detail: { from: before.name, to: after.name }, address,
      });
      return after;
    },
    async prepare() {
      const now = clock.now();
      await store.found(
        { id: firstOrganisationId, name: 'My organisation', createdAt: now },
        {
          id: firstSiteId, organisationId: firstOrganisationId, name: 'Hazel & Clay', publishableKey: `pk_${clock.random(18).toString('base64url')}`,
          origins: ownOrigins(), settings: newSiteSettings, createdAt: now, updatedAt: now,
        },
      );
    },
    async setup({ token, name, email, password }, address) {
      await requireNoOwner();
      if (!setupToken.matches(token)) throw problem('unauthenticated', 'This set-up link is not the one that the server printed.');
      passwords.require(password, [email, name]);
      const now = clock.now();
      const row = await store.insertAgent({
        id: firstOwnerId, organisationId: firstOrganisationId, email: email.trim().toLowerCase(), name: name.trim(),
        passwordHash: await passwords.hash(password), role: 'owner', status: 'active', createdAt: now, updatedAt: now,
      }).catch((error: unknown) => {
        throw isUniqueViolation(error) ? problem('email_taken') : error;
      });
      if (!row) throw gone();
      const party = { kind: 'agent', id: row.id, name: row.name };
      audit.record({ organisationId: row.organisationId, actor: party, action: 'agent.added', target: party, detail: { role: 'owner' }, address });
      await setupToken.discard();
      const site = await sites.first();
      if (!site) throw new Error('The first site is missing; prepare() makes it.');
      return { agent: agentOnWire(row), site: siteOnWire(site) };
    },
  };
}
