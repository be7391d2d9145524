import fc from 'fast-check';
import t from 'tap';
import { createRecordingLight } from './recording-light.ts';
import { createCallLegs } from './call-legs.ts';
import { apply, decide, isMember, type Actor, type CallEvent, type CallSituation, type Decision } from './call-state.ts';
import { fakeClock } from '../testing/fake-clock.ts';

const visitor: Actor = { kind: 'visitor', id: 'v' };
const stranger: Actor = { kind: 'visitor', id: 'w' };
const agent: Actor = { kind: 'agent', id: 'a' };
const colleague: Actor = { kind: 'agent', id: 'b' };
const rung: CallSituation = { state: 'ringing', visitorId: 'v', agentId: null, startedBy: visitor };
const dialled: CallSituation = { state: 'ringing', visitorId: 'v', agentId: 'a', startedBy: agent };
const active: CallSituation = { ...rung, state: 'active', agentId: 'a' };
const ended: CallSituation = { ...active, state: 'ended' };

const short = (decision: Decision): string => {
  switch (decision.verdict) {
    case 'move': return decision.to === 'ended' ? decision.reason : 'active';
    case 'refuse': return `refuse ${decision.code}`;
    default: return decision.verdict;
  }
};

t.test('[F11] [F12] who may do what, and what becomes of it', async (t) => {
  const table: [string, CallSituation, CallEvent, string][] = [
    ['an agent answers', rung, { type: 'accept', by: agent }, 'active'],
    ['the caller cannot answer', rung, { type: 'accept', by: visitor }, 'refuse forbidden'],
    ['the visitor answers an agent', dialled, { type: 'accept', by: visitor }, 'active'],
    ['an agent cannot answer an agent', dialled, { type: 'accept', by: colleague }, 'refuse forbidden'],
    ['answered by me before', active, { type: 'accept', by: agent }, 'settled'],
    ['answered by a colleague', active, { type: 'accept', by: colleague }, 'refuse call_over'],
    ['answered too late', ended, { type: 'accept', by: agent }, 'refuse call_over'],
    ['one of several declines', rung, { type: 'decline', by: agent, lastRinging: false }, 'silence'],
    ['the last declines', rung, { type: 'decline', by: agent, lastRinging: true }, 'declined'],
    ['a visitor declines', dialled, { type: 'decline', by: visitor, lastRinging: false }, 'declined'],
    ['nobody declines the own call', rung, { type: 'decline', by: visitor, lastRinging: true }, 'refuse forbidden'],
    ['declined when a colleague has it', active, { type: 'decline', by: colleague, lastRinging: true }, 'refuse call_over'],
    ['declined when it is over', ended, { type: 'decline', by: agent, lastRinging: true }, 'settled'],
    ['cancelled', rung, { type: 'cancel', by: visitor }, 'cancelled'],
    ['cancelled by the agent who dialled', dialled, { type: 'cancel', by: agent }, 'cancelled'],
    ['only the caller cancels', dialled, { type: 'cancel', by: visitor }, 'refuse forbidden'],
    ['no agent cancels a visitor\'s call', rung, { type: 'cancel', by: agent }, 'refuse forbidden'],
    ['cancelled when just answered', active, { type: 'cancel', by: visitor }, 'visitor_hangup'],
    ['cancelled twice', ended, { type: 'cancel', by: visitor }, 'settled'],
    ['the visitor hangs up', active, { type: 'end', by: visitor, reason: 'hangup' }, 'visitor_hangup'],
    ['the agent hangs up', active, { type: 'end', by: agent, reason: 'hangup' }, 'agent_hangup'],
    ['no route', active, { type: 'end', by: agent, reason: 'ice_failed' }, 'ice_failed'],
    ['a colleague cannot end it', active, { type: 'end', by: colleague, reason: 'hangup' }, 'refuse forbidden'],
    ['another visitor neither', active, { type: 'end', by: stranger, reason: 'hangup' }, 'refuse forbidden'],
    ['hung up while it rings', rung, { type: 'end', by: visitor, reason: 'hangup' }, 'cancelled'],
    ['no microphone while it rings', rung, { type: 'end', by: visitor, reason: 'media_failed' }, 'media_failed'],
    ['hung up by the called', dialled, { type: 'end', by: visitor, reason: 'hangup' }, 'declined'],
    ['hung up twice', ended, { type: 'end', by: agent, reason: 'hangup' }, 'settled'],
    ['nobody answers', rung, { type: 'no_answer' }, 'no_answer'],
    ['the timer is late', active, { type: 'no_answer' }, 'settled'],
    ['the caller is lost', rung, { type: 'lost', side: 'visitor' }, 'cancelled'],
    ['the called was not there anyway', dialled, { type: 'lost', side: 'visitor' }, 'settled'],
    ['a member is lost', active, { type: 'lost', side: 'agent' }, 'left'],
    ['lost when it is over', ended, { type: 'lost', side: 'agent' }, 'settled'],
  ];
  for (const [name, situation, event, expected] of table) t.equal(short(decide(situation, event)), expected, name);
});

