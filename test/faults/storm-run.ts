import { spawn } from 'node:child_process';
import { join } from 'node:path';

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

/** A seed: that of the environment, so that a run can be repeated, or a new one. */
export const stormSeed = (): string => process.env.FAULTS_SEED ?? String(Math.floor(Math.random() * 1e9));

/**
 * Runs a storm over something broken until it is found out, three times at most: which moment a kill meets is chance, and a storm of a
 * few hundred faults may once meet none that shows.
 */
export async function untilFound(storm: () => ReturnType<typeof runStormCommand>): ReturnType<typeof runStormCommand> {
  let run = await storm();
  for (let more = 2; run.code === 0 && more > 0; more--) run = await storm();
  return run;
}
