import t from 'tap';
import { fakeClock } from '../testing/fake-clock.ts';
import { ADDRESS_MESSAGE_RATE, HISTORY_RATE, VISITOR_MESSAGE_RATE, createRequestRates } from './request-rates.ts';

const visitor = (id: string) => ({ kind: 'visitor', id } as const);

t.test('[S18] [R8] [WS11] a visitor that goes too fast waits alone; its office goes on', async (t) => {
  const clock = fakeClock();
  const rates = createRequestRates({ clock });
  for (let n = 0; n < VISITOR_MESSAGE_RATE.burst; n++) t.equal(rates.waitFor('message.send', visitor('fast'), 'office'), 0);
  const wait = rates.waitFor('message.send', visitor('fast'), 'office');
  t.ok(wait > 0 && wait <= 1000, `${wait} ms`);
  for (let n = 0; n < 5000; n++) rates.waitFor('message.send', visitor('fast'), 'office');
  for (let n = 0; n < 100; n++) t.equal(rates.waitFor('message.send', visitor('colleague'), 'office'), 0);
});

t.test('[S18] [R8] [WS11] whoever makes itself ever new visitors meets the limit of its address, and nobody elsewhere does', async (t) => {
  const clock = fakeClock();
  const rates = createRequestRates({ clock });
  let allowed = 0;
  while (rates.waitFor('message.send', visitor(`v${Math.floor(allowed / 100)}`), 'one address') === 0) allowed += 1;
  t.equal(allowed, ADDRESS_MESSAGE_RATE.burst);
  const wait = rates.waitFor('message.send', visitor('another one'), 'one address');
  t.ok(wait > 0 && wait <= 1000 / ADDRESS_MESSAGE_RATE.perSecond, 'a wait that is worth telling: no debts, however often it is tried');
  t.equal(rates.waitFor('message.send', visitor('elsewhere'), 'another address'), 0);
  clock.advance(wait);
  t.equal(rates.waitFor('message.send', visitor('yet another one'), 'one address'), 0, 'and it holds');
  t.equal(rates.waitFor('message.send', { kind: 'agent', id: 'a' }, 'one address'), 0, 'the team is not limited by it');
});

t.test('[S18] [R8] history has a rate for each who reads, visitor or agent', async (t) => {
  const clock = fakeClock();
  const rates = createRequestRates({ clock });
  for (const who of [visitor('v'), { kind: 'agent', id: 'v' } as const]) {
    for (let n = 0; n < HISTORY_RATE.burst; n++) rates.waitFor('history', who, 'x');
    const wait = rates.waitFor('history', who, 'x');
    t.ok(wait > 0);
    clock.advance(wait);
    t.equal(rates.waitFor('history', who, 'x'), 0);
  }
  t.equal(rates.waitFor('typing', visitor('v'), 'x'), 0, 'what costs nothing is the connection\'s own matter');
  rates.prune();
  t.ok(rates.waitFor('history', visitor('v'), 'x') === 0);
});
