import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import t from 'tap';

await t.test('[E2] the benchmark of the waiting line runs to its end: every agent hears of every update', { timeout: 290_000 }, async (t) => {
  const { NODE_OPTIONS: _loadersOfTap, ...env } = process.env;
  const { stdout } = await promisify(execFile)(process.execPath, [join(import.meta.dirname, 'queue.mjs'), '--waiting', '4', '--agents', '2', '--updates', '1'], { env });
  for (const name of ['somebody comes', 'a word about the recording', 'somebody leaves', 'a colleague takes']) t.match(stdout, new RegExp(`${name} +server p50 \\d+\\.\\d`));
  t.match(stdout, /all updates: p95 server \d+\.\d ms, bare ws \d+\.\d ms/);
});
