import type { Site } from '../protocol/site.ts';
import type { CannedReply, SavedFilter } from '../protocol/work.ts';
import type { Agent, Tag } from '../protocol/shapes.ts';
import { createStore, type Readable } from '../widget/engine/store.ts';
import type { Api } from './api.ts';
import { readAll } from './read-all.ts';

/** A short list of the organisation's that many views need. Empty until it was read. */
export interface SharedList<T> extends Readable<readonly T[]> {
  /** Reads it if nobody has; `anew`: even so. Failures leave what was there: the view works without. */
  load(anew?: boolean): Promise<void>;
}

/** What the daily work needs of the organisation, read once for all views. */
export interface Workspace {
  tags: SharedList<Tag>;
  replies: SharedList<CannedReply>;
  sites: SharedList<Site>;
  agents: SharedList<Agent>;
  filters: SharedList<SavedFilter>;
}

const known = new WeakMap<Api, Workspace>();

/** The workspace behind an API client. */
export function workspaceOf(api: Api): Workspace {
  let workspace = known.get(api);
  if (!workspace) {
    workspace = {
      tags: sharedList(api, '/v1/tags'),
      replies: sharedList(api, '/v1/canned-replies'),
      sites: sharedList(api, '/v1/sites'),
      agents: sharedList(api, '/v1/agents'),
      filters: sharedList(api, '/v1/saved-filters'),
    };
    known.set(api, workspace);
  }
  return workspace;
}

function sharedList<T>(api: Api, path: string): SharedList<T> {
  const store = createStore<readonly T[]>([]);
  let reading: Promise<void> | null = null;
  return {
    get value() {
      return store.value;
    },
    subscribe: (listener) => store.subscribe(listener),
    load(anew = false) {
      if (anew) reading = null;
      reading ??= readAll<T>(api, path).then(
        (items) => store.set(items),
        () => {
          reading = null;
        },
      );
      return reading;
    },
  };
}
