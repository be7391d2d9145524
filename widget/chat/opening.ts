import type { SessionState } from '../engine/session-state.ts';
import type { Texts } from '../texts/texts.ts';

const DAY_MS = 86_400_000;

/** When something is, as one says it on the visitor's own clock: *today at 2:00 PM*, *내일 오전 9:00*, *Monday at 9:00 AM*. */
export function whenWords(at: number, language: string, texts: Texts, now: number = Date.now()): string {
  const midnight = (time: number): number => new Date(time).setHours(0, 0, 0, 0);
  // Rounded: a day may have 23 or 25 hours.
  const days = Math.round((midnight(at) - midnight(now)) / DAY_MS);
  const time = new Intl.DateTimeFormat(language, { hour: 'numeric', minute: '2-digit' }).format(at);
  const day =
    days <= 1
      ? new Intl.RelativeTimeFormat(language, { numeric: 'auto' }).format(days, 'day')
      : new Intl.DateTimeFormat(language, days < 7 ? { weekday: 'long' } : { weekday: 'long', month: 'long', day: 'numeric' }).format(at);
  return texts.dayAndTime(day, time);
}

/** Whether somebody could answer now: it is time by the hours, and the team is there as far as the site shows it. */
export function isAnswering({ site, presence }: Pick<SessionState, 'site' | 'presence'>, now: number = Date.now()): boolean {
  return isOpen(site, now) && presence?.status !== 'offline';
}

/** By the hours. What was closed at the hello opens by itself when its time comes. */
const isOpen = (site: SessionState['site'], now: number): boolean =>
  !site || site.hours.open || (site.hours.opensAt !== null && Date.parse(site.hours.opensAt) <= now);

/** What a visitor reads while nobody answers; null: somebody does. */
export function openingWords({ site, presence }: Pick<SessionState, 'site' | 'presence'>, language: string, texts: Texts, now: number = Date.now()): { state: string; way: string } | null {
  if (!site || isAnswering({ site, presence }, now)) return null;
  const { opensAt } = site.hours;
  const state = isOpen(site, now) ? texts.nobodyThere : opensAt ? texts.closedUntil(whenWords(Date.parse(opensAt), language, texts, now)) : texts.closedNow;
  return { state, way: site.offline.enabled ? site.offline.text.trim() || texts.greetingAway : '' };
}
