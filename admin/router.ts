import { createStore, type Readable } from '../widget/engine/store.ts';

/** Where the panel is. Routes live in the URL's fragment, so a secret in one (the set-up link) never reaches a server's log. */
export interface Route {
  page: 'inbox' | 'history' | 'install' | 'setup';
  /** The conversation of the inbox. */
  id: string | null;
  query: ReadonlyMap<string, string>;
}

const PAGES = ['inbox', 'history', 'install', 'setup'] as const;

/** Reads a fragment such as `#/inbox/<id>` or `#/history?visitor=<id>`. Anything unknown is the inbox. */
export function parseRoute(fragment: string): Route {
  const [path = '', search = ''] = fragment.replace(/^#\/?/, '').split('?', 2);
  const [name = '', id = ''] = path.split('/');
  const page = PAGES.find((known) => known === name) ?? 'inbox';
  return { page, id: decode(id) || null, query: new Map(new URLSearchParams(search)) };
}

/** Writes a fragment that `parseRoute` reads back. */
export function formatRoute(page: Route['page'], id?: string | null, query: Record<string, string> = {}): string {
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

/** Follows the address bar. */
export function createRouter(view: Window = window): Readable<Route> {
  const route = createStore(parseRoute(view.location.hash));
  view.addEventListener('hashchange', () => route.set(parseRoute(view.location.hash)));
  return route;
}

/** Goes somewhere. `replace` leaves no trace in the history: for addresses with a secret, and for redirects. */
export function go(fragment: string, options: { replace?: boolean } = {}): void {
  if (options.replace) location.replace(fragment);
  else location.hash = fragment;
}
