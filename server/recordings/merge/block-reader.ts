import { ebmlId, findCluster, readHead, readUint, type ElementHead } from './ebml.ts';

/** One encoded frame (or packet of sound) as it lies in a WebM stream. */
export interface Block {
  /** The number of its track in the stream's header. */
  track: number;
  /** Milliseconds by the recorder's own clock, which starts with its segment. */
  timeMs: number;
  /** Whether decoding can begin here. */
  key: boolean;
  data: Uint8Array;
}

/** Takes the bytes of one WebM stream as they come, cut anywhere, and gives the blocks that are complete. */
export interface BlockReader {
  /** Takes the next bytes. An element that is torn waits for the rest; if none comes, it is left out. */
  push(bytes: Uint8Array): Block[];
  /** Says that bytes are missing here: what was begun is dropped, and reading goes on with the next Cluster. */
  lose(): void;
  /** Everything before the first Cluster, once that has been seen and is a WebM header; `'none'` when it can be none. */
  header(): Uint8Array | 'none' | null;
  /** How often reading had to start anew at a Cluster because bytes made no sense; `lose` is not counted. */
  damages(): number;
}

/** A header holds codec parameters: a few hundred bytes in practice. */
const maxHeaderBytes = 1_048_576;
/** Far above any frame that a recorder makes; more would only let a forged size eat memory. */
const maxBlockBytes = 16 * 1_048_576;

const empty = new Uint8Array(0);
const masters = new Set<number>([ebmlId.segment, ebmlId.cluster]);

/**
 * Makes a reader. It knows as much of Matroska as MediaRecorder writes: one Segment, Clusters of known or unknown size,
 * SimpleBlocks and BlockGroups without lacing; everything else is stepped over. Levels need no stack: no element occurs on
 * two of them.
 *
 * `header`, when given, is that of another stream of the same kind: then reading begins at the first Cluster.
 */
