import assert from 'node:assert/strict';
import fc from 'fast-check';
import t from 'tap';
import { Problem } from '../errors.ts';
import { LEASES } from './call-sides.ts';
import { openCallHouse, type CallHouse, type Ear } from './testing/call-house.ts';

// Random interleavings of two calls and the colleagues who come to them, against the real use cases and a real database. What each
// connection believes of who is there is made of what it got, and compared with what is true whenever all has come to rest.

const agents = ['a', 'b', 'g', 's', 'u'] as const;
const visitors = ['v', 'w'] as const;
type Who = (typeof agents)[number] | (typeof visitors)[number];

const agent = fc.constantFrom(...agents);
const anybody = fc.constantFrom<Who>(...agents, ...visitors);
const whose = fc.constantFrom(...visitors);
const act = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constantFrom('listen' as const, 'talk' as const), who: agent, whose }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constantFrom('leave' as const, 'link' as const, 'revoke' as const), who: agent, whose }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constantFrom('accept' as const, 'hand' as const, 'next' as const), who: agent, whose }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('start' as const), who: whose, whose }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('end' as const), who: anybody, whose }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constantFrom('drop' as const, 'close' as const, 'back' as const, 'resume' as const), who: anybody, whose }) },
);
type Act = typeof act extends fc.Arbitrary<infer T> ? T : never;
const round = fc.record({ acts: fc.array(act, { minLength: 1, maxLength: 6 }), wait: fc.constantFrom(0, 0, 0, 0, 2_000, 31_000) });

class Story {
  readonly ears = new Map<Who, Ear>();
  readonly calls = new Map<Who, string>();
  /** The calls that a connection has a part in, as it was told. */
  readonly parts = new Map<Ear, Set<string>>();
  readonly came = new Set<string>();

  constructor(readonly h: CallHouse, readonly run: number) {}

  principal(who: Who) {
    if (who === 'v' || who === 'w') return this.h.visitor(`${who}${this.run}`);
    return { ...this.h.agent(who), role: who === 'a' || who === 'b' ? ('agent' as const) : ('admin' as const) };
  }

  async arrive(who: Who): Promise<void> {
    if (this.ears.has(who)) return;
    const ear = await this.h.connect(this.principal(who));
    if (this.ears.has(who)) return this.h.disconnect(ear, true);
    this.ears.set(who, ear);
    this.parts.set(ear, new Set());
  }

  async perform({ do: what, who, whose }: Act): Promise<void> {
    const { h } = this;
    const ear = this.ears.get(who);
    if (what === 'back') return this.arrive(who);
    if (!ear) return;
    if (what === 'drop' || what === 'close') {
      this.ears.delete(who);
      return h.disconnect(ear, what === 'close');
    }
    if (what === 'revoke') return h.calls.revoked(`agent:${who}`);
    const callId = this.calls.get(whose);
    const has = (id: string) => void this.parts.get(ear)!.add(id);
    try {
      if (what === 'start') {
        const { call } = await h.calls.start(ear, { mode: 'audio' });
        this.calls.set(who, call.id);
        has(call.id);
      } else if (what === 'next') has((await h.calls.next(ear)).call.id);
      else if (callId === undefined) return;
      else if (what === 'listen' || what === 'talk') {
        await h.calls.join(ear, callId, what === 'talk');
        has(callId);
        this.came.add(who);
      } else if (what === 'leave') h.calls.leave(ear, callId);
      else if (what === 'hand') await h.calls.transfer(ear, callId, agents[(agents.indexOf(who as never) + 2) % agents.length]!);
      else if (what === 'link') await h.calls.link(ear, callId, [...this.ears.values()].find(({ principal }) => principal.id !== who)?.connectionId ?? 'nobody', { from: who });
      else if (what === 'accept' || what === 'resume') {
        await h.calls[what](ear, callId);
        has(callId);
      } else await h.calls.end(ear, callId);
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
    }
  }

  /** What must hold whenever nothing is under way. */
  async check(): Promise<void> {
    const { h } = this;
    await h.settle();
    assert.deepEqual(h.errors, []);
    const in_: string[] = [];
    for (const callId of this.calls.values()) {
      const call = await h.calls.get(h.agent('a'), callId);
      const guests = call.guests ?? [];
      assert.ok(guests.length <= 2, 'four in all');
      if (call.state !== 'active') assert.equal(guests.length, 0, `a call that is ${call.state} has no guests`);
      if (call.agent && call.state !== 'ended') in_.push(call.agent.id);
      for (const { id } of guests) assert.ok(id !== 'a' && id !== 'b', 'who may not is no guest');
      in_.push(...guests.map(({ id }) => id));
      if (call.state !== 'active') continue;
      // Whoever is in the call, over the connection that carries its part, knows who else is.
      for (const [who, ear] of this.ears) {
        const member = who === call.visitor.id.replace(String(this.run), '') || who === call.agent?.id || guests.some(({ id }) => id === who);
        const told = ear.heard.findLast((event) => event.type === 'call.members' && event.callId === callId);
        if (told?.type !== 'call.members') continue;
        assert.ok(this.parts.get(ear)!.has(callId) || member, `${who} heard of a call that it has no part in`);
        if (!member || !told.members.some(({ connectionId }) => connectionId === ear.connectionId)) continue;
        // A guest has the newest in the reply to its last word; the events are for all others.
        if (guests.some(({ id }) => id === who)) continue;
        assert.deepEqual(told.members.filter(({ guest }) => guest).map(({ id, talks }) => `${id} ${talks}`), guests.map(({ id, talks }) => `${id} ${talks}`), `${who} knows who is there`);
      }
    }
    assert.equal(new Set(in_).size, in_.length, `nobody is in two calls or twice in one: ${in_.join()}`);
  }

  async end(): Promise<void> {
    const { h } = this;
    for (const ear of this.ears.values()) await h.disconnect(ear, false);
    for (const ms of [61_000, LEASES.lost, LEASES.lost]) {
      h.clock.advance(ms);
      await h.settle();
    }
    const open = new Map<string, number>();
    for (const { actor, action, target } of h.audited.splice(0)) {
      const key = `${actor.id} ${target!.id}`;
      const before = open.get(key) ?? 0;
      assert.equal(before > 0 || action !== 'call.left', true, 'nobody leaves who did not come');
      open.set(key, action === 'call.left' ? 0 : before + 1);
    }
    assert.ok([...open.values()].every((count) => count === 0), 'the log tells of everybody until when');
    for (const who of agents) {
      const ear = await h.connect(this.principal(who));
      await assert.rejects(h.calls.next(ear), { code: 'nobody_waiting' }, 'nobody is left in a call');
      await h.disconnect(ear, true);
    }
  }
}

t.test('[F9] [E5] two calls, three colleagues who listen and join, hand-overs and broken links in 60 random interleavings: everybody knows who is there', async (t) => {
  const h = await openCallHouse();
  let run = 0;
  let came = 0;
  await fc.assert(fc.asyncProperty(fc.array(round, { minLength: 4, maxLength: 8 }), async (rounds) => {
    const story = new Story(h, ++run);
    for (const who of [...agents, ...visitors]) await story.arrive(who);
    for (const who of visitors) await story.perform({ do: 'start', who, whose: who });
    await story.perform({ do: 'accept', who: 'a', whose: 'v' });
    for (const { acts, wait } of rounds) {
      await Promise.all(acts.map((one) => story.perform(one)));
      if (wait > 0) h.clock.advance(wait);
      await story.check();
    }
    await story.end();
    came += story.came.size;
  }), { numRuns: 60 });
  t.ok(came > 10, `${came} guests came`);
  await h.close();
});
