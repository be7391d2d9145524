import { expect } from '@esm-bundle/chai';
import fc from 'fast-check';
import { createDiagnosticsLog } from './diagnostics.ts';
import { noteOfSignal } from './call-notes.ts';
import { encodingOf, FULL, ladderAfter, strain, type Ladder } from './picture-ladder.ts';
import { countersOf, figuresBetween, NO_SUM, shownBars, summaryOf, withFigures, type MediaCounters, type QualityFigures } from './quality.ts';

const counters = (fields: Partial<MediaCounters> = {}): MediaCounters => ({
  at: 0, rttMs: 40, relayed: false, received: 0, lost: 0, jitterMs: 5, samples: 0, concealed: 0, limited: 'none', availableBps: 2_000_000,
  width: 0, height: 0, framesPerSecond: 0, theirLoss: 0, ...fields,
});
const figures = (fields: Partial<QualityFigures> = {}): QualityFigures => ({
  bars: 4, rttMs: 40, jitterMs: 5, lossPercent: 0, concealedPercent: 0, relayed: false, width: 0, height: 0, framesPerSecond: 0, ...fields,
});

describe('how well a call goes', () => {
  it('[E9] bars follow from loss, delay, jitter and concealed sound: the worst of them counts', () => {
    const table: [string, Partial<MediaCounters>, number][] = [
      ['all is well', { received: 100, samples: 96_000 }, 4],
      ['a little loss', { received: 97, lost: 3 }, 3],
      ['more loss', { received: 94, lost: 6 }, 2],
      ['much loss', { received: 80, lost: 20 }, 1],
      ['far away', { received: 100, rttMs: 350 }, 3],
      ['by satellite', { received: 100, rttMs: 650 }, 2],
      ['hopeless', { received: 100, rttMs: 1_200 }, 1],
      ['uneven', { received: 100, jitterMs: 70 }, 2],
      ['sound made up', { received: 100, samples: 1_000, concealed: 60 }, 2],
      ['one figure is enough', { received: 100, rttMs: 20, jitterMs: 130 }, 1],
      ['nothing comes', { received: 0 }, 0],
    ];
    for (const [name, now, bars] of table) expect(figuresBetween(counters(), counters(now)).bars, name).to.equal(bars);
  });

  it('[E9] where nothing is to be sent, nothing coming is no bad sign', () => {
    expect(figuresBetween(counters({ received: 5 }), counters({ received: 5 }), false).bars).to.equal(4);
  });

  it('[E9] a fresh connection counts from nothing, and is not taken for a loss', () => {
    const now = figuresBetween(counters({ received: 90_000, lost: 4_000, samples: 5e6, concealed: 9_000 }), counters({ received: 100, lost: 1, samples: 96_000 }));
    expect(now).to.include({ lossPercent: 1, concealedPercent: 0, bars: 4 });
  });

  it('[E9] what is shown falls at once and rises by one bar at a time', () => {
    let shown = shownBars(null, 4);
    for (const [measured, expected] of [[1, 1], [4, 2], [4, 3], [0, 0], [4, 1]] as const) {
      shown = shownBars(shown, measured);
      expect(shown).to.equal(expected);
    }
  });

  it('[E9] reads what browsers report, and nothing that tells who or where somebody is', () => {
    const report = new Map(Object.entries({
      t: { id: 't', type: 'transport', selectedCandidatePairId: 'p' },
      p: { id: 'p', type: 'candidate-pair', currentRoundTripTime: 0.12, availableOutgoingBitrate: 500_000, localCandidateId: 'l', remoteCandidateId: 'r' },
      other: { id: 'other', type: 'candidate-pair', nominated: true, state: 'succeeded', currentRoundTripTime: 9 },
      l: { id: 'l', type: 'local-candidate', candidateType: 'relay', address: '192.0.2.7' },
      r: { id: 'r', type: 'remote-candidate', candidateType: 'host', address: '198.51.100.9' },
      a: { id: 'a', type: 'inbound-rtp', kind: 'audio', packetsReceived: 50, packetsLost: 2, jitter: 0.02, totalSamplesReceived: 48_000, concealedSamples: 900, silentConcealedSamples: 400 },
      v: { id: 'v', type: 'inbound-rtp', kind: 'video', packetsReceived: 70, packetsLost: -1, frameWidth: 640, frameHeight: 360, framesPerSecond: 14.6 },
      o: { id: 'o', type: 'outbound-rtp', kind: 'video', qualityLimitationReason: 'bandwidth' },
      i: { id: 'i', type: 'remote-inbound-rtp', fractionLost: 0.03, roundTripTime: 5 },
    }));
    const read = countersOf(report as never, 7);
    expect(read).to.deep.equal({
      at: 7, rttMs: 120, relayed: true, received: 120, lost: 2, jitterMs: 20, samples: 48_000, concealed: 500, limited: 'bandwidth', availableBps: 500_000,
      width: 640, height: 360, framesPerSecond: 14.6, theirLoss: 0.03,
    });
    expect(JSON.stringify(read)).not.to.match(/\d+\.\d+\.\d+\.\d+/);
  });

  it('[E9] the summary has means over the call, and its poor stretches, joined where they touch', () => {
    expect(summaryOf(NO_SUM)).to.equal(null);
    const steps: [number, Partial<QualityFigures>][] = [[0, {}], [2_000, { bars: 1, rttMs: 440 }], [4_000, { bars: 2, relayed: true }], [6_000, {}], [8_000, { bars: 0, lossPercent: 10 }]];
    let sum = NO_SUM;
    for (const [from, each] of steps) sum = withFigures(sum, figures(each), from, from + 2_000);
    expect(summaryOf(sum)).to.deep.equal({
      rttMs: 120, jitterMs: 5, lossPercent: 2, concealedPercent: 0, relayed: true, drops: [{ fromMs: 2_000, toMs: 6_000 }, { fromMs: 8_000, toMs: 10_000 }],
    });
    for (let n = 0; n < 1_000; n++) sum = withFigures(sum, figures({ bars: 1 }), 10_000 * n, 10_000 * n + 2_000);
    expect(summaryOf(sum)!.drops.length).to.be.at.most(200);
  });
});

