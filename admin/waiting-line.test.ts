import { expect } from '@esm-bundle/chai';
import type { QueueEntry } from '../protocol/http.ts';
import type { Call } from '../protocol/shapes.ts';
import { whoWaits, type WhoWaits } from './pages/waiting.ts';
import { call, conversation, fakeApi, fakeSession } from './testing/fake-session.ts';
import { settle } from './testing/stage.ts';
import { waitingLineOf } from './waiting-line.ts';

const named = (id: string) => ({ id, name: id });
const entryOf = (of: Call, fields: Partial<QueueEntry> = {}): QueueEntry =>
  ({ kind: 'call', conversationId: of.conversationId, siteId: of.siteId, visitor: of.visitor, mode: of.mode, since: of.createdAt, page: null, returning: false, consent: null, rings: true, call: of, preview: '', ...fields });
const chatEntry = (id: string, since: string): QueueEntry =>
  ({ kind: 'chat', conversationId: id, siteId: 's1', visitor: named(`v-${id}`), mode: null, since, page: null, returning: true, consent: null, rings: false, call: null, preview: 'Hello?' });

describe('who waits', () => {
  const who = (known: Partial<WhoWaits>) => whoWaits({ entries: [], ringing: [], conversations: [], followUps: [], ...known });
  const at = (minute: number) => new Date(Date.UTC(2026, 10, 21, 8, minute)).toISOString();
  const said = (authorKind: 'visitor' | 'agent') => ({ preview: { kind: 'text' as const, authorKind, text: '?' } });

  it('[C10] calls before conversations, each by how long', () => {
    const ringing = [call('k2', { conversationId: 'x2', state: 'ringing', createdAt: at(5) }), call('k1', { conversationId: 'x1', state: 'ringing', createdAt: at(3) })];
    const talks = [conversation('c2', { lastMessageAt: at(2), ...said('visitor') }), conversation('c1', { lastMessageAt: at(1), ...said('visitor') })];
    expect(who({ ringing, conversations: talks }).map(({ id }) => id)).to.deep.equal(['k1', 'k2', 'c1', 'c2']);
  });

  it('nobody waits who was answered, is somebody’s, a bot’s, closed, or rings already', () => {
    const talks = [
      conversation('answered', said('agent')), conversation('taken', { ...said('visitor'), assignee: named('a1') }), conversation('bots', { ...said('visitor'), bot: named('b') }),
      conversation('closed', { ...said('visitor'), status: 'closed' }), conversation('ringing', said('visitor')),
    ];
    expect(who({ ringing: [call('k', { conversationId: 'ringing', state: 'ringing' })], conversations: talks }).map(({ id }) => id)).to.deep.equal(['k']);
  });

  it('[H4] a call that was answered is an answer, one that was missed is none', () => {
    const line = (durationMs: number) => ({ preview: { kind: 'call' as const, authorKind: 'visitor' as const, text: '', call: { id: 'k', mode: 'audio' as const, endReason: 'visitor_hangup' as const, durationMs, recorded: false } } });
    expect(who({ conversations: [conversation('talked', line(5000)), conversation('missed', line(0))] }).map(({ id }) => id)).to.deep.equal(['missed']);
  });

  it('[C10] what the server told of the line is told again: who rings elsewhere, since when, who was here before; the session knows better what became of a conversation', () => {
    const entries = [
      entryOf(call('k1', { state: 'ringing', conversationId: 'x1', createdAt: at(3) }), { rings: false, returning: true, consent: false }),
      chatEntry('c1', at(1)), chatEntry('answered', at(0)), chatEntry('x1', at(0)), chatEntry('left', at(0)),
    ];
    const conversations = [conversation('c1', { lastMessageAt: at(4), ...said('visitor') }), conversation('answered', said('agent'))];
    const waiting = who({ entries, conversations, followUps: [call('k9', { conversationId: 'left' })] });
    expect(waiting.map(({ id }) => id)).to.deep.equal(['k1', 'c1']);
    expect(waiting[0]).to.include({ rings: false, returning: true, consent: false });
    expect(waiting[1]).to.include({ since: Date.parse(at(1)), returning: true });
  });
});

describe('the line of a panel', () => {
  const ringing = (id: string): Call => call(id, { state: 'ringing', conversationId: `of-${id}`, endedAt: null, endReason: null });
  const left = (id: string, doneAt: string | null = null): Call => call(id, { endReason: 'no_answer', answeredAt: null, followUp: { kind: 'callback', contact: '1544', text: '', at: '2026-11-21T08:00:00Z', doneAt } });

  it('[C10] is read once for all views, and kept by deltas', async () => {
    const session = fakeSession();
    const api = fakeApi({ '/v1/queue': { items: [entryOf(ringing('k1'), { returning: true })], next: null }, '/v1/calls': { items: [left('k7')], next: null } });
    const line = waitingLineOf(api, session);
    expect(waitingLineOf(api, session)).to.equal(line);
    await settle();
    const calls = () => line.value.entries.map((entry) => `${entry.call!.id}${entry.rings ? '' : ' elsewhere'}`);
    expect(calls()).to.deep.equal(['k1']);
    session.arrive('queue.added', { call: ringing('k2'), rings: false });
    session.arrive('queue.updated', { call: { ...ringing('k1'), consents: { visitor: false } } });
    expect(calls()).to.deep.equal(['k1', 'k2 elsewhere']);
    expect(line.value.entries[0], 'what is left out has not changed').to.include({ returning: true, consent: false, rings: true });
    session.arrive('queue.updated', { call: ringing('k2'), rings: true });
    session.arrive('queue.removed', { callId: 'k1', reason: 'declined' });
    expect(calls(), 'what was declined rings on elsewhere').to.deep.equal(['k1 elsewhere', 'k2']);
    session.arrive('queue.removed', { callId: 'k1', reason: 'answered' });
    session.arrive('call.updated', { call: { ...ringing('k2'), state: 'active' } });
    expect(calls()).to.deep.equal([]);
    session.arrive('call.updated', { call: left('k8') });
    expect(line.value.followUps.map(({ id }) => id)).to.deep.equal(['k7', 'k8']);
    session.arrive('call.updated', { call: left('k7', '2026-11-21T09:00:00Z') });
    expect(line.value.followUps.map(({ id }) => id)).to.deep.equal(['k8']);
  });

  it('[C10] what comes while the list is on its way is not lost under it', async () => {
    const session = fakeSession();
    const api = fakeApi({ '/v1/queue': { items: [entryOf(ringing('k1'))], next: null } });
    const line = waitingLineOf(api, session);
    session.arrive('queue.added', { call: ringing('k2') });
    session.arrive('queue.removed', { callId: 'k1', reason: 'cancelled' });
    await settle();
    expect(line.value.entries.map((entry) => entry.call!.id)).to.deep.equal(['k2']);
  });

  it('[C10] a list that does not come is said, and the line goes on by deltas', async () => {
    const session = fakeSession();
    const api = fakeApi({ '/v1/queue': new Error('no') });
    const line = waitingLineOf(api, session);
    await settle();
    expect(line.value).to.include({ read: false });
    expect(line.value.failure).to.be.an('error');
    session.arrive('queue.added', { call: ringing('k2') });
    expect(line.value.entries).to.have.length(1);
  });
});
