// Builds everything that `npm start` needs into dist/: the server by tsc, the element and the panel by Vite.
import { spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { makeLanguages } from './languages.mjs';

const quiet = process.argv.includes('--quiet');
const steps = [
  ['server', process.execPath, ['node_modules/typescript-native/bin/tsc', '-p', 'tsconfig.server.json']],
  ['widget', process.execPath, ['node_modules/vite/bin/vite.js', 'build', '--logLevel', quiet ? 'error' : 'info']],
  ['admin', process.execPath, ['node_modules/vite/bin/vite.js', 'build', '--mode', 'admin', '--logLevel', quiet ? 'error' : 'info']],
];

makeLanguages();
rmSync('dist', { recursive: true, force: true });
for (const [name, command, args] of steps) {
  const { status } = spawnSync(command, args, { stdio: 'inherit', env: { ...process.env, NODE_ENV: 'production' } });
  if (status !== 0) {
    console.error(`The build of the ${name} failed.`);
    process.exit(status ?? 1);
  }
}