describe('which picture is sent', () => {
  const climb = (ladder: Ladder, how: 'good' | 'bad' | 'dire', from: number, ms: number): Ladder => {
    let now = ladder;
    for (let at = from; at <= from + ms; at += 1_000) now = ladderAfter(now, how, at);
    return now;
  };

  it('[E9] a narrow way costs the picture its size, then the picture, never the voice; and it comes back', () => {
    const table: [string, 'good' | 'bad' | 'dire', number, string][] = [
      ['a short dip is waited out', 'bad', 9_000, 'full'],
      ['a long one makes it small', 'bad', 2_000, 'low'],
      ['longer: voice alone', 'bad', 11_000, 'voice'],
      ['lower there is nothing', 'dire', 60_000, 'voice'],
      ['it has to be good for a while', 'good', 19_000, 'voice'],
      ['then it is small again', 'good', 2_000, 'low'],
      ['and full again', 'good', 21_000, 'full'],
    ];
    let [ladder, at] = [FULL, 0];
    for (const [name, how, ms, rung] of table) {
      ladder = climb(ladder, how, at, ms);
      at += ms + 1_000;
      expect(ladder.rung, name).to.equal(rung);
    }
    expect(climb(FULL, 'dire', 0, 3_000).rung, 'hardly anything gets through: sooner').to.equal('low');
  });

  it('[E9] whoever climbed too soon waits twice as long the next time', () => {
    const low = climb(FULL, 'bad', 0, 10_000);
    const back = climb(low, 'good', 20_000, 21_000);
    expect(back.rung).to.equal('full');
    const again = climb(back, 'bad', 42_000, 11_000);
    expect(again).to.include({ rung: 'low', patienceMs: 40_000 });
    expect(climb(again, 'good', 60_000, 30_000).rung).to.equal('low');
    expect(climb(again, 'good', 60_000, 41_000).rung).to.equal('full');
  });

  it('[E9] one rung at a time, whatever happens; without a picture there is nothing to give up', () => {
    const rungs = ['full', 'low', 'voice'];
    fc.assert(fc.property(fc.array(fc.tuple(fc.constantFrom('good' as const, 'bad' as const, 'dire' as const), fc.integer({ min: 1, max: 30_000 })), { maxLength: 60 }), (looks) => {
      let [ladder, at] = [FULL, 0];
      for (const [how, ms] of looks) {
        const next = ladderAfter(ladder, how, (at += ms));
        const moved = rungs.indexOf(next.rung) - rungs.indexOf(ladder.rung);
        expect(Math.abs(moved)).to.be.at.most(1);
        if (how === 'good') expect(moved).to.be.at.most(0);
        else expect(moved).to.be.at.least(0);
        ladder = next;
      }
      expect(ladderAfter(ladder, 'dire', at + 60_000, false).rung).to.equal('full');
    }));
  });

  it('[E9] what the network takes and the other side loses says how it is', () => {
    const table: [Parameters<typeof strain>[0], Parameters<typeof strain>[1], string][] = [
      [{ availableBps: 2e6, theirLoss: 0, limited: 'none' }, 'full', 'good'],
      [{ availableBps: null, theirLoss: null, limited: 'cpu' }, 'full', 'good'],
      [{ availableBps: 250_000, theirLoss: 0, limited: 'none' }, 'full', 'bad'],
      [{ availableBps: 250_000, theirLoss: 0, limited: 'none' }, 'low', 'good'],
      [{ availableBps: 500_000, theirLoss: 0, limited: 'bandwidth' }, 'full', 'bad'],
      [{ availableBps: 2e6, theirLoss: 0.1, limited: 'none' }, 'full', 'bad'],
      [{ availableBps: 80_000, theirLoss: 0, limited: 'bandwidth' }, 'full', 'dire'],
      [{ availableBps: 2e6, theirLoss: 0.3, limited: 'none' }, 'low', 'dire'],
      [{ availableBps: 60_000, theirLoss: 0, limited: 'none' }, 'voice', 'good'],
    ];
    for (const [seen, rung, how] of table) expect(strain(seen, rung), `${JSON.stringify(seen)} ${rung}`).to.equal(how);
    expect([encodingOf('full').active, encodingOf('low').active, encodingOf('voice').active]).to.deep.equal([true, true, false]);
  });
});

