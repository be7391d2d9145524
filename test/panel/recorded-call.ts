import { createHash } from 'node:crypto';
import type { SessionAnswer } from '../../protocol/http.ts';
import type { Recording } from '../../protocol/shapes.ts';
import { connect } from '../../server/testing/test-socket.ts';
import { owner } from '../consultation/server-under-test.ts';
import { recordingFixture } from '../fixtures/recording-fixture.ts';
import type { Stage } from './panel-stage.ts';

/** A call that is over and was recorded, with what was written meanwhile. */
export interface RecordedCall {
  recordingId: string;
  conversationId: string;
}

const consent = { granted: true, textVersion: '2026-11', locale: 'en' };
let written = 0;
const clientId = () => `recorded-call-${String(++written).padStart(8, '0')}`;

/** Has a visitor and the owner talk over plain sockets, with the sound of a fixture in place of theirs, and waits until its file is there. */
export async function recordedCall({ server, ask }: Pick<Stage, 'server' | 'ask'>, lines: readonly string[]): Promise<RecordedCall> {
  const origin = new URL(server.url).origin;
  const url = server.url.replace('http', 'ws');
  const login = await fetch(`${server.url}/v1/auth/login`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(owner) });
  const token = ((await login.json()) as SessionAnswer).accessToken;
  const { items: [site] } = await ask<{ items: { publishableKey: string }[] }>('GET', '/v1/sites');
  const welcome = await fetch(`${server.url}/v1/visitors`, { method: 'POST', headers: { 'content-type': 'application/json', origin }, body: JSON.stringify({ siteKey: site!.publishableKey }) });
  const visitor = await connect({ url, origin, token: ((await welcome.json()) as { token: string }).token });
  const agent = await connect({ url, origin, token });
  const { call } = await visitor.request('call.start', { mode: 'audio' });
  await agent.request('call.accept', { callId: call.id });
  for (const one of [visitor, agent]) await one.request('consent', { callId: call.id, ...consent });
  const { recordingId, segment } = await agent.request('recording.start', { callId: call.id, mimeType: 'audio/webm;codecs=opus', epochMs: Date.now() });
  for (const text of lines) await visitor.request('message.send', { clientId: clientId(), conversationId: call.conversationId, text });
  const { chunks } = recordingFixture('voice');
  for (const [seq, bytes] of chunks.entries()) {
    await fetch(`${server.url}/v1/recordings/${recordingId}/segments/${segment}/chunks/${seq}`, {
      method: 'PUT', body: new Uint8Array(bytes),
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/octet-stream', 'content-digest': `sha-256=:${createHash('sha256').update(bytes).digest('base64')}:` },
    });
  }
  await visitor.request('call.end', { callId: call.id });
  await ask('POST', `/v1/recordings/${recordingId}/complete`, { segments: [{ segment, chunks: chunks.length }] });
  visitor.socket.terminate();
  agent.socket.terminate();
  for (let turn = 0; turn < 1_200; turn++) {
    if (['ready', 'partial'].includes((await ask<Recording>('GET', `/v1/recordings/${recordingId}`)).state)) return { recordingId, conversationId: call.conversationId };
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error('The recording was not merged.');
}
