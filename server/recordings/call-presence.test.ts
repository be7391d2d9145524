import t from 'tap';
import type { RecordingTimeline } from '../../protocol/playback.ts';
import { connect } from '../testing/test-socket.ts';
import { agentTurns, presences, type CallEntry } from './call-presence.ts';
import { consultation } from './testing/consultation.ts';

const call = { visitorId: 'v', visitorName: 'Otter', agentId: 'c', agentName: 'Cleo', answeredAt: 1000, endedAt: 90_000 };
const entry = (ms: number, id: string, action: string): CallEntry => ({ at: new Date(ms).toISOString(), action: `call.${action}`, actor: { kind: 'agent', id, name: id.toUpperCase() } });
const brief = (of: ReturnType<typeof presences>) => of.map(({ by, how, from, until, former }) => [by.name, how, from, until, former?.name].filter((fact) => fact !== undefined));

t.test('[G8] [F9] each agent had a call from the one hand-over to the next, each guest from the coming to the going', (t) => {
  t.strictSame(brief(presences(call, [
    entry(5000, 'g', 'listened'), entry(10_000, 'a', 'handed_over'), entry(12_000, 'g', 'joined'), entry(20_000, 'g', 'left'), entry(30_000, 'b', 'handed_over'),
    entry(40_000, 'g', 'listened'), entry(41_000, 'h', 'joined'), entry(90_000, 'g', 'left'),
  ])), [
    ['Otter', 'member', 1000, 90_000], ['A', 'member', 1000, 10_000], ['B', 'took_over', 10_000, 30_000, 'A'], ['Cleo', 'took_over', 30_000, 90_000, 'B'],
    ['G', 'listened', 5000, 12_000], ['G', 'talked', 12_000, 20_000], ['G', 'listened', 40_000, 90_000], ['H', 'talked', 41_000, null],
  ]);
  t.strictSame(brief(presences({ ...call, answeredAt: null }, [])), [], 'nobody is in a call that was never answered');
  t.strictSame(agentTurns({ ...call, agentId: null, agentName: null, answeredAt: null }, []), []);
  t.strictSame(brief(presences({ ...call, endedAt: null }, [])), [['Otter', 'member', 1000, null], ['Cleo', 'member', 1000, null]], 'it goes on');
  t.end();
});

t.test('[G8] [F9] [S4] the timeline of a recording says who answered, took over, listened and talked, and until when; nothing of another call', async (t) => {
  const c = await consultation(t);
  const origin = c.app.ownOrigins()[0]!;
  const [lead, colleague, other, vera] = [await c.app.agent('admin'), await c.app.agent('agent'), await c.app.agent('agent'), await c.app.visitor()];
  const open = async (token: string) => {
    const socket = await connect({ url: origin.replace('http', 'ws'), origin, token });
    t.teardown(() => socket.socket.terminate());
    return socket;
  };
  const [guest, second, third, visitor] = [await open(lead.accessToken), await open(colleague.accessToken), await open(other.accessToken), await open(vera.token)];
  const { callId } = c;
  const { recordingId: id } = await c.start('agent');
  const another = (await visitor.request('call.start', { mode: 'audio' })).call.id;
  await third.request('call.accept', { callId: another });
  await guest.request('call.join', { callId: another, talks: true });
  await guest.request('call.leave', { callId: another });

  c.clock.advance(1000);
  await guest.request('call.join', { callId, talks: false });
  c.clock.advance(1000);
  await guest.request('call.join', { callId, talks: true });
  c.clock.advance(1000);
  await c.agent.request('recording.pause', { callId });
  c.clock.advance(500);
  await c.agent.request('recording.resume', { callId });
  await c.agent.request('call.transfer', { callId, agentId: colleague.agent.id });
  c.clock.advance(500);
  await second.request('call.accept', { callId });
  c.clock.advance(1000);
  await guest.request('call.leave', { callId });
  c.clock.advance(1000);
  await c.visitor.request('call.end', { callId });

  const ask = async (headers: Record<string, string>) => c.app.inject({ url: `/v1/recordings/${id}/timeline`, headers });
  const { items } = (await ask(colleague.headers)).json<RecordingTimeline>();
  const olive = { kind: 'agent', name: 'Olive Owner' };
  const answered = items.find(({ kind, what }) => kind === 'call' && what === 'answered')?.by;
  const started = items.find(({ kind, what }) => kind === 'call' && what === 'started')?.by;
  t.match(answered, olive, 'who answered, not who had it last');
  t.match(items.filter(({ kind }) => kind === 'pause'), [{ by: olive }]);
  const there = items.filter(({ kind }) => kind === 'presence');
  t.strictSame(there.map(({ by, what, atMs, toMs }) => [by?.id, what, atMs, toMs]), [
    [started?.id, 'member', 0, 6000], [answered?.id, 'member', 0, 4000],
    [lead.agent.id, 'listened', 1000, 2000], [lead.agent.id, 'talked', 2000, 5000], [colleague.agent.id, 'took_over', 4000, 6000],
  ]);
  t.match(there.at(-1), { by: { kind: 'agent', name: colleague.agent.name }, former: olive });
  t.equal((await ask(c.visitor.headers)).statusCode, 403);
  t.equal((await ask(vera.headers)).statusCode, 403);
});
