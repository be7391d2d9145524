/** What a page wants to load or to speak to. */
export interface PolicyNeed {
  directive: 'script-src' | 'connect-src' | 'img-src' | 'media-src';
  /** An address, or a scheme alone (`blob:`). */
  target: string;
  /** The nonce that the script's tag has. */
  nonce?: string | undefined;
}

type Policy = ReadonlyMap<string, readonly string[]>;

// Where a directive is left out, these are asked instead, in order.
const fallbacks: Readonly<Record<PolicyNeed['directive'], readonly string[]>> = {
  'script-src': ['script-src-elem', 'script-src', 'default-src'],
  'connect-src': ['connect-src', 'default-src'],
  'img-src': ['img-src', 'default-src'],
  'media-src': ['media-src', 'default-src'],
};

/** The policies of a header's or meta tag's value: a comma begins another, and each has to be kept. */
export function parsePolicies(text: string): Policy[] {
  return text.split(',').map((one) => {
    const policy = new Map<string, readonly string[]>();
    for (const part of one.split(';')) {
      const [name = '', ...sources] = part.trim().split(/\s+/);
      if (name !== '' && !policy.has(name.toLowerCase())) policy.set(name.toLowerCase(), sources);
    }
    return policy;
  }).filter((policy) => policy.size > 0);
}

/**
 * What of `needs` the policies do not allow on a page of `origin`, as words for its owner: the directive, and what to add to it.
 * `trustedTypes`: names of policies that the page has to let be made.
 */
export function blockedBy(policies: readonly Policy[], needs: readonly PolicyNeed[], origin: string, trustedTypes: readonly string[]): string[] {
  const blocked = new Set<string>();
  for (const policy of policies) {
    for (const need of needs) {
      const name = fallbacks[need.directive].find((one) => policy.has(one));
      if (name !== undefined && !allowed(policy.get(name)!, need, origin)) blocked.add(`${name} ${need.target}`);
    }
    const types = policy.get('trusted-types');
    if (types && !types.includes('*')) for (const name of trustedTypes) if (!types.includes(name)) blocked.add(`trusted-types ${name}`);
  }
  return [...blocked];
}

function allowed(sources: readonly string[], { directive, target, nonce }: PolicyNeed, origin: string): boolean {
  if (directive === 'script-src') {
    if (nonce !== undefined && nonce !== '' && sources.includes(`'nonce-${nonce}'`)) return true;
    if (sources.some((source) => source.toLowerCase() === "'strict-dynamic'")) return false; // then hosts do not count
  }
  return sources.some((source) => matches(source, target, origin));
}

const ports: Readonly<Record<string, string>> = { 'http:': '80', 'https:': '443', 'ws:': '80', 'wss:': '443' };

/** Whether a source of a policy allows an address (CSP3, 6.7.2). */
function matches(source: string, target: string, origin: string): boolean {
  const text = source.toLowerCase();
  if (/^[a-z][a-z0-9+.-]*:$/.test(target)) return text === target; // a mere scheme is allowed by itself alone, not by a star
  const url = new URL(target);
  if (text === '*') return url.protocol in ports;
  if (/^[a-z][a-z0-9+.-]*:$/.test(text)) return schemeFits(text, url.protocol);
  const page = new URL(origin);
  if (text === "'self'") return url.hostname === page.hostname && portOf(url) === portOf(page, url.protocol) && selfFits(page.protocol, url.protocol);
  const parts = /^(?:([a-z][a-z0-9+.-]*:)\/\/)?(\*|(?:\*\.)?[^/:*'[]+|\[[0-9a-f:]+\])(?::(\d+|\*))?(\/.*)?$/.exec(text);
  if (!parts) return false;
  const [, scheme, host, port, path] = parts;
  if (scheme === undefined ? !selfFits(page.protocol, url.protocol) : !schemeFits(scheme, url.protocol)) return false;
  const hostFits = host === '*' || (host!.startsWith('*.') ? url.hostname.endsWith(host!.slice(1)) : url.hostname === host);
  const wanted = port ?? ports[scheme ?? page.protocol];
  const portFits = port === '*' || portOf(url) === wanted || (port === undefined && portOf(url) === ports[url.protocol]);
  const pathFits = path === undefined || path === '/' || (path.endsWith('/') ? url.pathname.toLowerCase().startsWith(path) : url.pathname.toLowerCase() === path);
  return hostFits && portFits && pathFits;
}

/** A scheme allows itself and what is safer; `http:` allows sockets nowhere but on the page's own host. */
function schemeFits(scheme: string, protocol: string): boolean {
  return scheme === protocol || (scheme === 'http:' && protocol === 'https:') || (scheme === 'ws:' && protocol === 'wss:');
}

/** What a page's own scheme stands for: with a socket of the same safety, or a better one. */
function selfFits(page: string, protocol: string): boolean {
  return page === 'https:' ? protocol === 'https:' || protocol === 'wss:' : protocol in ports;
}

function portOf(url: URL, protocol = url.protocol): string {
  if (url.port !== '') return url.port;
  // On its default port a page and its safer twin are one.
  return ports[protocol] ?? '';
}
