import type { Block, BlockReader } from './block-reader.ts';

/** A header holds codec parameters, a fragment's head the sizes of a few hundred frames. */
const maxHeaderBytes = 1_048_576;
/** Far above any frame that a recorder makes; more would only let a forged size eat memory. */
const maxFrameBytes = 16 * 1_048_576;
/** Far above any fragment: a minute of pictures. */
const maxFragmentBytes = 64 * 1_048_576;
const maxFrames = 100_000;

/** What a header says of one track: units a second, where its own time begins, and what frames have that say nothing of themselves. */
interface Track {
  timescale: number;
  offset: number;
  duration: number;
  size: number;
  flags: number;
}

/** A frame whose bytes are still to come: where they begin and end, counted from the head of their fragment. */
interface Awaited {
  at: number;
  end: number;
  block: Omit<Block, 'data'>;
}

interface Box {
  type: string;
  /** Where its content begins and ends. */
  content: number;
  end: number;
}

/**
 * Makes a reader of fragmented MP4 (ISO/IEC 14496-12 §8.8), as the recorders of Safari and of newer Chromium write it: a header, then
 * `moof` and `mdat` in turn. It is to the merge what `createBlockReader` is for WebM: frames come out as soon as they are whole, and
 * behind lost bytes reading goes on with the next `moof`, whose time is absolute.
 */
export function createFragmentReader(options: { header?: Uint8Array } = {}): BlockReader {
  let header: Uint8Array | 'none' | null = options.header ?? null;
  let tracks = header instanceof Uint8Array ? tracksOf(header) : new Map<number, Track>();
  let rest = Buffer.alloc(0);
  /** Where `rest` begins, counted from the head of the fragment. */
  let origin = 0;
  let awaited: Awaited[] = [];
  let seeking = header !== null;
  let skip = 0;
  let damages = 0;

  const damaged = (): void => {
    damages += 1;
    seeking = true;
    awaited = [];
  };

  const readHeader = (bytes: Buffer): number => {
    let at = 0;
    for (let box = boxAt(bytes, at); box; box = boxAt(bytes, at)) {
      if (at === 0 && box.type !== 'ftyp') break;
      if (box.type === 'moof' || box.end > bytes.length) break;
      at = box.end;
      if (box.type !== 'moov') continue;
      header = Uint8Array.from(bytes.subarray(0, at));
      tracks = tracksOf(header);
      return at;
    }
    if ((bytes.length >= 8 && bytes.toString('latin1', 4, 8) !== 'ftyp') || bytes.length > maxHeaderBytes) {
      header = 'none';
      return bytes.length;
    }
    return 0;
  };

  /** Reads what it can and returns where it stopped. */
  const readFragments = (bytes: Buffer, from: number, blocks: Block[]): number => {
    let at = from;
    for (;;) {
      if (seeking) {
        const found = findFragment(bytes, at);
        if (found.at < 0) return Math.max(at, bytes.length - 15);
        if (!found.sure) return found.at;
        at = found.at;
        seeking = false;
      }
      const [frame] = awaited;
      if (frame) {
        // `origin` is negative while the head of the fragment lies within these bytes.
        const [begin, end] = [frame.at - origin, frame.end - origin];
        if (end > bytes.length) return Math.min(at, Math.max(0, begin));
        blocks.push({ ...frame.block, data: Uint8Array.from(bytes.subarray(begin, end)) });
        awaited.shift();
        at = Math.max(at, end);
        continue;
      }
      const box = boxAt(bytes, at);
      if (!box) {
        if (bytes.length - at < 16) return at;
        damaged();
        at += 1;
        continue;
      }
      if (box.type === 'moof') {
        if (box.end - at > maxHeaderBytes) {
          damaged();
          at += 1;
          continue;
        }
        if (box.end > bytes.length) return at;
        const frames = framesOf(bytes.subarray(at, box.end), tracks);
        if (!frames) {
          damaged();
          at += 1;
          continue;
        }
        origin = -at;
        awaited = frames;
        at = box.end;
        continue;
      }
      // The frames of an `mdat` have been taken out by now; of everything else nothing is wanted.
      if (!/^[a-z0-9]{4}$/.test(box.type)) {
        damaged();
        at += 1;
        continue;
      }
      skip = Math.max(0, box.end - bytes.length);
      at = Math.min(box.end, bytes.length);
      if (skip > 0) return at;
    }
  };

  return {
    push(bytes) {
      const blocks: Block[] = [];
      if (header === 'none') return blocks;
      const skipped = Math.min(skip, bytes.length);
      skip -= skipped;
      const more = bytes.subarray(skipped);
      const joined = rest.length === 0 ? Buffer.from(more) : Buffer.concat([rest, more]);
      let used = 0;
      if (header === null) used = readHeader(joined);
      if (header instanceof Uint8Array) used = readFragments(joined, used, blocks);
      rest = Buffer.from(joined.subarray(used));
      origin += used;
      return blocks;
    },
    lose() {
      if (header === null) header = 'none';
      rest = Buffer.alloc(0);
      awaited = [];
      skip = 0;
      seeking = true;
    },
    header: () => header,
    damages: () => damages,
  };
}

