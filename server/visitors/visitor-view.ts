import type { Device, PageView, Visitor } from '../../protocol/shapes.ts';
import { rfc3339 } from '../clock.ts';
import type { NewRow, Row } from '../store/tables.ts';
import type { Unwritten } from './visitors-online.ts';
import type { PageViewRow, VisitorRow } from './visitors.store.ts';

/** What the column `context` holds. */
export interface StoredContext {
  /** What the page gave to `setContext`. */
  told?: Record<string, string>;
  /** Which of name and e-mail the customer's own server vouched for; the visitor cannot change those. */
  vouched?: ('name' | 'email')[];
}

/** The inside of a row's `context`. */
export function contextOf({ context }: Pick<VisitorRow, 'context'>): StoredContext {
  return (context ?? {}) as StoredContext;
}

/** A page view as the wire has it. */
export function pageOnWire({ id, url, title, createdAt }: Row<'pageViews'>): PageView {
  return { id, url, title, at: rfc3339(createdAt) };
}

/** A visitor as agents see it. `page`: where it is, or was last. */
export function visitorOnWire(row: VisitorRow, { online, page }: { online: boolean; page: PageView | null }): Visitor {
  const { id, siteId, name, email, externalId, verifiedAt, locale, fields, device, note, createdAt, lastSeenAt } = row;
  return {
    id, siteId, name, email, verified: verifiedAt !== null, externalId, locale, fields: { ...contextOf(row).told, ...fields }, device: (device ?? {}) as Device,
    note: note ?? '', online, page, createdAt: rfc3339(createdAt), lastSeenAt: rfc3339(lastSeenAt),
  };
}

/** What a visitor told before it had a row, as that row will have it. */
export function unwrittenRows({ pages, context, email, fields, device, locale }: Unwritten, of: { visitorId: string; organisationId: string }): { row: Partial<NewRow<'visitors'>>; pages: PageViewRow[] } {
  return {
    row: {
      ...(email !== undefined && { email }), ...(fields && { fields }), ...(device && { device }), ...(locale !== undefined && { locale }),
      ...(context && { context: { told: context } }),
    },
    pages: pages.map(({ id, url, title, at }) => ({ ...of, id, url, title, createdAt: Date.parse(at) })),
  };
}
