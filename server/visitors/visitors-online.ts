import type { PageView } from '../../protocol/shapes.ts';
import type { VisitorPrincipal } from '../auth/principal.ts';
import type { Clock, Timer } from '../clock.ts';
import type { Hub } from '../hub/hub.ts';

/** What a visitor told of itself and what is not written down, because it has neither written nor called. */
export interface Unwritten {
  name?: string;
  email?: string;
  fields?: Record<string, string>;
  device?: Record<string, string>;
  context?: Record<string, string>;
  locale?: string;
  /** The pages so far, the oldest first. */
  pages: PageView[];
}

/** Who of the visitors has a page open. Counts the connections of this process. */
export interface VisitorsOnline {
  /** A connection is there. */
  joined(visitor: VisitorPrincipal, connectionId: string): void;
  /** It is gone. */
  left(visitorId: string, connectionId: string): void;
  /** The visitor has a row, so that agents may hear of it. */
  known(visitorId: string): void;
  /** Whether a page of the visitor is open, or was up to 10 s ago: a click to the next page is no coming and going. */
  isOnline(visitorId: string): boolean;
  /** Those of an organisation who are online and have a row, the newest id first. */
  idsOf(organisationId: string): string[];
  /** The page that the visitor is on, or was on last, as far as this process was told; null: of none. */
  pageOf(visitorId: string): PageView | null;
  /** A connection's page. */
  turned(visitorId: string, connectionId: string, page: PageView): void;
  /** What waits to be written; a change of it counts. Null when the visitor is not online. */
  unwritten(visitorId: string): Unwritten | null;
  /** It was written down, or is nobody's business any more. */
  forget(visitorId: string): void;
  /** What is told of the visitor to others from now on goes by this name. */
  renamed(visitorId: string, name: string): void;
  /** Takes every timer back. */
  close(): void;
}

/** A visitor stays online for so long after the last connection, in ms. */
export const leavingMs = 10_000;
/** Agents hear of one visitor at most so often, in ms. */
export const tellingMs = 2_000;

interface Entry {
  visitorId: string;
  organisationId: string;
  connections: Map<string, VisitorPrincipal>;
  pages: Map<string, PageView>;
  lastPage: PageView | null;
  known: boolean;
  unwritten: Unwritten;
  told: string | null;
  toldAt: number;
  telling?: Timer | undefined;
  leaving?: Timer | undefined;
}

/** Makes the list of who is online, which is empty. */
export function createVisitorsOnline({ hub, clock }: { hub: Pick<Hub, 'publish'>; clock: Clock }): VisitorsOnline {
  const entries = new Map<string, Entry>();
  const organisations = new Map<string, Set<Entry>>();

  const publish = ({ organisationId, visitorId, lastPage }: Entry, online: boolean) =>
    hub.publish([`agents:${organisationId}`], { type: 'visitor.updated', visitorId, online, page: lastPage });

  /** Tells agents how things are, at once or when that may be told again. */
  const tell = (entry: Entry) => {
    if (!entry.known || entry.telling) return;
    const state = entry.lastPage?.id ?? '';
    if (entry.told === state) return;
    const wait = entry.told === null ? 0 : entry.toldAt + tellingMs - clock.now();
    if (wait > 0) {
      entry.telling = clock.after(wait, () => {
        entry.telling = undefined;
        tell(entry);
      });
      return;
    }
    entry.told = state;
    entry.toldAt = clock.now();
    publish(entry, true);
  };

  const enter = ({ id, organisationId }: VisitorPrincipal): Entry => {
    const entry: Entry = {
      visitorId: id, organisationId, connections: new Map(), pages: new Map(), lastPage: null, known: false, unwritten: { pages: [] }, told: null, toldAt: 0,
    };
    entries.set(id, entry);
    const all = organisations.get(organisationId) ?? new Set();
    organisations.set(organisationId, all.add(entry));
    return entry;
  };
  const exit = (entry: Entry) => {
    entry.telling?.cancel();
    entry.leaving?.cancel();
    entries.delete(entry.visitorId);
    const all = organisations.get(entry.organisationId);
    all?.delete(entry);
    if (all?.size === 0) organisations.delete(entry.organisationId);
  };

  return {
    joined(visitor, connectionId) {
      const entry = entries.get(visitor.id) ?? enter(visitor);
      entry.connections.set(connectionId, visitor);
      entry.leaving?.cancel();
      entry.leaving = undefined;
    },
    left(visitorId, connectionId) {
      const entry = entries.get(visitorId);
      if (!entry?.connections.delete(connectionId)) return;
      entry.pages.delete(connectionId);
      const other = [...entry.pages.values()].sort((a, b) => (a.at < b.at ? 1 : -1))[0];
      if (other) {
        entry.lastPage = other;
        tell(entry);
      }
      if (entry.connections.size > 0) return;
      entry.leaving = clock.after(leavingMs, () => {
        exit(entry);
        if (entry.known) publish(entry, false);
      });
    },
    known(visitorId) {
      const entry = entries.get(visitorId);
      if (!entry) return;
      entry.known = true;
      tell(entry);
    },
    isOnline: (visitorId) => entries.has(visitorId),
    idsOf: (organisationId) =>
      [...(organisations.get(organisationId) ?? [])].filter(({ known }) => known).map(({ visitorId }) => visitorId).sort((a, b) => (a < b ? 1 : -1)),
    pageOf: (visitorId) => entries.get(visitorId)?.lastPage ?? null,
    turned(visitorId, connectionId, page) {
      const entry = entries.get(visitorId);
      if (!entry?.connections.has(connectionId)) return;
      entry.pages.set(connectionId, page);
      entry.lastPage = page;
      tell(entry);
    },
    unwritten: (visitorId) => entries.get(visitorId)?.unwritten ?? null,
    forget(visitorId) {
      const entry = entries.get(visitorId);
      if (entry) entry.unwritten = { pages: [] };
    },
    renamed(visitorId, name) {
      for (const principal of entries.get(visitorId)?.connections.values() ?? []) principal.name = name;
    },
    close() {
      for (const entry of entries.values()) {
        entry.telling?.cancel();
        entry.leaving?.cancel();
      }
    },
  };
}
