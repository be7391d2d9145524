import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import t from 'tap';

await t.test('[J19] the benchmark of the message path runs to its end: everything sent is answered and delivered', { timeout: 100_000 }, async (t) => {
  const { NODE_OPTIONS: _loadersOfTap, ...env } = process.env;
  const { stdout } = await promisify(execFile)(process.execPath, [
    join(import.meta.dirname, 'messages.mjs'), '--connections', '6', '--seconds', '0.3', '--rounds', '1', '--outstanding', '30', '--rate', '100',
  ], { env });
  t.match(stdout, /median {2}bare ws relay +\d+ messages\/s/);
  t.match(stdout, /median {2}server +\d+ messages\/s/);
  t.match(stdout, /server \/ relay: \d\.\d\d of the messages a second/);
});
