/** The largest picture that is taken, in bytes and in pixels a side. */
export const pictureLimits = { bytes: 512 * 1024, side: 1024 } as const;

/** What a picture's first bytes say of it. */
export interface PictureKind {
  contentType: 'image/png' | 'image/jpeg' | 'image/webp';
  width: number;
  height: number;
}

/**
 * What bytes are, by what stands in them and not by what anybody says (threats.md S12): a PNG, a JPEG or a WebP with its size in
 * pixels. Null for everything else, SVG and GIF among it, and for a header that is cut off.
 */
export function pictureKind(bytes: Uint8Array): PictureKind | null {
  const data = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const found = png(data) ?? jpeg(data) ?? webp(data);
  return found && found.width > 0 && found.height > 0 ? found : null;
}

const pngSignature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);

function png(data: Buffer): PictureKind | null {
  if (data.length < 33 || !data.subarray(0, 8).equals(pngSignature) || data.readUInt32BE(8) !== 13 || data.toString('latin1', 12, 16) !== 'IHDR') return null;
  return { contentType: 'image/png', width: data.readUInt32BE(16), height: data.readUInt32BE(20) };
}

/** Walks over the segments to the one that tells the frame's size (ISO 10918-1, B.1.1.3 and B.2.2). */
function jpeg(data: Buffer): PictureKind | null {
  if (data.length < 4 || data.readUInt16BE(0) !== 0xffd8) return null;
  let at = 2;
  while (at + 4 <= data.length) {
    if (data[at] !== 0xff) return null;
    const marker = data[at + 1]!;
    if (marker === 0xff) {
      at += 1; // bytes that fill up
      continue;
    }
    const isFrame = marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc;
    if (isFrame) return at + 9 > data.length ? null : { contentType: 'image/jpeg', height: data.readUInt16BE(at + 5), width: data.readUInt16BE(at + 7) };
    if (marker === 0xda || marker === 0xd9 || marker === 0x00 || (marker >= 0xd0 && marker <= 0xd8)) return null;
    const length = data.readUInt16BE(at + 2);
    if (length < 2) return null;
    at += 2 + length;
  }
  return null;
}

/** RIFF with one of the three kinds of a first chunk (RFC 9649). */
function webp(data: Buffer): PictureKind | null {
  if (data.length < 30 || data.toString('latin1', 0, 4) !== 'RIFF' || data.toString('latin1', 8, 12) !== 'WEBP') return null;
  const size = (width: number, height: number): PictureKind => ({ contentType: 'image/webp', width, height });
  switch (data.toString('latin1', 12, 16)) {
    case 'VP8 ':
      return data.readUIntBE(23, 3) === 0x9d012a ? size(data.readUInt16LE(26) & 0x3fff, data.readUInt16LE(28) & 0x3fff) : null;
    case 'VP8L': {
      if (data[20] !== 0x2f) return null;
      const bits = data.readUInt32LE(21);
      return size((bits & 0x3fff) + 1, ((bits >>> 14) & 0x3fff) + 1);
    }
    case 'VP8X':
      return size(data.readUIntLE(24, 3) + 1, data.readUIntLE(27, 3) + 1);
    default:
      return null;
  }
}
