/** A frame as it stands on the line. `control`: ping, pong or close, which belong behind everything before them. */
export interface RawFrame {
  bytes: Buffer;
  control: boolean;
}

/** Cuts a stream of WebSocket frames (RFC 6455, one direction) into frames; what is incomplete waits for more. */
export function createFrameCutter(): (chunk: Buffer) => RawFrame[] {
  let rest: Buffer = Buffer.alloc(0);
  return (chunk) => {
    rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    const frames: RawFrame[] = [];
    for (;;) {
      const size = frameSize(rest);
      if (size === null || rest.length < size) return frames;
      frames.push({ bytes: rest.subarray(0, size), control: (rest[0]! & 0x0f) >= 8 });
      rest = rest.subarray(size);
    }
  };
}

/** How long the first frame is, header and mask included; null while that cannot be told. */
function frameSize(data: Buffer): number | null {
  if (data.length < 2) return null;
  const mask = (data[1]! & 0x80) === 0 ? 0 : 4;
  const short = data[1]! & 0x7f;
  if (short < 126) return 2 + mask + short;
  if (short === 126) return data.length < 4 ? null : 4 + mask + data.readUInt16BE(2);
  return data.length < 10 ? null : 10 + mask + Number(data.readBigUInt64BE(2));
}
