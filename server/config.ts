import { isAbsolute, join, resolve } from 'node:path';
import { isIP } from 'node:net';
import type { BlobConfig, S3Encryption } from './blobs/blobs.ts';
import { isAllowEntry } from './outbound/address-rules.ts';

/** A setting that cannot be used, with a sentence for the person who started the server. */
export class ConfigError extends Error {
  override name = 'ConfigError';
}

/** How much is written to the log. */
export type LogLevel = 'fatal' | 'error' | 'warn' | 'info' | 'debug' | 'trace' | 'silent';

/** How to speak with an OpenID provider. */
export interface OidcConfig {
  issuer: string;
  clientId: string;
  clientSecret: string;
  name: string;
}

/** All settings, checked. */
export interface Config {
  host: string;
  /** 0: any free port. */
  port: number;
  /** The origin under which browsers reach the server, when it is not the one it listens on. */
  publicOrigin: string | null;
  /** Absolute path. */
  dataDir: string;
  database: { engine: 'sqlite'; file: string } | { engine: 'postgres'; url: string };
  blobs: BlobConfig;
  /** STUN and TURN servers for calls; none: direct connections only. The secret is shared with TURN (coturn's `use-auth-secret`). */
  ice: { urls: string[]; secret: string | undefined; relayOnly: boolean };
  /** Whose X-Forwarded-For counts: nobody's, everybody's, or that of these addresses. */
  trustProxy: boolean | string[];
  /** Hosts, addresses and `10.0.0.0/8` that webhooks and the like may reach although they are private. */
  outboundAllow: string[];
  /** What `/metrics` asks for; null: nothing, but only from near. */
  metricsToken: string | null;
  logLevel: LogLevel;
  rateLimits: boolean;
  /** How mail is sent; null: it is not, and the panel shows what would have been. */
  mail: { url: string; from: { name: string; address: string } } | null;
  /** The OpenID provider by which agents may sign in too; null: there is none. `name`: what the button says. */
  oidc: OidcConfig | null;
}

type Environment = Readonly<Record<string, string | undefined>>;

const names = ['HOST', 'PORT', 'PUBLIC_URL', 'DATA_DIR', 'DATABASE_URL', 'REDIS_URL', 'S3_ENDPOINT', 'S3_REGION', 'S3_BUCKET', 'S3_ACCESS_KEY_ID',
  'S3_SECRET_ACCESS_KEY', 'S3_SSE', 'S3_SSE_KMS_KEY_ID', 'S3_PRESIGNED', 'S3_PUBLIC_ENDPOINT', 'TURN_URLS', 'TURN_SECRET', 'TURN_ONLY', 'SMTP_URL', 'MAIL_FROM', 'OIDC_ISSUER', 'OIDC_CLIENT_ID', 'OIDC_CLIENT_SECRET', 'OIDC_NAME', 'TRUST_PROXY', 'OUTBOUND_ALLOW', 'METRICS_TOKEN', 'LOG_LEVEL', 'RATE_LIMITS'] as const;
type Name = (typeof names)[number];
const ourPrefixes = /^(S3|OUTBOUND|TURN|OIDC|METRICS)_/;
const logLevels: readonly LogLevel[] = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'];

/**
 * The AWS SDK writes a notice about Node's age to stderr at every start, and again in every merge worker. Which Node runs is the
 * operator's choice and stands in package.json; the notice helps nobody who reads our log.
 */
export function silenceSdkNotice(): void {
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';
}

