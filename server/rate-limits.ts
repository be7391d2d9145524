import fastifyRateLimit from '@fastify/rate-limit';
import type { FastifyInstance } from 'fastify';
import { addressClass } from './address-class.ts';
import { problem } from './errors.ts';

// Far above what a person with a panel or a recorder needs; what costs more than a query has a limit of its own.
const perPrincipal = 1200;
// A program that asks ten times a second all day; more of them take a key each.
const perKey = 600;
// Whole offices come from one address (threats.md S18), with no token before they have one.
const perAddress = 2400;

/**
 * Limits requests in a minute: of a visitor or agent wherever from, of an API key likewise, of anybody else by address.
 * Answers tell what is left in `RateLimit-Limit`, `RateLimit-Remaining` and `RateLimit-Reset` (seconds). Register it after
 * `authenticate`; a route says `config.rateLimit` for a limit of its own, `false` for none.
 */
export async function registerRateLimits(app: FastifyInstance): Promise<void> {
  await app.register(fastifyRateLimit, {
    timeWindow: 60_000,
    enableDraftSpec: true,
    max: ({ principal }) => (principal === null ? perAddress : principal.kind === 'key' ? perKey : perPrincipal),
    keyGenerator: ({ principal, ip }) => (principal ? `${principal.kind} ${principal.id}` : addressClass(ip)),
    // Its answer tells after how many ms it is worth trying again; the header Retry-After says the same in seconds.
    errorResponseBuilder: (_request, { ttl }) => problem('rate_limited', undefined, ttl),
  });
}
