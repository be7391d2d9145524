import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { missing as missingChromium } from '../services/chromium.ts';
import { findProgram } from '../services/processes.ts';
import { missing as missingTurn } from '../services/turn.ts';
import { hubOf, makeNetworks, missing as missingNetworks, removeNetworks } from './lab.ts';
import { scenarios, type Scenario } from './scenarios.ts';
import { openStage, type NetworkStage } from './stage.ts';

const root = resolve(import.meta.dirname, '../..');

/** One sentence on why no call can be tried here, or null. */
export function missing(): string | null {
  return (
    missingNetworks() ?? missingChromium() ?? missingTurn() ??
    (findProgram('ffmpeg') ? null : 'ffmpeg is missing: `apt-get install ffmpeg`.')
  );
}

/** What a scenario came to. */
export interface Outcome {
  name: string;
  about: string;
  figures: Record<string, string>;
  /** What was promised and is not so, or what went wrong. */
  wrong: string[];
}

const said = (error: unknown): string => (error instanceof Error ? error.message : String(error));

async function run(stage: NetworkStage, { name, about, play, ...scene }: Scenario): Promise<Outcome> {
  const outcome: Outcome = { name, about, figures: {}, wrong: [] };
  await stage.set(scene).then(() => play(stage, {
    figure: (what, value) => void (outcome.figures[what] = String(value)),
    expect: (holds, what) => void (holds || outcome.wrong.push(`not so: ${what}`)),
  })).catch((error: unknown) => outcome.wrong.push(said(error)));
  if (outcome.wrong.length > 0) {
    mkdirSync(join(root, 'test-results'), { recursive: true });
    for (const [who, diary] of Object.entries(stage.diaries())) writeFileSync(join(root, 'test-results', `networks-${name}.${who}.log`), diary);
  }
  return outcome;
}

/** The table, for people: a scenario, its figures below. */
function table(outcomes: readonly Outcome[]): string {
  const width = Math.max(...outcomes.flatMap(({ figures }) => Object.keys(figures)).map(({ length }) => length), 0);
  return outcomes.flatMap(({ name, about, figures, wrong }) => [
    '', `${wrong.length === 0 ? 'held  ' : 'FAILED'}  ${name}: ${about}`,
    ...Object.entries(figures).map(([what, value]) => `        ${what.padEnd(width)}  ${value}`),
    ...wrong.map((what) => `    ${what}`),
  ]).join('\n');
}

/** Plays the scenarios; whoever calls has put us into the hub. */
async function inTheHub(id: string, chosen: readonly Scenario[], results: string | undefined): Promise<number> {
  const outcomes: Outcome[] = [];
  let stage: NetworkStage | null = null;
  try {
    for (const scenario of chosen) {
      process.stdout.write(`${scenario.name} …\n`);
      stage ??= await openStage(id);
      const outcome = await run(stage, scenario);
      outcomes.push(outcome);
      if (outcome.wrong.length === 0) continue;
      // A call may still be going on there: the next one gets another stage.
      await stage.close();
      stage = null;
    }
  } finally {
    await stage?.close();
  }
  if (results) writeFileSync(results, JSON.stringify(outcomes));
  process.stdout.write(`${table(outcomes)}\n`);
  return outcomes.every(({ wrong }) => wrong.length === 0) ? 0 : 1;
}

/** Makes the networks, goes into the hub as another process, and removes them again. */
async function fromOutside(args: readonly string[]): Promise<number> {
  const id = String(process.pid);
  let end: (signal: NodeJS.Signals) => void = () => undefined;
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => end(signal));
  try {
    removeNetworks(id);
    makeNetworks(id);
    const child = spawn(findProgram('ip')!, ['netns', 'exec', hubOf(id), process.execPath, join(import.meta.dirname, 'run.mjs'), '--inside', id, ...args], { stdio: 'inherit' });
    end = (signal) => {
      child.kill(signal);
      setTimeout(() => child.kill('SIGKILL'), 10_000).unref();
    };
    return await new Promise<number>((done, fail) => {
      child.once('error', fail);
      child.once('exit', (code) => done(code ?? 1));
    });
  } finally {
    removeNetworks(id);
  }
}

/** Calls as the command line says, prints the figures, and gives the exit code. */
export async function main(args: readonly string[]): Promise<number> {
  const { values } = parseArgs({ args: [...args], options: { only: { type: 'string' }, results: { type: 'string' }, inside: { type: 'string' } } });
  const wanted = values.only?.split(',') ?? scenarios.map(({ name }) => name);
  const chosen = scenarios.filter(({ name }) => wanted.includes(name));
  if (chosen.length < wanted.length) {
    process.stderr.write(`There is ${scenarios.map(({ name }) => name).join(', ')}; --only asks for ${wanted.join(', ')}.\n`);
    return 2;
  }
  if (values.inside) return inTheHub(values.inside, chosen, values.results);
  const lack = missing();
  if (lack) {
    process.stdout.write(`Nothing was tried: ${lack}\n`);
    return 0;
  }
  if (!existsSync(join(root, 'dist/server/main.js'))) {
    process.stderr.write('There is no server to try: `npm run build` first.\n');
    return 2;
  }
  return fromOutside(args);
}
