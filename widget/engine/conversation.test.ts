import { expect } from '@esm-bundle/chai';
import fc from 'fast-check';
import type { Message } from '../../protocol/shapes.ts';
import { hasEarlier, knownTo, linesOf, nothingKnown, step, type ConversationEvent, type ConversationLines } from './conversation.ts';
import type { Line } from './session-state.ts';

const message = (seq: number, clientId = `client-${seq}`): Message => ({
  id: `m${seq}`, seq, clientId, conversationId: 'c', author: { kind: 'agent', id: 'a', name: 'A' }, kind: 'text', text: `text ${seq}`, createdAt: new Date(seq * 1000).toISOString(),
});
const own = (clientId: string): Line => ({
  id: null, seq: null, clientId, conversationId: 'c', author: { kind: 'visitor', id: 'v', name: 'V' }, kind: 'text', text: clientId, createdAt: new Date(0).toISOString(), state: 'sending',
});

/** Runs events, and answers every *fetch* from what the server holds, `page` messages at a time. */
function run(events: readonly ConversationEvent[], server: readonly Message[], page = 100): ConversationLines {
  let state = nothingKnown;
  const todo = [...events];
  for (let turns = 0; todo.length > 0; turns++) {
    if (turns > 10_000) throw new Error('It asks for ever.');
    const result = step(state, todo.shift()!);
    state = result.state;
    for (const { after } of result.effects) todo.push({ type: 'filled', after, messages: server.filter(({ seq }) => seq > after).slice(0, page) });
  }
  return state;
}

const seqs = (state: ConversationLines): (number | null)[] => linesOf(state).map(({ seq }) => seq);

