import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const folders = new Set<string>();

/** Makes an empty folder that `removeFolder` removes, or the end of this process. */
export function temporaryFolder(purpose: string): string {
  if (folders.size === 0) process.once('exit', () => folders.forEach(removeFolder));
  const folder = mkdtempSync(join(tmpdir(), `peer-consult-${purpose}-`));
  folders.add(folder);
  return folder;
}

/** Removes such a folder with all that is in it. */
export function removeFolder(folder: string): void {
  folders.delete(folder);
  rmSync(folder, { recursive: true, force: true });
}
