import type { Audit } from '../audit/audit.ts';
import type { StaffPrincipal } from '../auth/principal.ts';
import type { Clock } from '../clock.ts';
import { Problem, problem } from '../errors.ts';
import type { Hub } from '../hub/hub.ts';
import type { DoomedFile } from '../store/doom-files.ts';
import type { Belongings, ConversationRemovalStore, Removed } from './conversation-removal.store.ts';
import { audienceOf, requireVisitors, type ConversationFacts, type Memberships } from './memberships.ts';

/** Deleting conversations for good. */
export interface ConversationRemoval {
  /**
   * Removes a conversation with its messages, files, calls and recordings; a crash on the way is finished at the next start. Somebody of
   * the team removes what is closed (`not_closed`), the server itself (null) whatever it has to. `conflict` during a call, `on_hold` while
   * somebody holds a recording of it.
   */
  remove(by: StaffPrincipal | null, organisationId: string, conversationId: string): Promise<void>;
  /** The same, only if it was closed before this moment (ms); false when it was not, a call is going on, or somebody holds a recording of it. */
  removeClosedBefore(organisationId: string, conversationId: string, closedBefore: number): Promise<boolean>;
}

/** What removing needs. `eraseRecording`: removes the bytes, then the rows, of a recording that is doomed. */
export interface ConversationRemovalParts {
  store: ConversationRemovalStore;
  memberships: Memberships;
  hub: Pick<Hub, 'publish'>;
  audit: Pick<Audit, 'record'>;
  clock: Clock;
  eraseRecording(recording: { id: string; blobKey: string | null }): Promise<void>;
  /** The same of files. Never rejects: a sweep comes back to what is left. */
  eraseFiles(files: readonly DoomedFile[]): Promise<void>;
  failed: (error: unknown, what: string) => void;
}

/** Makes removing. */
export function createConversationRemoval({ store, memberships, hub, audit, clock, eraseRecording, eraseFiles, failed }: ConversationRemovalParts): ConversationRemoval & {
  /** Removes the bytes of what is doomed; what fails is tried again at the next start. */
  eraseBelongings(belongings: Belongings): Promise<void>;
} {
  const eraseBelongings = async ({ recordings, files }: Belongings) => {
    for (const recording of recordings) await eraseRecording(recording).catch((error: unknown) => failed(error, `removal of ${recording.id}`));
    await eraseFiles(files);
  };
  const remove = async (facts: ConversationFacts, only: 'closed' | number | null): Promise<Removed> => {
    const { organisationId, id: conversationId } = facts;
    const removed = await store.remove(organisationId, conversationId, only, clock.now());
    if (removed.outcome === 'missing' || removed.outcome === 'removed') memberships.forget([conversationId]);
    if (removed.outcome !== 'removed') return removed;
    hub.publish(audienceOf(facts), { type: 'conversation.removed', conversationId });
    await eraseBelongings(removed.belongings);
    return removed;
  };

  return {
    eraseBelongings,
    async remove(by, organisationId, conversationId) {
      const facts = by === null ? await memberships.require(organisationId, conversationId) : await memberships.member(by, conversationId);
      if (by !== null) requireVisitors(facts);
      const removed = await remove(facts, by === null ? null : 'closed');
      if (removed.outcome === 'live_call') throw problem('conflict', 'A call is going on in the conversation.');
      if (removed.outcome === 'on_hold') throw problem('on_hold');
      if (removed.outcome !== 'removed') throw problem(removed.outcome === 'not_closed' ? 'not_closed' : 'not_found');
      if (by === null) return;
      audit.record({
        organisationId, actor: { kind: by.kind, id: by.id, name: by.name }, action: 'conversation.deleted',
        target: { kind: 'conversation', id: conversationId, name: removed.visitorName }, detail: { recordings: removed.belongings.recordings.length, files: removed.belongings.files.length },
      });
    },
    async removeClosedBefore(organisationId, conversationId, closedBefore) {
      try {
        return (await remove(await memberships.require(organisationId, conversationId), closedBefore)).outcome === 'removed';
      } catch (error) {
        if (error instanceof Problem && error.code === 'not_found') return false;
        throw error;
      }
    },
  };
}
