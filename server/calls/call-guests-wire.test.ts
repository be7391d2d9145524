import t from 'tap';
import type { Page } from '../../protocol/http.ts';
import type { AuditEntry } from '../../protocol/team.ts';
import { testApp } from '../testing/test-app.ts';
import { connect } from '../testing/test-socket.ts';

t.test('[F9] [S5] [S14] guests over the wire: by role alone, told after the reply, out with their account, and in the log by name', async (t) => {
  const app = await testApp();
  t.teardown(() => app.close());
  const owner = await app.owner();
  const [lead, other, plain, vera] = [await app.agent('admin'), await app.agent('admin'), await app.agent('agent'), await app.visitor()];
  const url = (await app.listen()).replace('http', 'ws');
  const origin = app.ownOrigins()[0]!;
  const open = (token: string) => connect({ url, origin, token });
  const visitor = await open(vera.token);
  const [agent, guest, second, third] = [await open(owner.accessToken), await open(lead.accessToken), await open(other.accessToken), await open(plain.accessToken)];
  const callId = (await visitor.request('call.start', { mode: 'audio' })).call.id;
  await t.rejects(guest.request('call.join', { callId, talks: false }), { code: 'conflict' }, 'it rings still');
  await agent.request('call.accept', { callId });
  t.match(await third.next('call.live'), { live: true, call: { id: callId, agent: { id: owner.agent.id } } });

  await t.rejects(third.request('call.join', { callId, talks: false }), { code: 'forbidden' });
  for (const type of ['call.join', 'call.leave'] as const) await t.rejects(visitor.request(type, { callId, talks: true }), { code: 'forbidden' });
  const joined = await guest.request('call.join', { callId, talks: false });
  t.equal(joined.members.length, 3);
  const toVisitor = await visitor.next('call.members');
  t.strictSame(toVisitor.members, joined.members);
  const listed = (await app.inject({ url: '/v1/calls?state=active', headers: plain.headers })).json<Page<{ id: string; guests: { id: string; talks: boolean }[] }>>();
  t.match(listed.items, [{ id: callId, guests: [{ id: lead.agent.id, talks: false }] }]);
  await visitor.request('call.link', { callId, to: guest.hello.connectionId, data: { type: 'offer' } });
  t.match(await guest.next('call.link'), { from: visitor.hello.connectionId, data: { type: 'offer' } });
  await t.rejects(third.request('call.link', { callId, to: guest.hello.connectionId, data: {} }), { code: 'forbidden' });

  const back = await open(vera.token);
  await back.request('call.resume', { callId });
  t.equal((await back.next('call.members')).members.find(({ kind }) => kind === 'visitor')?.connectionId, back.hello.connectionId);

  await second.request('call.join', { callId, talks: true });
  const change = async (id: string, payload: object) => t.equal((await app.inject({ method: 'PATCH', url: `/v1/agents/${id}`, headers: owner.headers, payload })).statusCode, 200);
  await change(lead.agent.id, { status: 'disabled' });
  t.ok(await back.next('call.members', ({ members }) => members.length === 3 && members.every(({ id }) => id !== lead.agent.id)), 'whose account is closed is out');
  await change(other.agent.id, { role: 'agent' });
  t.ok(await back.next('call.members', ({ members }) => members.length === 2), 'and whose role is another');

  const log = (await app.inject({ url: '/v1/audit?action=call&limit=50', headers: owner.headers })).json<Page<AuditEntry>>();
  t.strictSame(log.items.map(({ action, actor, target }) => [action, actor.id, target?.id]).toReversed(), [
    ['call.listened', lead.agent.id, callId], ['call.joined', other.agent.id, callId], ['call.left', lead.agent.id, callId], ['call.left', other.agent.id, callId],
  ]);
  await agent.request('call.end', { callId });
  t.match(await third.next('call.live', ({ live }) => !live), { call: { id: callId, state: 'ended' } });
});
