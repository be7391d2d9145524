import type { Page } from '../../protocol/http.ts';
import type { AuditEntry } from '../../protocol/team.ts';
import { addressClass } from '../address-class.ts';
import { firstIdAt, rfc3339, type Clock, type Timer } from '../clock.ts';
import { pageOf, readCursor } from '../page-cursor.ts';
import type { NewRow, Row } from '../store/tables.ts';
import type { AuditFilter, AuditStore } from './audit.store.ts';

/** Who did it, or to what it was done: a kind (`agent`, `key`, `site`, …), an id, and the name that it had then. */
export interface AuditParty {
  kind: string;
  id: string;
  name: string;
}

/** The actor of what somebody did of whom nothing is known. */
export const nobody: AuditParty = { kind: 'nobody', id: '', name: '' };

/** Something that an owner would want to know of. */
export interface AuditRecord {
  organisationId: string;
  actor: AuditParty;
  /** `thing.verb`, e.g. `agent.disabled`. */
  action: string;
  target?: AuditParty;
  /** What else is worth knowing; never a secret. */
  detail?: Record<string, unknown>;
  /** From where it was asked: an address, of which its class is kept (address-class.ts). */
  address?: string;
}

/** Who did what, for good. */
export interface Audit {
  /** Writes it down, in the order of the calls. Never throws and never makes the caller wait. */
  record(what: AuditRecord): void;
  /** Newest first. Throws `bad_request` for a cursor that is none. */
  list(organisationId: string, filter: AuditFilter, page: { cursor?: string | undefined; limit: number }): Promise<Page<AuditEntry>>;
  /** What was done to one thing between two moments (ms since the epoch, a minute more or less), oldest first; some hundred entries at most. */
  about(organisationId: string, target: { kind: string; id: string }, from: number, to: number): Promise<AuditEntry[]>;
  /** Everything that fits, newest first, some hundred at a time. */
  entries(organisationId: string, filter: AuditFilter): AsyncGenerator<AuditEntry[], void>;
  /** Writes what is not written yet. */
  close(): Promise<void>;
}

// One statement takes so many rows at most: SQLite counts parameters.
const batch = 100;
// While the database does not answer, so many wait in memory; then the oldest go, and the log says so.
const waitingAtMost = 20_000;
const againMs = 1000;
const exportPage = 500;
// Servers' clocks differ a little, and an entry is told right after what it tells of.
const aroundMs = 60_000;

/** Makes the audit log. `failed` is told when the database refuses, and when entries are lost because it did so for too long. */
export function createAudit({ store, clock, failed }: { store: AuditStore; clock: Clock; failed: (error: unknown, what: string) => void }): Audit {
  const waiting: NewRow<'audit'>[] = [];
  let writing: Promise<void> | null = null;
  let again: Timer | null = null;
  let closed = false;

  const writeAll = async () => {
    while (waiting.length > 0) {
      const rows = waiting.slice(0, batch);
      await store.insert(rows);
      waiting.splice(0, rows.length);
    }
  };
  const write = (): Promise<void> => {
    again?.cancel();
    again = null;
    writing ??= writeAll().catch((error: unknown) => {
      failed(error, 'audit');
      if (waiting.length > waitingAtMost) {
        const lost = waiting.splice(0, waiting.length - waitingAtMost).length;
        failed(new Error(`${lost} entries of the audit log were lost.`), 'audit');
      }
      if (!closed) again = clock.after(againMs, () => void write());
    }).finally(() => void (writing = null));
    return writing;
  };

  return {
    record({ organisationId, actor, action, target, detail, address }) {
      if (closed) return;
      waiting.push({
        id: clock.id(), organisationId, actorKind: actor.kind, actorId: actor.id, actorName: actor.name, action,
        targetKind: target?.kind ?? null, targetId: target?.id ?? null, targetName: target?.name ?? null, detail: detail ?? null,
        address: address === undefined ? null : addressClass(address), createdAt: clock.now(),
      });
      if (again === null) void write();
    },
    async list(organisationId, filter, { cursor, limit }) {
      const before = readCursor(cursor)?.id;
      await write(); // whoever looks after doing something sees it
      const { rows, next } = pageOf(await store.list(organisationId, filter, before, limit + 1), limit, ({ createdAt, id }) => ({ at: createdAt, id }));
      return { items: rows.map(entryOnWire), next };
    },
    async about(organisationId, target, from, to) {
      await write();
      return (await store.about(organisationId, target, firstIdAt(from - aroundMs), firstIdAt(Math.min(to, clock.now()) + aroundMs), exportPage)).map(entryOnWire);
    },
    async *entries(organisationId, filter) {
      await write();
      for (let before: string | undefined; ;) {
        const rows = await store.list(organisationId, filter, before, exportPage);
        if (rows.length > 0) yield rows.map(entryOnWire);
        if (rows.length < exportPage) return;
        before = rows.at(-1)!.id;
      }
    },
    async close() {
      closed = true;
      await writing;
      await write();
    },
  };
}

function entryOnWire({ id, createdAt, actorKind, actorId, actorName, action, targetKind, targetId, targetName, detail, address }: Row<'audit'>): AuditEntry {
  return {
    id, at: rfc3339(createdAt), actor: { kind: actorKind, id: actorId, name: actorName }, action,
    target: targetKind === null ? null : { kind: targetKind, id: targetId ?? '', name: targetName ?? '' }, detail: detail ?? {}, address,
  };
}
