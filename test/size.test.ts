import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import t from 'tap';
import { removeFolder, temporaryFolder } from './services/temporary-folder.ts';

const root = resolve(import.meta.dirname, '..');

/** Measures a built element that consists of these chunks. */
function measure(chunks: Record<string, string>): { status: number | null; output: string } {
  const folder = temporaryFolder('size');
  for (const [name, text] of Object.entries(chunks)) writeFileSync(join(folder, name), text);
  const { status, stdout, stderr } = spawnSync('env', ['-u', 'NODE_OPTIONS', process.execPath, 'scripts/size.mjs', folder], { cwd: root, encoding: 'utf8' });
  removeFolder(folder);
  return { status, output: stdout + stderr };
}

const good = {
  'peer-consult.js': 'import "./peer-consult-lit-a.js"; export const open = () => import("./peer-consult-panel-a.js");',
  'peer-consult-lit-a.js': 'export const lit = 1;',
  'peer-consult-panel-a.js': 'import { lit } from "./peer-consult-lit-a.js"; export const call = () => import(`./peer-consult-call-views-a.js`); lit;',
  'peer-consult-call-views-a.js': 'export const peer = () => new RTCPeerConnection(); export const record = () => import("./peer-consult-recorder-a.js");',
  'peer-consult-recorder-a.js': 'export const record = (stream) => new MediaRecorder(stream);',
};
/** What gzip cannot make smaller. */
const noise = (bytes: number): string => `export const noise = "${randomBytes(Math.ceil(bytes * 0.75)).toString('base64')}";`;

t.test('[A6] an element within its budgets passes', async (t) => {
  t.match(measure(good), { status: 0, output: /✓ size/ });
});

t.test('[A6] a heavy launcher, a heavy chat, a call in the opened chat: each fails with a sentence', async (t) => {
  t.match(measure({ ...good, 'peer-consult-lit-a.js': noise(30_000) }), { status: 1, output: /The launcher is \d+ bytes gzipped; its budget is 15000/ });
  t.match(measure({ ...good, 'peer-consult-panel-a.js': `${good['peer-consult-panel-a.js']}${noise(80_000)}` }), { status: 1, output: /The opened chat is \d+ bytes gzipped; its budget is 45000/ });
  t.match(measure({ ...good, 'peer-consult-panel-a.js': `import "./peer-consult-call-views-a.js";` }), {
    status: 1,
    output: /peer-consult-call-views-a\.js belongs to the opened chat and builds a RTCPeerConnection/,
  });
  t.match(measure({ 'peer-consult.js': good['peer-consult-call-views-a.js'], 'peer-consult-recorder-a.js': good['peer-consult-recorder-a.js'] }), {
    status: 1,
    output: /No dynamic import of the launcher leads to a chunk named panel/,
  });
});