function boxAt(bytes: Buffer, at: number): Box | null {
  if (at + 8 > bytes.length) return null;
  const size = bytes.readUInt32BE(at);
  const type = bytes.toString('latin1', at + 4, at + 8);
  if (size >= 8) return { type, content: at + 8, end: at + size };
  if (size !== 1 || at + 16 > bytes.length) return null;
  const long = Number(bytes.readBigUInt64BE(at + 8));
  return long >= 16 && Number.isSafeInteger(long) ? { type, content: at + 16, end: at + long } : null;
}

function* boxesIn(bytes: Buffer, from: number, end: number): Generator<Box> {
  for (let at = from; at < end; ) {
    const box = boxAt(bytes, at);
    if (!box || box.end > end) return;
    yield box;
    at = box.end;
  }
}

/** Where the next fragment begins: `moof` with `mfhd`, which has always the same size, as its first. */
function findFragment(bytes: Buffer, from: number): { at: number; sure: boolean } {
  for (let found = bytes.indexOf('moof', from + 4, 'latin1'); found !== -1; found = bytes.indexOf('moof', found + 1, 'latin1')) {
    if (found + 12 > bytes.length) return { at: found - 4, sure: false };
    if (bytes.readUInt32BE(found + 4) === 16 && bytes.toString('latin1', found + 8, found + 12) === 'mfhd') return { at: found - 4, sure: true };
  }
  return { at: -1, sure: false };
}

/** What the header says of each track; one that is damaged has none. */
function tracksOf(header: Uint8Array): Map<number, Track> {
  const bytes = Buffer.from(header.buffer, header.byteOffset, header.byteLength);
  const tracks = new Map<number, Track>();
  let movieScale = 1000;
  try {
    for (const moov of boxesIn(bytes, 0, bytes.length)) {
      if (moov.type !== 'moov') continue;
      for (const box of boxesIn(bytes, moov.content, moov.end)) {
        if (box.type === 'mvhd') movieScale = bytes.readUInt32BE(box.content + (bytes[box.content] === 1 ? 20 : 12)) || 1000;
        if (box.type === 'trak') readTrack(bytes, box, movieScale, tracks);
      }
      for (const box of boxesIn(bytes, moov.content, moov.end)) {
        if (box.type !== 'mvex') continue;
        for (const { type, content } of boxesIn(bytes, box.content, box.end)) {
          const track = type === 'trex' ? tracks.get(bytes.readUInt32BE(content + 4)) : undefined;
          if (track) [track.duration, track.size, track.flags] = [bytes.readUInt32BE(content + 12), bytes.readUInt32BE(content + 16), bytes.readUInt32BE(content + 20)];
        }
      }
    }
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
  }
  return tracks;
}

