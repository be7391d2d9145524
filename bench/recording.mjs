// Recording: how fast chunks become durable, and what joining them costs, each beside its floor in the same run.
//
//   node bench/recording.mjs [--only merge|ingest|calls|call] [--fixture voice|video] [--rounds 5] [--folder DIR] [--dist dist]
//                            [--minutes 30] [--chunks 1000] [--bytes 16384] [--senders 1,16] [--calls 200] [--seconds 20] [--hours 8]
//
// Needs `npm run build` before, and ffmpeg for the merge. Ways and floors take turns (A B A B), so that a mood of the machine
// meets both; the table has medians, and the ratio to the floor is what may be quoted: absolute figures hold for one
// machine and one hour. It writes below --folder (default: a temporary folder; a RAM disk there would flatter fsync).
//
// Ingest, chunks of 16 KiB (2 s of voice), by one and by 16 senders, everything on disk before it counts (`--chunks`, `--bytes`,
// `--senders`):
//   http   the whole way: PUT with digest to the built server, checked, stored, its row committed, acknowledged
//   store  BlobStore.put into the folder store: a file a chunk, synced, renamed, its folder synced
//   floor  bare Node: append to one open file a sender, fdatasync
// Calls: so many at once (`--calls`), each a chunk every 2 s: ms until it is acknowledged, beside the floor. Only by `--only calls`.
// Call: one of `--hours`, sent as fast as it is taken: the server's memory hour by hour. Only by `--only call`.
// Merge of a long recording (`--minutes`) that is made of real MediaRecorder output, in chunks of 2 s:
//   merge  the server's MergeRunner: hashes every chunk, joins, syncs, verifies, stores
//   ffmpeg `cat chunks | ffmpeg -i - -c copy out.webm`, then fsync: no hashes, no verification
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { createReadStream, existsSync } from 'node:fs';
import { mkdir, mkdtemp, open, rm, statfs, writeFile } from 'node:fs/promises';
import { cpus, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL, fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { longRecording } from './long-recording.mjs';
import { median } from './processes.mjs';
import { benchCall } from './recording-call.mjs';
import { benchCalls, benchIngest } from './recording-ingest.mjs';

const { values: options } = parseArgs({
  options: {
    minutes: { type: 'string', default: '30' },
    fixture: { type: 'string', default: 'voice' },
    rounds: { type: 'string', default: '5' },
    chunks: { type: 'string', default: '1000' },
    bytes: { type: 'string', default: '16384' },
    senders: { type: 'string', default: '1,16' },
    calls: { type: 'string', default: '200' },
    seconds: { type: 'string', default: '20' },
    hours: { type: 'string', default: '8' },
    only: { type: 'string' },
    folder: { type: 'string', default: tmpdir() },
    dist: { type: 'string', default: 'dist' },
  },
});
const rounds = Number(options.rounds);
const built = (path) => pathToFileURL(join(resolve(options.dist), 'server', path)).href;
if (!existsSync(fileURLToPath(built('recordings/merge/run-merge.js')))) {
  console.error('There is no built server: run `npm run build` first.');
  process.exit(1);
}
const { openBlobs } = await import(built('blobs/open-blobs.js'));
const merge = { ...(await import(built('recordings/merge/block-reader.js'))), ...(await import(built('recordings/merge/ebml.js'))) };

const folder = await mkdtemp(join(options.folder, 'bench-recording-'));
try {
  console.log(`Node ${process.version}, ${cpus().length} × ${cpus()[0]?.model.trim()}, ${folder} (file system type 0x${(await statfs(folder)).type.toString(16)})\n`);
  const common = { dist: resolve(options.dist), openBlobs, folder, bytes: Number(options.bytes), rounds };
  const only = options.only ?? 'both';
  if (['both', 'ingest'].includes(only)) await benchIngest({ ...common, chunks: Number(options.chunks), senders: options.senders.split(',').map(Number) });
  if (only === 'calls') await benchCalls({ ...common, calls: Number(options.calls), seconds: Number(options.seconds) });
  if (only === 'call') await benchCall({ ...common, fixture: options.fixture, hours: Number(options.hours), merge });
  if (['both', 'merge'].includes(only)) await benchMerge();
} finally {
  await rm(folder, { recursive: true, force: true });
}

async function benchMerge() {
  const minutes = Number(options.minutes);
  const blobs = join(folder, 'blobs');
  await mkdir(join(blobs, 'chunks/r/0000'), { recursive: true });
  const chunks = [];
  let total = 0;
  for (const bytes of longRecording({ fixture: options.fixture, minutes, sliceMs: 2000, merge })) {
    const key = `chunks/r/0000/${String(chunks.length).padStart(6, '0')}`;
    await writeFile(join(blobs, key), bytes);
    total += bytes.length;
    chunks.push({ seq: chunks.length, key, bytes: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') });
  }
  const mimeType = options.fixture === 'video' ? 'video/webm;codecs=vp8,opus' : 'audio/webm;codecs=opus';
  const jobFile = join(folder, 'job.json');
  await writeFile(jobFile, JSON.stringify({
    recordingId: 'r', startMs: 1, endMs: null, outputKey: 'recordings/r.webm',
    segments: [{ segment: 0, mimeType, startMs: 1, expectedChunks: chunks.length, chunks }],
  }));
  const version = spawnSync('ffmpeg', ['-version'], { encoding: 'utf8' }).stdout?.split('\n')[0]?.split(' Copyright')[0];
  console.log(`Merge of ${minutes} min of ${options.fixture}, ${chunks.length} chunks, ${(total / 1e6).toFixed(1)} MB; beside ${version ?? 'nothing: ffmpeg is missing'}`);

  const runs = { merge: [], ffmpeg: [] };
  for (let round = 0; round < rounds; round++) {
    runs.merge.push(await runMerge(blobs, jobFile));
    if (version) runs.ffmpeg.push(await runFfmpeg(blobs, chunks));
  }
  const { result } = runs.merge[0];
  console.log(`  merged: ${(result.durationMs / 1000).toFixed(1)} s, ${result.packets} packets, ${(result.bytes / 1e6).toFixed(1)} MB, gaps ${JSON.stringify(result.gaps)}`);
  const row = (name, run, extra = '') => console.log(`  ${name.padEnd(7)} ${run.wallMs.toFixed(0).padStart(6)} ms wall ${run.cpuMs.toFixed(0).padStart(6)} ms CPU ${run.rssMb.toFixed(0).padStart(5)} MB peak${extra}`);
  const ours = medians(runs.merge);
  row('merge', ours, ` (${ours.idleMb.toFixed(0)} MB before it); main thread held up for ${ours.stallMs.toFixed(0)} ms at most`);
  if (version) {
    const theirs = medians(runs.ffmpeg);
    row('ffmpeg', theirs);
    console.log(`  ratio   ${(ours.wallMs / theirs.wallMs).toFixed(2).padStart(6)}    wall ${(ours.cpuMs / theirs.cpuMs).toFixed(2).padStart(6)}    CPU ${(ours.rssMb / theirs.rssMb).toFixed(2).padStart(5)}    peak`);
  }
}

async function runMerge(blobs, jobFile) {
  const child = spawn(process.execPath, [fileURLToPath(new URL('recording-merge.mjs', import.meta.url)), options.dist, blobs, jobFile], { stdio: ['ignore', 'pipe', 'inherit'] });
  let out = '';
  for await (const part of child.stdout) out += part;
  return JSON.parse(out);
}

async function runFfmpeg(blobs, chunks) {
  const path = join(folder, 'ffmpeg.webm');
  const begin = performance.now();
  const child = spawn('ffmpeg', ['-nostdin', '-v', 'info', '-benchmark', '-i', 'pipe:0', '-c', 'copy', '-y', path], { stdio: ['pipe', 'ignore', 'pipe'] });
  let told = '';
  child.stderr.on('data', (part) => (told += part));
  const ended = new Promise((resolve) => child.once('close', resolve));
  for (const chunk of chunks) {
    for await (const part of createReadStream(join(blobs, chunk.key))) {
      if (!child.stdin.write(part)) await new Promise((resolve) => child.stdin.once('drain', resolve));
    }
  }
  child.stdin.end();
  if ((await ended) !== 0) throw new Error(`ffmpeg failed: ${told.slice(-500)}`);
  const file = await open(path);
  await file.sync();
  await file.close();
  const wallMs = performance.now() - begin;
  const [, user, system] = /bench: utime=([\d.]+)s stime=([\d.]+)s/.exec(told);
  const [, peak] = /bench: maxrss=(\d+)/.exec(told);
  return { wallMs, cpuMs: (Number(user) + Number(system)) * 1000, rssMb: Number(peak) / 1024 };
}

function medians(runs) {
  const keys = Object.keys(runs[0]).filter((key) => typeof runs[0][key] === 'number');
  return Object.fromEntries(keys.map((key) => [key, median(runs.map((run) => run[key]))]));
}
