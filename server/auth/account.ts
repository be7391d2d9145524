import type { AccountSession, Me, Preferences } from '../../protocol/team.ts';
import type { Audit } from '../audit/audit.ts';
import { rfc3339, type Clock } from '../clock.ts';
import { problem } from '../errors.ts';
import type { Row } from '../store/tables.ts';
import { agentOnWire } from '../team/team.ts';
import type { AuthStore } from './auth.store.ts';
import { deviceName } from './device-name.ts';
import { preferencesOf } from './preferences.ts';
import type { AgentPrincipal } from './principal.ts';
import type { SignIns } from './sign-ins.ts';

/** What agents do with their own account. */
export interface Account {
  /** Who is signed in. Throws `unauthenticated` when it is no more. */
  me(principal: AgentPrincipal): Promise<Me>;
  /** Changes one's own name and switches. */
  change(principal: AgentPrincipal, patch: { name?: string; preferences?: Partial<Preferences> }, address: string): Promise<Me>;
  /** One's own sign-ins, newest first. */
  sessions(principal: AgentPrincipal): Promise<AccountSession[]>;
  /** Ends one of them and its sockets. Throws `not_found`, also for somebody else's. */
  endSession(principal: AgentPrincipal, sessionId: string, address: string): Promise<void>;
  /** Ends all of them with all their sockets, the asking one too. */
  endAllSessions(principal: AgentPrincipal, address: string): Promise<void>;
}

/** Makes the use cases of one's own account. */
export function createAccount({ store, signIns, audit, clock }: { store: AuthStore; signIns: SignIns; audit: Pick<Audit, 'record'>; clock: Clock }): Account {
  const note = ({ id, name, organisationId }: AgentPrincipal, action: string, address: string, detail?: Record<string, unknown>) => {
    const party = { kind: 'agent', id, name };
    audit.record({ organisationId, actor: party, action, target: party, address, ...(detail && { detail }) });
  };
  return {
    async me(principal) {
      const found = await store.session(principal.sessionId);
      if (!found) throw problem('unauthenticated');
      return meOnWire(found.agent);
    },
    async change(principal, { name, preferences }, address) {
      const row = await store.changeProfile(principal, clock.now(), (before) => ({
        name: name?.trim() ?? before.name, settings: preferences ? { ...before.settings, ...preferences } : before.settings,
      }));
      if (!row) throw problem('unauthenticated');
      if (row.name !== principal.name) note(principal, 'agent.changed', address, { name: row.name });
      return meOnWire(row);
    },
    async sessions(principal) {
      const rows = await store.live(principal, clock.now());
      return rows.map(({ id, userAgent, createdAt, rotatedAt }) => ({
        id, current: id === principal.sessionId, device: deviceName(userAgent), createdAt: rfc3339(createdAt), lastUsedAt: rfc3339(rotatedAt),
      }));
    },
    async endSession(principal, sessionId, address) {
      if (!(await store.revokeOf(principal, sessionId, clock.now()))) throw problem('not_found');
      signIns.closeSockets([sessionId], 'signed_out');
      note(principal, 'session.ended', address);
    },
    async endAllSessions(principal, address) {
      await store.revokeAll(principal, clock.now());
      signIns.closeAccount(principal.id, 'signed_out');
      note(principal, 'session.ended_everywhere', address);
    },
  };
}

function meOnWire(row: Row<'agents'>): Me {
  return { ...agentOnWire(row), preferences: preferencesOf(row) };
}
