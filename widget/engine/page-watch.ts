import { whole } from './flat-context.ts';

/** A page as agents see it. */
export interface SeenPage {
  /** Without query and fragment: they may hold what is nobody's business. */
  url: string;
  title: string;
}

/** How often the address and the title are compared, in ms: nothing else tells of a title, or of `pushState` in every browser. */
const CHECK_MS = 3_000;
const LONGEST_URL = 2_000;
const LONGEST_TITLE = 300;

/** The page that an address and a title make; null for what is no page of the web. */
export function pageOf(href: string, title: string): SeenPage | null {
  if (!URL.canParse(href)) return null;
  const { origin, pathname, protocol } = new URL(href);
  if (protocol !== 'https:' && protocol !== 'http:') return null;
  return { url: whole(origin + pathname, LONGEST_URL), title: whole(title.trim(), LONGEST_TITLE) };
}

/** Tells `seen` of the page at once and whenever it becomes another, without touching anything of it. Returns the way out. */
export function watchPage(seen: (page: SeenPage) => void): () => void {
  let last = '';
  const look = (): void => {
    if (document.visibilityState === 'hidden') return;
    const page = pageOf(location.href, document.title);
    const name = JSON.stringify(page);
    if (!page || name === last) return;
    last = name;
    seen(page);
  };
  // A router that has just changed the address changes the title a moment later: once is enough.
  let soon: ReturnType<typeof setTimeout> | undefined;
  const later = (): void => {
    clearTimeout(soon);
    soon = setTimeout(look, 300);
  };
  const { navigation } = window as { navigation?: EventTarget };
  navigation?.addEventListener('currententrychange', later);
  addEventListener('popstate', later);
  document.addEventListener('visibilitychange', look);
  const check = setInterval(look, CHECK_MS);
  look();
  return () => {
    clearTimeout(soon);
    clearInterval(check);
    navigation?.removeEventListener('currententrychange', later);
    removeEventListener('popstate', later);
    document.removeEventListener('visibilitychange', look);
  };
}
