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

/** Runs a storm as the command line says, prints its figures, and gives the exit code. */
export async function main(args: readonly string[]): Promise<number> {
  const { values } = parseArgs({ args: [...args], options: { faults: { type: 'string', default: '2000' }, seed: { type: 'string' }, broken: { type: 'string' }, server: { type: 'string' }, heal: { type: 'string', default: '40000' } } });
  const seed = values.seed === undefined ? Math.floor(Math.random() * 1e9) : Number(values.seed);
  process.stdout.write(`seed ${seed}\n`);
  const result = await runStorm({ faults: Number(values.faults), seed, broken: (values.broken ?? null) as NonNullable<StormOptions['broken']> | null, server: values.server, healMs: Number(values.heal) });
  process.stdout.write(`${figures(result)}\n`);
  if (!held(result)) process.stdout.write(`The server said:\n${result.serverOutput.slice(-4_000)}\n`);
  return held(result) ? 0 : 1;
}
