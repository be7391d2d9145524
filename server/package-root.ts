import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * The folder of this package (the nearest one upwards that holds a package.json), the same whether this module runs as a
 * source in server/ or compiled in dist/server/. Migrations and the built element are found from here.
 */
export const packageRoot: string = findPackageRoot(dirname(fileURLToPath(import.meta.url)));

/** The nearest folder upwards from `folder` that holds a package.json. Throws when there is none up to the root. */
export function findPackageRoot(folder: string): string {
  if (existsSync(join(folder, 'package.json'))) return folder;
  const parent = dirname(folder);
  if (parent === folder) throw new Error('No package.json lies above the server; the installation is incomplete.');
  return findPackageRoot(parent);
}