describe('what happened to a call', () => {
  it('[E9] the last minute is kept, no more, and neither an address nor a description is in it', () => {
    let now = 0;
    const log = createDiagnosticsLog(() => now);
    for (; now <= 90_000; now += 1_000) log.note({ what: 'tick', n: now });
    log.note(noteOfSignal('out', { type: 'offer', sdp: 'v=0 o=- 1 1 IN IP4 192.0.2.7' }, 1));
    log.note(noteOfSignal('in', { candidate: 'candidate:1 1 udp 2122260223 198.51.100.9 50000 typ relay raddr 192.0.2.7', usernameFragment: 'secret' }, 1));
    const { entries, ...facts } = log.dump({ callId: 'k1', side: 'agent' });
    expect(facts).to.include({ version: 1, callId: 'k1', side: 'agent' });
    expect(entries[0]!.t).to.be.at.least(-60_000);
    expect(entries.length).to.be.within(60, 64);
    expect(entries.slice(-2)).to.deep.equal([
      { t: 0, what: 'signal', way: 'out', kind: 'offer', pair: 1 }, { t: 0, what: 'signal', way: 'in', kind: 'candidate', found: 'relay', pair: 1 },
    ]);
    expect(JSON.stringify(entries)).not.to.match(/\d+\.\d+\.\d+\.\d+|v=0|secret/);
    for (let n = 0; n < 10_000; n++) log.note({ what: 'crowd' });
    expect(log.dump({ callId: null, side: 'agent' }).entries.length).to.be.at.most(601);
  });
});
