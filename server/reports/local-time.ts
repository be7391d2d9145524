/** A moment as the clocks of a time zone show it. */
export interface LocalMoment {
  /** `2026-01-31`. */
  day: string;
  /** 0 = Sunday. */
  weekday: number;
  hour: number;
}

/** Tells moments in one time zone. */
export interface LocalTime {
  of(ms: number): LocalMoment;
  /** Every day that has a moment from `from` on and before `to`, in order. */
  days(from: number, to: number): string[];
}

/** All offsets of zones in use, and all their changes, fall on quarters of an hour of UTC: a quarter is asked for once. */
export const QUARTER_MS = 900_000;
const dayMs = 86_400_000;

/** Whether a name is a time zone's (IANA). */
export function isTimeZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}

/** Makes the clock of a time zone; throws a RangeError for a name that is none. */
export function createLocalTime(timeZone: string): LocalTime {
  const format = new Intl.DateTimeFormat('en-u-ca-gregory-nu-latn', { timeZone, hourCycle: 'h23', year: 'numeric', month: 'numeric', day: 'numeric', hour: 'numeric' });
  const quarters = new Map<number, LocalMoment>();
  const of = (ms: number): LocalMoment => {
    const quarter = Math.floor(ms / QUARTER_MS);
    const known = quarters.get(quarter);
    if (known) return known;
    const parts = Object.fromEntries(format.formatToParts(quarter * QUARTER_MS).map(({ type, value }) => [type, Number(value)]));
    const midnight = Date.UTC(parts.year!, parts.month! - 1, parts.day!);
    const moment = { day: new Date(midnight).toISOString().slice(0, 10), weekday: new Date(midnight).getUTCDay(), hour: parts.hour! };
    quarters.set(quarter, moment);
    return moment;
  };
  return {
    of,
    days(from, to) {
      if (to <= from) return [];
      const last = of(to - 1).day;
      const days: string[] = [];
      // From noon of the calendar's days: it does not matter how long a local day is.
      for (let at = Date.parse(`${of(from).day}T12:00:00Z`); ; at += dayMs) {
        const day = new Date(at).toISOString().slice(0, 10);
        if (day > last) return days;
        days.push(day);
      }
    },
  };
}
