import type { CallLine } from '../../protocol/shapes.ts';
import type { Texts } from '../texts/texts.ts';

const formats = new Map<string, Intl.DateTimeFormat>();

/** Making a format is slow; there are few. */
function format(language: string, name: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = `${language} ${name}`;
  let made = formats.get(key);
  if (!made) formats.set(key, (made = new Intl.DateTimeFormat(language, options)));
  return made;
}

/** The time of day, e.g. `2:05 PM`, `오후 2:05`. */
export const timeOfDay = (at: number, language: string): string => format(language, 'time', { hour: 'numeric', minute: '2-digit' }).format(at);

/** Date and time in full, for a tooltip. */
export const moment = (at: number, language: string): string => format(language, 'moment', { dateStyle: 'full', timeStyle: 'short' }).format(at);

/** The name of a day as seen from `now`: today, yesterday, else the date; the year only where it is another one. */
export function dayName(at: number, texts: Texts, language: string, now: number = Date.now()): string {
  const day = (time: number): number => new Date(time).setHours(0, 0, 0, 0);
  // Rounded: a day may have 23 or 25 hours.
  const ago = Math.round((day(now) - day(at)) / 86_400_000);
  if (ago === 0) return texts.today;
  if (ago === 1) return texts.yesterday;
  const sameYear = new Date(at).getFullYear() === new Date(now).getFullYear();
  return sameYear
    ? format(language, 'day', { weekday: 'long', month: 'long', day: 'numeric' }).format(at)
    : format(language, 'date', { year: 'numeric', month: 'long', day: 'numeric' }).format(at);
}

/** A length as a clock shows it: `0:07`, `12:34`, `1:02:03`. */
export function clock(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000));
  const pad = (value: number): string => String(value).padStart(2, '0');
  const minutes = Math.floor(seconds / 60);
  return minutes < 60 ? `${minutes}:${pad(seconds % 60)}` : `${Math.floor(minutes / 60)}:${pad(minutes % 60)}:${pad(seconds % 60)}`;
}

/** How a call went, in words. `own`: the reader's side started it. `missed`: it rang here and nobody took it. */
export function callWording(call: CallLine, own: boolean, texts: Texts): { title: string; details: string[]; missed: boolean } {
  const video = call.mode === 'video';
  const name = video ? texts.callVideo : texts.callVoice;
  const missed = !own && (call.endReason === 'cancelled' || call.endReason === 'no_answer');
  const outcome = ((): string | null => {
    switch (call.endReason) {
      case 'cancelled':
        return own ? texts.callCancelled : null;
      case 'no_answer':
        return own ? texts.callNoAnswer : null;
      case 'declined':
        return texts.callDeclined;
      case 'busy':
        return texts.callBusy;
      case 'ice_failed':
      case 'media_failed':
      case 'error':
        return texts.callFailed;
      case 'left':
        return texts.callInterrupted;
      case 'visitor_hangup':
      case 'agent_hangup':
        return null;
    }
  })();
  const details = [
    ...(outcome ? [outcome] : []),
    ...(call.durationMs > 0 ? [texts.callLength(clock(call.durationMs))] : []),
    ...(call.recorded ? [texts.callRecorded] : []),
  ];
  return { title: missed ? (video ? texts.callMissedVideo : texts.callMissed) : name, details, missed };
}
