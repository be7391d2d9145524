import type { Audit } from '../audit/audit.ts';
import type { Clock } from '../clock.ts';
import { createCannedReplies, type CannedReplies } from './canned-replies.ts';
import { createSavedFilters, type SavedFilters } from './saved-filters.ts';
import { createTags, type Tags } from './tags.ts';
import type { WorkspaceStore } from './workspace.store.ts';

/** What the team has at hand beside the conversations. */
export interface Workspace {
  tags: Tags;
  cannedReplies: CannedReplies;
  savedFilters: SavedFilters;
}

/** Makes the use cases of all three. */
export function createWorkspace(parts: { store: WorkspaceStore; audit: Pick<Audit, 'record'>; clock: Clock }): Workspace {
  return { tags: createTags(parts), cannedReplies: createCannedReplies(parts), savedFilters: createSavedFilters(parts) };
}
