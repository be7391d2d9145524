import { randomBytes } from 'node:crypto';
import t from 'tap';
import type { Recorder } from '../../protocol/site.ts';
import { admitRecorder } from './recorder-rules.ts';
import { consultation } from './testing/consultation.ts';

const [voice, pictures] = [{ mimeType: 'audio/webm;codecs=opus' }, { mimeType: 'video/webm;codecs=vp8,opus' }];
const usual: Recorder = { who: 'both', sliceSeconds: 2, video: true };

t.test('[G4] [S19] the site says who records, and the server holds everybody to it', async (t) => {
  t.strictSame(admitRecorder(usual, 'agent', pictures), { standby: false });
  t.strictSame(admitRecorder(usual, 'visitor', voice), { standby: true }, 'the visitor stands by, whatever it asks for');
  t.strictSame(admitRecorder(usual, 'agent', { ...voice, standby: true }), { standby: true }, 'who asks for less gets less');
  t.throws(() => admitRecorder(usual, 'visitor', pictures), { code: 'forbidden' }, 'a standby has no pictures');
  t.throws(() => admitRecorder({ ...usual, video: false }, 'agent', pictures), { code: 'forbidden' }, '[G10] sound alone is sound alone');
  for (const who of ['agent', 'visitor'] as const) {
    const other = who === 'agent' ? 'visitor' : 'agent';
    t.strictSame(admitRecorder({ ...usual, who }, who, pictures), { standby: false });
    t.throws(() => admitRecorder({ ...usual, who }, other, voice), { code: 'forbidden' });
  }
});

t.test('[G4] [G6] both sides hear who records; the standby is marked from its first frame to the manifest, and both vanishing leaves a file', async (t) => {
  const c = await consultation(t);
  const site = (await c.app.owner()).site.id;
  t.strictSame((await c.agent.request('call.resume', { callId: c.callId })).recorder, usual);
  t.strictSame((await c.visitor.request('call.resume', { callId: c.callId })).recorder, usual);
  const { recordingId: id } = await c.start('agent');
  t.match(await c.start('visitor'), { recordingId: id, segment: 2 });
  await c.put('agent', id, 1, 0, randomBytes(50));
  t.equal((await c.put('visitor', id, 2, 0, randomBytes(50))).status, 201, 'with the visitor\'s own token');
  t.equal((await c.put('visitor', id, 1, 1, randomBytes(50))).status, 404, 'and into its own segment alone');

  await c.app.inject({ method: 'PATCH', url: `/v1/sites/${site}`, headers: c.agent.headers, payload: { settings: { recorder: { who: 'agent', sliceSeconds: 75, video: false } } } });
  c.clock.advance(6_000);
  await t.rejects(c.start('visitor'), { code: 'forbidden' });
  t.strictSame((await c.visitor.request('call.resume', { callId: c.callId })).recorder, { who: 'agent', sliceSeconds: 75, video: false });

  c.visitor.socket.terminate();
  c.agent.socket.terminate();
  await Promise.all([c.visitor.closed, c.agent.closed]);
  // Their leases, and then 20 s in which nothing comes.
  for (let n = 0; n < 4_000 && c.merges.jobs.length === 0; n++) {
    if (n < 40) c.clock.advance(5_000);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  t.match(c.merges.jobs[0], { segments: [{ segment: 1, standby: false }, { segment: 2, standby: true }] });
  await c.until(id, 'partial');
  const { manifest } = (await c.app.inject({ url: `/v1/recordings/${id}/manifest`, headers: c.agent.headers })).json<{ manifest: { segments: { standby?: boolean }[] } }>();
  t.strictSame(manifest.segments.map(({ standby }) => standby), [undefined, true]);
});
