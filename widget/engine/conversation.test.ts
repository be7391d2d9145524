import { expect } from '@esm-bundle/chai';
import fc from 'fast-check';
import type { Message } from '../../protocol/shapes.ts';
import { hasEarlier, linesOf, nothingKnown, step, type ConversationEvent, type ConversationLines } from './conversation.ts';
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

  it('[J6] a refused line can be tried again or discarded', () => {
    const failed = run([{ type: 'queued', line: own('a') }, { type: 'failed', clientId: 'a', code: 'forbidden' }], []);
    expect(linesOf(failed)[0]).to.include({ state: 'failed', failure: 'forbidden' });
    expect(linesOf(step(failed, { type: 'retried', clientId: 'a' }).state)[0]).to.include({ state: 'sending' });
    expect(linesOf(step(failed, { type: 'discarded', clientId: 'a' }).state)).to.deep.equal([]);
  });
});
