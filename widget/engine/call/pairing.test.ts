import { expect } from '@esm-bundle/chai';
import fc from 'fast-check';
import { createPairing, isFresh, type Pairing, type PairSignal } from './pairing.ts';

/** One side as call-run.ts drives it: connections are numbers, an offer names the one that it is for. */
function side(kind: 'agent' | 'visitor', say: (signal: PairSignal, number: number) => void) {
  let pairing: Pairing;
  let connection = 0;
  const open = (): void => {
    pairing.opened();
    connection++;
    if (kind === 'agent') say({ type: 'offer', sdp: 'x' }, pairing.number);
  };
  return {
    get number() {
      return pairing.number;
    },
    get opened() {
      return connection;
    },
    page(at: number) {
      pairing = createPairing(kind, at);
      if (kind === 'visitor' && at > 0) say({ type: 'fresh', page: at }, pairing.number);
      open();
    },
    hear(signal: PairSignal, number: number): boolean {
      const heard = pairing.hear(signal, number);
      if (heard === 'anew') open();
      if (heard === 'drop' || isFresh(signal)) return false;
      if (kind === 'visitor') say({ type: 'answer', sdp: 'x' }, pairing.number);
      return true;
    },
  };
}

describe('which two connections belong together', () => {
  it('[F13] however often either page is reloaded, and whatever arrives late, both end with the same pair and stop opening connections', () => {
    // What is on its way arrives in its order, but how far each side is at a reload is chance; words to a page that is gone are lost or late.
    const event = fc.oneof({ weight: 3, arbitrary: fc.record({ to: fc.constantFrom('agent' as const, 'visitor' as const) }) }, { weight: 1, arbitrary: fc.record({ reload: fc.constantFrom('agent' as const, 'visitor' as const), lost: fc.boolean() }) });
    fc.assert(fc.property(fc.array(event, { maxLength: 40 }), (events) => {
      const mail: Record<'agent' | 'visitor', [PairSignal, number][]> = { agent: [], visitor: [] };
      const sides = {
        agent: side('agent', (...said) => mail.visitor.push(said)),
        visitor: side('visitor', (...said) => mail.agent.push(said)),
      };
      let taken: { agent: boolean; visitor: boolean } = { agent: false, visitor: false };
      let clock = 0;
      sides.visitor.page(0);
      sides.agent.page(0);
      const deliver = (to: 'agent' | 'visitor'): void => {
        const next = mail[to].shift();
        if (next && sides[to].hear(...next)) taken = { ...taken, [to]: true };
      };
      for (const each of events) {
        if ('to' in each) deliver(each.to);
        else {
          // The newest words of the other side stay in its outbox until somebody is there.
          if (each.lost) mail[each.reload] = mail[each.reload].slice(-1);
          sides[each.reload].page((clock += 1_000));
          taken = { agent: false, visitor: false };
        }
      }
      for (let n = 0; n < 200 && (mail.agent.length > 0 || mail.visitor.length > 0); n++) {
        deliver('visitor');
        deliver('agent');
      }
      expect([mail.agent.length, mail.visitor.length]).to.deep.equal([0, 0]);
      expect(sides.visitor.number).to.equal(sides.agent.number);
      if (events.some((each) => 'reload' in each)) expect(taken).to.deep.equal({ agent: true, visitor: true });
    }));
  });

  it('[F9] a colleague who takes over begins beyond all earlier numbers, and what the former agent still says is dropped', () => {
    const visitor = createPairing('visitor');
    visitor.opened();
    expect(visitor.hear({ type: 'offer', sdp: '1' }, 1)).to.equal('take');
    expect(visitor.hear({ type: 'offer', sdp: '2' }, 45_000)).to.equal('anew');
    expect(visitor.hear({ candidate: 'late' }, 1)).to.equal('drop');
    expect(visitor.number).to.equal(45_000);
  });

  it('[F13] the same page asks once, however often its word arrives', () => {
    const agent = createPairing('agent');
    agent.opened();
    expect(agent.hear({ type: 'fresh', page: 9 }, 1)).to.equal('anew');
    agent.opened();
    expect(agent.hear({ type: 'fresh', page: 9 }, 1)).to.equal('drop');
    expect(agent.hear({ type: 'answer', sdp: '1' }, 1)).to.equal('drop');
    expect(agent.hear({ type: 'answer', sdp: '2' }, 2)).to.equal('take');
  });
});
