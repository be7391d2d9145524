import t from 'tap';
import { runStormCommand, stormSeed } from './storm-run.ts';

// Builds with one seam broken on purpose: what the storm proves of the product is worth something only if it fails these.
const broken = [
  ['ack-before-commit', 'the server answers before the message is durable', /\n {2}lost: /],
  ['no-dedupe', 'the server forgets what clientId is for', /\n {2}doubled: /],
  ['no-outbox', 'the browser keeps no outbox over a reload', /\n {2}forgotten: /],
  ['no-resume', 'the browser neither resumes nor asks for what is missing', /\n {2}astray: /],
] as const;

for (const pair of [broken.slice(0, 2), broken.slice(2)]) {
  await Promise.all(pair.map(([name, what, finding]) => t.test(`[J11][CH2][CH7][CH14] the storm finds it when ${what}`, { timeout: 118_000 }, async (t) => {
    const { code, output } = await runStormCommand('--faults', '160', '--heal', '6000', '--seed', stormSeed(), '--broken', name);
    t.equal(code, 1, output);
    t.match(output, finding);
  })));
}
