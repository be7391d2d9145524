import type {} from '@fastify/cookie'; // its types: requests have cookies
import type { FastifyInstance, FastifyRequest } from 'fastify';
import fastifyPlugin from 'fastify-plugin';
import { PERMISSIONS, roleMay, type Permission } from '../../protocol/permissions.ts';
import { problem } from '../errors.ts';
import type { Auth } from './auth.ts';
import type { AgentPrincipal, Asker, KeyPrincipal, Principal, StaffPrincipal, VisitorPrincipal } from './principal.ts';

/** Who may use a route: whoever holds the permission (by role or by scope), `visitor`, or `anyone`, also somebody without a token. */
export type May = 'anyone' | 'visitor' | Permission;

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Who may use the route. A route without it cannot be registered (threats.md S5). */
    may?: May | readonly May[];
    /** The route is for media elements too, which cannot send a header: the `pc_media` cookie counts as well. */
    mediaCookie?: boolean;
  }
  interface FastifyRequest {
    /** Who asks; null on routes for anyone, where no token is looked at. */
    principal: Asker | null;
  }
}

/** The cookie by which `<audio>` and `<video>` fetch recordings. */
export const mediaCookieName = 'pc_media';

export interface AuthenticateOptions {
  auth: Pick<Auth, 'verify' | 'verifyMedia'>;
  /** Who holds this API key (`pck_…`). Throws `unauthenticated`, also for one that ran out or was revoked. */
  verifyKey(key: string): Promise<KeyPrincipal>;
  /** Whether a page of this origin may act for a visitor of the site. Asked only when a browser tells the origin. */
  originAllowed(visitor: VisitorPrincipal, origin: string): Promise<boolean>;
  /** Addresses below these prefixes belong to plugins that register their own routes: pages and files for anyone. */
  publicPrefixes: readonly string[];
}

/** Default deny: holds every route that is registered afterwards to its `may`, before its body is read. */
export const authenticate = fastifyPlugin<AuthenticateOptions>(async (app: FastifyInstance, { auth, verifyKey, originAllowed, publicPrefixes }) => {
  app.decorateRequest('principal', null);

  app.addHook('onRoute', (route) => {
    if (publicPrefixes.some((prefix) => route.url === prefix || route.url.startsWith(`${prefix}/`))) route.config = { may: 'anyone', ...route.config };
    const rules = rulesOf(route.config?.may);
    if (rules.length === 0) throw new Error(`The route ${String(route.method)} ${route.url} does not say who may use it (config.may).`);
    const unknown = rules.find((rule) => rule !== 'anyone' && rule !== 'visitor' && !(rule in PERMISSIONS));
    if (unknown) throw new Error(`The route ${String(route.method)} ${route.url} is for ${unknown}, which protocol/permissions.ts does not know.`);
  });

  app.addHook('onRequest', async (request) => {
    if (request.is404) return;
    const { may, mediaCookie } = request.routeOptions.config;
    const rules = rulesOf(may);
    if (rules.includes('anyone')) return;
    if (rules.length === 0) throw problem('not_found'); // registered before us by a plugin, and not for anybody
    const principal = await identify(request, auth, verifyKey, mediaCookie === true);
    if (!rules.some((rule) => allows(rule, principal))) throw problem('forbidden');
    const { origin } = request.headers;
    if (principal.kind === 'visitor' && origin !== undefined && !(await originAllowed(principal, origin))) throw problem('origin_forbidden');
    request.principal = principal;
  });
}, { name: 'authenticate' });

function rulesOf(may: May | readonly May[] | undefined): readonly May[] {
  return may === undefined ? [] : typeof may === 'string' ? [may] : may;
}

async function identify(request: FastifyRequest, auth: AuthenticateOptions['auth'], verifyKey: AuthenticateOptions['verifyKey'], mediaCookie: boolean): Promise<Asker> {
  const header = request.headers.authorization;
  if (header !== undefined) {
    const token = /^Bearer +([^\s]+)$/i.exec(header)?.[1];
    if (!token) throw problem('unauthenticated');
    return token.startsWith('pck_') ? verifyKey(token) : auth.verify(token);
  }
  const cookie = mediaCookie ? request.cookies[mediaCookieName] : undefined;
  if (cookie) return auth.verifyMedia(cookie);
  throw problem('unauthenticated');
}

function allows(rule: May, principal: Asker): boolean {
  if (rule === 'anyone') return true;
  if (rule === 'visitor' || principal.kind === 'visitor') return rule === principal.kind;
  return principal.kind === 'agent' ? roleMay(principal.role, rule) : PERMISSIONS[rule].scope && principal.scopes.includes(rule);
}

/** Who asks, on a route that is not for anyone. */
export function askerOf(request: FastifyRequest): Asker {
  if (!request.principal) throw problem('unauthenticated');
  return request.principal;
}

/** The visitor or agent who asks, on a route that no API key may use. */
export function principalOf(request: FastifyRequest): Principal {
  const asker = askerOf(request);
  if (asker.kind === 'key') throw problem('forbidden');
  return asker;
}

/** The agent or API key that asks, on a route that is not for visitors. */
export function staffOf(request: FastifyRequest): StaffPrincipal {
  const asker = askerOf(request);
  if (asker.kind === 'visitor') throw problem('forbidden');
  return asker;
}

/** The agent who asks, on a route for agents alone. */
export function agentOf(request: FastifyRequest): AgentPrincipal {
  const asker = askerOf(request);
  if (asker.kind !== 'agent') throw problem('forbidden');
  return asker;
}
