import { and, desc, eq, gt, isNull } from 'drizzle-orm';
import type { Database } from '../store/database.ts';
import type { NewRow, Row } from '../store/tables.ts';

/** Who is linked: an agent that was there, or one that an invitation made. */
export interface Linked {
  agent: Row<'agents'>;
  /** The invitation that was accepted by it. */
  invitation: Row<'invitations'> | null;
}

/** The queries of identities. */
export interface OidcStore {
  byIdentity(issuer: string, subject: string): Promise<Row<'agents'> | null>;
  /**
   * Links an identity to the active agent of a verified e-mail; or, when nobody has it, to the agent that the newest open invitation
   * to it makes (`fresh`). Null when there is neither, when the agent is another account of the same issuer already (an address may
   * have passed to somebody else), or when the identity was linked meanwhile; nothing is written then.
   */
  link(identity: Pick<NewRow<'identities'>, 'id' | 'issuer' | 'subject'>, email: string, fresh: { id: string; name: string | null }, at: number): Promise<Linked | null>;
}

/** What ends a transaction that has nothing to keep. */
const nothing = new Error('Nothing to keep.');

/** Queries over `identities` and who may have one. */
export function createOidcStore(database: Database): OidcStore {
  const { agents, identities, invitations } = database.tables;
  return {
    async byIdentity(issuer, subject) {
      const [found] = await database.q.select({ agent: agents }).from(identities)
        .innerJoin(agents, and(eq(agents.id, identities.agentId), eq(agents.organisationId, identities.organisationId)))
        .where(and(eq(identities.issuer, issuer), eq(identities.subject, subject)));
      return found?.agent ?? null;
    },
    link: ({ id, issuer, subject }, email, fresh, at) => database.atomic(async (q) => {
      // Written first: of two identities that race for one agent, the second sees the first.
      const [active] = await q.update(agents).set({ lastSeenAt: at }).where(and(eq(agents.email, email), eq(agents.status, 'active'))).returning();
      let linked: Linked;
      if (active) {
        const others = await q.select({ id: identities.id }).from(identities).where(and(eq(identities.agentId, active.id), eq(identities.issuer, issuer))).limit(1);
        if (others.length > 0) throw nothing;
        linked = { agent: active, invitation: null };
      } else {
        const open = and(eq(invitations.email, email), isNull(invitations.acceptedAt), isNull(invitations.revokedAt), gt(invitations.expiresAt, at));
        const [newest] = await q.select().from(invitations).where(open).orderBy(desc(invitations.id)).limit(1);
        if (!newest) throw nothing;
        const [invitation] = await q.update(invitations).set({ acceptedAt: at }).where(and(eq(invitations.id, newest.id), open)).returning();
        if (!invitation) throw nothing;
        const [agent] = await q.insert(agents).values({
          id: fresh.id, organisationId: invitation.organisationId, email, name: invitation.name ?? fresh.name ?? email.split('@')[0]!, passwordHash: '',
          role: invitation.role, status: 'active', createdAt: at, updatedAt: at,
        }).onConflictDoNothing({ target: agents.email }).returning();
        if (!agent) throw nothing; // a disabled account has it
        linked = { agent, invitation };
      }
      const written = await q.insert(identities).values({ id, organisationId: linked.agent.organisationId, agentId: linked.agent.id, issuer, subject, createdAt: at })
        .onConflictDoNothing().returning({ id: identities.id });
      if (written.length === 0) throw nothing;
      return linked;
    }).catch((error: unknown) => {
      if (error === nothing) return null;
      throw error;
    }),
  };
}
