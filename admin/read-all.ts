import type { Page } from '../protocol/http.ts';
import type { Api } from './api.ts';

/** Every item of a list that is short by nature (the team, sites, keys), page after page. `path` has no query yet. */
export async function readAll<T>(api: Api, path: string): Promise<T[]> {
  const items: T[] = [];
  let cursor: string | null = null;
  do {
    const page: Page<T> = await api.get<Page<T>>(`${path}?limit=100${cursor ? `&cursor=${encodeURIComponent(cursor)}` : ''}`);
    items.push(...page.items);
    cursor = page.next;
  } while (cursor);
  return items;
}
