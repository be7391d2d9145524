import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { missing as missingChromium } from '../services/chromium.ts';
import { findProgram } from '../services/processes.ts';
import { missing as missingTurn } from '../services/turn.ts';
import { hubOf, makeNetworks, missing as missingNetworks, removeNetworks } from './lab.ts';
import { scenarios, type Scenario } from './scenarios.ts';
import { onStage } from './stage.ts';

const root = resolve(import.meta.dirname, '../..');

/** One sentence on why nothing can be done here, or null. */
function missing(): string | null {
  return (
    missingNetworks() ?? missingChromium() ?? missingTurn() ??
    (findProgram('ffmpeg') ? null : 'ffmpeg is missing: `apt-get install ffmpeg`.')
  );
}

interface Row {
  scenario: Scenario;
  figures: Map<string, string>;
  wrong: string[];
}

async function run(id: string, scenario: Scenario): Promise<Row> {
  const figures = new Map<string, string>();
  const wrong: string[] = [];
  const sheet = {
    figure: (name: string, value: string | number) => void figures.set(name, String(value)),
    expect: (holds: boolean, what: string) => void (holds || wrong.push(what)),
  };
  await onStage(id, scenario, async (stage) => {
    await scenario.play(stage, sheet).catch((error: unknown) => wrong.push(error instanceof Error ? error.message : String(error)));
    if (wrong.length === 0) return;
    mkdirSync(join(root, 'test-results'), { recursive: true });
    for (const [who, diary] of Object.entries(stage.diaries())) writeFileSync(join(root, 'test-results', `networks-${scenario.name}.${who}.log`), diary);
  }).catch((error: unknown) => wrong.push(`The stage could not be set: ${error instanceof Error ? error.message : String(error)}`));
  return { scenario, figures, wrong };
}

/** The table, for people: a scenario, its figures below. */
function table(rows: readonly Row[]): string {
  const names = rows.flatMap(({ figures }) => [...figures.keys()]);
  const width = Math.max(...names.map(({ length }) => length), 0);
  return rows.flatMap(({ scenario, figures, wrong }) => [
    '', `${wrong.length === 0 ? 'held  ' : 'FAILED'}  ${scenario.name}: ${scenario.about}`,
    ...[...figures].map(([name, value]) => `        ${name.padEnd(width)}  ${value}`),
    ...wrong.map((what) => `    not ${what}`),
  ]).join('\n');
}

/** Plays the scenarios; whoever calls has put us into the hub. */
async function inTheHub(id: string, chosen: readonly Scenario[]): Promise<number> {
  const rows: Row[] = [];
  for (const scenario of chosen) {
    process.stdout.write(`${scenario.name} …\n`);
    rows.push(await run(id, scenario));
  }
  process.stdout.write(`${table(rows)}\n`);
  return rows.every(({ wrong }) => wrong.length === 0) ? 0 : 1;
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
  const { values } = parseArgs({ args: [...args], options: { only: { type: 'string' }, inside: { type: 'string' } } });
  const wanted = values.only?.split(',') ?? scenarios.map(({ name }) => name);
  const chosen = scenarios.filter(({ name }) => wanted.includes(name));
  if (chosen.length < wanted.length) {
    process.stderr.write(`There is ${scenarios.map(({ name }) => name).join(', ')}; --only asks for ${wanted.join(', ')}.\n`);
    return 2;
  }
  if (values.inside) return inTheHub(values.inside, chosen);
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
