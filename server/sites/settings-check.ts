import { Compile } from 'typebox/compile';
import { Value } from 'typebox/value';
import { SiteSettings, type BusinessHours, type FormField } from '../../protocol/site.ts';
import { problem, type Problem } from '../errors.ts';
import { isTimeZone } from './business-hours.ts';

type Part = keyof SiteSettings;

const checks = Object.fromEntries(Object.entries(SiteSettings.properties).map(([name, schema]) => [name, Compile(schema)]));

/**
 * The parts of a site's settings that an owner sent, as they are kept: known fields alone, text trimmed. What makes no sense is
 * refused as `unprocessable`, with a sentence that names the field.
 */
export function checkedSettings(given: Partial<SiteSettings>): Partial<SiteSettings> {
  const parts = (Object.keys(SiteSettings.properties) as Part[]).filter((name) => given[name] !== undefined);
  const kept: Partial<Record<Part, unknown>> = {};
  for (const name of parts) {
    const value = trimmed(Value.Clean(SiteSettings.properties[name], structuredClone(given[name])));
    const check = checks[name]!;
    if (!check.Check(value)) {
      const [first] = check.Errors(value);
      throw wrong(`${name}${(first?.instancePath ?? '').replaceAll('/', '.')}`, first?.message ?? 'has the wrong shape');
    }
    kept[name] = value;
  }
  const settings = kept as Partial<SiteSettings>;
  if (settings.languages && new Set(settings.languages).size < settings.languages.length) throw wrong('languages', 'names a language twice');
  if (settings.hours) checkHours(settings.hours);
  if (settings.privacyUrl) settings.privacyUrl = checkedAddress(settings.privacyUrl);
  if (settings.queue) settings.queue.groups = settings.queue.groups.map(({ agentIds, seconds }) => ({ agentIds: [...new Set(agentIds)], seconds }));
  if (settings.preChat) settings.preChat.fields = checkedFields(settings.preChat.fields);
  return settings;
}

/** Refuses groups that name somebody who is not of the team. `team`: those of the named that are. */
export function checkRingGroups({ groups }: SiteSettings['queue'], team: ReadonlySet<string>): void {
  groups.forEach(({ agentIds }, index) => {
    const stranger = agentIds.find((id) => !team.has(id));
    if (stranger !== undefined) throw wrong(`queue.groups.${index}.agentIds`, `names somebody who is not of the team: ${stranger}`);
  });
}

const wrong = (field: string, why: string): Problem => problem('unprocessable', `settings.${field} ${why}.`);

function trimmed(value: unknown): unknown {
  if (typeof value === 'string') return value.trim();
  if (Array.isArray(value)) return value.map(trimmed);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, trimmed(inner)]));
}

function checkHours({ timeZone, week, holidays }: BusinessHours): void {
  if (!isTimeZone(timeZone)) throw wrong('hours.timeZone', 'must be the name of a time zone, like Asia/Seoul');
  week.forEach(({ from, to }, index) => {
    if (from === '24:00') throw wrong(`hours.week.${index}.from`, 'must be before the end of the day');
    if (from === to) throw wrong(`hours.week.${index}.to`, 'must not be the time at which the stretch begins; a whole day is 00:00 to 24:00');
  });
  holidays.forEach(({ date }, index) => {
    const time = Date.parse(`${date}T00:00:00Z`);
    if (Number.isNaN(time) || new Date(time).toISOString().slice(0, 10) !== date) throw wrong(`hours.holidays.${index}.date`, 'must be a day that there is, like 2026-12-25');
  });
}

function checkedAddress(text: string): string {
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    throw wrong('privacyUrl', 'must be an address like https://shop.example/privacy, or empty');
  }
  if (url.protocol !== 'https:' || url.username !== '' || url.password !== '') throw wrong('privacyUrl', 'must begin with https:// and hold no password');
  return url.href;
}

function checkedFields(fields: readonly FormField[]): FormField[] {
  const keys = new Set<string>();
  return fields.map((field, index) => {
    const at = `preChat.fields.${index}`;
    if (keys.has(field.key)) throw wrong(`${at}.key`, `must be another than ${field.key}, which an earlier field has`);
    keys.add(field.key);
    if (field.key === 'email' && field.kind !== 'email') throw wrong(`${at}.kind`, 'must be email for the key email, which is the visitor\'s own');
    if (field.kind !== 'choice') return { ...field, choices: [] };
    if (field.choices.length === 0) throw wrong(`${at}.choices`, 'must hold something to choose from');
    if (new Set(field.choices).size < field.choices.length) throw wrong(`${at}.choices`, 'must not hold the same twice');
    return field;
  });
}
