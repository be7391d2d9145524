import type { FastifyInstance } from 'fastify';
import type { Config } from './config.ts';

/** The port that a server listens on; null before it does. */
export function listeningPort(fastify: FastifyInstance): number | null {
  const address = fastify.server.address();
  return address !== null && typeof address === 'object' ? address.port : null;
}

/** From where browsers get our own pages: what PUBLIC_URL says, or else this machine's names for itself. */
export function originsOf({ host, publicOrigin }: Pick<Config, 'host' | 'publicOrigin'>, port: number): string[] {
  if (publicOrigin !== null) return [publicOrigin];
  const any = host === '0.0.0.0' || host === '::';
  const named = any || host === '127.0.0.1' || host === 'localhost' || host === '::1' ? [] : [host.includes(':') ? `[${host}]` : host.toLowerCase()];
  return [...named, '127.0.0.1', 'localhost', '[::1]'].map((name) => new URL(`http://${name}:${port}`).origin);
}
