import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import t from 'tap';
import type { ManifestAnswer } from '../../protocol/evidence.ts';
import { gapsWithPauses, isPaused, pausesBegun, pausesEnded } from './pauses.ts';
import { consultation } from './testing/consultation.ts';

const by = { kind: 'agent' as const, id: 'a' };

t.test('[G4] pauses follow one another and never overlap, whatever is pressed', async () => {
  fc.assert(fc.property(fc.array(fc.tuple(fc.boolean(), fc.nat(1000))), (presses) => {
    let pauses: ReturnType<typeof pausesBegun> = null;
    let now = 0;
    for (const [on, ms] of presses) {
      now += ms;
      pauses = (on ? pausesBegun(pauses, by, now) : pausesEnded(pauses, now)) ?? pauses;
      if (on !== isPaused(pauses)) return false;
    }
    return (pauses ?? []).every(({ fromMs, toMs }, index, all) => (toMs === null ? index === all.length - 1 : toMs >= fromMs) && fromMs >= (all[index - 1]?.toMs ?? 0));
  }));
});

t.test('[G4] a gap in a pause is no loss; what was lost beside one stays one', async (t) => {
  const pauses = [{ fromMs: 20_000, toMs: 30_000, by }, { fromMs: 90_000, toMs: null, by }];
  const gap = (fromMs: number, toMs: number, reason: string) => ({ fromMs, toMs, reason });
  t.strictSame(gapsWithPauses([gap(9_900, 20_400, 'not_recorded'), gap(9_900, 20_400, 'missing_chunks'), gap(30_000, 50_000, 'not_recorded'), gap(80_500, 95_000, 'not_recorded')], pauses, 10_000), [
    gap(9_900, 20_400, 'paused'), gap(9_900, 20_400, 'missing_chunks'), gap(30_000, 50_000, 'not_recorded'), gap(80_500, 95_000, 'paused'),
  ]);
  t.strictSame(gapsWithPauses([gap(5, 6, 'not_recorded')], null, 0), [gap(5, 6, 'not_recorded')]);
});

t.test('[G4] [S19] either side holds the recording: both are told, the light goes out, no segment begins, and the file says so', async (t) => {
  const c = await consultation(t);
  await t.rejects(c.agent.request('recording.pause', { callId: c.callId }), { code: 'not_found' }, 'nothing is being recorded yet');
  const { recordingId: id } = await c.start('agent');
  await c.put('agent', id, 1, 0, randomBytes(50));
  c.clock.advance(10_000);
  t.match(await c.agent.request('recording.pause', { callId: c.callId }), { recordingId: id, paused: true });
  await c.visitor.settled();
  t.match(c.visitor.events.filter(({ type }) => type === 'recording.updated').at(-1), { on: false, paused: true, state: 'recording' });
  t.match(await c.agent.request('recording.pause', { callId: c.callId }), { recordingId: id, paused: true }, 'twice is once');
  await t.rejects(c.start('agent'), { code: 'recording_paused' });
  await t.rejects(c.start('visitor'), { code: 'recording_paused' });
  // The tail of what was recorded before is still taken, and lights nothing.
  t.equal((await c.put('agent', id, 1, 1, randomBytes(50))).status, 201);
  await c.visitor.settled();
  t.match(c.visitor.events.filter(({ type }) => type === 'recording.updated').at(-1), { on: false, paused: true });
  t.match((await c.app.inject({ url: `/v1/calls/${c.callId}`, headers: c.agent.headers })).json(), { recording: { id, on: false, paused: true } });

  c.clock.advance(5_000);
  t.match(await c.visitor.request('recording.resume', { callId: c.callId }), { recordingId: id, paused: false }, 'or the other side');
  const { segment } = await c.start('agent');
  t.equal(segment, 2);
  await c.put('agent', id, 2, 0, randomBytes(50));
  await c.visitor.settled();
  t.match(c.visitor.events.filter(({ type }) => type === 'recording.updated').at(-1), { on: true, paused: false });

  c.merges.next.push(async (join) => ({ ...(await join()), gaps: [{ fromMs: 10_100, toMs: 15_100, reason: 'not_recorded' as const }] }));
  await c.visitor.request('call.end', { callId: c.callId });
  await c.complete('agent', id, [{ segment: 1, chunks: 2 }, { segment: 2, chunks: 1 }]);
  t.match(await c.until(id, 'ready'), { gaps: [{ fromMs: 10_100, toMs: 15_100, reason: 'paused' }] });
  const { manifest } = (await c.app.inject({ url: `/v1/recordings/${id}/manifest`, headers: c.agent.headers })).json<ManifestAnswer>();
  t.match(manifest.pauses, [{ by: 'agent', from: String, to: String }]);
  t.equal(Date.parse(manifest.pauses[0]!.to!) - Date.parse(manifest.pauses[0]!.from), 5_000);
  t.match((await c.app.inject({ url: `/v1/calls/${c.callId}`, headers: c.agent.headers })).json(), { recording: { paused: false } });
});
