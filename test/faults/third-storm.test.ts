import t from 'tap';
import { testSeed } from './chance.ts';
import { runStormCommand } from './storm-run.ts';

// Four of these make 2,000 faults; each file has a process and a time limit of its own.
await t.test('[J11][J12][J7][S21][CH2][CH7][CH14] the third 500 random faults: nothing acknowledged is lost, nothing doubled, the order is kept, everything written is stored, every tab shows the database', { timeout: 500_000 }, async (t) => {
  const { code, output } = await runStormCommand('--faults', '500', '--heal', '120000', '--seed', String(testSeed(3)));
  t.comment(output);
  t.equal(code, 0, output);
  t.match(output, /lost 0, doubled 0, out of order 0, never stored 0, views astray 0/);
  t.match(output, /^500 faults/m);
});
