import { expect } from '@esm-bundle/chai';
import { createErrands } from './errands.ts';
import { createFakeExchange } from '../testing/fake-exchange.ts';
import { waitFor } from '../testing/wait-for.ts';
import { createPathWatch, type PathWatch } from './path-watch.ts';
import { createSignalOutbox } from './signal-outbox.ts';
import { WireFailure } from '../wire.ts';

// Waits a hundredth of the real ones: 2 s after `disconnected` is 20 ms here.
const timing = { disconnectedMs: 20, hintMs: 10, floorMs: 30, repeatMs: 80, giveUpMs: 300 };
const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

describe('the watch over the path', () => {
  let restarts: number[];
  let reports: string[];
  let watch: PathWatch;
  beforeEach(() => {
    restarts = [];
    reports = [];
    watch = createPathWatch({ timing, restart: () => restarts.push(performance.now()), report: (path) => reports.push(path) });
  });
  afterEach(() => watch.close());

  it('[F13] an interruption that heals by itself costs no restart', async () => {
    watch.begin();
    watch.state('connected');
    watch.state('disconnected');
    watch.state('connected');
    await wait(60);
    expect(restarts).to.have.length(0);
    expect(reports).to.deep.equal(['up', 'down', 'up']);
  });

  it('[F13] one that stays, and one that failed, are restarted, with a floor between', async () => {
    watch.begin();
    watch.state('connected');
    watch.state('disconnected');
    await waitFor('a restart', () => restarts.length === 1, 200);
    watch.state('failed');
    watch.state('failed');
    await waitFor('a second restart', () => restarts.length === 2, 200);
    expect(restarts[1]! - restarts[0]!).to.be.at.least(timing.floorMs - 2);
  });

  it('[F13] another network restarts after a moment, once', async () => {
    watch.begin();
    watch.state('connected');
    watch.hint();
    watch.hint();
    await wait(60);
    expect(restarts).to.have.length(1);
  });

  it('[F13] without any path it gives up, once', async () => {
    watch.begin();
    await waitFor('given up', () => reports.includes('lost'), 600);
    await wait(50);
    expect(reports).to.deep.equal(['lost']);
  });
});

describe('what has to arrive', () => {
  it('[F13] signals keep their order over refusals; what will never be taken is dropped', async () => {
    const arrived: unknown[] = [];
    let refuse = 2;
    const outbox = createSignalOutbox(
      (signal) => {
        if (refuse-- > 0) return Promise.reject(new WireFailure('unavailable', ''));
        if ((signal as { candidate?: string } | null)?.candidate === 'bad') return Promise.reject(new WireFailure('bad_request', ''));
        arrived.push(signal);
        return Promise.resolve();
      },
      { retryMs: 5 },
    );
    const said = [{ type: 'offer', sdp: 'a' }, { candidate: '1' }, { candidate: 'bad' }, { candidate: '2' }, null] as const;
    for (const signal of said) outbox.push(signal, 1);
    await waitFor('all said', () => arrived.length === 4, 500);
    expect(arrived).to.deep.equal([said[0], said[1], said[3], null]);
    outbox.close();
  });

  it('an errand is repeated until it is taken, and only its newest version', async () => {
    const exchange = createFakeExchange();
    const { call } = await exchange.visitor.request('call.start', { mode: 'audio' });
    const errands = createErrands(exchange.visitor, { retryMs: 5 });
    exchange.visitor.cut();
    errands.insist('media', 'call.media', { callId: call.id, audio: true, video: true });
    errands.insist('media', 'call.media', { callId: call.id, audio: false, video: true });
    exchange.visitor.connect();
    await waitFor('told', () => exchange.log.some(({ type }) => type === 'call.media'), 500);
    await wait(30);
    expect(exchange.log.filter(({ type }) => type === 'call.media').map(({ fields }) => (fields as { audio: boolean }).audio)).to.deep.equal([false]);
    errands.insist('end', 'call.accept', { callId: 'another' });
    await wait(30);
    expect(exchange.log.filter(({ type }) => type === 'call.accept')).to.have.length(1);
    errands.close();
  });
});
