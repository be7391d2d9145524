import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import t from 'tap';

const run = async (name: string, ...args: string[]) => {
  const { NODE_OPTIONS: _loadersOfTap, ...env } = process.env;
  return (await promisify(execFile)(process.execPath, [join(import.meta.dirname, name), ...args], { env })).stdout;
};

await t.test('[J19] the benchmark of the message path runs to its end: everything sent is answered and delivered', { timeout: 290_000 }, async (t) => {
  const stdout = await run('messages.mjs', '--connections', '6', '--seconds', '0.3', '--rounds', '1', '--outstanding', '30', '--rate', '100');
  t.match(stdout, /median {2}bare ws relay +\d+ messages\/s/);
  t.match(stdout, /median {2}server +\d+ messages\/s/);
  t.match(stdout, /server \/ bare ws relay: \d+\.\d\d of the messages a second/);
  t.match(stdout, /server \/ socket\.io \+ insert: \d+\.\d\d of the messages a second/);
});

await t.test('[J19] the benchmark of idle connections runs to its end', { timeout: 290_000, skip: process.platform === 'linux' ? false : 'needs /proc' }, async (t) => {
  t.match(await run('connections.mjs', '--connections', '20', '--rounds', '1'), /median: bare ws -?\d+\.\d KiB, server -?\d+\.\d KiB a connection/);
});
