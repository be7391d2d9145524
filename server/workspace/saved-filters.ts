import type { SavedFilter } from '../../protocol/work.ts';
import type { AgentPrincipal } from '../auth/principal.ts';
import type { Clock } from '../clock.ts';
import { problem } from '../errors.ts';
import type { WorkspaceStore } from './workspace.store.ts';

/** Filters of the inbox that an agent kept, each agent its own. */
export interface SavedFilters {
  /** The oldest first. */
  list(agent: AgentPrincipal): Promise<SavedFilter[]>;
  /** Throws `unprocessable` when there are too many. */
  add(agent: AgentPrincipal, filter: Omit<SavedFilter, 'id'>): Promise<SavedFilter>;
  /** Throws `not_found`, for a colleague's too. */
  change(agent: AgentPrincipal, id: string, filter: Partial<Omit<SavedFilter, 'id'>>): Promise<SavedFilter>;
  /** Throws `not_found`, for a colleague's too. */
  remove(agent: AgentPrincipal, id: string): Promise<void>;
}

/** So many has one agent at most. */
export const FILTERS_AT_MOST = 20;

/** Makes the use cases of saved filters. */
export function createSavedFilters({ store, clock }: { store: WorkspaceStore; clock: Clock }): SavedFilters {
  return {
    list: ({ organisationId, id }) => store.filters(organisationId, id),
    async add({ organisationId, id: agentId }, { name, query }) {
      if ((await store.filters(organisationId, agentId)).length >= FILTERS_AT_MOST) {
        throw problem('unprocessable', `There are ${FILTERS_AT_MOST} filters already; that is all there can be.`);
      }
      const filter = { id: clock.id(), name: name.trim(), query };
      await store.addFilter({ ...filter, organisationId, agentId, createdAt: clock.now() });
      return filter;
    },
    async change({ organisationId, id: agentId }, id, { name, query }) {
      const changed = await store.changeFilter(organisationId, agentId, id, { ...(name !== undefined && { name: name.trim() }), ...(query && { query }) });
      if (!changed) throw problem('not_found');
      return changed;
    },
    async remove({ organisationId, id: agentId }, id) {
      if (!(await store.removeFilter(organisationId, agentId, id))) throw problem('not_found');
    },
  };
}
