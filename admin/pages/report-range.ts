/** A stretch of whole days in the reader's own zone: `from` and `to` are dates like `2026-01-31`, both included. */
export interface DayRange {
  from: string;
  to: string;
}

/** The date of a moment in the reader's zone. */
export function dayOf(date: Date): string {
  return `${date.getFullYear()}-${String(date.getMonth() + 1).padStart(2, '0')}-${String(date.getDate()).padStart(2, '0')}`;
}

/** The last so many days, today included. */
export function lastDays(count: number, now = new Date()): DayRange {
  return { from: dayOf(new Date(now.getFullYear(), now.getMonth(), now.getDate() - count + 1)), to: dayOf(now) };
}

/** Where a range begins and ends on the wire: from its first midnight to the one after its last day. */
export function momentsOf({ from, to }: DayRange): { from: string; to: string } {
  return { from: midnight(from, 0).toISOString(), to: midnight(to, 1).toISOString() };
}

/** The stretch of the same length right before, to compare with. */
export function before(range: DayRange): DayRange {
  const days = lengthOf(range);
  return { from: dayOf(midnight(range.from, -days)), to: dayOf(midnight(range.from, -1)) };
}

/** How many days it has; less than one when its end lies before its beginning, and NaN when one of them is no date. */
export function lengthOf({ from, to }: DayRange): number {
  // Days are counted at noon: between two midnights a change of the clocks may take an hour.
  const noon = (day: string) => midnight(day, 0).setHours(12);
  return Math.round((noon(to) - noon(from)) / 86_400_000) + 1;
}

function midnight(day: string, plus: number): Date {
  const [year = NaN, month = NaN, date = NaN] = day.split('-').map(Number);
  return new Date(year, month - 1, date + plus);
}
