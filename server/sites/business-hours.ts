import type { BusinessHours } from '../../protocol/site.ts';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;
/** How far ahead the next opening is looked for, in ms. */
export const lookAheadMs = 14 * dayMs;
// No zone has changed its clocks twice within so little.
const sampleMs = 6 * hourMs;

/** Whether it is time to answer, and if not, when that is next. */
export interface Opening {
  open: boolean;
  /** Ms since the epoch; null while it is open, and when it stays closed for a fortnight. */
  opensAt: number | null;
}

/** Whether Intl knows a zone by this name: `Asia/Seoul`, `UTC`. A mere offset is none, for it knows no summer time. */
export function isTimeZone(name: string): boolean {
  if (!/^[A-Za-z]/.test(name)) return false;
  try {
    clockOf(name);
    return true;
  } catch {
    return false;
  }
}

/**
 * Reads the hours at the moment `now` (ms since the epoch). What counts is what the clocks on the wall show: an hour that summer
 * time skips is not there, one that comes twice counts twice. A stretch belongs to the day on which it begins, so that a holiday
 * takes its own stretches away with what of them reaches past midnight; and nothing reaches into a holiday.
 */
export function businessHours({ enabled, timeZone, week, holidays }: BusinessHours, now: number): Opening {
  if (!enabled) return { open: true, opensAt: null };
  const offset = (at: number) => wallOf(timeZone, at) - at;
  const closedDates = new Set(holidays.map(({ date }) => date));
  const stretches = Array.from({ length: 7 }, (_, day) => week.filter((one) => one.day === day).map(({ from, to }) => ({ from: minutesOf(from) * minuteMs, to: minutesOf(to) * minuteMs })));
  /** The stretches that begin on the day whose midnight on the wall is `midnight`. */
  const of = (midnight: number) => (closedDates.has(new Date(midnight).toISOString().slice(0, 10)) ? null : stretches[new Date(midnight).getUTCDay()]!);

  const isOpen = (wall: number): boolean => {
    const midnight = Math.floor(wall / dayMs) * dayMs;
    const today = of(midnight);
    if (!today) return false;
    const time = wall - midnight;
    return today.some(({ from, to }) => time >= from && (to <= from || time < to))
      || (of(midnight - dayMs) ?? []).some(({ from, to }) => to <= from && time < to);
  };
  /** When the wall's clock next shows the beginning of a stretch, from `wall` on and before `end`. */
  const nextBegin = (wall: number, end: number): number | null => {
    for (let midnight = Math.floor(wall / dayMs) * dayMs; midnight < end; midnight += dayMs) {
      const begins = (of(midnight) ?? []).map(({ from }) => midnight + from).filter((at) => at >= wall && at < end);
      if (begins.length > 0) return Math.min(...begins);
    }
    return null;
  };

  if (isOpen(now + offset(now))) return { open: true, opensAt: null };
  // From one change of the clocks to the next the wall runs even, and its openings are mere arithmetic.
  const last = now + lookAheadMs;
  for (let begin = now; begin <= last;) {
    const shift = offset(begin);
    let end = begin;
    while (end <= last && offset(end) === shift) end += sampleMs;
    if (end <= last) end = firstWith((at) => offset(at) !== shift, end - sampleMs, end);
    if (isOpen(begin + shift)) return { open: false, opensAt: begin };
    const found = nextBegin(begin + shift, Math.min(end, last + 1) + shift);
    if (found !== null) return { open: false, opensAt: found - shift };
    begin = end;
  }
  return { open: false, opensAt: null };
}

/** The first millisecond in (`no`, `yes`] at which `holds`, which does at `yes` and not at `no`. */
function firstWith(holds: (at: number) => boolean, no: number, yes: number): number {
  while (yes - no > 1) {
    const middle = Math.floor((no + yes) / 2);
    if (holds(middle)) yes = middle;
    else no = middle;
  }
  return yes;
}

function minutesOf(time: string): number {
  const [hours, minutes] = time.split(':');
  return Number(hours) * 60 + Number(minutes);
}

const clocks = new Map<string, Intl.DateTimeFormat>();

function clockOf(timeZone: string): Intl.DateTimeFormat {
  let clock = clocks.get(timeZone);
  if (!clock) {
    clock = new Intl.DateTimeFormat('en-US-u-ca-gregory-nu-latn', {
      timeZone, hourCycle: 'h23', year: 'numeric', month: 'numeric', day: 'numeric', hour: 'numeric', minute: 'numeric', second: 'numeric',
    });
    clocks.set(timeZone, clock);
  }
  return clock;
}

/** What the clocks on the wall show, as if they were UTC. */
function wallOf(timeZone: string, at: number): number {
  const part: Partial<Record<Intl.DateTimeFormatPartTypes, number>> = {};
  for (const { type, value } of clockOf(timeZone).formatToParts(at)) part[type] = Number(value);
  return Date.UTC(part.year!, part.month! - 1, part.day, part.hour, part.minute, part.second) + (((at % 1000) + 1000) % 1000);
}
