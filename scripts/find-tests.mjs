// Finds test files by their folder, so that every part of `npm test` and no shell decides what runs.
import { readdirSync } from 'node:fs';
import { join } from 'node:path';

/** All `*.test.ts` below these folders, sorted; folders that do not exist hold none. */
export function findTests(folders) {
  const found = [];
  const walk = (folder) => {
    let entries;
    try {
      entries = readdirSync(folder, { withFileTypes: true });
    } catch (error) {
      if (error.code === 'ENOENT') return;
      throw error;
    }
    for (const entry of entries) {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) {
        if (entry.name !== 'node_modules') walk(path);
      } else if (entry.name.endsWith('.test.ts')) {
        found.push(path);
      }
    }
  };
  folders.forEach(walk);
  return found.sort();
}
