import type { Socket } from 'node:net';

// Frames up to this many bytes in all are joined: copying them costs less than handing the system a list.
const joinBytes = 64 * 1024;

/** Collects the frames of one turn for one socket, so that they go to the system in one write. */
export class FrameWriter {
  /** Bytes that wait for `flush`. */
  bytes = 0;
  private first: Buffer | null = null;
  private rest: Buffer[] | null = null;

  constructor(private readonly raw: Socket) {}

  /** Takes a whole frame. True when it is the first since the last `flush`. */
  add(frame: Buffer): boolean {
    this.bytes += frame.length;
    if (this.first === null) {
      this.first = frame;
      return true;
    }
    (this.rest ??= []).push(frame);
    return false;
  }

  /** Writes what was collected. */
  flush(): void {
    const { first, rest, bytes, raw } = this;
    if (first === null) return;
    this.first = this.rest = null;
    this.bytes = 0;
    if (!raw.writable) return;
    if (rest === null) {
      raw.write(first);
    } else if (bytes <= joinBytes) {
      raw.write(Buffer.concat([first, ...rest], bytes));
    } else {
      raw.cork();
      raw.write(first);
      for (const frame of rest) raw.write(frame);
      raw.uncork();
    }
  }
}
