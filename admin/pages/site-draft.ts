import type { FormField, Site, SiteProfile, SiteSettings } from '../../protocol/site.ts';

/** What can be changed of a site in its form. */
export interface SiteDraft {
  name: string;
  settings: SiteSettings;
}

/** What a form sends: only what is different, so that what somebody else changed meanwhile stays. */
export interface SiteChange {
  name?: string;
  settings?: Partial<SiteSettings>;
}

/** What is wrong in a draft, by the field's name: `name`, `privacyUrl`, `hours.week.1`, `preChat.0.label` … */
export type Problems = ReadonlyMap<string, 'missing' | 'colour' | 'httpsOnly' | 'sameTime' | 'overlap' | 'dateMissing' | 'dateTwice' | 'days' | 'capacity' | 'ringSeconds' | 'groupSeconds' | 'groupEmpty' | 'groupLate' | 'slice' | 'fileSize' | 'labelMissing' | 'labelTwice' | 'choicesMissing' | 'noFields'>;

/** A draft of a site as it is. */
export const draftOf = ({ name, settings }: Pick<Site, 'name' | 'settings'>): SiteDraft => ({ name, settings });

const same = (one: unknown, other: unknown): boolean => JSON.stringify(ordered(one)) === JSON.stringify(ordered(other));

/** Keys in one order: two objects that say the same are the same. */
function ordered(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(ordered);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1)).map(([key, part]) => [key, ordered(part)]));
}

/** What is different in a draft; null = nothing. */
export function changeOf(before: SiteDraft, draft: SiteDraft): SiteChange | null {
  const parts = (Object.keys(draft.settings) as (keyof SiteSettings)[]).filter((part) => !same(before.settings[part], draft.settings[part]));
  const name = draft.name.trim();
  const change: SiteChange = {
    ...(name === before.name ? {} : { name }),
    ...(parts.length === 0 ? {} : { settings: Object.fromEntries(parts.map((part) => [part, draft.settings[part]])) as Partial<SiteSettings> }),
  };
  return Object.keys(change).length === 0 ? null : change;
}

/** The parts that both this form and somebody else have changed since it was opened. */
export function conflictsOf(before: SiteDraft, now: SiteDraft, change: SiteChange): string[] {
  const parts = (Object.keys(change.settings ?? {}) as (keyof SiteSettings)[]).filter((part) => !same(before.settings[part], now.settings[part]) && !same(now.settings[part], change.settings![part]));
  return [...(change.name !== undefined && before.name !== now.name && now.name !== change.name ? ['name'] : []), ...parts];
}

/** A time of day as minutes since midnight. */
export function minutesOf(time: string): number {
  const [hours = 0, minutes = 0] = time.split(':').map(Number);
  return hours * 60 + minutes;
}

