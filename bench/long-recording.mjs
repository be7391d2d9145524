import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/**
 * Makes a recording of any length out of a fixture: what Chromium's MediaRecorder wrote in ten seconds, its Clusters over and
 * over with their times put forward. Yields chunks as a recorder sends them every `sliceMs`: cut anywhere, not between packets.
 *
 * `merge` are the server's own readers (`block-reader.js`, `ebml.js`).
 */
export function* longRecording({ fixture, minutes, sliceMs, merge }) {
  const folder = fileURLToPath(new URL(`../test/fixtures/recordings/${fixture}/`, import.meta.url));
  const bytes = Buffer.concat(readdirSync(folder).filter((name) => /^\d+$/.test(name)).sort().map((name) => readFileSync(folder + name)));
  const reader = merge.createBlockReader();
  const blocks = reader.push(bytes);
  const header = Buffer.from(reader.header());
  const periodMs = Math.round(blocks.at(-1).timeMs) + 60;
  const clusters = [];
  for (let at = header.length; at < bytes.length; ) {
    const next = merge.findCluster(bytes, at + 4);
    const end = next?.sure ? next.at : bytes.length;
    const stamp = at + merge.readHead(bytes, at).headBytes;
    const head = merge.readHead(bytes, stamp);
    const content = stamp + head.headBytes;
    const timeMs = merge.readUint(bytes, content, content + head.contentBytes);
    clusters.push({ timeMs, body: bytes.subarray(content + head.contentBytes, end) });
    at = end;
  }
  const chunkBytes = Math.round((bytes.length / periodMs) * sliceMs);
  let waiting = header;
  for (let baseMs = 0; baseMs < minutes * 60_000; baseMs += periodMs) {
    for (const { timeMs, body } of clusters) {
      // A Cluster of unknown size, as a live stream has it, and its time in four bytes.
      const head = Buffer.from('1f43b67501ffffffffffffffe78400000000', 'hex');
      head.writeUInt32BE(baseMs + timeMs, 14);
      waiting = Buffer.concat([waiting, head, body]);
      while (waiting.length >= chunkBytes) {
        yield Buffer.from(waiting.subarray(0, chunkBytes));
        waiting = waiting.subarray(chunkBytes);
      }
    }
  }
  if (waiting.length > 0) yield waiting;
}
