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

/** Kills of one run. More are several, so that what was found by then is told as they go, and a seed repeats the one that found it. */
const RUN_KILLS = 500;

/** What several runs came to, as if they had been one. */
function sum(results: readonly KillsResult[]): KillsResult {
  return results.reduce((total, { kills, sigkills, consultations, files, alone, standby, lost, wrong, tookMs }) => ({
    seed: total.seed,
    kills: Object.fromEntries(Object.entries(total.kills).map(([who, count]) => [who, count + kills[who as keyof typeof kills]])) as KillsResult['kills'],
    sigkills: total.sigkills + sigkills, consultations: total.consultations + consultations, files: total.files + files,
    alone: addDeaths(total.alone, alone), standby: addDeaths(total.standby, standby),
    lost: total.lost + lost, wrong: [...total.wrong, ...wrong], tookMs: total.tookMs + tookMs,
  }));
}

function addDeaths(one: KillsResult['alone'], other: KillsResult['alone']): KillsResult['alone'] {
  return { deaths: one.deaths + other.deaths, losing: one.losing + other.losing, most: Math.max(one.most, other.most) };
}

/** Kills as the command line says, prints the figures, and gives the exit code. Each of several runs has the seed after the one before. */
export async function main(args: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: { kills: { type: 'string', default: '500' }, each: { type: 'string', default: String(RUN_KILLS) }, seed: { type: 'string' }, sigkills: { type: 'string' } },
  });
  const first = values.seed === undefined ? Math.floor(Math.random() * 1e9) : Number(values.seed);
  const results: KillsResult[] = [];
  for (let left = Number(values.kills); left > 0; left -= Number(values.each)) {
    const seed = first + results.length;
    process.stdout.write(`seed ${seed}\n`);
    const kills = Math.min(left, Number(values.each));
    const result = await runKills({ kills, seed, sigkills: Number(values.sigkills ?? Math.ceil(kills / 100)) });
    process.stdout.write(`${figures(result)}\n`);
    results.push(result);
  }
  if (results.length > 1) process.stdout.write(`All ${results.length} runs:\n${figures(sum(results))}\n`);
  return results.every(held) ? 0 : 1;
}