const actors = fc.constantFrom(visitor, stranger, agent, colleague);
const events: fc.Arbitrary<CallEvent> = fc.oneof(
  fc.record({ type: fc.constant('accept' as const), by: actors }),
  fc.record({ type: fc.constant('decline' as const), by: actors, lastRinging: fc.boolean() }),
  fc.record({ type: fc.constant('cancel' as const), by: actors }),
  fc.record({ type: fc.constant('end' as const), by: actors, reason: fc.constantFrom('hangup' as const, 'left' as const, 'ice_failed' as const, 'media_failed' as const) }),
  fc.constant({ type: 'no_answer' as const }),
  fc.record({ type: fc.constant('lost' as const), side: fc.constantFrom('visitor' as const, 'agent' as const) }),
);

t.test('[E5] [F15] whatever is decided at once from stale states, the call has one answerer, one end, and never rings again', async () => {
  // Several actors decide from what they read; then their compare-and-sets come in any order. A loser reads and decides again.
  fc.assert(fc.property(
    fc.constantFrom(rung, dialled), fc.array(fc.array(events, { minLength: 1, maxLength: 5 }), { maxLength: 12 }),
    (start, rounds) => {
      let call = start;
      let accepts = 0;
      let ends = 0;
      const set = (event: CallEvent, decision: Decision): void => {
        if (decision.verdict !== 'move') return;
        if (decision.from !== call.state) return set(event, decide(call, event));
        const by = 'by' in event ? event.by : undefined;
        if (decision.to === 'active') {
          accepts += 1;
          if (by?.kind === start.startedBy.kind) throw new Error('answered by the side that started it');
        } else {
          ends += 1;
          if (by && !isMember(call, by) && event.type !== 'decline') throw new Error('ended by somebody else');
        }
        call = apply(call, decision, by);
      };
      for (const round of rounds) {
        const decided = round.map((event) => ({ event, decision: decide(call, event) }));
        for (const { event, decision } of decided) set(event, decision);
        if (accepts > 1 || ends > 1) throw new Error('two winners');
        if (call.state === 'active' && call.agentId === null) throw new Error('an active call without an agent');
        if (ends === 1 && call.state !== 'ended') throw new Error('it lives on after its end');
      }
      // Every path reaches the end: the ring timeout or a lost member always leads there.
      set({ type: 'no_answer' }, decide(call, { type: 'no_answer' }));
      set({ type: 'lost', side: 'visitor' }, decide(call, { type: 'lost', side: 'visitor' }));
      if (call.state !== 'ended') throw new Error('it never ends');
    },
  ), { numRuns: 2000 });
});

t.test('[F13] a leg that comes back in time keeps its side, a newer connection takes it over, and a lease runs out once', async () => {
  type Op = { type: 'attach' | 'detach' | 'lease'; connection: string; side: 'visitor' | 'agent' } | { type: 'wait'; ms: number };
  const op: fc.Arbitrary<Op> = fc.oneof(
    fc.record({ type: fc.constantFrom('attach' as const, 'detach' as const, 'lease' as const), connection: fc.constantFrom('c1', 'c2', 'c3'), side: fc.constantFrom('visitor' as const, 'agent' as const) }),
    fc.record({ type: fc.constant('wait' as const), ms: fc.integer({ min: 1, max: 30 }) }),
  );
  fc.assert(fc.property(fc.array(op, { maxLength: 40 }), (ops) => {
    const clock = fakeClock();
    const expired: string[] = [];
    const legs = createCallLegs({ clock, expired: (callId, side) => expired.push(`${callId} ${side}`) });
    const model: Record<string, { connection: string | null; due: number | null }> = {};
    const ran: string[] = [];
    for (const op of ops) {
      if (op.type === 'wait') {
        clock.advance(op.ms);
        for (const [side, leg] of Object.entries(model)) {
          if (leg.due === null || leg.due > clock.now()) continue;
          leg.due = null;
          ran.push(`call ${side}`);
        }
        continue;
      }
      const { type, side } = op;
      // A connection is one person's: it never stands on both sides.
      const connection = `${side} ${op.connection}`;
      if (type === 'attach') {
        const { superseded } = legs.attach('call', side, 'm', connection);
        const before = model[side]?.connection ?? null;
        if (superseded !== (before === connection ? null : before)) throw new Error('wrong connection superseded');
        model[side] = { connection, due: null };
      } else if (type === 'detach') {
        const gone = legs.detach(connection).map((leg) => leg.side).sort();
        const expectedGone = Object.keys(model).filter((side) => model[side]!.connection === connection).sort();
        if (gone.join() !== expectedGone.join()) throw new Error('wrong legs detached');
        for (const side of expectedGone) model[side]!.connection = null;
      } else {
        legs.lease('call', side, 'm', 20);
        const leg = (model[side] ??= { connection: null, due: null });
        if (leg.connection === null) leg.due = clock.now() + 20;
      }
    }
    if (expired.sort().join() !== ran.sort().join()) throw new Error(`expired ${expired.join()} instead of ${ran.join()}`);
    legs.drop('call');
    clock.advance(1000);
    if (expired.length !== ran.length) throw new Error('a lease of a call that is over ran out');
  }), { numRuns: 1000 });
});

t.test('[G12] the recording light burns while anybody records', async (t) => {
  const light = createRecordingLight();
  t.notOk(light.isOn('call'));
  t.ok(light.light('call', 'a'));
  t.notOk(light.light('call', 'b'), 'it was on');
  t.notOk(light.dim('call', 'a'), 'the other goes on');
  t.ok(light.isOn('call'));
  t.ok(light.dim('call', 'b'));
  t.notOk(light.dim('call', 'b'));
  t.ok(light.light('call', 'a'));
  t.ok(light.putOut('call'));
  t.notOk(light.isOn('call'));
});
