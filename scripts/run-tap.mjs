// Runs test files, each in a process of its own and some of them at a time, and prints one TAP stream.
//   node scripts/run-tap.mjs <at a time> <seconds for each> <file>... [-- <file that mostly waits>...]
// One of those at a time takes what mostly waits first, the others what computes: so that neither cores nor clocks stand still.
// In place of tap's own runner, which compiles every file in every process: with tsx, whose results are kept, this takes
// three fifths of the time. `npx tap <file>` goes on working.
import t from 'tap';

const [jobs, seconds, ...all] = process.argv.slice(2);
const cut = all.includes('--') ? all.indexOf('--') : all.length;
const [computing, waiting] = [all.slice(0, cut), all.slice(cut + 1)];
t.jobs = Number(jobs);
t.setTimeout(0);

async function work(first, then) {
  for (let file; (file = first.shift() ?? then.shift()); ) await run(file);
}

function run(file) {
  return t.spawn(process.execPath, ['--import=tsx', '--import=./scripts/test-chance.mjs', '--enable-source-maps', file], {
    name: file, buffered: true, timeout: Number(seconds) * 1000, env: { ...process.env, TAP_TIMEOUT: seconds },
  });
}

await Promise.all(Array.from({ length: Number(jobs) }, (_, at) => (at === 0 ? work(waiting, computing) : work(computing, waiting))));
