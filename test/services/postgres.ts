import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { freePort } from './free-port.ts';
import { findProgram, runProgram, startProcess } from './processes.ts';
import { removeFolder, temporaryFolder } from './temporary-folder.ts';

/** A throw-away PostgreSQL server on loopback. */
export interface Postgres {
  /** `postgres://…` of its only database. */
  url: string;
  stop(): Promise<void>;
}

/** Debian keeps the server's programs out of the PATH, one folder a version. */
function binFolders(): string[] {
  const debian = '/usr/lib/postgresql';
  if (!existsSync(debian)) return [];
  return readdirSync(debian)
    .sort((a, b) => Number(b) - Number(a))
    .map((version) => join(debian, version, 'bin'));
}

/** One sentence on what is missing and how to get it, or null when PostgreSQL can be started here. */
export function missing(): string | null {
  if (findProgram('initdb', binFolders()) && findProgram('postgres', binFolders())) return null;
  return 'PostgreSQL is missing: `apt-get install postgresql` on Debian, `brew install postgresql@16` on macOS.';
}

/** Starts an empty PostgreSQL on a free port, its data in a temporary folder that goes when it stops. */
export async function startPostgres(): Promise<Postgres> {
  const lack = missing();
  if (lack) throw new Error(lack);
  const initdb = findProgram('initdb', binFolders())!;
  const server = findProgram('postgres', binFolders())!;
  const folder = temporaryFolder('postgres');
  // PostgreSQL refuses to run as root.
  const user = process.getuid?.() === 0 ? 'postgres' : undefined;
  if (user) runProgram('chown', [user, folder]);
  const data = join(folder, 'data');
  try {
    runProgram(initdb, ['-D', data, '-A', 'trust', '-U', 'postgres', '--no-sync', '--locale=C', '-E', 'UTF8'], { user });
    const port = await freePort();
    const settings = {
      listen_addresses: '127.0.0.1',
      port,
      unix_socket_directories: folder,
      max_connections: 100,
      // What a crash of the machine would lose does not matter here.
      fsync: 'off',
      synchronous_commit: 'off',
      full_page_writes: 'off',
    };
    const running = await startProcess({
      command: server,
      args: ['-D', data, ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])],
      user,
      ready: /ready to accept connections/,
    });
    return {
      url: `postgres://postgres@127.0.0.1:${port}/postgres`,
      async stop() {
        await running.stop('SIGQUIT');
        removeFolder(folder);
      },
    };
  } catch (error) {
    removeFolder(folder);
    throw error;
  }
}
