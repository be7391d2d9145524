// `npm run lint`: defects (oxlint, with types), rules between rooms (dependency-cruiser), powers, names and sizes.
// Runs all of them, whatever the first one finds.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { makeLanguages } from './languages.mjs';

const rooms = ['languages', 'protocol', 'server', 'widget', 'admin', 'drizzle', 'bench', 'test'].filter((room) => existsSync(room));
const steps = [
  ['defects', ['node_modules/oxlint/bin/oxlint', '--type-aware', '--deny-warnings', '--quiet']],
  ['rules between rooms', ['node_modules/dependency-cruiser/bin/dependency-cruise.mjs', '--config', '.dependency-cruiser.cjs', '--output-type', 'err-long', ...rooms]],
  ['powers, names and sizes', ['scripts/lint-powers.mjs']],
];

makeLanguages();
let failed = 0;
for (const [name, args] of steps) {
  const { status } = spawnSync(process.execPath, args, { stdio: 'inherit' });
  if (status === 0) continue;
  failed++;
  console.log(`✗ lint: ${name}`);
}
if (failed === 0) console.log('✓ lint');
process.exit(failed > 0 ? 1 : 0);
