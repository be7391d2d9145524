// Recording: how fast chunks become durable, and what joining them costs, each beside its floor in the same run.
//
//   node bench/recording.mjs [--minutes 30] [--fixture voice|video] [--rounds 5] [--chunks 1000] [--only ingest|merge] [--folder DIR] [--dist dist]
//
// Needs `npm run build` before, and ffmpeg for the merge. Ways and floors take turns (A B A B), so that a mood of the machine
// meets both; the table has medians, and the ratio to the floor is what may be quoted: absolute figures hold for one
// machine and one hour. It writes below --folder (default: a temporary folder; a RAM disk there would flatter fsync).
//
// Ingest, chunks of 16 KiB (2 s of voice), by one and by 16 senders, everything on disk before it counts:
//   http   the whole way: PUT with digest to the built server, checked, stored, its row committed, acknowledged
//   store  BlobStore.put into the folder store: a file a chunk, synced, renamed, its folder synced
//   floor  bare Node: append to one open file a sender, fdatasync
// Merge of a long recording that is made of real MediaRecorder output, in chunks of 2 s:
//   merge  the server's MergeRunner: hashes every chunk, joins, syncs, verifies, stores
//   ffmpeg `cat chunks | ffmpeg -i - -c copy out.webm`, then fsync: no hashes, no verification
import { spawn, spawnSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { createReadStream, existsSync } from 'node:fs';
import { mkdir, mkdtemp, open, rm, statfs, writeFile } from 'node:fs/promises';
import { cpus, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL, fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { longRecording } from './long-recording.mjs';
import { openRecordingServer } from './recording-server.mjs';

const { values: options } = parseArgs({
  options: {
    minutes: { type: 'string', default: '30' },
    fixture: { type: 'string', default: 'voice' },
    rounds: { type: 'string', default: '5' },
    chunks: { type: 'string', default: '1000' },
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
const plain = { contentType: 'application/octet-stream' };

const folder = await mkdtemp(join(options.folder, 'bench-recording-'));
try {
  console.log(`Node ${process.version}, ${cpus().length} × ${cpus()[0]?.model.trim()}, ${folder} (file system type 0x${(await statfs(folder)).type.toString(16)})\n`);
  if (options.only !== 'merge') await benchIngest();
  if (options.only !== 'ingest') await benchMerge();
} finally {
  await rm(folder, { recursive: true, force: true });
}

async function benchIngest() {
  const bytes = randomBytes(16_384);
  const count = Number(options.chunks);
  /** Each way opens itself in a fresh folder and gives a function that makes one chunk durable. */
  const ways = {
    http: async (place, senders) => {
      const server = await openRecordingServer({ dist: resolve(options.dist), folder: place, senders });
      return { put: (sender, seq) => server.put(sender, seq, bytes), close: () => server.close() };
    },
    store: async (place) => {
      const blobs = await openBlobs({ kind: 'disk', folder: place });
      return {
        put: (sender, seq) => blobs.put(`chunks/bench/${String(sender).padStart(4, '0')}/${String(seq).padStart(6, '0')}`, bytes, plain),
        close: () => blobs.close(),
      };
    },
    floor: async (place) => {
      await mkdir(place, { recursive: true });
      const files = new Map();
      return {
        put: async (sender) => {
          if (!files.has(sender)) files.set(sender, await open(join(place, String(sender)), 'a'));
          await files.get(sender).appendFile(bytes);
          await files.get(sender).datasync();
        },
        close: () => Promise.all([...files.values()].map((file) => file.close())),
      };
    },
  };
  for (const senders of [1, 16]) {
    const rates = Object.fromEntries(Object.keys(ways).map((name) => [name, []]));
    for (let round = 0; round < rounds; round++) {
      for (const [name, openWay] of Object.entries(ways)) {
        const place = join(folder, `ingest-${name}-${senders}-${round}`);
        const way = await openWay(place, senders);
        const each = Math.ceil(count / senders);
        const begin = performance.now();
        await Promise.all(Array.from({ length: senders }, async (_, sender) => {
          for (let seq = 0; seq < each; seq++) await way.put(sender, seq);
        }));
        rates[name].push((each * senders * 1000) / (performance.now() - begin));
        await way.close();
        await rm(place, { recursive: true });
      }
    }
    const floor = median(rates.floor);
    console.log(`Ingest, ${senders} at a time: floor ${floor.toFixed(0)} chunks/s (1)`);
    for (const name of ['store', 'http']) console.log(`  ${name.padEnd(6)} ${median(rates[name]).toFixed(0).padStart(6)} chunks/s (${(median(rates[name]) / floor).toFixed(2)})`);
  }
  console.log();
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

function median(numbers) {
  const sorted = [...numbers].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}
