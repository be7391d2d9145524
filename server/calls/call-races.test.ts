import assert from 'node:assert/strict';
import { inArray } from 'drizzle-orm';
import fc from 'fast-check';
import t from 'tap';
import type { Call } from '../../protocol/shapes.ts';
import type { SiteSettings } from '../../protocol/site.ts';
import { Problem } from '../errors.ts';
import { LEASES } from './call-sides.ts';
import { conversationOf, openCallHouse, type CallHouse, type Ear } from './testing/call-house.ts';

// Random interleavings against the real use cases and a real database. What everybody believes is made of the events that they got,
// as a client makes it, and compared with what is true whenever all has come to rest.

const agents = ['a', 'b', 'c'] as const;
const visitors = ['v', 'w'] as const;
type Who = (typeof agents)[number] | (typeof visitors)[number];

const agent = fc.constantFrom(...agents);
const visitor = fc.constantFrom(...visitors);
const act = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: fc.constantFrom('accept' as const, 'accept' as const, 'decline' as const), who: agent, whose: visitor }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('end' as const), who: fc.oneof(agent, visitor), whose: visitor }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constantFrom('next' as const, 'away' as const, 'here' as const), who: agent, whose: visitor }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constantFrom('start' as const, 'start' as const, 'cancel' as const, 'follow-up' as const), who: visitor, whose: visitor }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constantFrom('resume' as const, 'drop' as const, 'close' as const, 'back' as const), who: fc.oneof(agent, visitor), whose: visitor }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('dial' as const), who: agent, whose: visitor }) },
);
type Act = typeof act extends fc.Arbitrary<infer T> ? T : never;
const round = fc.oneof(
  { weight: 6, arbitrary: fc.record({ acts: fc.array(act, { minLength: 1, maxLength: 5 }), wait: fc.constantFrom(0, 0, 0, 0, 4_000, 11_000, 16_000, 31_000, 61_000) }) },
  { weight: 1, arbitrary: fc.constant('restart' as const) },
);
const groups = fc.constantFrom<SiteSettings['queue']['groups'][]>([], [{ agentIds: ['a'], seconds: 10 }], [{ agentIds: ['b'], seconds: 5 }, { agentIds: ['a', 'b'], seconds: 20 }]);

/** Somebody at a screen: what its client believes to ring. */
class Person {
  readonly rings = new Set<string>();
  readonly over = new Set<string>();
  #heard = 0;

  constructor(readonly ear: Ear, snapshot: readonly Call[]) {
    for (const call of snapshot) if (call.state === 'ringing' && call.startedBy.kind !== ear.principal.kind) this.rings.add(call.id);
  }

  /** Takes in what came since the last look. */
  listen(): void {
    const ring = (call: Call, on: boolean | undefined) => {
      if (on === false) return void this.rings.delete(call.id);
      if (on === undefined && !this.rings.has(call.id)) return;
      assert.equal(call.state, 'ringing', 'only what rings is rung');
      assert.ok(!this.over.has(call.id), `${this.ear.principal.id} is rung after the end`);
      this.rings.add(call.id);
    };
    const stop = (id: string) => {
      this.rings.delete(id);
      this.over.add(id);
    };
    for (const event of this.ear.heard.slice(this.#heard)) {
      if (event.type === 'queue.added') ring(event.call, event.rings ?? true);
      else if (event.type === 'queue.updated') ring(event.call, event.rings);
      else if (event.type === 'queue.removed') stop(event.callId);
      else if (event.type === 'call.updated') {
        if (event.call.state !== 'ringing' || event.answeredElsewhere) stop(event.call.id);
        // Whom a visitor's call rings, the line says.
        else if (event.call.startedBy.kind === 'agent' && this.ear.principal.kind === 'visitor') ring(event.call, true);
      }
    }
    this.#heard = this.ear.heard.length;
  }
}

class Story {
  readonly people = new Map<Who, Person>();
  readonly away = new Set<Who>();
  readonly started = new Map<Who, string[]>();
  readonly winners = new Map<string, Set<Who>>();
  readonly declined = new Map<string, Set<Who>>();

