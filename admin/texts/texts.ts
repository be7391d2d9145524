import { LANGUAGE_NAMES } from '../../languages/split/language-names.ts';
import { panelWords } from '../../languages/split/panel.ts';
import { LANGUAGE_TAGS, type LanguageTag } from '../../languages/split/tags.ts';
import { createStore } from '../../widget/engine/store.ts';
import { WireFailure } from '../../widget/engine/wire.ts';
import { en, type TextKey } from './text-key.ts';

/** The languages of the panel by their own names. */
export const LANGUAGES = LANGUAGE_NAMES;
/** A language of the panel. */
export type Language = LanguageTag;

const KEY = 'peer-consult:language';
const here: Partial<Record<Language, Record<TextKey, string>>> = { en };
const known = (tag: string | null | undefined): Language | undefined => LANGUAGE_TAGS.find((each) => each === tag);

/** The language in use; views render anew when it changes. */
export const language = createStore<Language>('en');
let wish: Language = chosen() ?? preferred(navigator.languages);
/** Resolves when the panel speaks the language that it began to load when it was opened; null where there is nothing to wait for. */
export const languageComes: Promise<void> | null = wish === 'en' ? null : speak(wish);

/** The first of the browser's languages that we speak, else English. */
export function preferred(tags: readonly string[]): Language {
  for (const tag of tags) {
    const base = known(tag.toLowerCase().split('-')[0]);
    if (base) return base;
  }
  return 'en';
}

/** Switches the language, as soon as its words are here, and remembers it where storage is allowed. */
export async function chooseLanguage(next: Language): Promise<void> {
  try {
    localStorage.setItem(KEY, next);
  } catch {
    // Private windows may forbid storage; the choice then lasts as long as the page.
  }
  await speak(next);
}

async function speak(next: Language): Promise<void> {
  wish = next;
  if (!here[next]) await wordsOf(next);
  // Who has chosen another meanwhile gets that; what could not be loaded leaves things as they are.
  if (wish !== next || !here[next]) return;
  language.set(next);
  document.documentElement.lang = next;
}

/** The panel's words in one language, not only the one in use; English where they cannot be had. */
export async function wordsOf(tag: string): Promise<Record<TextKey, string>> {
  const found = known(tag) ?? 'en';
  if (found !== 'en' && !here[found]) here[found] = await panelWords[found]().catch(() => undefined);
  return here[found] ?? en;
}

/** What a language calls itself; its tag if this panel does not have it. */
export function languageName(tag: string): string {
  const found = known(tag);
  return found ? LANGUAGES[found] : tag;
}

function chosen(): Language | null {
  try {
    return known(localStorage.getItem(KEY)) ?? null;
  } catch {
    return null;
  }
}

/** A text in the language in use, with `{name}` replaced. */
export function t(key: TextKey, values: Record<string, string | number> = {}): string {
  return (here[language.value] ?? en)[key].replace(/\{(\w+)\}/g, (whole, name: string) => (name in values ? String(values[name]) : whole));
}

/** What a person reads about a failure. Never a stack, always a way on. */
export function failureText(error: unknown): string {
  if (!(error instanceof WireFailure)) return t('error_other', { code: 'client' });
  const seconds = Math.ceil((error.retryAfterMs ?? 30_000) / 1000);
  const key = `error_${error.code}`;
  return key in en ? t(key as TextKey, { seconds, detail: error.message }) : t('error_other', { code: error.code });
}

/** What a person reads about a refusal of which only the code is known. */
export function problemText(code: string): string {
  // That one lives by its detail.
  if (code === 'unprocessable') return t('error_bad_request');
  return failureText(new WireFailure(code, ''));
}

const STEPS = [[60, 'minute'], [24, 'hour'], [7, 'day']] as const;

/** How long ago, in the language's own words (`5 min ago`, `5분 전`), up to a week; then the date. */
export function ago(iso: string, now = Date.now()): string {
  // A clock that runs ahead makes nothing happen in the future.
  let past = Math.max(0, Math.floor((now - Date.parse(iso)) / 60_000));
  if (past < 1) return t('justNow');
  for (const [length, unit] of STEPS) {
    if (past < length) return new Intl.RelativeTimeFormat(language.value, { style: 'short', numeric: 'always' }).format(-past, unit);
    past = Math.floor(past / length);
  }
  return when(iso, now);
}

/** `14:05`, `yesterday`-less: the hour today, the day this year, else the date. */
export function when(iso: string, now = Date.now()): string {
  const date = new Date(iso);
  const today = new Date(now);
  const sameDay = date.toDateString() === today.toDateString();
  const options: Intl.DateTimeFormatOptions = sameDay
    ? { hour: 'numeric', minute: '2-digit' }
    : date.getFullYear() === today.getFullYear()
      ? { month: 'short', day: 'numeric' }
      : { year: 'numeric', month: 'short', day: 'numeric' };
  return new Intl.DateTimeFormat(language.value, options).format(date);
}

/** Day and time in full. */
export function fullTime(iso: string): string {
  return new Intl.DateTimeFormat(language.value, { dateStyle: 'medium', timeStyle: 'short' }).format(new Date(iso));
}

/** `1:02:03` or `2:03`. */
export function duration(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000));
  const parts = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  const [hours = 0, minutes = 0, rest = 0] = parts;
  return hours ? `${hours}:${pad(minutes)}:${pad(rest)}` : `${minutes}:${pad(rest)}`;
}

function pad(value: number): string {
  return String(value).padStart(2, '0');
}