describe('conversation', () => {
  it('[CH4] any order and any number of copies of the same messages give the same list', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 25 }).chain((count) => fc.tuple(fc.constant(count), fc.array(fc.array(fc.integer({ min: 1, max: count }), { maxLength: 6 }), { maxLength: 30 }))),
        ([count, batches]) => {
          const server = Array.from({ length: count }, (_, index) => message(index + 1));
          // Whatever came before: in the end each message has come at least once.
          const events = [...batches, server.map(({ seq }) => seq)].map((batch): ConversationEvent => ({ type: 'received', messages: batch.map((seq) => server[seq - 1]!) }));
          expect(seqs(run(events, server))).to.deep.equal(server.map(({ seq }) => seq));
        },
      ),
    );
  });

  it('[CH4] what a lossy link leaves out between two messages is fetched, each once, in order', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.integer({ min: 1, max: 60 }), { minLength: 1, maxLength: 20 }), fc.integer({ min: 1, max: 7 }), (arrived, page) => {
        const server = Array.from({ length: 60 }, (_, index) => message(index + 1));
        const state = run(arrived.map((seq) => ({ type: 'received', messages: [server[seq - 1]!] })), server, page);
        const [low, high] = [Math.min(...arrived), Math.max(...arrived)];
        const expected = server.filter(({ seq }) => seq >= low && seq <= high).map(({ seq }) => seq);
        expect(seqs(state).filter((seq) => seq! <= high)).to.deep.equal(expected);
      }),
    );
  });

  it('[CH4] numbers that are not for us (private notes) are asked for once and then left alone', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.integer({ min: 1, max: 40 }), { minLength: 1 }), fc.integer({ min: 1, max: 5 }), (visible, page) => {
        const server = visible.sort((a, b) => a - b).map((seq) => message(seq));
        expect(seqs(run([{ type: 'received', messages: server }], server, page))).to.deep.equal(visible);
      }),
    );
  });

  it('[J11][CH14] a growing conversation with notes, over a link that loses, repeats and reorders, whose questions are answered late or never: resuming from where it is whole makes it whole', () => {
    const move = fc.oneof(
      { weight: 4, arbitrary: fc.record({ do: fc.constant('write' as const), visible: fc.boolean(), heard: fc.constantFrom('now', 'late', 'twice', 'never') }) },
      { weight: 2, arbitrary: fc.record({ do: fc.constant('answer' as const), lost: fc.boolean() }) },
      { weight: 1, arbitrary: fc.record({ do: fc.constant('overtaken' as const) }) },
      { weight: 1, arbitrary: fc.record({ do: fc.constant('newest' as const) }) },
      { weight: 1, arbitrary: fc.record({ do: fc.constant('earlier' as const) }) },
      { weight: 1, arbitrary: fc.record({ do: fc.constant('reconnect' as const) }) },
    );
    fc.assert(
      fc.property(fc.array(move, { maxLength: 80 }), fc.integer({ min: 1, max: 9 }), (moves, page) => {
        const server: Message[] = [];
        let last = 0;
        let state = nothingKnown;
        const questions: number[] = [];
        const late: Message[] = [];
        const happens = (event: ConversationEvent): void => {
          const result = step(state, event);
          state = result.state;
          questions.push(...result.effects.map(({ after }) => after));
        };
        const answer = (after: number): void => happens({ type: 'filled', after, messages: server.filter(({ seq }) => seq > after).slice(0, page) });
        const reconnect = (): void => {
          // The link is another one: what was asked over the old one is never answered.
          questions.length = 0;
          for (const missed of server.filter(({ seq }) => seq > knownTo(state))) happens({ type: 'received', messages: [missed] });
        };
        for (const each of moves) {
          if (each.do === 'write') {
            const written = message(++last);
            if (!each.visible) continue;
            server.push(written);
            if (each.heard === 'late') late.push(written);
            else if (each.heard !== 'never') for (let times = each.heard === 'twice' ? 2 : 1; times > 0; times--) happens({ type: 'received', messages: [written] });
          } else if (each.do === 'answer') {
            const after = questions.shift();
            if (after !== undefined && !each.lost) answer(after);
          } else if (each.do === 'overtaken') {
            const written = late.pop();
            if (written) happens({ type: 'received', messages: [written] });
          } else if (each.do === 'reconnect') reconnect();
          else if (each.do === 'newest') happens({ type: 'newest', messages: server.slice(-page), more: server.length > page });
          else if (state.messages.length > 0) {
            const before = server.filter(({ seq }) => seq < state.messages[0]!.seq);
            happens({ type: 'earlier', messages: before.slice(-page), more: before.length > page });
          }
          const shown = seqs(state);
          expect(shown, 'ascending, each once').to.deep.equal([...new Set(shown)].sort((a, b) => a! - b!));
        }
        reconnect();
        for (let turns = 0; questions.length > 0; turns++) {
          if (turns > 500) throw new Error('It asks for ever.');
          answer(questions.shift()!);
        }
        const first = state.messages[0]?.seq ?? 1;
        expect(seqs(state)).to.deep.equal(server.filter(({ seq }) => seq >= first).map(({ seq }) => seq));
      }),
      { numRuns: 1_000 },
    );
  });

  it('[J7] an own line on its way is replaced by its message wherever that comes from, and never comes back', () => {
    fc.assert(
      fc.property(fc.shuffledSubarray([0, 1, 2, 3, 0, 1, 2, 3, 0, 1, 2, 3]), (order) => {
        const mine = message(2, 'mine');
        const server = [message(1), mine, message(3)];
        const steps: ConversationEvent[] = [
          { type: 'queued', line: own('mine') },
          { type: 'received', messages: [mine] },
          { type: 'failed', clientId: 'mine', code: 'timeout' },
          { type: 'received', messages: server },
        ];
        const state = run([...order.map((index) => steps[index]!), steps[3]!, steps[0]!], server);
        expect(seqs(state)).to.deep.equal([1, 2, 3]);
      }),
    );
  });

  it('[CH4] own lines keep the order of writing behind the numbered ones', () => {
    const state = run([{ type: 'queued', line: own('b') }, { type: 'queued', line: own('a') }, { type: 'received', messages: [message(1)] }], [message(1)]);
    expect(linesOf(state).map(({ clientId }) => clientId)).to.deep.equal(['client-1', 'b', 'a']);
  });

  it('[K3] earlier pages go before, until the server says that there is nothing more', () => {
    const server = Array.from({ length: 9 }, (_, index) => message(index + 1));
    const first = run([{ type: 'newest', messages: server.slice(6), more: true }], server);
    expect(hasEarlier(first)).to.equal(true);
    const second = step(first, { type: 'earlier', messages: server.slice(3, 6), more: true }).state;
    expect(hasEarlier(second)).to.equal(true);
    // The beginning may have been purged: the server's word counts, not the number 1.
    const third = step(second, { type: 'earlier', messages: server.slice(2, 3), more: false }).state;
    expect(hasEarlier(third)).to.equal(false);
    expect(seqs(third)).to.deep.equal([3, 4, 5, 6, 7, 8, 9]);
  });

  it('[K3] a newest page far from what is known replaces it instead of leaving a long hole', () => {
    const state = run([{ type: 'received', messages: [message(1), message(2)] }, { type: 'newest', messages: [message(90), message(91)], more: true }], []);
    expect(seqs(state)).to.deep.equal([90, 91]);
    expect(hasEarlier(state)).to.equal(true);
  });

  it('[K9] a part from the middle is whole, ordered, and leaves the newest lines as they are, whatever happens meanwhile', () => {
    const page = fc.integer({ min: 1, max: 7 });
    const act = fc.oneof(
      fc.record({ act: fc.constant('look' as const), at: fc.integer({ min: 1, max: 60 }) }),
      fc.record({ act: fc.constantFrom('earlier' as const, 'later' as const, 'arrive' as const, 'leave' as const, 'stale' as const, 'tail' as const) }),
    );
    fc.assert(
      fc.property(fc.array(act, { maxLength: 40 }), page, (acts, limit) => {
        let server = Array.from({ length: 60 }, (_, index) => message(index + 1));
        const before = (seq: number) => server.filter((each) => each.seq < seq).slice(-limit);
        const after = (seq: number) => server.filter((each) => each.seq > seq).slice(0, limit);
        let state = step(nothingKnown, { type: 'newest', messages: server.slice(-5), more: true }).state;
        const last: ConversationEvent[] = [];
        const take = (event: ConversationEvent): void => {
          const result = step(state, event);
          expect(result.effects, 'nothing is ever asked for to fill a hole').to.deep.equal([]);
          state = result.state;
          last.push(event);
        };
        for (const each of acts) {
          const shown = state.part?.messages ?? state.messages;
          if (each.act === 'look') {
            const [older, newer] = [before(each.at + 1), after(each.at)];
            take({ type: 'around', messages: [...older, ...newer], earlier: (older[0]?.seq ?? 1) > 1, newer: (newer.at(-1)?.seq ?? each.at) < server.length });
            expect(seqs(state)).to.include(each.at);
          } else if (each.act === 'earlier' && hasEarlier(state)) {
            const messages = before(shown[0]!.seq);
            take({ type: 'earlier', before: shown[0]!.seq, messages, more: messages[0]!.seq > 1 });
          } else if (each.act === 'later' && state.part) {
            const messages = after(shown.at(-1)!.seq);
            take({ type: 'later', after: shown.at(-1)!.seq, messages, more: messages.at(-1)!.seq < server.length });
          } else if (each.act === 'arrive') {
            server = [...server, message(server.length + 1)];
            take({ type: 'received', messages: server.slice(-1) });
          } else if (each.act === 'leave') {
            take({ type: 'left' });
            expect(state.messages.at(-1)!.seq).to.equal(server.length);
          } else if (each.act === 'stale') {
            // The same answers once more, late.
            const late = last.findLast(({ type }) => type === 'earlier' || type === 'later');
            if (late) take(late);
          } else if (each.act === 'tail') take({ type: 'newest', messages: server.slice(-limit), more: true });
          for (const run of [state.messages, state.part?.messages ?? []]) run.forEach(({ seq }, at) => expect(seq).to.equal(run[0]!.seq + at));
          expect(state.messages.at(-1)!.seq, 'the newest lines go on').to.equal(server.length);
        }
      }),
      { numRuns: 300 },
    );
  });

  it('[K9] a part that reaches the known lines, or the end, becomes one with them; who writes is back at the end', () => {
    const server = Array.from({ length: 20 }, (_, index) => message(index + 1));
    const tail = step(nothingKnown, { type: 'newest', messages: server.slice(15), more: true }).state;
    const part = step(tail, { type: 'around', messages: server.slice(4, 8), earlier: true, newer: true }).state;
    expect(seqs(part)).to.deep.equal([5, 6, 7, 8]);
    expect(seqs(step(part, { type: 'received', messages: [message(21)] }).state)).to.deep.equal([5, 6, 7, 8]);
    expect(linesOf(step(part, { type: 'queued', line: own('a') }).state).map(({ seq }) => seq)).to.deep.equal([16, 17, 18, 19, 20, null]);
    const reached = step(part, { type: 'later', after: 8, messages: server.slice(8, 15), more: true }).state;
    expect(reached.part).to.equal(null);
    expect(seqs(reached)).to.deep.equal(server.slice(4).map(({ seq }) => seq));
    expect(hasEarlier(reached)).to.equal(true);
    const ended = step(nothingKnown, { type: 'around', messages: server, earlier: false, newer: false }).state;
    expect([ended.part, hasEarlier(ended), seqs(ended).length]).to.deep.equal([null, false, 20]);
  });

  it('[J6] a refused line can be tried again or discarded', () => {
    const failed = run([{ type: 'queued', line: own('a') }, { type: 'failed', clientId: 'a', code: 'forbidden' }], []);
    expect(linesOf(failed)[0]).to.include({ state: 'failed', failure: 'forbidden' });
    expect(linesOf(step(failed, { type: 'retried', clientId: 'a' }).state)[0]).to.include({ state: 'sending' });
    expect(linesOf(step(failed, { type: 'discarded', clientId: 'a' }).state)).to.deep.equal([]);
  });
});
