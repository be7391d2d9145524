import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { startProcess } from '../services/processes.ts';
import { temporaryFolder } from '../services/temporary-folder.ts';
import { missing, type Outcome } from './main.ts';
import { scenarios } from './scenarios.ts';

// All in one: the networks, the server and two browsers are set up once. The quiet change of line is left to the command.
const chosen = scenarios.filter(({ quiet }) => !quiet);
const lack = missing();

await t.test('calls over networks that are bad, between browsers with no way to each other', { timeout: 580_000, skip: lack ? `Nothing was tried: ${lack}` : false }, async (t) => {
  const results = join(temporaryFolder('networks'), 'results.json');
  const run = await startProcess({ command: process.execPath, args: [join(import.meta.dirname, 'run.mjs'), '--only', chosen.map(({ name }) => name).join(','), '--results', results] });
  // It takes its networks down when it is asked to end.
  t.teardown(() => run.stop('SIGTERM', 20_000));
  await run.exited;
  t.comment(run.output());
  let outcomes: Outcome[] = [];
  try {
    outcomes = JSON.parse(readFileSync(results, 'utf8')) as Outcome[];
  } catch {
    t.fail('the run came to no end', { output: run.output() });
  }
  for (const { name, about, wrong, figures } of outcomes) {
    await t.test(about, (t) => {
      t.strictSame(wrong, [], name, { figures });
      t.end();
    });
  }
  t.equal(outcomes.length, chosen.length, 'all of them were played');
});
