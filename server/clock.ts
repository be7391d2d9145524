import { randomBytes } from 'node:crypto';

/** A timer that can be taken back. Cancelling twice, or after it fired, is harmless. */
export interface Timer {
  cancel(): void;
}

/** The only source of time, ids and randomness on the server, so that tests can put a fake in its place. */
export interface Clock {
  /** Milliseconds since the Unix epoch. */
  now(): number;
  /** A new UUIDv7 (RFC 9562 §5.7): grows with time, so indexes over it grow at one end. */
  id(): string;
  /** `size` unpredictable bytes, for tokens and keys. */
  random(size: number): Buffer;
  /** Calls `work` once, after `ms` milliseconds. Does not keep the process alive. */
  after(ms: number, work: () => void): Timer;
  /** Calls `work` every `ms` milliseconds until cancelled. Does not keep the process alive. */
  every(ms: number, work: () => void): Timer;
}

/** Formats a time as the wire has it: RFC 3339, UTC, milliseconds. */
export function rfc3339(ms: number): string {
  return new Date(ms).toISOString();
}

/**
 * Makes a UUIDv7 generator. Ids of one generator sort in the order of their making, also within a millisecond: the 12 bits
 * of `rand_a` are a counter that starts anew each millisecond (RFC 9562 §6.2, method 1).
 */
export function uuidv7(now: () => number, random: (size: number) => Buffer): () => string {
  let last = 0;
  let counter = 0;
  return () => {
    const time = now();
    if (time > last) {
      last = time;
      counter = random(2).readUInt16BE() & 0x7ff;
    } else if (++counter > 0xfff) {
      last += 1;
      counter = 0;
    }
    const bytes = random(16);
    bytes.writeUIntBE(last, 0, 6);
    bytes.writeUInt16BE(0x7000 | counter, 6);
    bytes[8] = (bytes[8]! & 0x3f) | 0x80;
    const hex = bytes.toString('hex');
    return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
  };
}

/** The lowest id that a generator can make at a moment: where a list of ids reaches back to it. */
export function firstIdAt(ms: number): string {
  const hex = Math.max(0, Math.floor(ms)).toString(16).padStart(12, '0');
  return `${hex.slice(0, 8)}-${hex.slice(8)}-7000-8000-000000000000`;
}

/** Hands out a larger draw piece by piece: every message needs an id, and a draw of 16 bytes costs as much as one of 4,096. */
function inPieces(random: (size: number) => Buffer): (size: number) => Buffer {
  let pool = random(4096);
  let used = 0;
  return (size) => {
    if (used + size > pool.length) {
      pool = random(4096);
      used = 0;
    }
    used += size;
    return pool.subarray(used - size, used);
  };
}

/** The real clock. */
export function systemClock(): Clock {
  const now = () => Date.now();
  return {
    now,
    id: uuidv7(now, inPieces(randomBytes)),
    random: randomBytes,
    after(ms, work) {
      const handle = setTimeout(work, ms).unref();
      return { cancel: () => clearTimeout(handle) };
    },
    every(ms, work) {
      const handle = setInterval(work, ms).unref();
      return { cancel: () => clearInterval(handle) };
    },
  };
}
