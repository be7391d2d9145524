// No container engine runs on the machines that test this project, so the test does what the Dockerfile and compose.yaml say,
// step by step, outside of a container: a step that is added there is run here, and one that this cannot run fails.
import { spawnSync } from 'node:child_process';
import { chmodSync, chownSync, cpSync, existsSync, mkdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import t from 'tap';
import { execForm, parseDockerfile, variables } from './dockerfile.ts';
import { freePort } from './services/free-port.ts';
import { findProgram, startProcess } from './services/processes.ts';
import { missing } from './services/turn.ts';
import { removeFolder, temporaryFolder } from './services/temporary-folder.ts';
import { createIceServers } from '../server/calls/ice-servers.ts';
import { systemClock } from '../server/clock.ts';
import { packageRoot } from '../server/package-root.ts';

t.setTimeout(600_000);

const root = packageRoot;
const [build = [], runtime = []] = parseDockerfile(readFileSync(join(root, 'Dockerfile'), 'utf8'));
const ignored = readFileSync(join(root, '.dockerignore'), 'utf8').split('\n').filter(Boolean);

// npm compiles SQLite where it cannot download it: it has to work here, not to be quick, and making it quick takes a minute. A compiler takes
// the last word that it is given, and these come last.
const quickly = { CFLAGS: '-O0', CXXFLAGS: '-O0' };

/** A step in an environment of its own: the test runner's hooks into Node must not reach the build. */
function run(script: string, folder: string, env: Record<string, string>): void {
  const { status, stdout, stderr } = spawnSync('env', ['-u', 'NODE_OPTIONS', 'sh', '-c', script], { cwd: folder, env: { PATH: process.env.PATH, HOME: process.env.HOME, ...quickly, ...env }, encoding: 'utf8' });
  if (status !== 0) throw new Error(`${script} ended with ${status}:\n${stdout}\n${stderr}`);
}

/** A COPY of single paths or of everything, as the engine does it. */
function copy(rest: string, from: string, to: string): void {
  const words = rest.split(/\s+/).filter((word) => !word.startsWith('--'));
  const target = words.pop()!;
  for (const source of words) {
    if (source === '.') {
      cpSync(from, to, { recursive: true, filter: (path) => !ignored.some((name) => path === join(from, name)) });
      continue;
    }
    const origin = join(from, source.replace(/^\/app\//, ''));
    const end = target.endsWith('/') ? join(to, target, origin.split('/').at(-1)!) : join(to, target);
    mkdirSync(dirname(end), { recursive: true });
    cpSync(origin, end, { recursive: true, verbatimSymlinks: true });
  }
}

t.test('[R6] every step of the Dockerfile works, ends in a server that is not root, keeps its data and is healthy', async (t) => {
  const buildFolder = temporaryFolder('image-build');
  const image = temporaryFolder('image');
  const data = temporaryFolder('image-data');
  t.teardown(() => [buildFolder, image, data].forEach(removeFolder));

  const known = new Set(['FROM', 'WORKDIR', 'ENV', 'COPY', 'RUN', 'USER', 'VOLUME', 'EXPOSE', 'HEALTHCHECK', 'CMD']);
  for (const { name } of [...build, ...runtime]) t.ok(known.has(name), `${name} is an instruction that this test can run`);

  // Where Node's headers lie differs from machine to machine; everything else of ENV holds.
  const { npm_config_nodedir: _, ...buildVariables } = variables(build);
  for (const { name, rest } of build) {
    if (name === 'COPY') copy(rest, root, buildFolder);
    if (name === 'RUN') run(rest, buildFolder, buildVariables);
  }
  t.notOk(existsSync(join(buildFolder, 'node_modules/vite')), 'what only the build needs is gone');

  const environment = variables(runtime);
  for (const { name, rest } of runtime) {
    if (name === 'COPY') copy(rest, buildFolder, image);
    // `install -d -o node …` of the volume: the folder is made here, for the account that stands for `node`.
    if (name === 'RUN') t.match(rest, new RegExp(`install -d .* ${environment.DATA_DIR}`));
  }

  t.equal(runtime.find(({ name }) => name === 'USER')?.rest, 'node', 'it does not run as root');
  t.equal(runtime.find(({ name }) => name === 'VOLUME')?.rest, environment.DATA_DIR);
  t.equal(environment.HOST, '0.0.0.0', 'it is reachable from outside of the container');
  // An account whose group has its name, on every Debian.
  const user = process.getuid?.() === 0 ? 'daemon' : undefined;
  if (user) {
    const id = Number(spawnSync('id', ['-u', user], { encoding: 'utf8' }).stdout);
    chownSync(data, id, id);
    chmodSync(image, 0o755);
  }

  const port = await freePort();
  // Loopback instead of 0.0.0.0: nothing of a test listens to the outside.
  const env = { PATH: process.env.PATH!, ...environment, HOST: '127.0.0.1', PORT: String(port), DATA_DIR: data };
  const [command = '', ...args] = execForm(runtime.find(({ name }) => name === 'CMD')!);
  const start = () => startProcess({ command: findProgram(command)!, args: args.map((word) => join(image, word)), env, ready: port, ...(user ? { user } : {}) });
  const check = execForm(runtime.find(({ name }) => name === 'HEALTHCHECK')!);
  const healthy = () => spawnSync(findProgram(check[0]!)!, check.slice(1), { env }).status === 0;

  const first = await start();
  t.ok(healthy(), 'the health check passes');
  t.match(await (await fetch(`http://127.0.0.1:${port}/peer-consult.js`)).text(), /peer-consult/, 'the element is served');
  t.equal((await fetch(`http://127.0.0.1:${port}/demo`)).status, 200);
  t.equal((await fetch(`http://127.0.0.1:${port}/admin/`)).status, 200);
  if (user) t.not(statSync(join(data, 'setup-token')).uid, 0, 'its files are not root’s');
  t.equal((await first.stop()).code, 0, 'it ends gracefully');
  t.notOk(healthy(), 'the health check fails when the server is down');

  const second = await start();
  t.ok(healthy(), 'a second start on the same volume works');
  await second.stop();
});

t.test('[F2] the coturn of compose.yaml takes the credentials that the server gives, and only those', { skip: missing() ?? false }, async (t) => {
  const compose = readFileSync(join(root, 'compose.yaml'), 'utf8');
  const flags = [...compose.matchAll(/^ {6}- (-\S+)$/gm)].map(([, flag]) => flag!);
  t.ok(flags.length > 8, 'the flags were found');
  const port = await freePort();
  const secret = 'a-secret-of-this-test-only';
  const folder = temporaryFolder('compose-turn');
  const relay = await startProcess({
    command: findProgram('turnserver')!,
    args: [
      ...flags.map((flag) => flag.replace('${TURN_SECRET}', secret).replace('--listening-port=3478', `--listening-port=${port}`)),
      // What the container gives by itself: its own files, and here loopback only.
      '--verbose', '--listening-ip=127.0.0.1', '--relay-ip=127.0.0.1', `--pidfile=${join(folder, 'pid')}`, `--userdb=${join(folder, 'users')}`,
    ],
    ready: port,
  });
  t.teardown(async () => {
    await relay.stop();
    removeFolder(folder);
  });
  const allocate = (password: string[]) => spawnSync(findProgram('turnutils_uclient')!, ['-p', String(port), '-L', '127.0.0.1', '-y', '-n', '1', '-c', ...password, '127.0.0.1'], { encoding: 'utf8', timeout: 20_000 });
  const [server] = createIceServers({ urls: [`turn:127.0.0.1:${port}?transport=udp`], secret, clock: systemClock() }).mint('visitor-1').iceServers;
  const good = allocate(['-u', server!.username!, '-w', server!.credential!]);
  // The allocation stands, and the first peer asked for is of the operator's own network, where the relay must not go.
  t.match(`${good.stdout}${good.stderr}`, /Forbidden IP/, 'a fresh credential gets a relay, which refuses private peers');
  const bad = allocate(['-u', server!.username!, '-w', 'wrong']);
  t.match(`${bad.stdout}${bad.stderr}`, /Cannot complete Allocation|Unauthorized/, 'a wrong one gets none');
  t.notMatch(`${bad.stdout}${bad.stderr}`, /Forbidden IP/);
});
