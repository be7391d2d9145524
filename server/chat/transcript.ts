import { transcript as texts } from '../../languages/split/transcript.ts';
import type { Call, Conversation, Message } from '../../protocol/shapes.ts';
import { languageOf } from '../languages.ts';

/** What a transcript is made of. */
export interface TranscriptParts {
  conversation: Pick<Conversation, 'visitor' | 'createdAt'>;
  /** In any order; private notes among them are told as such, so leave them out for visitors. */
  messages: readonly Message[];
  /** Calls of the conversation: whoever has no line yet is told too, and which recordings have gaps. */
  calls: readonly Call[];
  /** BCP 47. */
  locale: string;
  /** IANA; one that is none counts as UTC. */
  timeZone: string;
}

/**
 * A conversation as plain text: one entry a line of it, `[2026-01-31 21:04:05] name: text`, in the order of time. Further lines
 * of one text are indented, so that nobody's words can look like somebody else's entry.
 */
export function transcriptText({ conversation, messages, calls, locale, timeZone }: TranscriptParts): string {
  const words = texts[languageOf(locale)];
  const { stamp, zone } = clockOf(timeZone);
  const byId = new Map(calls.map((call) => [call.id, call]));
  const told = new Set<string>();

  const callText = (mode: Call['mode'], result: string, recording: Call['recording'] | undefined, recorded: boolean) => [
    words[mode], result, ...(recording?.state === 'partial' ? [words.gaps] : recorded ? [words.recorded] : []),
  ].join(', ');
  const entries: { at: string; order: number; line: string }[] = [];
  const add = (at: string, order: number, name: string, text: string) =>
    void entries.push({ at, order, line: `[${stamp(at)}] ${oneLine(name) || words.unnamed}: ${indented(text)}` });

  for (const { seq, kind, author, text, files = [], call, createdAt } of messages) {
    if (kind !== 'call') add(createdAt, seq, kind === 'note' ? `${author.name} (${words.note})` : author.name, [...(text === '' ? [] : [text]), ...files.map((file) => `[${oneLine(file.name)}, ${sizeOf(file.bytes)}]`)].join('\n'));
    else if (call) {
      told.add(call.id);
      add(createdAt, seq, author.name, callText(call.mode, call.durationMs > 0 ? words.answered(lengthOf(call.durationMs)) : words.missed, byId.get(call.id)?.recording, call.recorded));
    }
  }
  for (const { id, mode, state, createdAt, answeredAt, endedAt, startedBy, recording } of calls) {
    if (told.has(id)) continue;
    const lasted = answeredAt === null || endedAt === null ? null : Date.parse(endedAt) - Date.parse(answeredAt);
    const result = state !== 'ended' ? words[state] : lasted === null ? words.missed : words.answered(lengthOf(lasted));
    add(endedAt ?? createdAt, Number.MAX_SAFE_INTEGER, startedBy.name, callText(mode, result, recording, recording !== null));
  }
  entries.sort((a, b) => Date.parse(a.at) - Date.parse(b.at) || a.order - b.order);

  const body = entries.length === 0 ? [words.nothing] : entries.map(({ line }) => line);
  return [words.head(oneLine(conversation.visitor.name) || words.unnamed), words.zone(zone), '', ...body, ''].join('\n');
}

/** Moments as a reader in `timeZone` would write them, the same in every language. */
function clockOf(timeZone: string): { stamp(at: string): string; zone: string } {
  const make = (zone: string) => new Intl.DateTimeFormat('en-CA', {
    timeZone: zone, hourCycle: 'h23', year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit', second: '2-digit',
  });
  let format: Intl.DateTimeFormat;
  let zone = timeZone;
  try {
    format = make(timeZone);
  } catch {
    format = make(zone = 'UTC');
  }
  return {
    zone,
    stamp(at) {
      const part = Object.fromEntries(format.formatToParts(new Date(at)).map(({ type, value }) => [type, value]));
      return `${part.year}-${part.month}-${part.day} ${part.hour}:${part.minute}:${part.second}`;
    },
  };
}

// Everything that a viewer could take for a new line, or that turns the direction of what follows.
const breaks = /\r\n|[\n\r\v\f\u0085\u2028\u2029]/g;
// eslint-disable-next-line no-control-regex -- control characters are what must not reach a terminal or a mail
const unseen = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g;

function oneLine(text: string): string {
  return text.replaceAll(breaks, ' ').replaceAll(unseen, '').trim();
}

function indented(text: string): string {
  return text.split(breaks).map((line) => line.replaceAll(unseen, '')).join('\n    ');
}

/** As both languages write it. */
function sizeOf(bytes: number): string {
  if (bytes < 1024) return `${bytes} B`;
  return bytes < 1_048_576 ? `${Math.round(bytes / 1024)} KiB` : `${(bytes / 1_048_576).toFixed(1)} MiB`;
}

function lengthOf(ms: number): string {
  const seconds = Math.round(ms / 1000);
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
}