/** Reads the settings from the environment; an empty value is one that is not set. Throws a ConfigError. */
export function readConfig(environment: Environment = process.env, folder = process.cwd()): Config {
  for (const name of Object.keys(environment)) {
    if (ourPrefixes.test(name) && !names.some((known) => known === name)) {
      const nearest = names.filter((known) => known.startsWith(name.slice(0, 3))).join(', ');
      throw new ConfigError(`There is no setting ${name}; is one of these meant: ${nearest}?`);
    }
  }
  const get = (name: Name): string | undefined => environment[name]?.trim() || undefined;

  const dataDir = resolve(folder, get('DATA_DIR') ?? 'data');
  const database = databaseOf(get('DATABASE_URL'), dataDir, folder);
  if (get('REDIS_URL') !== undefined) {
    if (database.engine === 'sqlite') throw new ConfigError('REDIS_URL joins several processes, but SQLite serves only one: set DATABASE_URL to a Postgres, or leave REDIS_URL out.');
    throw new ConfigError('REDIS_URL is set, but this version has no Redis bus yet: leave it out and run one process.');
  }
  return {
    host: hostOf(get('HOST') ?? '127.0.0.1'),
    port: portOf(get('PORT') ?? '8080'),
    publicOrigin: publicOriginOf(get('PUBLIC_URL')),
    dataDir, database,
    blobs: blobsOf(get, dataDir),
    ice: { ...iceOf(get('TURN_URLS'), get('TURN_SECRET')), relayOnly: relayOnlyOf(oneOf('TURN_ONLY', ['true', 'false'], get('TURN_ONLY') ?? 'false') === 'true', get('TURN_URLS')) },
    mail: mailOf(get('SMTP_URL'), get('MAIL_FROM')),
    oidc: oidcOf(get),
    trustProxy: trustProxyOf(get('TRUST_PROXY') ?? 'false'),
    outboundAllow: outboundAllowOf(get('OUTBOUND_ALLOW')),
    metricsToken: metricsTokenOf(get('METRICS_TOKEN')),
    logLevel: oneOf('LOG_LEVEL', logLevels, get('LOG_LEVEL') ?? 'info'),
    rateLimits: oneOf('RATE_LIMITS', ['on', 'off'], get('RATE_LIMITS') ?? 'on') === 'on',
  };
}

