import fc from 'fast-check';
import t from 'tap';
import type { BusinessHours } from '../../protocol/site.ts';
import { businessHours, isTimeZone, lookAheadMs } from './business-hours.ts';

const at = (text: string) => Date.parse(text);
const hours = (more: Partial<BusinessHours>): BusinessHours => ({ enabled: true, timeZone: 'UTC', week: [], holidays: [], ...more });
const all = (from: string, to: string) => [0, 1, 2, 3, 4, 5, 6].map((day) => ({ day, from, to }));
const opening = (value: BusinessHours, moment: string) => {
  const { open, opensAt } = businessHours(value, at(moment));
  return [open, opensAt === null ? null : new Date(opensAt).toISOString()];
};

t.test('[C8] an ordinary week in Seoul: open, closed, over the week end, around a holiday', async (t) => {
  const seoul = hours({ timeZone: 'Asia/Seoul', week: [1, 2, 3, 4, 5].map((day) => ({ day, from: '09:00', to: '18:00' })), holidays: [{ date: '2026-01-01', name: '신정' }] });
  t.same(opening({ ...seoul, enabled: false }, '2026-01-01T00:00:00Z'), [true, null], 'hours that are off: always');
  t.same(opening(seoul, '2025-12-31T00:00:00Z'), [true, null], 'Wednesday, 9:00 sharp');
  t.same(opening(seoul, '2025-12-30T23:59:59.999Z'), [false, '2025-12-31T00:00:00.000Z'], 'a millisecond before');
  t.same(opening(seoul, '2025-12-31T08:59:59.999Z'), [true, null]);
  t.same(opening(seoul, '2025-12-31T09:00:00Z'), [false, '2026-01-02T00:00:00.000Z'], 'the end is exclusive; New Year is skipped');
  t.same(opening(seoul, '2026-01-02T09:00:00Z'), [false, '2026-01-05T00:00:00.000Z'], 'Friday evening to Monday');
  t.same(opening(hours({}), '2026-01-02T09:00:00Z'), [false, null], 'never open');
  t.same(opening(hours({ week: all('00:00', '24:00') }), '2026-01-02T23:59:59.999Z'), [true, null], 'round the clock');
});

t.test('[C8] past midnight: the stretch belongs to the day on which it begins', async (t) => {
  const night = hours({ week: [{ day: 5, from: '22:00', to: '02:00' }] }); // 2026-01-02 is a Friday
  t.same(opening(night, '2026-01-02T21:59:00Z'), [false, '2026-01-02T22:00:00.000Z']);
  t.same(opening(night, '2026-01-03T01:59:59Z'), [true, null]);
  t.same(opening(night, '2026-01-03T02:00:00Z'), [false, '2026-01-09T22:00:00.000Z']);
  t.same(opening(night, '2026-01-02T01:00:00Z'), [false, '2026-01-02T22:00:00.000Z'], 'Thursday had none');
  const eve = { ...night, holidays: [{ date: '2026-01-02', name: '' }] };
  t.same(opening(eve, '2026-01-03T01:00:00Z'), [false, '2026-01-09T22:00:00.000Z'], 'a holiday takes its night along');
  const next = { ...night, holidays: [{ date: '2026-01-03', name: '' }] };
  t.same(opening(next, '2026-01-02T23:59:59Z'), [true, null]);
  t.same(opening(next, '2026-01-03T00:00:00Z'), [false, '2026-01-09T22:00:00.000Z'], 'nothing reaches into a holiday');
});

t.test('[C8] clocks that change: the hour that is skipped, and the one that comes twice', async (t) => {
  // St John's: 2026-03-08 02:00 → 03:00 (UTC-3:30 → -2:30); 2026-11-01 02:00 → 01:00.
  const john = (from: string, to: string) => hours({ timeZone: 'America/St_Johns', week: all(from, to) });
  t.same(opening(john('02:30', '02:45'), '2026-03-08T05:00:00Z'), [false, '2026-03-09T05:00:00.000Z'], 'a stretch inside of the gap is not that day');
  t.same(opening(john('02:30', '04:00'), '2026-03-08T05:00:00Z'), [false, '2026-03-08T05:30:00.000Z'], 'one that ends after it begins when the gap ends');
  t.same(opening(john('01:15', '01:45'), '2026-11-01T03:50:00Z'), [true, null], 'the first 01:20');
  t.same(opening(john('01:15', '01:45'), '2026-11-01T04:15:00Z'), [false, '2026-11-01T04:45:00.000Z'], '01:45, and soon 01:15 again');
  t.same(opening(john('01:00', '01:15'), '2026-11-01T04:00:00Z'), [false, '2026-11-01T04:30:00.000Z'], 'the clocks fall back into the stretch');
  // Apia had no 30 December 2011 at all.
  const apia = hours({ timeZone: 'Pacific/Apia', week: [{ day: 5, from: '09:00', to: '17:00' }] });
  t.same(opening(apia, '2011-12-30T08:00:00Z'), [false, '2012-01-05T19:00:00.000Z'], 'the Friday that was left out');
});

