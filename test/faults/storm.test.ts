import t from 'tap';
import { runStormCommand, stormSeed } from './storm-run.ts';

await t.test('[J11][J12][J7][S21][CH2][CH7][CH14] 1,000 random faults: nothing acknowledged is lost, nothing doubled, the order is kept, everything written is stored, every tab shows the database', { timeout: 118_000 }, async (t) => {
  const { code, output } = await runStormCommand('--faults', '1000', '--seed', stormSeed());
  t.comment(output);
  t.equal(code, 0, output);
  t.match(output, /lost 0, doubled 0, out of order 0, never stored 0, views astray 0/);
  t.match(output, /^1000 faults/m);
});
