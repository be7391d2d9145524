// The process that `recording.mjs` measures: one merge through the server's own runner, then one line of JSON.
//   node bench/recording-merge.mjs DIST BLOBS JOB.json
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

const [dist, folder, jobFile] = process.argv.slice(2);
const { createMergeRunner } = await import(pathToFileURL(join(resolve(dist), 'server/recordings/merge/run-merge.js')).href);
const job = JSON.parse(readFileSync(jobFile, 'utf8'));
const runner = createMergeRunner({ blobs: { kind: 'disk', folder } });
const before = { rss: process.resourceUsage().maxRSS, cpu: process.cpuUsage(), at: performance.now() };
// How long the main thread is ever held up meanwhile: the reason why merges have a thread of their own.
let stallMs = 0;
let last = before.at;
const beat = setInterval(() => {
  const now = performance.now();
  stallMs = Math.max(stallMs, now - last - 5);
  last = now;
}, 5);
const result = await runner.run(job);
clearInterval(beat);
const cpu = process.cpuUsage(before.cpu);
console.log(JSON.stringify({
  wallMs: performance.now() - before.at,
  cpuMs: (cpu.user + cpu.system) / 1000,
  rssMb: process.resourceUsage().maxRSS / 1024,
  idleMb: before.rss / 1024,
  stallMs,
  result,
}));
await runner.close();