  constructor(public h: CallHouse, readonly run: number) {}

  principal(who: Who) {
    return who === 'v' || who === 'w' ? this.h.visitor(`${who}${this.run}`) : this.h.agent(who);
  }

  async arrive(who: Who): Promise<void> {
    if (this.people.has(who)) return;
    const ear = await this.h.connect(this.principal(who));
    const person = new Person(ear, ear.snapshot);
    if (!this.people.has(who)) this.people.set(who, person);
    else await this.h.disconnect(ear, true);
  }

  async perform({ do: what, who, whose }: Act): Promise<void> {
    const { h } = this;
    const ear = this.people.get(who)?.ear;
    if (what === 'back') return this.arrive(who);
    if (!ear) return;
    if (what === 'drop' || what === 'close') {
      this.people.delete(who);
      return h.disconnect(ear, what === 'close');
    }
    if (what === 'away' || what === 'here') {
      this.away[what === 'away' ? 'add' : 'delete'](who);
      return h.reachable(ear, what === 'here');
    }
    const callId = this.started.get(whose)?.at(-1);
    const won = (id: string) => this.winners.set(id, (this.winners.get(id) ?? new Set()).add(who));
    const noted = (of: Who, id: string) => this.started.set(of, [...new Set([...(this.started.get(of) ?? []), id])]);
    try {
      if (what === 'start') noted(who, (await h.calls.start(ear, { mode: 'audio' })).call.id);
      else if (what === 'dial') noted(whose, (await h.calls.start(ear, { mode: 'audio', conversationId: conversationOf(`${whose}${this.run}`) })).call.id);
      else if (what === 'next') won((await h.calls.next(ear)).call.id);
      else if (callId === undefined) return;
      else if (what === 'follow-up') await h.calls.followUp(ear.principal as never, { callId, kind: 'callback', contact: '1' });
      else if (what === 'accept') {
        await h.calls.accept(ear, callId);
        won(callId);
      } else if (what === 'decline') {
        if ((await h.calls.decline(ear, callId)).state === 'ringing') this.declined.set(callId, (this.declined.get(callId) ?? new Set()).add(who));
      } else await h.calls[what](ear, callId);
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
    }
  }

  async restart(): Promise<void> {
    this.people.clear();
    this.away.clear();
    this.declined.clear();
    this.h = this.h.restart();
    await this.h.calls.recover();
  }

  /** What must hold whenever nothing is under way. */
  async check(fully: boolean): Promise<void> {
    await this.h.settle();
    const { q, tables: { calls } } = this.h.database;
    const rows = await q.select().from(calls).where(inArray(calls.visitorId, visitors.map((who) => this.principal(who).id)));
    assert.deepEqual(new Set(rows.map(({ id }) => id)), new Set([...this.started.values()].flat()));
    const busy = new Set(rows.flatMap((row) => (row.state !== 'ended' && row.agentId !== null ? [row.agentId] : [])));
    const live = rows.flatMap((row) => (row.state !== 'ended' && row.agentId !== null ? [row.agentId] : []));
    assert.equal(live.length, busy.size, `nobody is in two calls: ${live.join()}`);
    for (const row of rows) {
      const winners = [...(this.winners.get(row.id) ?? [])];
      assert.ok(winners.length <= 1, `${winners.join(' and ')} have one call`);
      if (winners.length === 1 && row.startedByKind === 'visitor') assert.equal(row.agentId, winners[0]);
      if (row.followUp) assert.equal(row.answeredAt, null);
      assert.equal(row.state === 'ended', row.endReason !== null);
    }
    for (const person of this.people.values()) person.listen();
    const ringing = rows.filter((row) => row.state === 'ringing' && row.startedByKind === 'visitor');
    for (const row of ringing) {
      const can = [...this.people.keys()].filter((who) => agents.includes(who as never) && !this.away.has(who) && !busy.has(who) && !this.declined.get(row.id)?.has(who));
      const rung = [...this.people].filter(([who, { rings }]) => agents.includes(who as never) && rings.has(row.id)).map(([who]) => who);
      assert.ok(rung.every((who) => can.includes(who)), `${rung.join()} rung, of ${can.join()}`);
      assert.equal(rung.length > 0, can.length > 0, 'somebody is rung if anybody can answer');
    }
    if (fully) for (const [who, { ear, rings }] of this.people) {
      const snapshot = (await this.h.calls.snapshot(ear)).filter((call) => call.state === 'ringing' && call.startedBy.kind !== ear.principal.kind).map(({ id }) => id);
      assert.deepEqual([...rings].toSorted(), snapshot.toSorted(), `${who}'s client believes what a new page would`);
    }
    assert.deepEqual(this.h.errors, []);
  }