export function createBlockReader(options: { header?: Uint8Array } = {}): BlockReader {
  let header: Uint8Array | 'none' | null = options.header ?? null;
  let state: 'header' | 'blocks' | 'seeking' = header === null ? 'header' : 'seeking';
  let scaleMs = header instanceof Uint8Array ? timestampScale(header) : 1;
  let clusterTime: number | null = null;
  let rest = empty;
  /** Bytes of an element that nobody needs, still to be stepped over. */
  let skip = 0;
  let damages = 0;

  function damaged() {
    damages += 1;
    state = 'seeking';
    clusterTime = null;
  }

  /** Reads what it can and returns where it stopped. */
  function readBlocks(bytes: Uint8Array, blocks: Block[]): number {
    let at = 0;
    for (;;) {
      if (state === 'seeking') {
        const found = findCluster(bytes, at);
        if (found === null) return bytes.length;
        if (!found.sure) return found.at;
        at = found.at;
        state = 'blocks';
      }
      if (at >= bytes.length) return at;
      const head = readHead(bytes, at);
      if (head === 'short') return at;
      if (head === 'invalid') {
        damaged();
        at += 1;
        continue;
      }
      const content = at + head.headBytes;
      if (masters.has(head.id)) {
        clusterTime = null;
        at = content;
        continue;
      }
      if (head.contentBytes === null || (isRead(head) && head.contentBytes > maxBlockBytes)) {
        damaged();
        at += 1;
        continue;
      }
      const end = content + head.contentBytes;
      if (!isRead(head)) {
        if (end > bytes.length) skip = end - bytes.length;
        at = Math.min(end, bytes.length);
        continue;
      }
      if (end > bytes.length) return at;
      if (!readElement(head.id, bytes, content, end, blocks)) {
        damaged();
        at += 1;
        continue;
      }
      at = end;
    }
  }

  function readElement(id: number, bytes: Uint8Array, content: number, end: number, blocks: Block[]): boolean {
    if (id === ebmlId.timestamp) {
      clusterTime = readUint(bytes, content, end);
      return Number.isFinite(clusterTime);
    }
    if (id === ebmlId.simpleBlock) return addBlock(bytes, content, end, null, blocks);
    let block: { at: number; end: number } | null = null;
    let key = true;
    for (let at = content; at < end; ) {
      const head = readHead(bytes, at);
      if (typeof head === 'string' || head.contentBytes === null) return false;
      const next = at + head.headBytes + head.contentBytes;
      if (next > end) return false;
      if (head.id === ebmlId.block) block = { at: at + head.headBytes, end: next };
      if (head.id === ebmlId.referenceBlock) key = false;
      at = next;
    }
    return block !== null && addBlock(bytes, block.at, block.end, key, blocks);
  }

  function addBlock(bytes: Uint8Array, at: number, end: number, key: boolean | null, blocks: Block[]): boolean {
    const trackBytes = Math.clz32(bytes[at] ?? 0) - 23;
    const data = at + trackBytes + 3;
    if (clusterTime === null || trackBytes > 4 || data > end) return false;
    const track = readUint(bytes, at, at + trackBytes) - 2 ** (7 * trackBytes);
    const offset = ((bytes[at + trackBytes]! << 24) >> 16) | bytes[at + trackBytes + 1]!;
    const flags = bytes[at + trackBytes + 2]!;
    if ((flags & 0x06) !== 0) return false; // laced: several frames in one block, which no recorder writes
    // Copied, so that a frame that waits for its turn does not hold a whole chunk in memory.
    blocks.push({ track, timeMs: (clusterTime + offset) * scaleMs, key: key ?? (flags & 0x80) !== 0, data: bytes.slice(data, end) });
    return true;
  }

  function readHeader(bytes: Uint8Array): number {
    const first = readHead(bytes, 0);
    const wrong = first === 'invalid' || (first !== 'short' && first.id !== ebmlId.header);
    const found = wrong ? null : findCluster(bytes, 0);
    if (wrong || (bytes.length > maxHeaderBytes && !found?.sure)) {
      header = 'none';
      return bytes.length;
    }
    if (!found?.sure) return 0;
    header = bytes.slice(0, found.at);
    scaleMs = timestampScale(header);
    state = 'blocks';
    return found.at;
  }

  return {
    push(bytes) {
      const blocks: Block[] = [];
      if (header === 'none') return blocks;
      const skipped = Math.min(skip, bytes.length);
      skip -= skipped;
      const joined = join(rest, bytes.subarray(skipped));
      let used = 0;
      if (state === 'header') used = readHeader(joined);
      if (state !== 'header') used += readBlocks(joined.subarray(used), blocks);
      rest = joined.slice(used);
      return blocks;
    },
    lose() {
      if (header === null) header = 'none';
      rest = empty;
      skip = 0;
      state = 'seeking';
      clusterTime = null;
    },
    header: () => header,
    damages: () => damages,
  };
}

function isRead(head: ElementHead): boolean {
  return head.id === ebmlId.timestamp || head.id === ebmlId.simpleBlock || head.id === ebmlId.blockGroup;
}

/** Milliseconds that one unit of a timestamp stands for; 1 unless the header says otherwise. */
function timestampScale(header: Uint8Array): number {
  for (let at = 0; ; ) {
    const head = readHead(header, at);
    if (typeof head === 'string') return 1;
    at += head.headBytes;
    if (head.id === ebmlId.timestampScale && head.contentBytes !== null) {
      const nanoseconds = readUint(header, at, at + head.contentBytes);
      return nanoseconds > 0 ? nanoseconds / 1_000_000 : 1;
    }
    if (head.id !== ebmlId.segment && head.id !== ebmlId.info) at += head.contentBytes ?? Number.POSITIVE_INFINITY;
  }
}

function join(a: Uint8Array, b: Uint8Array): Uint8Array {
  if (a.length === 0) return b;
  if (b.length === 0) return a;
  const joined = new Uint8Array(a.length + b.length);
  joined.set(a);
  joined.set(b, a.length);
  return joined;
}
