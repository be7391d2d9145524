// The ingest part of bench/recording.mjs: chunks made durable by the built server, by the folder store, and by a bare append.
import { randomBytes } from 'node:crypto';
import { mkdir, open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { cpuMs, median } from './processes.mjs';
import { openRecordingServer } from './recording-server.mjs';

/** Each way opens itself in a fresh folder for so many senders, and gives a function that makes one chunk durable. */
const openWays = ({ dist, openBlobs, bytes }) => ({
  async http(place, senders) {
    const server = await openRecordingServer({ dist, folder: place, senders });
    return { pid: server.pid, put: (sender, seq) => server.put(sender, seq, bytes), close: () => server.close() };
  },
  async store(place) {
    const blobs = await openBlobs({ kind: 'disk', folder: place });
    return {
      put: (sender, seq) => blobs.put(`chunks/bench/${String(sender).padStart(4, '0')}/${String(seq).padStart(6, '0')}`, bytes, { contentType: 'application/octet-stream' }),
      close: () => blobs.close(),
    };
  },
  async floor(place) {
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
});

/** How many chunks a second each way makes durable when every sender sends its next one as soon as the last is acknowledged. */
export async function benchIngest({ dist, openBlobs, folder, bytes: size, chunks, rounds, senders: crowds }) {
  const ways = openWays({ dist, openBlobs, bytes: randomBytes(size) });
  for (const senders of crowds) {
    const rates = Object.fromEntries(Object.keys(ways).map((name) => [name, []]));
    for (let round = 0; round < rounds; round++) {
      for (const [name, openWay] of Object.entries(ways)) {
        const place = join(folder, `ingest-${name}-${senders}-${round}`);
        const way = await openWay(place, senders);
        const each = Math.ceil(chunks / senders);
        const begin = performance.now();
        await Promise.all(Array.from({ length: senders }, async (_, sender) => {
          for (let seq = 0; seq < each; seq++) await way.put(sender, seq);
        }));
        rates[name].push((each * senders * 1000) / (performance.now() - begin));
        await way.close();
        await rm(place, { recursive: true });
      }
    }
    const line = (name) => `${median(rates[name]).toFixed(0).padStart(6)} chunks/s ${((median(rates[name]) * size) / 1e6).toFixed(1).padStart(6)} MB/s (${(median(rates[name]) / median(rates.floor)).toFixed(2)})`;
    console.log(`Ingest, chunks of ${size} bytes, ${senders} at a time`);
    for (const name of ['floor', 'store', 'http']) console.log(`  ${name.padEnd(6)} ${line(name)}`);
  }
  console.log();
}

/**
 * So many calls whose recorders send a chunk every two seconds each, as they do: how long after its planned moment a chunk is
 * acknowledged, over HTTP and by the bare append.
 */
export async function benchCalls({ dist, openBlobs, folder, bytes: size, rounds, calls, seconds }) {
  const { http, floor } = openWays({ dist, openBlobs, bytes: randomBytes(size) });
  const sliceMs = 2000;
  const each = Math.max(1, Math.round((seconds * 1000) / sliceMs));
  const results = { floor: [], http: [] };
  for (let round = 0; round < rounds; round++) {
    for (const [name, openWay] of Object.entries({ floor, http })) {
      const place = join(folder, `calls-${name}-${round}`);
      const way = await openWay(place, calls);
      const took = [];
      const used = way.pid ? cpuMs(way.pid) : Number.NaN;
      const begin = performance.now() + 100;
      await Promise.all(Array.from({ length: calls }, async (_, sender) => {
        const sent = [];
        for (let seq = 0; seq < each; seq++) {
          const due = begin + (sender * sliceMs) / calls + seq * sliceMs;
          await new Promise((resolve) => setTimeout(resolve, due - performance.now()));
          sent.push(way.put(sender, seq).then(() => took.push(performance.now() - due)));
        }
        await Promise.all(sent);
      }));
      const busy = way.pid ? (cpuMs(way.pid) - used) / (each * sliceMs) : Number.NaN;
      took.sort((a, b) => a - b);
      const at = (share) => took[Math.min(took.length - 1, Math.floor(took.length * share))];
      results[name].push({ p50: at(0.5), p95: at(0.95), p99: at(0.99), most: took.at(-1), busy });
      await way.close();
      await rm(place, { recursive: true });
    }
  }
  console.log(`${calls} calls at once, each a chunk of ${size} bytes every 2 s, for ${each * 2} s: ms from its moment to the acknowledgement`);
  const middle = (name, key) => median(results[name].map((each) => each[key]));
  for (const name of ['floor', 'http']) {
    const busy = name === 'http' ? `; ${(100 * middle(name, 'busy')).toFixed(0)} % of a core` : '';
    console.log(`  ${name.padEnd(6)} p50 ${middle(name, 'p50').toFixed(1)}, p95 ${middle(name, 'p95').toFixed(1)}, p99 ${middle(name, 'p99').toFixed(1)}, at most ${middle(name, 'most').toFixed(1)}${busy}`);
  }
  console.log(`  ratio  p50 ${(middle('http', 'p50') / middle('floor', 'p50')).toFixed(2)}, p99 ${(middle('http', 'p99') / middle('floor', 'p99')).toFixed(2)}\n`);
}
