/** What ties the answer of a provider to the browser that asked. Made by us, unforeseeable, used once. */
export interface OidcSecrets {
  state: string;
  nonce: string;
  /** The PKCE verifier (RFC 7636); the provider sees only its hash before. */
  verifier: string;
}

/** Who somebody is, by the provider's signed word. */
export interface OidcIdentity {
  issuer: string;
  subject: string;
  email: string | null;
  /** Only the provider's own `true` counts. */
  emailVerified: boolean;
  name: string | null;
}

/** Why a sign-in by a provider came to nothing: it did not answer, the person refused, or something did not fit. */
export class OidcFailure extends Error {
  override name = 'OidcFailure';
  readonly reason: 'unavailable' | 'denied' | 'failed';

  constructor(reason: OidcFailure['reason'], message: string) {
    super(message);
    this.reason = reason;
  }
}

/** An OpenID provider (OpenID Connect Core 1.0), spoken to by the authorization code flow with PKCE. */
export interface OidcProvider {
  /** As people know it, for the button. */
  readonly name: string;
  /** Where to send the browser. Throws an OidcFailure. */
  begin(redirectUri: string, secrets: OidcSecrets): Promise<string>;
  /** Checks the address with which the browser came back, exchanges its code and checks the signed answer. Throws an OidcFailure. */
  finish(cameBack: URL, secrets: OidcSecrets): Promise<OidcIdentity>;
}
