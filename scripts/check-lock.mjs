// Is package-lock.json whole? A registry that lacks an optional platform package lets `npm install` leave it out of the
// lock in silence, and `npm ci` then refuses the lock on machines of that platform. Every optional package that an entry
// names must have an entry of its own.
import { readFileSync } from 'node:fs';

const lock = JSON.parse(readFileSync('package-lock.json', 'utf8'));
const missing = [];

for (const [path, entry] of Object.entries(lock.packages)) {
  const optionalPeers = Object.entries(entry.peerDependenciesMeta ?? {}).filter(([, meta]) => meta.optional);
  for (const name of Object.keys(entry.optionalDependencies ?? {})) {
    if (!resolves(path, name)) missing.push(`${path || 'the package itself'} names ${name}`);
  }
  for (const name of Object.keys(entry.dependencies ?? {})) {
    if (optionalPeers.some(([peer]) => peer === name)) continue;
    if (!resolves(path, name)) missing.push(`${path || 'the package itself'} needs ${name}`);
  }
}

/** Node's way of looking: beside the one that asks, then a folder up, and so on. */
function resolves(from, name) {
  for (let folder = from; ; ) {
    if (lock.packages[folder ? `${folder}/node_modules/${name}` : `node_modules/${name}`]) return true;
    if (!folder) return false;
    const up = folder.lastIndexOf('/node_modules/');
    folder = up < 0 ? '' : folder.slice(0, up);
  }
}

for (const one of missing) console.log(`error ${one}, and the lock has no entry for it: pin an older version, remove the lock and node_modules, install again.`);
if (missing.length === 0) console.log(`The lock is whole: ${Object.keys(lock.packages).length} entries.`);
process.exit(missing.length > 0 ? 1 : 0);
