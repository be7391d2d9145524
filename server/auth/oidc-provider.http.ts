import * as client from 'openid-client';
import type { Clock } from '../clock.ts';
import type { OidcConfig } from '../config.ts';
import { OidcFailure, type OidcProvider } from './oidc-provider.ts';

// Somebody waits in front of a browser.
const timeoutSeconds = 10;
// Providers move their addresses rarely; their keys are looked up anew when one is unknown.
const discoveredForMs = 24 * 3_600_000;

/** The provider of the settings. Nothing is asked of it before somebody wishes to sign in: it may be down when we start. */
export function createOidcProvider({ issuer, clientId, clientSecret, name }: OidcConfig, clock: Pick<Clock, 'now'>): OidcProvider {
  const [basic, post] = [client.ClientSecretBasic(clientSecret), client.ClientSecretPost(clientSecret)];
  const authentication: client.ClientAuth = (server, ...rest) => {
    // OpenID Connect Discovery 1.0, section 3: basic is what a provider takes that does not say.
    const taken = server.token_endpoint_auth_methods_supported ?? ['client_secret_basic'];
    return (taken.includes('client_secret_basic') ? basic : post)(server, ...rest);
  };
  let known: { config: Promise<client.Configuration>; until: number } | null = null;

  const discovered = (): Promise<client.Configuration> => {
    if (known && known.until > clock.now()) return known.config;
    const config = client.discovery(new URL(issuer), clientId, undefined, authentication, {
      timeout: timeoutSeconds,
      execute: [
        // The library trusts TLS alone for what comes straight from the provider; we check the signature as well.
        client.enableNonRepudiationChecks,
        ...(issuer.startsWith('http:') ? [client.allowInsecureRequests] : []), // config.ts lets only this machine be asked so
      ],
    });
    const mine = { config, until: clock.now() + discoveredForMs };
    known = mine;
    config.catch(() => {
      if (known === mine) known = null;
    });
    return config;
  };
  const discover = () => discovered().catch((error: unknown) => {
    throw new OidcFailure('unavailable', `The OpenID provider could not be asked for its configuration: ${wordsOf(error)}.`);
  });

  return {
    name,
    async begin(redirectUri, { state, nonce, verifier }) {
      const config = await discover();
      return client.buildAuthorizationUrl(config, {
        redirect_uri: redirectUri, scope: 'openid email profile', state, nonce,
        code_challenge: await client.calculatePKCECodeChallenge(verifier), code_challenge_method: 'S256',
      }).href;
    },
    async finish(cameBack, { state, nonce, verifier }) {
      const config = await discover();
      try {
        const tokens = await client.authorizationCodeGrant(config, cameBack, { pkceCodeVerifier: verifier, expectedState: state, expectedNonce: nonce, idTokenExpected: true });
        const claims = tokens.claims()!;
        const { sub, iss } = claims;
        // Some providers put no more than the subject into the token.
        const about = claims.email === undefined && config.serverMetadata().userinfo_endpoint !== undefined
          ? await client.fetchUserInfo(config, tokens.access_token, sub) : claims;
        const text = (value: unknown) => (typeof value === 'string' && value.trim() !== '' ? value.trim() : null);
        return { issuer: iss, subject: sub, email: text(about.email), emailVerified: about.email_verified === true, name: text(about.name) };
      } catch (error) {
        throw failureOf(error);
      }
    },
  };
}

function failureOf(error: unknown): OidcFailure {
  const words = `The sign-in by the OpenID provider failed: ${wordsOf(error)}.`;
  if (error instanceof client.AuthorizationResponseError && error.error === 'access_denied') return new OidcFailure('denied', words);
  const code = codeOf(error);
  const away = (error instanceof TypeError && error.message === 'fetch failed') || code === 'OAUTH_TIMEOUT';
  return new OidcFailure(away ? 'unavailable' : 'failed', words);
}

/** What went wrong in the library's own words: what the provider wrote may hold anything, also the code. */
function wordsOf(error: unknown): string {
  if (!(error instanceof Error)) return 'something unknown';
  const code = codeOf(error);
  return `${error instanceof client.ResponseBodyError || error instanceof client.AuthorizationResponseError ? error.name : error.message}${code === '' ? '' : ` (${code})`}`;
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
}
