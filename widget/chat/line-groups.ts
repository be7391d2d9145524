import type { Line } from '../engine/session-state.ts';

/** Lines of one author that stand together: nothing between them, and less than two minutes from one to the next. */
export interface LineGroup {
  kind: 'group';
  key: string;
  own: boolean;
  lines: readonly Line[];
}
/** A line of its own in the middle: how a call went. */
export interface CallItem {
  kind: 'call';
  key: string;
  own: boolean;
  line: Line;
}
/** The day that begins. */
export interface DayItem {
  kind: 'day';
  key: string;
  /** Milliseconds since the epoch of the day's first line. */
  at: number;
}
/** Where the reader stopped the last time: what follows is new. */
export interface NewItem {
  kind: 'new';
  key: string;
}
/** What a message list shows, from top to bottom. */
export type ListItem = LineGroup | CallItem | DayItem | NewItem;

/** PageNow's rule (criterion K12): a name and a time only where the author changes or two minutes have passed. */
const TOGETHER_MS = 2 * 60_000;

/**
 * Arranges lines into days and groups. `own` tells which side a line stands on. Days are those of the reader's clock. Before the
 * line `newFrom` stands a mark, if lines are known that come before it.
 */
export function groupLines(lines: readonly Line[], own: (line: Line) => boolean, newFrom: number | null = null): ListItem[] {
  const items: ListItem[] = [];
  let day = '';
  let group: { kind: 'group'; key: string; own: boolean; lines: Line[] } | null = null;
  let last = 0;
  let marked = newFrom === null || (lines[0]?.seq ?? newFrom) > newFrom;
  for (const line of lines) {
    const at = Date.parse(line.createdAt);
    const date = new Date(at).toDateString();
    if (date !== day) {
      day = date;
      group = null;
      items.push({ kind: 'day', key: `day ${date} ${items.length}`, at });
    }
    if (!marked && line.seq !== null && line.seq >= newFrom!) {
      marked = true;
      group = null;
      items.push({ kind: 'new', key: 'new' });
    }
    if (line.kind === 'call') {
      group = null;
      items.push({ kind: 'call', key: line.clientId, own: own(line), line });
      continue;
    }
    const head = group?.lines[0];
    if (group && head && head.author.id === line.author.id && head.author.kind === line.author.kind && head.kind === line.kind && at - last < TOGETHER_MS) {
      group.lines.push(line);
    } else {
      group = { kind: 'group', key: line.clientId, own: own(line), lines: [line] };
      items.push(group);
    }
    last = at;
  }
  return items;
}
