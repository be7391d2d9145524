import { createHash, createHmac, createSign, generateKeyPairSync, randomBytes, type KeyObject } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Who sits in front of the browser. */
export interface OidcPerson {
  sub: string;
  email?: string;
  email_verified?: unknown;
  name?: string;
}

/** What a provider may do wrong. */
export interface OidcLies {
  /** In the ID token, instead of what is right. */
  claims?: Record<string, unknown>;
  /** `foreign`: a key that is not in its set; `secret`: HMAC with the client's secret; `none`: not at all. */
  signature?: 'foreign' | 'secret' | 'none';
  /** The ID token holds the subject alone; the rest is at the userinfo endpoint. */
  bareToken?: boolean;
  /** The authorization endpoint answers with this error instead of a code. */
  refuse?: { error: string; error_description: string };
  /** The token endpoint answers with this status. */
  tokenStatus?: number;
}

/** A small OpenID provider on loopback. It is strict: PKCE with S256, registered addresses, codes that are good once. */
export interface OidcServer {
  readonly issuer: string;
  readonly clientId: string;
  readonly clientSecret: string;
  /** Who signs in next. */
  person: OidcPerson;
  /** What it does wrong from now on. */
  lies: OidcLies;
  /** Goes where a browser was sent, and gives where it is sent back to. */
  visit(location: string): Promise<URL>;
  stop(): Promise<void>;
}

interface Grant { redirectUri: string; challenge: string; nonce: string | null; person: OidcPerson }

/** Made once: they take a while. */
let keys: Record<'own' | 'foreign', { publicKey: KeyObject; privateKey: KeyObject }> | undefined;

