import { parseArgs } from 'node:util';
import { runKills, type KillsResult } from './kills.ts';
import { SLICE_MS } from './staged-recorder.ts';

/** The figures, for people. */
export function figures({ seed, kills, sigkills, consultations, files, alone, standby, lost, wrong, tookMs }: KillsResult): string {
  const total = Object.values(kills).reduce((sum, count) => sum + count, 0);
  return [
    `${total} kills, seed ${seed}: ${kills.visitor} visitor's page, ${kills.agent} agent's page, ${kills.network} network, ${kills.serverInUpload} server in upload, `
      + `${kills.serverInMerge} server in merge (${sigkills} of them by SIGKILL)`,
    `${consultations} consultations, ${files} of them left as they must be`,
    `one recorder: ${alone.deaths} deaths, ${alone.losing} cost sound, at most ${alone.most} ms each (a slice is ${SLICE_MS})`,
    `with a standby: ${standby.deaths} deaths, ${standby.losing} cost sound (nobody else was there), at most ${standby.most} ms each`,
    `lost though a recorder had it: ${lost} ms; wrong: ${wrong.length}; ${(tookMs / 1000).toFixed(1)} s in all`,
    ...wrong.slice(0, 10).map((what) => `  ${what}`),
  ].join('\n');
}

/** Whether every file is there and right, and nobody's death cost more than a slice. */
export function held({ lost, wrong, alone, standby }: KillsResult): boolean {
  return lost === 0 && wrong.length === 0 && Math.max(alone.most, standby.most) <= SLICE_MS + 200;
}

/** Kills as the command line says, prints the figures, and gives the exit code. */
export async function main(args: readonly string[]): Promise<number> {
  const { values } = parseArgs({ args: [...args], options: { kills: { type: 'string', default: '500' }, seed: { type: 'string' }, sigkills: { type: 'string' } } });
  const seed = values.seed === undefined ? Math.floor(Math.random() * 1e9) : Number(values.seed);
  process.stdout.write(`seed ${seed}\n`);
  const kills = Number(values.kills);
  const result = await runKills({ kills, seed, sigkills: Number(values.sigkills ?? Math.ceil(kills / 100)) });
  process.stdout.write(`${figures(result)}\n`);
  return held(result) ? 0 : 1;
}
