// The part of bench/recording.mjs that looks at one long call: what of the server's memory it takes, hour by hour.
import { join } from 'node:path';
import { longRecording } from './long-recording.mjs';
import { residentKiB } from './processes.mjs';
import { openRecordingServer } from './recording-server.mjs';

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** What the server keeps in memory, MB, after it has collected its garbage. */
async function kept(pid) {
  for (let n = 0; n < 2; n++) {
    process.kill(pid, 'SIGUSR2');
    await pause(500);
  }
  return residentKiB(pid) / 1024;
}

/**
 * A call of so many hours is recorded, as fast as its chunks are acknowledged; after each hour of it the server's memory is looked at.
 * Its merge is not looked at: the server keeps nothing that lies far behind the end of a call, which by its clock took some minutes.
 */
export async function benchCall({ dist, folder, fixture, hours, merge }) {
  const server = await openRecordingServer({
    dist, folder: join(folder, 'call'), senders: 1, args: ['--expose-gc', `--require=${join(import.meta.dirname, 'collect-garbage.cjs')}`],
  });
  let most = 0;
  const watch = setInterval(() => (most = Math.max(most, residentKiB(server.pid) / 1024)), 100);
  try {
    const sliceMs = 2000;
    const hourly = [await kept(server.pid)];
    let seq = 0;
    let bytes = 0;
    const begin = performance.now();
    for (const chunk of longRecording({ fixture, minutes: hours * 60, sliceMs, merge })) {
      await server.put(0, seq++, chunk);
      bytes += chunk.length;
      if (seq * sliceMs >= hourly.length * 3_600_000) hourly.push(await kept(server.pid));
    }
    hourly.push(await kept(server.pid));
    const tookMs = performance.now() - begin;
    console.log(`A call of ${hours} h of ${fixture}: ${seq} chunks, ${(bytes / 1e6).toFixed(0)} MB, sent in ${(tookMs / 1000).toFixed(0)} s`);
    console.log(`  the server's memory, MB: ${hourly[0].toFixed(0)} before it, after each hour and at the end ${hourly.slice(1).map((each) => each.toFixed(0)).join(' ')}; at most ${most.toFixed(0)} between\n`);
  } finally {
    clearInterval(watch);
    await server.close();
  }
}
