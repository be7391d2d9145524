import { createStore, type Readable } from '../widget/engine/store.ts';

/** Every place of the panel; the last five are the doorway's, for whoever is signed out; `verify` for anybody. */
const PAGES = ['inbox', 'queue', 'history', 'visitors', 'team', 'sites', 'settings', 'reports', 'audit', 'setup', 'invitation', 'reset', 'verify', 'sign-in'] as const;

/** A place of the panel. */
export type PageName = (typeof PAGES)[number];

/** Where the panel is. Routes live in the URL's fragment, so a secret in one (the set-up link) never reaches a server's log. */
export interface Route {
  page: PageName;
  /** What of the page: the inbox's conversation, a site, a section of the settings, a visitor. */
  id: string | null;
  query: ReadonlyMap<string, string>;
}

/** Addresses of earlier versions that are in people's bookmarks. */
const MOVED: Readonly<Record<string, PageName>> = { install: 'sites' };

/** Reads a fragment such as `#/inbox/<id>` or `#/history?visitor=<id>`. Anything unknown is the inbox. */
export function parseRoute(fragment: string): Route {
  const [path = '', search = ''] = fragment.replace(/^#\/?/, '').split('?', 2);
  const [name = '', id = ''] = path.split('/');
  const page = PAGES.find((known) => known === name) ?? (Object.hasOwn(MOVED, name) ? MOVED[name]! : 'inbox');
  return { page, id: decode(id) || null, query: new Map(new URLSearchParams(search)) };
}

/** Writes a fragment that `parseRoute` reads back. */
export function formatRoute(page: PageName, id?: string | null, query: Record<string, string> = {}): string {
  const search = new URLSearchParams(query).toString();
  return `#/${page}${id ? `/${encodeURIComponent(id)}` : ''}${search ? `?${search}` : ''}`;
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    // A hand-made address with a stray % is no reason to fail.
    return '';
  }
}

/** Says whether the page may be left for an address. */
type Guard = (to: string) => boolean;
let guard: Guard | null = null;

/** Puts something in the way of leaving the page, e.g. unsaved changes. A refused address is not followed; whoever refuses puts the address bar right. Returns the way out. */
export function guardLeaving(next: Guard): () => void {
  guard = next;
  return () => {
    if (guard === next) guard = null;
  };
}

/** Follows the address bar. */
export function createRouter(view: Window = window): Readable<Route> {
  const route = createStore(parseRoute(view.location.hash));
  view.addEventListener('hashchange', () => {
    if (!guard || guard(view.location.hash)) route.set(parseRoute(view.location.hash));
  });
  return route;
}

/** Goes somewhere. `replace` leaves no trace in the history: for addresses with a secret, and for redirects. */
export function go(fragment: string, options: { replace?: boolean } = {}): void {
  if (options.replace) location.replace(fragment);
  else location.hash = fragment;
}
