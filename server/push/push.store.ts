import { and, desc, eq, exists, gt, inArray, isNull, lt, not } from 'drizzle-orm';
import type { Database } from '../store/database.ts';
import type { NewRow, Row } from '../store/tables.ts';

/** Somebody who may be told, with what it wants. */
export type PushAgent = Pick<Row<'agents'>, 'id' | 'settings'>;

/** The queries of pushes. A subscription of a sign-in that is over counts as none. */
export interface PushStore {
  /** Writes a subscription, or gives the one of this endpoint to its new owner. */
  save(row: NewRow<'pushSubscriptions'>): Promise<void>;
  /** Removes all but the newest `keep` of an agent. */
  trim(organisationId: string, agentId: string, keep: number): Promise<void>;
  /** Removes an agent's own. */
  remove(organisationId: string, agentId: string, endpoint: string): Promise<void>;
  /** Removes one that its push service does not know any more. */
  gone(id: string): Promise<void>;
  /** Removes what belongs to sign-ins that are over. */
  sweep(now: number): Promise<void>;
  /** Active agents of the organisation that have a subscription. */
  agents(organisationId: string, now: number): Promise<PushAgent[]>;
  subscriptions(organisationId: string, agentIds: readonly string[], now: number): Promise<Row<'pushSubscriptions'>[]>;
  /** Who has a conversation, and whether a bot answers in it; null when there is none. */
  conversation(organisationId: string, id: string): Promise<{ assigneeId: string | null; botId: string | null } | null>;
}

/** Queries over `push_subscriptions`. */
export function createPushStore({ q, tables: { agents, conversations, pushSubscriptions, sessions } }: Database): PushStore {
  const signedIn = (now: number) => exists(q.select({ id: sessions.id }).from(sessions).where(and(
    eq(sessions.id, pushSubscriptions.sessionId), eq(sessions.agentId, pushSubscriptions.agentId), isNull(sessions.revokedAt), gt(sessions.expiresAt, now))));
  const { id, organisationId: organisation, agentId: agent, endpoint: address } = pushSubscriptions;

  return {
    async save(row) {
      const { organisationId, agentId, sessionId, p256dh, auth, locale, createdAt } = row;
      await q.insert(pushSubscriptions).values(row).onConflictDoUpdate({ target: address, set: { organisationId, agentId, sessionId, p256dh, auth, locale: locale ?? null, createdAt } });
    },
    async trim(organisationId, agentId, keep) {
      const own = and(eq(organisation, organisationId), eq(agent, agentId));
      const old = await q.select({ id }).from(pushSubscriptions).where(own).orderBy(desc(pushSubscriptions.createdAt), desc(id)).limit(100).offset(keep);
      if (old.length > 0) await q.delete(pushSubscriptions).where(and(own, inArray(id, old.map((row) => row.id))));
    },
    async remove(organisationId, agentId, endpoint) {
      await q.delete(pushSubscriptions).where(and(eq(organisation, organisationId), eq(agent, agentId), eq(address, endpoint)));
    },
    async gone(subscriptionId) {
      await q.delete(pushSubscriptions).where(eq(id, subscriptionId));
    },
    async sweep(now) {
      // A moment's grace: a subscription may be written beside the sign-in that it belongs to.
      await q.delete(pushSubscriptions).where(and(not(signedIn(now)), lt(pushSubscriptions.createdAt, now)));
    },
    agents: async (organisationId, now) => q.select({ id: agents.id, settings: agents.settings }).from(agents).where(and(
      eq(agents.organisationId, organisationId), eq(agents.status, 'active'),
      exists(q.select({ id }).from(pushSubscriptions).where(and(eq(agent, agents.id), eq(organisation, organisationId), signedIn(now)))))),
    subscriptions: async (organisationId, agentIds, now) => agentIds.length === 0 ? [] : q.select().from(pushSubscriptions)
      .where(and(eq(organisation, organisationId), inArray(agent, [...agentIds]), signedIn(now))),
    async conversation(organisationId, conversationId) {
      const { assigneeId, botId } = conversations;
      const [row] = await q.select({ assigneeId, botId }).from(conversations).where(and(eq(conversations.organisationId, organisationId), eq(conversations.id, conversationId)));
      return row ?? null;
    },
  };
}
