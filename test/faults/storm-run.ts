import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { testSeed } from './chance.ts';

/** Runs the storm's command in a process of its own; gives what it printed and how it ended. */
export function runStormCommand(...args: string[]): Promise<{ code: number | null; output: string }> {
  // Inside of tap every child would be given tap's loaders.
  const { NODE_OPTIONS: _, ...env } = process.env;
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [join(import.meta.dirname, 'run.mjs'), ...args], { env, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (piece: Buffer) => (output += piece.toString()));
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, output }));
  });
}

/**
 * Runs a storm over something broken until it is found out, three times at most: which moment a kill meets is chance, and a storm of a
 * few hundred faults may once meet none that shows.
 */
export async function untilFound(storm: (seed: string) => ReturnType<typeof runStormCommand>): ReturnType<typeof runStormCommand> {
  let run = await storm(String(testSeed()));
  for (let again = 1; run.code === 0 && again < 3; again++) run = await storm(String(testSeed(again)));
  return run;
}
