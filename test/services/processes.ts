import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { connect } from 'node:net';
import { delimiter, join } from 'node:path';

/** What to start, and how to see that it is ready. */
export interface ProcessToStart {
  command: string;
  args?: string[];
  cwd?: string;
  env?: NodeJS.ProcessEnv;
  /** The account to run it as; needs root. */
  user?: string;
  /** Ready when a line of its output matches, when the port of 127.0.0.1 accepts, or when the function says so. */
  ready?: RegExp | number | (() => Promise<boolean>);
  /** How long it may take until then, in milliseconds: five minutes unless told. */
  withinMs?: number;
}

/** How a process ended. */
export interface Exit {
  code: number | null;
  signal: NodeJS.Signals | null;
}

/** A process of ours. */
export interface RunningProcess {
  readonly pid: number;
  /** All that it has written, standard output and errors in the order of arrival. */
  output(): string;
  readonly exited: Promise<Exit>;
  /** Sends the signal (SIGTERM unless told) and waits; one that has not gone after `withinMs` (a minute) is killed. */
  stop(signal?: NodeJS.Signals, withinMs?: number): Promise<Exit>;
}

const ours = new Set<ChildProcess>();
let watching = false;

/** Nothing that we started may outlive us, however we end. A SIGKILL of ours is covered by `setpriv --pdeathsig` where it exists. */
function watchOwnEnd(): void {
  if (watching) return;
  watching = true;
  process.once('exit', () => {
    for (const child of ours) child.kill('SIGKILL');
  });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.once(signal, () => process.exit(signal === 'SIGINT' ? 130 : 143));
  }
}

/** Finds a program on the PATH (and in the folders that Debian keeps from ordinary users); null when there is none. */
export function findProgram(name: string, folders: string[] = []): string | null {
  const path = [...folders, ...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/usr/local/bin', '/opt/homebrew/bin'];
  for (const folder of path) {
    if (folder && existsSync(join(folder, name))) return join(folder, name);
  }
  return null;
}

/** Runs a program to its end; throws with its output when it fails. Gives its standard output. */
export function runProgram(command: string, args: string[], { user }: { user?: string } = {}): string {
  const [program, all] = asUser(command, args, user, false);
  const { status, stdout, stderr, error } = spawnSync(program, all, { encoding: 'utf8', cwd: '/' });
  if (error) throw error;
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${status}:\n${stdout}${stderr}`);
  return stdout;
}

/** Starts a program and resolves when it is ready; rejects with its output when it ends or stays silent. */
export async function startProcess(what: ProcessToStart): Promise<RunningProcess> {
  watchOwnEnd();
  const { ready, withinMs = 300_000, user } = what;
  const [program, args] = asUser(what.command, what.args ?? [], user, true);
  const child = spawn(program, args, {
    cwd: what.cwd ?? (user ? '/' : undefined),
    env: what.env ?? process.env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  ours.add(child);
  let output = '';
  const lookers = new Set<() => void>();
  const take = (piece: Buffer): void => {
    output += piece.toString();
    for (const look of lookers) look();
  };
  child.stdout.on('data', take);
  child.stderr.on('data', take);
  const exited = new Promise<Exit>((resolve) => {
    child.once('error', (error) => {
      output += String(error);
      ours.delete(child);
      resolve({ code: 127, signal: null });
    });
    child.once('exit', (code, signal) => {
      ours.delete(child);
      resolve({ code, signal });
    });
  });

  const running: RunningProcess = {
    get pid() {
      return child.pid ?? -1;
    },
    output: () => output,
    exited,
    async stop(signal = 'SIGTERM', stopWithinMs = 60_000) {
      if (child.exitCode === null && child.signalCode === null) {
        child.kill(signal);
        const timer = setTimeout(() => child.kill('SIGKILL'), stopWithinMs);
        await exited;
        clearTimeout(timer);
      }
      return exited;
    },
  };

  if (ready === undefined) return running;
  const isReady = async (): Promise<boolean> => {
    if (ready instanceof RegExp) return ready.test(output);
    if (typeof ready === 'number') return accepts(ready);
    return ready();
  };
  const deadline = Date.now() + withinMs;
  let ended = false;
  void exited.then(() => (ended = true));
  for (;;) {
    if (await isReady()) return running;
    if (ended) throw new Error(`${what.command} ended before it was ready:\n${output}`);
    if (Date.now() > deadline) {
      await running.stop('SIGKILL');
      throw new Error(`${what.command} was not ready within ${withinMs} ms:\n${output}`);
    }
    await new Promise<void>((resolve) => {
      const go = (): void => {
        lookers.delete(go);
        clearTimeout(timer);
        resolve();
      };
      const timer = setTimeout(go, 50);
      if (ready instanceof RegExp) lookers.add(go);
    });
  }
}

/** Whether somebody accepts connections on this port of 127.0.0.1. */
export function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1' });
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}

const setpriv = process.platform === 'linux' ? findProgram('setpriv') : null;

/** The command line that runs a program under another account, and that dies with us where Linux can do that. */
function asUser(command: string, args: string[], user: string | undefined, dieWithUs: boolean): [string, string[]] {
  // Inside of tap every child would be given tap's loaders.
  const plain = ['env', '-u', 'NODE_OPTIONS', command, ...args];
  if (!setpriv) {
    if (user) throw new Error(`Cannot become the user ${user}: setpriv (util-linux) is missing.`);
    return ['/usr/bin/env', plain.slice(1)];
  }
  const options: string[] = [];
  if (user) options.push(`--reuid=${user}`, `--regid=${user}`, '--init-groups');
  if (dieWithUs) options.push('--pdeathsig=KILL');
  return options.length === 0 ? ['/usr/bin/env', plain.slice(1)] : [setpriv, [...options, '--', ...plain]];
}
