import t from 'tap';
import { runStormCommand, untilFound } from './storm-run.ts';

t.setTimeout(560_000);

// Browsers with one seam broken on purpose: what the storm proves of the product is worth something only if it fails these.
const broken = [
  ['no-outbox', 'keeps no outbox over a reload', /\n {2}forgotten: “.* was written and never stored/],
  ['no-resume', 'neither resumes nor asks for what is missing', /\n {2}astray: .* shows \d+ of \d+ lines/],
] as const;

await Promise.all(broken.map(([name, what, finding]) => t.test(`[J11][J12][CH14] the storm finds a browser that ${what}`, { timeout: 500_000 }, async (t) => {
  const { code, output } = await untilFound((seed) => runStormCommand('--faults', '250', '--heal', '12000', '--seed', seed, '--broken', name));
  t.equal(code, 1, output);
  t.match(output, finding);
})));