function hostOf(text: string): string {
  if (isIP(text) || /^[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?$/.test(text)) return text;
  throw new ConfigError(`HOST is ${JSON.stringify(text)}, but has to be an address or a name to listen on, like 127.0.0.1 or 0.0.0.0.`);
}

function portOf(text: string): number {
  const port = Number(text);
  if (/^\d{1,5}$/.test(text) && port <= 65_535) return port;
  throw new ConfigError(`PORT is ${JSON.stringify(text)}, but has to be a whole number from 0 to 65535.`);
}

function publicOriginOf(text: string | undefined): string | null {
  if (text === undefined) return null;
  const url = urlOf(text);
  if (!url || !/^https?:$/.test(url.protocol)) throw new ConfigError(`PUBLIC_URL is ${JSON.stringify(text)}, but has to be an address like https://consult.example.com.`);
  if (url.pathname !== '/' || url.search || url.hash || url.username) throw new ConfigError('PUBLIC_URL has to be an origin alone, without a path: give the server a host name or a port of its own.');
  return url.origin;
}

function databaseOf(text: string | undefined, dataDir: string, folder: string): Config['database'] {
  if (text === undefined) return { engine: 'sqlite', file: join(dataDir, 'peer-consult.db') };
  const sqlite = /^sqlite:(?:\/\/)?(.+)$/.exec(text)?.[1];
  if (sqlite === ':memory:') return { engine: 'sqlite', file: sqlite };
  if (sqlite !== undefined) return { engine: 'sqlite', file: isAbsolute(sqlite) ? sqlite : resolve(folder, sqlite) };
  // The value is not repeated: it holds a password.
  if (!/^postgres(ql)?:\/\/[^/]/.test(text) || !urlOf(text)) throw new ConfigError('DATABASE_URL has to look like sqlite:data/peer-consult.db or postgres://user:password@host:5432/name.');
  return { engine: 'postgres', url: text };
}

function blobsOf(get: (name: Name) => string | undefined, dataDir: string): BlobConfig {
  const given = names.filter((name) => name.startsWith('S3_') && get(name) !== undefined);
  if (given.length === 0) return { kind: 'disk', folder: join(dataDir, 'blobs') };
  const need = (name: Name): string => {
    const value = get(name);
    if (value === undefined) throw new ConfigError(`${given[0]} is set, so recordings go to S3; then ${name} has to be set too.`);
    return value;
  };
  const addressOf = (name: 'S3_ENDPOINT' | 'S3_PUBLIC_ENDPOINT'): string | undefined => {
    const value = get(name);
    const url = value === undefined ? null : urlOf(value);
    if (value !== undefined && (!url || !/^https?:$/.test(url.protocol) || url.search !== '' || url.hash !== '' || url.username !== '')) {
      throw new ConfigError(`${name} is ${JSON.stringify(value)}, but has to be an address like https://s3.example.com.`);
    }
    return value;
  };
  const endpoint = addressOf('S3_ENDPOINT');
  return {
    kind: 's3', endpoint, bucket: need('S3_BUCKET'), accessKeyId: need('S3_ACCESS_KEY_ID'), secretAccessKey: need('S3_SECRET_ACCESS_KEY'),
    // A server that is not Amazon's mostly takes any region.
    region: endpoint === undefined ? need('S3_REGION') : (get('S3_REGION') ?? 'us-east-1'),
    encryption: encryptionOf(get('S3_SSE'), get('S3_SSE_KMS_KEY_ID')),
    signed: signedOf(get, addressOf('S3_PUBLIC_ENDPOINT'), endpoint),
  };
}

function encryptionOf(algorithm: string | undefined, keyId: string | undefined): S3Encryption | undefined {
  if (keyId !== undefined && algorithm !== 'aws:kms') throw new ConfigError('S3_SSE_KMS_KEY_ID is set, but S3_SSE is not aws:kms: set both, or leave the key out.');
  if (algorithm === undefined) return undefined;
  return oneOf('S3_SSE', ['AES256', 'aws:kms'], algorithm) === 'AES256' ? { algorithm: 'AES256' } : { algorithm: 'aws:kms', keyId };
}

function signedOf(get: (name: Name) => string | undefined, publicEndpoint: string | undefined, endpoint: string | undefined): { endpoint: string | undefined } | undefined {
  if (oneOf('S3_PRESIGNED', ['on', 'off'], get('S3_PRESIGNED') ?? 'off') === 'off') {
    if (publicEndpoint !== undefined) throw new ConfigError('S3_PUBLIC_ENDPOINT is set, but S3_PRESIGNED is not on, so no browser would be sent there: set both or neither.');
    return undefined;
  }
  const address = publicEndpoint ?? endpoint;
  if (get('PUBLIC_URL')?.startsWith('https:') && address?.startsWith('http:')) {
    throw new ConfigError('S3_PRESIGNED is on, but browsers on an https page play nothing from an http address: set S3_PUBLIC_ENDPOINT to an https address of the S3 server.');
  }
  return { endpoint: address };
}

function relayOnlyOf(wanted: boolean, urls: string | undefined): boolean {
  if (wanted && !/turns?:/.test(urls ?? '')) throw new ConfigError('TURN_ONLY is true, but TURN_URLS names no TURN server: no call could find a way.');
  return wanted;
}

function iceOf(urls: string | undefined, secret: string | undefined): Omit<Config['ice'], 'relayOnly'> {
  if (urls === undefined && secret !== undefined) throw new ConfigError('TURN_SECRET is set, but TURN_URLS is not: set both or neither.');
  if (urls === undefined) return { urls: [], secret };
  const list = urls.split(',').map((url) => url.trim()).filter((url) => url !== '');
  const wrong = list.find((url) => !/^(stun|turn)s?:(\[[0-9A-Fa-f:]+\]|[A-Za-z0-9.-]+)(:\d{1,5})?(\?transport=(udp|tcp))?$/.test(url));
  if (wrong !== undefined || list.length === 0) throw new ConfigError(`TURN_URLS holds ${JSON.stringify(wrong ?? urls)}, but each entry has to look like turn:turn.example.com:3478 or turns:turn.example.com:5349?transport=tcp; a comma stands between them.`);
  if (secret === undefined && list.some((url) => url.startsWith('turn'))) throw new ConfigError('TURN_URLS is set, but TURN_SECRET is not: set both or neither.');
  return { urls: list, secret };
}

function mailOf(url: string | undefined, from: string | undefined): Config['mail'] {
  if (url === undefined && from === undefined) return null;
  if (from === undefined) throw new ConfigError('SMTP_URL is set, but MAIL_FROM is not: set both or neither.');
  if (url === undefined) throw new ConfigError('MAIL_FROM is set, but SMTP_URL is not: set both or neither.');
  const parsed = urlOf(url);
  // The value is not repeated: it holds a password.
  if (!parsed || !/^smtps?:$/.test(parsed.protocol) || parsed.hostname === '' || !/^\/?$/.test(parsed.pathname) || parsed.search || parsed.hash || !decodes(parsed)) {
    throw new ConfigError('SMTP_URL has to look like smtp://user:password@mail.example.com:587 or smtps://user:password@mail.example.com:465; signs like @ and / in the password are written %40 and %2F.');
  }
  const [, quoted, plain, inBrackets, alone] = /^(?:(?:"([^"\\<>]*)"|([^"<>@,;]*))\s*<([^<>]+)>|([^<>]+))$/.exec(from) ?? [];
  const address = inBrackets ?? alone ?? '';
  const name = (quoted ?? plain ?? '').trim();
  if (!/^[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?$/.test(address) || /[\u0000-\u001f\u007f]/.test(name)) {
    throw new ConfigError(`MAIL_FROM is ${JSON.stringify(from)}, but has to be an address like consult@example.com or Example Consult <consult@example.com>.`);
  }
  return { url, from: { name, address } };
}

