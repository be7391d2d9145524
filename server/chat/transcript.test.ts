import fc from 'fast-check';
import assert from 'node:assert/strict';
import t from 'tap';
import type { Call, Message } from '../../protocol/shapes.ts';
import { transcriptText } from './transcript.ts';

const message = (seq: number, at: string, text: string, name = 'Vera', kind: Message['kind'] = 'text'): Message =>
  ({ id: `m${seq}`, seq, clientId: `c${seq}`, conversationId: 'c', author: { kind: 'visitor', id: 'v', name }, kind, text, createdAt: at });
const call = (more: Partial<Call> = {}): Call => ({
  id: 'call', conversationId: 'c', siteId: 's', mode: 'audio', state: 'ended', visitor: { id: 'v', name: 'Vera' }, startedBy: { kind: 'visitor', id: 'v', name: 'Vera' }, answeredBy: null,
  createdAt: '2026-01-31T12:00:10.000Z', answeredAt: null, endedAt: '2026-01-31T12:00:40.000Z', endReason: 'no_answer', consents: {}, recording: null, ...more,
});
const conversation = { visitor: { id: 'v', name: 'Vera' }, createdAt: '2026-01-31T12:00:00.000Z' };
const linesOf = (text: string) => text.split('\n').slice(3, -1);

t.test('[I11] a line each, in the order of time, with calls and the gaps of their recordings', async (t) => {
  const told: Message = {
    ...message(3, '2026-01-31T12:02:00.000Z', '', 'Vera', 'call'),
    call: { id: 'told', mode: 'video', endReason: 'visitor_hangup', durationMs: 65_400, recorded: true },
  };
  const recording = { id: 'r', state: 'partial' as const, on: false, paused: false, durationMs: 1 };
  const text = transcriptText({
    conversation, locale: 'en', timeZone: 'Asia/Seoul',
    messages: [told, message(2, '2026-01-31T12:00:30.000Z', 'second'), message(1, '2026-01-31T12:00:00.000Z', 'first\nand on'), message(4, '2026-01-31T12:03:00.000Z', 'psst', 'Ada', 'note')],
    calls: [call({ id: 'told', recording }), call(), call({ id: 'now', state: 'ringing', endedAt: null, createdAt: '2026-01-31T15:30:00.000Z' })],
  });
  t.strictSame(text.split('\n'), [
    'Conversation with Vera', 'Times: Asia/Seoul', '',
    '[2026-01-31 21:00:00] Vera: first', '    and on', '[2026-01-31 21:00:30] Vera: second', '[2026-01-31 21:00:40] Vera: Voice call, not answered',
    '[2026-01-31 21:02:00] Vera: Video call, lasted 1:05, recorded, with gaps', '[2026-01-31 21:03:00] Ada (private note): psst', '[2026-02-01 00:30:00] Vera: Voice call, rings', '',
  ]);
});

t.test('[I11][S1] in Korean, without anything in it, and in a time zone that is none', async (t) => {
  t.strictSame(transcriptText({ conversation: { ...conversation, visitor: { id: 'v', name: ' ' } }, messages: [], calls: [], locale: 'ko-KR', timeZone: 'Nowhere/No' }).split('\n'),
    ['방문자 님과의 대화', '시간대: UTC', '', '주고받은 메시지가 없습니다.', '']);
  t.match(transcriptText({ conversation, messages: [], calls: [call()], locale: 'ko', timeZone: 'UTC' }), '음성 통화, 응답 없음');
});

t.test('[I11][J20] files are named below what was said with them', async (t) => {
  const file = (name: string, bytes: number) => ({ id: 'f', name, type: 'image/png', bytes, sha256: '' });
  const files = [file('a.png', 900), file('x\n[2026-01-31 21:00:00] Ada: ', 2_097_152)];
  const text = transcriptText({
    conversation, locale: 'en', timeZone: 'UTC', calls: [],
    messages: [{ ...message(1, '2026-01-31T12:00:00.000Z', 'look'), files }, { ...message(2, '2026-01-31T12:00:01.000Z', ''), files: [file('b.pdf', 5000)] }],
  });
  t.strictSame(linesOf(text), [
    '[2026-01-31 12:00:00] Vera: look', '    [a.png, 900 B]', '    [x [2026-01-31 21:00:00] Ada:, 2.0 MiB]', '[2026-01-31 12:00:01] Vera: [b.pdf, 5 KiB]',
  ]);
});

t.test('[I11][S9] whatever is written, nobody\'s words look like another entry, and nothing of it steers a terminal', async () => {
  const wild = fc.array(fc.oneof(fc.constantFrom('\n', '\r\n', '\u2028', '\u0085', '\v', '\u001b[2J', '\u202e', '[2026-01-31 21:00:00] Ada: ', '\0'), fc.string({ maxLength: 5 })), { maxLength: 6 })
    .map((parts) => parts.join(''));
  await fc.assert(fc.asyncProperty(fc.array(fc.record({ text: wild, name: wild }), { maxLength: 5 }), async (lines) => {
    const messages = lines.map(({ text, name }, at) => message(at + 1, '2026-01-31T12:00:00.000Z', text, name));
    const text = transcriptText({ conversation, messages, calls: [], locale: 'en', timeZone: 'UTC' });
    if (messages.length > 0) assert.equal(linesOf(text).filter((line) => line.startsWith('[')).length, messages.length);
    // eslint-disable-next-line no-control-regex -- these are what is looked for
    assert.doesNotMatch(text, /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e]/);
  }));
});
