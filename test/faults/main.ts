import { parseArgs } from 'node:util';
import { runStorm, type StormOptions, type StormResult } from './storm.ts';

/** The figures of a storm, for people. */
export function figures({ seed, faults, written, acknowledged, stored, conversations, tabs, healedInMs, tookMs, findings }: StormResult): string {
  const total = Object.values(faults).reduce((sum, count) => sum + count, 0);
  const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;
  const kinds = Object.entries(faults).map(([name, count]) => `${count} ${name}`).join(', ');
  const wrong = Object.entries(findings).flatMap(([kind, list]) => (list as string[]).slice(0, 10).map((what) => `  ${kind}: ${what}`));
  return [
    `${total} faults, seed ${seed}: ${kinds}`,
    `${written} messages written in ${tabs} tabs and ${conversations} conversations, ${acknowledged} acknowledged, ${stored} stored`,
    `lost ${findings.lost.length}, doubled ${findings.doubled.length}, out of order ${findings.disordered.length}, never stored ${findings.forgotten.length}, views astray ${findings.astray.length}`,
    `${healedInMs === null ? 'NOT healed in time' : `healed ${seconds(healedInMs)} after the last fault`}; ${seconds(tookMs)} in all`,
    ...wrong,
  ].join('\n');
}

/** Whether nothing was lost, doubled, out of order, forgotten or shown wrongly, and all of it in time. */
export const held = ({ findings, healedInMs }: StormResult): boolean => healedInMs !== null && Object.values(findings).every((list) => (list as string[]).length === 0);

/** Faults of one storm. More are many storms: each has a house, people and histories of its own, so that neither memory nor healing grows. */
const STORM_FAULTS = 2_000;

/** What several storms came to, in a few lines. */
function sum(results: readonly StormResult[]): string {
  const add = (of: (result: StormResult) => number): number => results.reduce((total, result) => total + of(result), 0);
  const found = (kind: keyof StormResult['findings']): number => add(({ findings }) => findings[kind].length);
  const failed = results.filter((result) => !held(result)).map(({ seed }) => seed);
  return [
    `All ${results.length} storms: ${add(({ faults }) => Object.values(faults).reduce((total, count) => total + count, 0))} faults, ${add(({ faults }) => faults['server killed'])} of them a killed server; `
      + `${add(({ written }) => written)} messages written, ${add(({ acknowledged }) => acknowledged)} acknowledged, ${add(({ stored }) => stored)} stored`,
    `lost ${found('lost')}, doubled ${found('doubled')}, out of order ${found('disordered')}, never stored ${found('forgotten')}, views astray ${found('astray')}; `
      + `${(add(({ tookMs }) => tookMs) / 60_000).toFixed(1)} min in all`,
    ...(failed.length > 0 ? [`NOT held with the seeds ${failed.join(', ')}`] : []),
  ].join('\n');
}

/**
 * Runs storms as the command line says, prints their figures, and gives the exit code. Where there are several, each has the seed after
 * the one before, by which it can be repeated alone.
 */
export async function main(args: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      faults: { type: 'string', default: '2000' }, each: { type: 'string', default: String(STORM_FAULTS) }, seed: { type: 'string' }, broken: { type: 'string' },
      server: { type: 'string' }, heal: { type: 'string', default: '40000' },
    },
  });
  const first = values.seed === undefined ? Math.floor(Math.random() * 1e9) : Number(values.seed);
  const broken = (values.broken ?? null) as NonNullable<StormOptions['broken']> | null;
  const results: StormResult[] = [];
  for (let left = Number(values.faults); left > 0; left -= Number(values.each)) {
    const seed = first + results.length;
    process.stdout.write(`seed ${seed}\n`);
    const result = await runStorm({ faults: Math.min(left, Number(values.each)), seed, broken, server: values.server, healMs: Number(values.heal) });
    process.stdout.write(`${figures(result)}\n`);
    if (!held(result)) process.stdout.write(`At the end: ${result.ends.join('; ')}\nThe server said:\n${result.serverOutput.slice(-4_000)}\n`);
    results.push(result);
  }
  if (results.length > 1) process.stdout.write(`${sum(results)}\n`);
  return results.every(held) ? 0 : 1;
}