/** What keeps a draft from being saved. */
export function problemsOf({ name, settings }: SiteDraft): Problems {
  const found = new Map<string, Problems extends ReadonlyMap<string, infer P> ? P : never>();
  if (!name.trim()) found.set('name', 'missing');
  if (settings.privacyUrl && !isHttps(settings.privacyUrl)) found.set('privacyUrl', 'httpsOnly');
  if (settings.look.accent !== null && !/^#[0-9a-f]{6}$/i.test(settings.look.accent)) found.set('look.accent', 'colour');
  for (let day = 0; day < 7; day++) {
    const stretches = settings.hours.week.filter((each) => each.day === day);
    if (stretches.some(({ from, to }) => from === to || !from || !to)) found.set(`hours.week.${day}`, 'sameTime');
    else if (overlap(stretches)) found.set(`hours.week.${day}`, 'overlap');
  }
  settings.hours.holidays.forEach(({ date }, index) => {
    if (!/^\d{4}-\d{2}-\d{2}$/.test(date)) found.set(`hours.holidays.${index}`, 'dateMissing');
    else if (settings.hours.holidays.findIndex((each) => each.date === date) < index) found.set(`hours.holidays.${index}`, 'dateTwice');
  });
  for (const [rule, days] of Object.entries(settings.retention)) {
    if (days !== null && !(Number.isInteger(days) && days >= 1 && days <= 3650)) found.set(`retention.${rule}`, 'days');
  }
  const { capacity } = settings.routing;
  if (capacity !== null && !(Number.isInteger(capacity) && capacity >= 1 && capacity <= 1000)) found.set('routing.capacity', 'capacity');
  const { queue, recorder } = settings;
  if (!whole(queue.ringSeconds, 10, 3600)) found.set('queue.ringSeconds', 'ringSeconds');
  queue.groups.reduce((at, { agentIds, seconds }, index) => {
    if (agentIds.length === 0) found.set(`queue.groups.${index}.agentIds`, 'groupEmpty');
    else if (at >= queue.ringSeconds) found.set(`queue.groups.${index}.agentIds`, 'groupLate');
    if (!whole(seconds, 5, 600)) found.set(`queue.groups.${index}.seconds`, 'groupSeconds');
    return at + seconds;
  }, 0);
  if (!whole(recorder.sliceSeconds, 1, 75)) found.set('recorder.sliceSeconds', 'slice');
  const { maxMiB } = settings.files;
  if (!(Number.isInteger(maxMiB) && maxMiB >= 1 && maxMiB <= 100)) found.set('files.maxMiB', 'fileSize');
  if (settings.preChat.enabled && settings.preChat.fields.length === 0) found.set('preChat', 'noFields');
  settings.preChat.fields.forEach(({ label, kind, choices }, index, all) => {
    if (!label.trim()) found.set(`preChat.${index}.label`, 'labelMissing');
    else if (all.findIndex((each) => each.label.trim().toLowerCase() === label.trim().toLowerCase()) < index) found.set(`preChat.${index}.label`, 'labelTwice');
    if (kind === 'choice' && choices.filter((choice) => choice.trim()).length < 2) found.set(`preChat.${index}.choices`, 'choicesMissing');
  });
  return found;
}

const whole = (number: number, from: number, to: number): boolean => Number.isInteger(number) && number >= from && number <= to;

function isHttps(text: string): boolean {
  try {
    return new URL(text).protocol === 'https:';
  } catch {
    return false;
  }
}

/** Whether two stretches of one day lie over each other. What goes past midnight counts up to midnight. */
function overlap(stretches: readonly { from: string; to: string }[]): boolean {
  const sorted = stretches.map(({ from, to }) => [minutesOf(from), minutesOf(to) > minutesOf(from) ? minutesOf(to) : 24 * 60] as const).sort(([one], [other]) => one - other);
  return sorted.some(([from], index) => index > 0 && from < sorted[index - 1]![1]);
}

/** A key for a new field: from its label where that has Latin letters, else a number; none that is taken. */
export function fieldKey(label: string, taken: readonly string[]): string {
  const word = label.normalize('NFKD').toLowerCase().replace(/[^a-z0-9]+/g, '_').replace(/^[^a-z]+|_+$/g, '').slice(0, 28) || 'field';
  let key = word;
  for (let number = 2; taken.includes(key); number++) key = `${word}_${number}`;
  return key;
}

/** A draft as it goes out: nothing empty among the choices, texts without blanks at their ends. */
export function tidy({ name, settings }: SiteDraft): SiteDraft {
  const field = (each: FormField): FormField => ({ ...each, label: each.label.trim(), choices: each.kind === 'choice' ? each.choices.map((choice) => choice.trim()).filter(Boolean) : [] });
  return {
    name: name.trim(),
    settings: { ...settings, privacyUrl: settings.privacyUrl.trim(), preChat: { ...settings.preChat, fields: settings.preChat.fields.map(field) } },
  };
}

/** What a visitor would see of a draft. `open`: whether the preview plays a time at which somebody answers. */
export function profileOf(site: Site, { name, settings }: SiteDraft, open: boolean): SiteProfile {
  const { greeting, statusText, languages, look, calls, privacyUrl, pagesShown, preChat, offline, rating, transcripts, files, queue } = settings;
  return {
    id: site.id, name: name.trim() || site.name, greeting, statusText, languages, calls, privacyUrl, pagesShown, offline, rating, transcripts, files, callBack: queue.callBack,
    look: { ...look, accent: look.accent !== null && /^#[0-9a-f]{6}$/i.test(look.accent) ? look.accent : null },
    picture: site.picture === null ? null : `/v1/pictures/${site.picture}`,
    hours: { open, opensAt: null },
    recording: { ...settings.recording, textVersion: 'preview' },
    preChat: preChat.enabled ? preChat.fields.filter(({ label }) => label.trim()) : [],
  };
}
