import { Type, type Static } from 'typebox';
import { Author, Timestamp } from './shapes.ts';

// Listening to a recording: how it looks, what happened while it ran, and that nobody may delete it.

/**
 * How loud a recording is, over its whole length: each row has as many numbers, 0 (silence) to 255, of equal stretches. Rows are
 * `visitor` and `agent`, or `mix` where one track holds everybody.
 */
export const Waveform = Type.Object({
  version: Type.Literal(1),
  durationMs: Type.Integer(),
  rows: Type.Array(Type.Object({ of: Type.Union([Type.Literal('visitor'), Type.Literal('agent'), Type.Literal('mix')]), peaks: Type.Array(Type.Integer()) })),
  /** Stretches of more than two seconds in which nobody is heard. */
  silences: Type.Array(Type.Object({ fromMs: Type.Integer(), toMs: Type.Integer() })),
});

/**
 * What happened at a moment of a recording, `atMs` from its start (negative: before it). Stretches have `toMs`.
 * - `message`, `note`: a line of the conversation, `by` whom, `text`, `files` by name;
 * - `call`: `what` is `started`, `answered` or `ended`; `joined`: an agent came into the conversation;
 * - `presence`: `by` was in the call: `what` is `member` (one of its two sides), `took_over` (from `former`), or, of a colleague beside
 *   the two, `listened` or `talked`. Without `toMs` nobody knows yet until when;
 * - `consent`: `what` is `granted` or `refused`;
 * - `pause`: somebody held the recording; `gap`: nothing was recorded, `what` says why;
 * - `quality`: the line of `by` was poor.
 */
export const TimelineItem = Type.Object({
  kind: Type.Union([
    Type.Literal('message'), Type.Literal('note'), Type.Literal('call'), Type.Literal('joined'), Type.Literal('presence'), Type.Literal('consent'),
    Type.Literal('pause'), Type.Literal('gap'), Type.Literal('quality'),
  ]),
  atMs: Type.Integer(),
  toMs: Type.Optional(Type.Integer()),
  by: Type.Optional(Author),
  /** Who had the call before. */
  former: Type.Optional(Author),
  text: Type.Optional(Type.String()),
  files: Type.Optional(Type.Array(Type.String())),
  what: Type.Optional(Type.String()),
  /** Of a line: its number in the conversation. */
  seq: Type.Optional(Type.Integer()),
});

/** All that happened while a recording ran, in order of time. `more`: there were lines beyond the first two thousand. */
export const RecordingTimeline = Type.Object({
  recordingId: Type.String(), startedAt: Timestamp, durationMs: Type.Union([Type.Integer(), Type.Null()]),
  items: Type.Array(TimelineItem), more: Type.Boolean(),
});

/** Why a recording is held. */
export const HoldBody = Type.Object({ reason: Type.String({ minLength: 1, maxLength: 500 }) }, { examples: [{ reason: 'Complaint 2026-118, asked for by our lawyers' }] });

/** What was not erased with a visitor, because somebody holds it; it goes when the hold ends. */
export const ErasureAnswer = Type.Object({
  kept: Type.Array(Type.Object({ recordingId: Type.String(), conversationId: Type.String(), reason: Type.String(), at: Timestamp })),
});

export type Waveform = Static<typeof Waveform>;
export type TimelineItem = Static<typeof TimelineItem>;
export type RecordingTimeline = Static<typeof RecordingTimeline>;
export type HoldBody = Static<typeof HoldBody>;
export type ErasureAnswer = Static<typeof ErasureAnswer>;