t.test('[C8] opensAt is the first moment of all that follow at which it is open', async () => {
  const zone = fc.constantFrom('UTC', 'Asia/Seoul', 'America/St_Johns', 'Pacific/Apia', 'Australia/Lord_Howe', 'Africa/Casablanca', 'Asia/Kathmandu', 'Europe/Dublin', 'America/New_York', 'Asia/Gaza');
  const time = fc.tuple(fc.integer({ min: 0, max: 23 }), fc.constantFrom(0, 1, 15, 30, 59)).map(([hour, minute]) => `${String(hour).padStart(2, '0')}:${String(minute).padStart(2, '0')}`);
  const stretch = fc.record({ day: fc.integer({ min: 0, max: 6 }), from: time, to: fc.oneof(time, fc.constant('24:00')) });
  const moment = fc.oneof(
    fc.integer({ min: at('2024-01-01T00:00:00Z'), max: at('2028-01-01T00:00:00Z') }),
    // Close to where clocks change.
    fc.tuple(fc.constantFrom('2026-03-08T05:30:00Z', '2026-11-01T04:30:00Z', '2026-04-04T15:00:00Z', '2026-10-03T15:30:00Z', '2026-03-29T01:00:00Z', '2011-12-30T10:00:00Z'), fc.integer({ min: -1500, max: 200 })).map(([change, minutes]) => at(change) + minutes * 60_000),
  ).map((ms) => Math.floor(ms / 60_000) * 60_000);
  const wall = (timeZone: string, ms: number) => new Intl.DateTimeFormat('en-CA', { timeZone, hourCycle: 'h23', year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit' }).formatToParts(ms).reduce<Record<string, string>>((parts, { type, value }) => ({ ...parts, [type]: value }), {});
  /** The definition, word by word, at one minute. */
  const openAt = ({ timeZone, week, holidays }: BusinessHours, ms: number) => {
    const { year, month, day, hour, minute } = wall(timeZone, ms);
    const date = `${year}-${month}-${day}`;
    const before = new Date(Date.parse(`${date}T00:00:00Z`) - 86_400_000).toISOString().slice(0, 10);
    const now = `${hour}:${minute}`;
    const holiday = (one: string) => holidays.some((each) => each.date === one);
    const weekday = (one: string) => new Date(`${one}T00:00:00Z`).getUTCDay();
    return !holiday(date) && (week.some((one) => one.day === weekday(date) && now >= one.from && (one.to <= one.from || now < one.to))
      || (!holiday(before) && week.some((one) => one.day === weekday(before) && one.to <= one.from && now < one.to)));
  };
  fc.assert(fc.property(zone, fc.array(stretch, { maxLength: 4 }), moment, fc.array(fc.integer({ min: 0, max: 3 }), { maxLength: 2 }), (timeZone, week, now, free) => {
    const holidays = free.map((days) => ({ date: new Date(now + days * 86_400_000).toISOString().slice(0, 10), name: '' }));
    const value = hours({ timeZone, week, holidays });
    const { open, opensAt } = businessHours(value, now);
    if (open !== openAt(value, now)) return false;
    if (open) return opensAt === null;
    const end = Math.min(opensAt ?? Infinity, now + 36 * 3_600_000);
    for (let ms = now; ms < end; ms += 60_000) if (openAt(value, ms)) return false;
    return opensAt === null || (opensAt > now && opensAt <= now + lookAheadMs && openAt(value, opensAt));
  }), { numRuns: 60 });
});

t.test('[C8] which zones there are is for Intl to say', async (t) => {
  for (const name of ['UTC', 'Asia/Seoul', 'America/St_Johns', 'Pacific/Apia']) t.ok(isTimeZone(name), name);
  for (const name of ['', 'Seoul', 'Asia/Soul', '+09:00', 'UTC+9', '../etc']) t.notOk(isTimeZone(name), name);
});