/** Starts a provider with one client, which may be sent back to addresses that begin with one of `redirectPrefixes`. */
export async function startOidc({ redirectPrefixes, port = 0 }: { redirectPrefixes: readonly string[]; port?: number }): Promise<OidcServer> {
  const [clientId, clientSecret] = ['peer-consult', 'the secret of/the+client'];
  const { own, foreign } = (keys ??= { own: generateKeyPairSync('rsa', { modulusLength: 2048 }), foreign: generateKeyPairSync('rsa', { modulusLength: 2048 }) });
  const grants = new Map<string, Grant>();
  const accesses = new Map<string, OidcPerson>();

  const json = (response: ServerResponse, status: number, body: object) => void response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' }).end(JSON.stringify(body));

  const authorize = (url: URL, response: ServerResponse) => {
    const get = (name: string) => url.searchParams.get(name);
    const redirectUri = get('redirect_uri') ?? '';
    if (get('client_id') !== clientId || !redirectPrefixes.some((prefix) => redirectUri.startsWith(prefix))) return json(response, 400, { error: 'unknown client or address' });
    const back = new URL(redirectUri);
    const challenge = get('code_challenge') ?? '';
    const right = get('response_type') === 'code' && get('scope')?.split(' ').includes('openid') && get('code_challenge_method') === 'S256' && challenge.length === 43;
    const answer: Record<string, string> = server.lies.refuse ?? (right ? {} : { error: 'invalid_request' });
    if (answer.error === undefined) {
      answer.code = randomBytes(24).toString('base64url');
      grants.set(answer.code, { redirectUri, challenge, nonce: get('nonce'), person: server.person });
    }
    for (const [name, value] of Object.entries({ ...answer, state: get('state') ?? '', iss: server.issuer })) back.searchParams.set(name, value);
    response.writeHead(303, { location: back.href }).end();
  };

  const token = async (request: IncomingMessage, response: ServerResponse) => {
    const body = new URLSearchParams(await textOf(request));
    if (server.lies.tokenStatus) return json(response, server.lies.tokenStatus, { error: 'server_error', error_description: `broken by ${body.get('code')}` });
    const basic = /^Basic (.+)$/.exec(request.headers.authorization ?? '')?.[1];
    const [id, secret] = basic === undefined ? [body.get('client_id'), body.get('client_secret')]
      : Buffer.from(basic, 'base64').toString().split(':').map((part) => decodeURIComponent(part.replaceAll('+', ' ')));
    if (id !== clientId || secret !== clientSecret) return json(response, 401, { error: 'invalid_client' });
    const grant = grants.get(body.get('code') ?? '');
    grants.delete(body.get('code') ?? '');
    const verified = createHash('sha256').update(body.get('code_verifier') ?? '').digest('base64url');
    if (body.get('grant_type') !== 'authorization_code' || !grant || grant.redirectUri !== body.get('redirect_uri') || grant.challenge !== verified) {
      return json(response, 400, { error: 'invalid_grant' });
    }
    const access = randomBytes(24).toString('base64url');
    accesses.set(access, grant.person);
    const now = Math.floor(Date.now() / 1000);
    const claims = {
      iss: server.issuer, aud: clientId, iat: now, exp: now + 300, ...(grant.nonce !== null && { nonce: grant.nonce }),
      ...(server.lies.bareToken ? { sub: grant.person.sub } : grant.person), ...server.lies.claims,
    };
    json(response, 200, { access_token: access, token_type: 'Bearer', expires_in: 300, id_token: signed(claims, server.lies.signature, { own: own.privateKey, foreign: foreign.privateKey, secret: clientSecret }) });
  };

  const http = createServer((request, response) => {
    const url = new URL(request.url!, server.issuer);
    switch (url.pathname) {
      case '/realm/.well-known/openid-configuration':
        return json(response, 200, {
          issuer: server.issuer, authorization_endpoint: `${server.issuer}/authorize`, token_endpoint: `${server.issuer}/token`, jwks_uri: `${server.issuer}/jwks`,
          userinfo_endpoint: `${server.issuer}/userinfo`, response_types_supported: ['code'], subject_types_supported: ['public'],
          id_token_signing_alg_values_supported: ['RS256'], code_challenge_methods_supported: ['S256'], authorization_response_iss_parameter_supported: true,
        });
      case '/realm/authorize': return authorize(url, response);
      case '/realm/token': return void token(request, response);
      case '/realm/jwks': return json(response, 200, { keys: [{ ...own.publicKey.export({ format: 'jwk' }), kid: 'own', use: 'sig', alg: 'RS256' }] });
      case '/realm/userinfo': {
        const person = accesses.get(request.headers.authorization?.replace(/^Bearer /i, '') ?? '');
        return person ? json(response, 200, person) : json(response, 401, {});
      }
      default: return json(response, 404, {});
    }
  });
  await new Promise<void>((resolve, reject) => {
    http.once('error', reject);
    http.listen(port, '127.0.0.1', resolve);
  });
  const server: OidcServer = {
    issuer: `http://127.0.0.1:${(http.address() as AddressInfo).port}/realm`, clientId, clientSecret,
    person: { sub: 'nobody' }, lies: {},
    async visit(location) {
      const answer = await fetch(location, { redirect: 'manual' });
      const back = answer.headers.get('location');
      if (answer.status !== 303 || back === null) throw new Error(`The provider did not lead back: ${answer.status} ${await answer.text()}`);
      return new URL(back);
    },
    stop: () => new Promise((resolve) => {
      http.close(() => resolve());
      http.closeAllConnections();
    }),
  };
  return server;
}

function signed(claims: object, how: OidcLies['signature'], keys: { own: KeyObject; foreign: KeyObject; secret: string }): string {
  const alg = how === 'none' ? 'none' : how === 'secret' ? 'HS256' : 'RS256';
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const text = `${part({ alg, typ: 'JWT', kid: 'own' })}.${part(claims)}`;
  if (how === 'none') return `${text}.`;
  if (how === 'secret') return `${text}.${createHmac('sha256', keys.secret).update(text).digest('base64url')}`;
  return `${text}.${createSign('RSA-SHA256').update(text).sign(how === 'foreign' ? keys.foreign : keys.own).toString('base64url')}`;
}

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}