  async end(): Promise<void> {
    for (const { ear } of this.people.values()) await this.h.disconnect(ear, false);
    this.people.clear();
    // The longest way to an end: a call that rings for a minute, or is answered at its end, and both sides gone.
    for (const ms of [61_000, LEASES.lost, LEASES.lost]) {
      this.h.clock.advance(ms);
      await this.h.settle();
    }
    const { q, tables: { calls } } = this.h.database;
    for (const row of await q.select().from(calls).where(inArray(calls.visitorId, visitors.map((who) => this.principal(who).id)))) {
      assert.equal(row.state, 'ended', 'every path ends');
      assert.equal(row.activeKey, null, 'no line is owed');
      assert.equal(this.h.lines.get(row.id)?.endReason, row.endReason, 'the line tells what is true');
    }
    for (const who of agents) {
      const ear = await this.h.connect(this.principal(who));
      this.h.reachable(ear, true);
      assert.deepEqual(ear.snapshot, []);
      await assert.rejects(this.h.calls.next(ear), { code: 'nobody_waiting' }, 'nobody is left in a call');
      await this.h.disconnect(ear, false);
    }
  }
}

t.test('[E5] [E7] [E8] three agents, two visitors and the clock in 1,000 random interleavings: one winner, nobody rings after the end, every path ends', async (t) => {
  let h = await openCallHouse();
  let run = 0;
  const seen = new Map<string, number>();
  await fc.assert(fc.asyncProperty(groups, fc.array(round, { minLength: 1, maxLength: 7 }), async (plan, rounds) => {
    h.site.queue = { ...h.site.queue, groups: plan };
    const story = new Story(h, ++run);
    try {
      for (const who of [...agents, ...visitors]) await story.arrive(who);
      await story.perform({ do: 'start', who: 'v', whose: 'v' });
      for (const each of rounds) {
        if (each === 'restart') await story.restart();
        else {
          await Promise.all(each.acts.map((one) => story.perform(one)));
          if (each.wait > 0) h.clock.advance(each.wait);
        }
        await story.check(each === rounds.at(-1));
      }
      await story.end();
      for (const id of [...story.started.values()].flat()) {
        const reason = story.h.lines.get(id)!.endReason;
        seen.set(reason, (seen.get(reason) ?? 0) + 1);
      }
      h = story.h;
    } catch (error) {
      // What it left behind is no part of the next run, lest the shrunk example be none.
      h = await openCallHouse();
      throw error;
    }
  }), { numRuns: 1000 });
  t.comment(`calls by their end: ${[...seen].map(([reason, count]) => `${reason} ${count}`).join(', ')}`);
  for (const reason of ['no_answer', 'declined', 'cancelled', 'visitor_hangup', 'agent_hangup', 'left']) t.ok(seen.get(reason), `${reason} came about`);
  await h.close();
});