function oidcOf(get: (name: Name) => string | undefined): OidcConfig | null {
  const given = names.filter((name) => name.startsWith('OIDC_') && get(name) !== undefined);
  if (given.length === 0) return null;
  const need = (name: Name): string => {
    const value = get(name);
    if (value === undefined) throw new ConfigError(`${given[0]} is set, so agents can sign in by an OpenID provider; then ${name} has to be set too.`);
    return value;
  };
  const issuer = need('OIDC_ISSUER');
  const url = urlOf(issuer);
  const local = url !== null && /^(localhost|127(\.\d+){3}|\[::1\])$/.test(url.hostname);
  if (!url || url.search || url.hash || url.username || !(url.protocol === 'https:' || (url.protocol === 'http:' && local))) {
    throw new ConfigError(`OIDC_ISSUER is ${JSON.stringify(issuer)}, but has to be the provider's address as it names itself, like https://login.example.com/realms/team; http is taken on this machine alone.`);
  }
  return { issuer, clientId: need('OIDC_CLIENT_ID'), clientSecret: need('OIDC_CLIENT_SECRET'), name: (get('OIDC_NAME') ?? url.hostname).slice(0, 60) };
}

/** Whether the user and the password of an address are written as addresses have them. */
function decodes({ username, password }: URL): boolean {
  try {
    return decodeURIComponent(`${username}${password}`) !== '' || username === '';
  } catch {
    return false;
  }
}

function trustProxyOf(text: string): Config['trustProxy'] {
  if (text === 'true' || text === 'false') return text === 'true';
  const list = text.split(',').map((entry) => entry.trim());
  const good = (entry: string) => {
    const [address = '', bits] = entry.split('/');
    return ['loopback', 'linklocal', 'uniquelocal'].includes(entry)
      || (isIP(address) !== 0 && (bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (isIP(address) === 4 ? 32 : 128))));
  };
  if (list.every(good)) return list;
  throw new ConfigError(`TRUST_PROXY is ${JSON.stringify(text)}, but has to be true, false, or the addresses of the proxies (10.0.0.0/8, loopback) with commas between them.`);
}

function metricsTokenOf(text: string | undefined): string | null {
  if (text === undefined) return null;
  if (!/^[\x21-\x7e]{16,}$/.test(text)) throw new ConfigError('METRICS_TOKEN has to have at least 16 characters, and no spaces.');
  return text;
}

function outboundAllowOf(text: string | undefined): string[] {
  const list = (text ?? '').split(',').map((entry) => entry.trim()).filter((entry) => entry !== '');
  const wrong = list.find((entry) => !isAllowEntry(entry));
  if (wrong !== undefined) throw new ConfigError(`OUTBOUND_ALLOW holds ${JSON.stringify(wrong)}, but each entry has to be a host name, an address, or addresses like 10.0.0.0/8; a comma stands between them.`);
  return list;
}

function oneOf<const T extends string>(name: Name, values: readonly T[], text: string): T {
  const found = values.find((value) => value === text);
  if (found === undefined) throw new ConfigError(`${name} is ${JSON.stringify(text)}, but has to be one of ${values.join(', ')}.`);
  return found;
}

function urlOf(text: string): URL | null {
  try {
    return new URL(text);
  } catch {
    return null;
  }
}
