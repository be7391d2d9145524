import type { Audit } from '../audit/audit.ts';
import type { Clock } from '../clock.ts';
import { Problem } from '../errors.ts';
import type { Row } from '../store/tables.ts';
import type { OidcStore } from './oidc.store.ts';
import { OidcFailure, type OidcIdentity, type OidcProvider, type OidcSecrets } from './oidc-provider.ts';
import type { Place, SignedIn, SignIns } from './sign-ins.ts';
import { createThrottle } from './throttle.ts';
import type { Tokens } from './tokens.ts';

/** How long somebody may take at the provider, in ms. */
export const atProviderMs = 10 * 60_000;

/** Why somebody was sent back to the sign-in page. The page has words for each; the provider's own stay here. */
export type OidcRefusal = 'oidc_unavailable' | 'oidc_denied' | 'oidc_failed' | 'oidc_no_account';

/** A way to the provider. */
export interface OidcStart {
  /** Where to send the browser. */
  location: string;
  /** For the cookie that ties the answer to this browser: signed, so that nobody else makes one. */
  memory: string;
  /** When the memory is worth nothing any more, ms since the epoch. */
  expiresAt: number;
}

/** Signing in by the organisation's own OpenID provider. */
export interface Oidc {
  /** `redirectUri`: where the provider sends the browser back to. */
  start(redirectUri: string): Promise<OidcStart | OidcRefusal>;
  /**
   * Signs in whom the provider vouches for: an identity that is known; or else one whose verified e-mail is that of an active agent
   * or of an open invitation, which is linked. `query` as it came, `memory` from the cookie.
   */
  finish(answer: { query: string; memory: string | undefined }, place: Place): Promise<SignedIn | OidcRefusal>;
}

/** Makes the use cases of signing in by a provider. */
export function createOidc({ provider, store, tokens, signIns, audit, clock, failed }: {
  provider: OidcProvider; store: OidcStore; tokens: Tokens; signIns: Pick<SignIns, 'begin'>; audit: Pick<Audit, 'record'>; clock: Clock;
  failed: (error: unknown, what: string) => void;
}): Oidc {
  /** Each way back is gone once, whatever the provider thinks of a code that comes again. */
  const wayBack = createThrottle({ clock, limit: 1, windowMs: 2 * atProviderMs });
  const secret = () => clock.random(32).toString('base64url');
  const refusalOf = (error: unknown): OidcRefusal => {
    if (!(error instanceof OidcFailure)) throw error;
    if (error.reason !== 'denied') failed(error, 'oidc');
    return `oidc_${error.reason}`;
  };

  const remembered = (memory: string | undefined): (OidcSecrets & { redirectUri: string }) | null => {
    try {
      const { sub: state, nonce, verifier, uri: redirectUri } = tokens.verify(memory ?? '', ['oidc']).claims;
      return nonce !== undefined && verifier !== undefined && redirectUri !== undefined ? { state, nonce, verifier, redirectUri } : null;
    } catch (error) {
      if (error instanceof Problem) return null;
      throw error;
    }
  };

  const agentOf = async ({ issuer, subject, email, emailVerified, name }: OidcIdentity, { address }: Place): Promise<Row<'agents'> | null> => {
    const known = await store.byIdentity(issuer, subject);
    if (known) return known;
    if (email === null || !emailVerified) return null;
    const linked = await store.link({ id: clock.id(), issuer, subject }, email.toLowerCase(), { id: clock.id(), name: name?.slice(0, 80) ?? null }, clock.now());
    if (!linked) return store.byIdentity(issuer, subject); // the same person in another tab may have been quicker
    const { agent, invitation } = linked;
    const { organisationId, role } = agent;
    const party = { kind: 'agent', id: agent.id, name: agent.name };
    if (invitation) {
      const target = { kind: 'invitation', id: invitation.id, name: invitation.email };
      audit.record({ organisationId, actor: party, action: 'invitation.accepted', target, detail: { role, how: 'oidc' }, address });
    }
    audit.record({ organisationId, actor: party, action: 'identity.linked', target: party, detail: { issuer }, address });
    return agent;
  };

  return {
    async start(redirectUri) {
      const secrets = { state: secret(), nonce: secret(), verifier: secret() };
      try {
        const location = await provider.begin(redirectUri, secrets);
        const expiresAt = clock.now() + atProviderMs;
        const { state, nonce, verifier } = secrets;
        return { location, expiresAt, memory: tokens.sign('oidc', { sub: state, nonce, verifier, uri: redirectUri }, expiresAt) };
      } catch (error) {
        return refusalOf(error);
      }
    },
    async finish({ query, memory }, place) {
      const known = remembered(memory);
      if (!known || wayBack.take(known.state) > 0) return 'oidc_failed';
      let identity: OidcIdentity;
      try {
        identity = await provider.finish(new URL(`?${query}`, known.redirectUri), known);
      } catch (error) {
        return refusalOf(error);
      }
      const agent = await agentOf(identity, place);
      if (!agent) return 'oidc_no_account';
      try {
        return await signIns.begin(agent, 'oidc', place);
      } catch (error) {
        if (error instanceof Problem && error.code === 'bad_credentials') return 'oidc_no_account'; // disabled, perhaps just now
        throw error;
      }
    },
  };
}
