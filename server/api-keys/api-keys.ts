import { createHash } from 'node:crypto';
import type { ApiKey, ApiKeyAnswer } from '../../protocol/developers.ts';
import type { Page } from '../../protocol/http.ts';
import { roleMay, SCOPES, type Permission } from '../../protocol/permissions.ts';
import type { Audit } from '../audit/audit.ts';
import type { AgentPrincipal, KeyPrincipal } from '../auth/principal.ts';
import { rfc3339, type Clock } from '../clock.ts';
import { problem } from '../errors.ts';
import { pageOf, readCursor } from '../page-cursor.ts';
import type { Row } from '../store/tables.ts';
import type { ApiKeyRow, ApiKeysStore } from './api-keys.store.ts';

/** What somebody wishes a key to be. */
export interface ApiKeyWish {
  name: string;
  scopes: readonly string[];
  expiresAt?: string | null | undefined;
}

/** Keys by which programs of an organisation speak HTTP. */
export interface ApiKeys {
  /** Newest first, also those that are over. Throws `bad_request` for a cursor that is none. */
  list(organisationId: string, page: { cursor?: string | undefined; limit: number }): Promise<Page<ApiKey>>;
  /**
   * Makes a key; its text is told this once and not kept. Throws `unprocessable` for a scope that there is not or an end in the
   * past, `forbidden` for a scope beyond the maker's own role.
   */
  create(maker: AgentPrincipal, wish: ApiKeyWish, address: string): Promise<ApiKeyAnswer>;
  /** Ends a key at once; the row stays. Harmless when it is over. Throws `not_found`. */
  revoke(by: AgentPrincipal, id: string, address: string): Promise<void>;
  /** Who holds this key. Throws `unauthenticated` for one that is none, ran out, or was revoked; nothing is remembered. */
  verifyKey(key: string): Promise<KeyPrincipal>;
}

/** What the use cases of keys need. */
export interface ApiKeysParts {
  store: ApiKeysStore;
  audit: Pick<Audit, 'record'>;
  clock: Clock;
  failed: (error: unknown, what: string) => void;
}

const keyBytes = 32;
const shape = /^pck_[\w-]{43}$/;
const shownCharacters = 8;
// A busy key would write a row a request otherwise.
const noteUseMs = 60_000;

/** Makes the use cases of keys. */
export function createApiKeys({ store, audit, clock, failed }: ApiKeysParts): ApiKeys {
  const record = (by: AgentPrincipal, action: string, { id, name, prefix, scopes }: Row<'apiKeys'>, address: string) => audit.record({
    organisationId: by.organisationId, actor: { kind: 'agent', id: by.id, name: by.name }, action, target: { kind: 'key', id, name }, detail: { prefix, scopes }, address,
  });
  const onWire = ({ key, maker }: ApiKeyRow): ApiKey => ({
    id: key.id, name: key.name, prefix: key.prefix, scopes: key.scopes, createdBy: maker ?? '', createdAt: rfc3339(key.createdAt),
    expiresAt: moment(key.expiresAt), lastUsedAt: moment(key.lastUsedAt),
    state: key.revokedAt !== null ? 'revoked' : isOver(key.expiresAt) ? 'expired' : 'active',
  });
  const isOver = (expiresAt: number | null) => expiresAt !== null && expiresAt <= clock.now();

  return {
    async list(organisationId, { cursor, limit }) {
      const found = await store.list(organisationId, readCursor(cursor), limit + 1);
      const { rows, next } = pageOf(found, limit, ({ key: { createdAt, id } }) => ({ at: createdAt, id }));
      return { items: rows.map(onWire), next };
    },
    async create(maker, { name, scopes, expiresAt }, address) {
      const wished = [...new Set(scopes)];
      const unknown = wished.find((scope) => !isScope(scope));
      if (unknown !== undefined) throw problem('unprocessable', `There is no scope ${JSON.stringify(unknown)}; there are ${SCOPES.join(', ')}.`);
      const beyond = wished.find((scope) => isScope(scope) && !roleMay(maker.role, scope));
      if (beyond !== undefined) throw problem('forbidden', `Your own role does not have ${beyond}.`);
      const end = expiresAt == null ? null : Date.parse(expiresAt);
      if (isOver(end)) throw problem('unprocessable', 'expiresAt has to be in the future.');
      const secret = clock.random(keyBytes).toString('base64url');
      const key = `pck_${secret}`;
      const row = await store.insert({
        id: clock.id(), organisationId: maker.organisationId, name: name.trim(), prefix: secret.slice(0, shownCharacters), hash: hashOf(key), scopes: wished,
        createdById: maker.id, createdAt: clock.now(), expiresAt: end,
      });
      record(maker, 'key.created', row, address);
      return { ...onWire({ key: row, maker: maker.name }), key };
    },
    async revoke(by, id, address) {
      const revoked = await store.revoke(by.organisationId, id, clock.now());
      if (!revoked) throw problem('not_found');
      if (revoked.changed) record(by, 'key.revoked', revoked.key, address);
    },
    async verifyKey(key) {
      const row = shape.test(key) ? await store.byHash(hashOf(key)) : null;
      if (!row || row.revokedAt !== null || isOver(row.expiresAt)) throw problem('unauthenticated');
      const now = clock.now();
      if (row.lastUsedAt === null || row.lastUsedAt < now - noteUseMs) {
        await store.used(row.id, now, now - noteUseMs).catch((error: unknown) => failed(error, 'use of an API key'));
      }
      return { kind: 'key', id: row.id, name: row.name, organisationId: row.organisationId, scopes: row.scopes.filter(isScope) };
    },
  };
}

const isScope = (text: string): text is Permission => (SCOPES as readonly string[]).includes(text);
const moment = (ms: number | null) => (ms === null ? null : rfc3339(ms));
/** A key is 256 bits of chance: one round of SHA-256 is as good as many, and quick enough for every request. */
const hashOf = (key: string) => createHash('sha256').update(key).digest('hex');