function readTrack(bytes: Buffer, trak: Box, movieScale: number, tracks: Map<number, Track>): void {
  let id = 0;
  let timescale = 0;
  let began = 0;
  let delayed = 0;
  for (const box of boxesIn(bytes, trak.content, trak.end)) {
    if (box.type === 'tkhd') id = bytes.readUInt32BE(box.content + (bytes[box.content] === 1 ? 20 : 12));
    if (box.type === 'mdia') {
      for (const { type, content } of boxesIn(bytes, box.content, box.end)) if (type === 'mdhd') timescale = bytes.readUInt32BE(content + (bytes[content] === 1 ? 20 : 12));
    }
    for (const list of box.type === 'edts' ? boxesIn(bytes, box.content, box.end) : []) {
      const long = bytes[list.content] === 1;
      for (let n = 0, at = list.content + 8; n < Math.min(2, bytes.readUInt32BE(list.content + 4)); n++, at += long ? 20 : 12) {
        const mediaTime = long ? Number(bytes.readBigInt64BE(at + 8)) : bytes.readInt32BE(at + 4);
        // An empty edit delays the track; the other says where in its own time it begins (what an encoder needed to warm up).
        if (mediaTime === -1) delayed = (long ? Number(bytes.readBigUInt64BE(at)) : bytes.readUInt32BE(at)) / movieScale;
        else began = mediaTime;
      }
    }
  }
  if (id > 0 && timescale > 0) tracks.set(id, { timescale, offset: began - delayed * timescale, duration: 0, size: 0, flags: 0 });
}

/** The frames that a fragment's head tells of, in the order of their bytes; null when it makes no sense. */
function framesOf(moof: Buffer, tracks: ReadonlyMap<number, Track>): Awaited[] | null {
  const frames: Awaited[] = [];
  try {
    let place = moof.length + 8;
    for (const traf of boxesIn(moof, 8, moof.length)) {
      if (traf.type !== 'traf') continue;
      let id = 0;
      let track: Track | undefined;
      let time = 0;
      for (const { type, content } of boxesIn(moof, traf.content, traf.end)) {
        const flags = moof.readUInt32BE(content) & 0xff_ffff;
        let at = content + 4;
        const next = () => moof.readUInt32BE((at += 4) - 4);
        if (type === 'tfhd') {
          id = next();
          const known = tracks.get(id);
          // Places counted from the beginning of the file mean nothing once bytes are lost; no recorder writes them.
          if (!known || flags & 1) return null;
          track = { ...known };
          if (flags & 0x2) next();
          if (flags & 0x8) track.duration = next();
          if (flags & 0x10) track.size = next();
          if (flags & 0x20) track.flags = next();
        }
        if (type === 'tfdt') time = moof[content] === 1 ? Number(moof.readBigUInt64BE(at)) : next();
        if (type !== 'trun') continue;
        if (!track) return null;
        const count = next();
        if (count > maxFrames) return null;
        if (flags & 0x1) place = moof.readInt32BE((at += 4) - 4);
        const first = flags & 0x4 ? next() : null;
        for (let n = 0; n < count; n++) {
          const duration = flags & 0x100 ? next() : track.duration;
          const size = flags & 0x200 ? next() : track.size;
          const own = flags & 0x400 ? next() : n === 0 && first !== null ? first : track.flags;
          const shift = flags & 0x800 ? moof.readInt32BE((at += 4) - 4) : 0;
          if (size > maxFrameBytes || place < moof.length || place > maxFragmentBytes) return null;
          const timeMs = ((time + shift - track.offset) * 1000) / track.timescale;
          // Bit 16 says that it is no key frame (§8.8.3.1).
          frames.push({ at: place, end: place + size, block: { track: id, timeMs, key: (own & 0x1_0000) === 0 } });
          place += size;
          time += duration;
        }
      }
    }
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
  return frames.sort((a, b) => a.at - b.at);
}
