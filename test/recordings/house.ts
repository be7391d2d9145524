import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openBlobs } from '../../server/blobs/open-blobs.ts';
import { openSqlite } from '../../server/store/open-sqlite.ts';
import { beginLife, type Life } from './life.ts';
import type { Order, Word } from './mortal-server.ts';

/** A server that dies and lives again on what it had written. Time in it goes as it is told. */
export interface House {
  url(): string;
  now(): number;
  advance(ms: number): Promise<void>;
  /** Dies now, and lives again when this resolves. */
  kill(): Promise<void>;
  /** Dies in the middle of the next merge. */
  dieInMerge(): void;
  /** Resolves when it lives. Until then nothing is answered. */
  alive(): Promise<void>;
  /** How often it died, and where. */
  readonly deaths: { upload: number; merge: number };
  close(): Promise<void>;
}

/** Where time begins. */
const dawn = Date.UTC(2026, 5, 1, 9);
/** How long a restart takes, by its own clock. */
const restartMs = 200;

/** In this process: a life ends by being cut off from everybody, in the middle of whatever it does. */
export async function openHouse(): Promise<House> {
  const folder = mkdtempSync(join(tmpdir(), 'kills-'));
  const estate = { database: await openSqlite({ file: ':memory:' }), blobs: await openBlobs({ kind: 'disk', folder }) };
  const deaths = { upload: 0, merge: 0 };
  let armed = false;
  let changing: Promise<void> = Promise.resolve();
  let life: Life;
  const merging = (): 'on' | 'never' => {
    if (!armed) return 'on';
    armed = false;
    deaths.merge++;
    changing = renew();
    return 'never';
  };
  const renew = async (): Promise<void> => {
    const now = life.now();
    life.cut();
    life = await beginLife(estate, now + restartMs, merging);
  };
  life = await beginLife(estate, dawn, merging);
  return {
    url: () => life.url, now: () => life.now(), deaths,
    advance: async (ms) => life.advance(ms),
    async kill() {
      deaths.upload++;
      await (changing = renew());
    },
    dieInMerge: () => void (armed = true),
    alive: () => changing,
    async close() {
      await changing;
      life.cut();
      await estate.blobs.close();
      await estate.database.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** In processes of their own, which are ended by SIGKILL. */
export async function openMortalHouse(): Promise<House> {
  const folder = mkdtempSync(join(tmpdir(), 'kills-'));
  const deaths = { upload: 0, merge: 0 };
  let armed = false;
  let changing: Promise<void> = Promise.resolve();
  let now = dawn;
  let url = '';
  let child: ChildProcess;
  let gone: Promise<unknown>;
  const heard = new Set<(word: Word) => void>();
  const order = (message: Order): void => void child.send(message);
  const answer = <T>(fits: (word: Word) => T | undefined): Promise<T> => new Promise((resolve) => {
    const hear = (word: Word): void => {
      const found = fits(word);
      if (found === undefined) return;
      heard.delete(hear);
      resolve(found);
    };
    heard.add(hear);
  });
  const begin = async (): Promise<void> => {
    const { NODE_OPTIONS: _, ...env } = process.env;
    child = fork(join(import.meta.dirname, 'mortal-server.ts'), { execArgv: ['--import', 'tsx'], env, stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
    gone = once(child, 'exit');
    child.on('message', (word: Word) => {
      if ('merging' in word && armed) {
        armed = false;
        deaths.merge++;
        // A merge of ours takes some tenths of a second here: this is in the middle of one.
        changing = new Promise((resolve) => setTimeout(resolve, 40)).then(renew);
      }
      for (const hear of heard) hear(word);
    });
    const listening = answer((word) => ('url' in word ? word.url : undefined));
    order({ begin: { folder, now } });
    url = await listening;
  };
  const end = async (): Promise<void> => {
    child.kill('SIGKILL');
    await gone;
  };
  const renew = async (): Promise<void> => {
    await end();
    now += restartMs;
    await begin();
  };
  await begin();
  return {
    url: () => url, now: () => now, deaths,
    async advance(ms) {
      await changing;
      const advanced = answer((word) => ('advanced' in word ? word.advanced : undefined));
      order({ advance: ms });
      // One that dies over it has not moved; the next one begins where it was.
      await Promise.race([advanced.then((at) => (now = at)), gone]);
    },
    async kill() {
      deaths.upload++;
      await (changing = renew());
    },
    dieInMerge() {
      armed = true;
      order({ slowly: true });
    },
    alive: () => changing,
    async close() {
      await changing;
      await end();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
