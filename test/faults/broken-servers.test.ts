import t from 'tap';
import { runStormCommand, untilFound } from './storm-run.ts';

t.setTimeout(560_000);

// Servers with one seam broken on purpose: what the storm proves of the product is worth something only if it fails these.
const broken = [
  ['ack-before-commit', 'answers before the message is durable', /\n {2}lost: “.* was acknowledged and is not stored/],
  ['no-dedupe', 'forgets what clientId is for', /\n {2}doubled: “.* is stored \d+ times/],
] as const;

await Promise.all(broken.map(([name, what, finding]) => t.test(`[J11][J7][CH2][CH7] the storm finds a server that ${what}`, { timeout: 500_000 }, async (t) => {
  const { code, output } = await untilFound((seed) => runStormCommand('--faults', '250', '--heal', '8000', '--seed', seed, '--broken', name));
  t.equal(code, 1, output);
  t.match(output, finding);
})));
