import { pictureKind } from '../pictures/picture-kind.ts';

/** Pixels, as a browser shows them. */
export interface PictureSize {
  width: number;
  height: number;
}

/** The size of a picture of this type by its first bytes. Null for what has none, or where it is not among them. Never throws. */
export function pictureSize(type: string, head: Buffer): PictureSize | null {
  const size = sizeOf(type, head);
  return size && size.width > 0 && size.height > 0 ? size : null;
}

function sizeOf(type: string, head: Buffer): PictureSize | null {
  switch (type) {
    case 'image/png':
    case 'image/webp':
    case 'image/jpeg': {
      const kind = pictureKind(head);
      if (kind?.contentType !== type) return null;
      const turned = type === 'image/jpeg' && orientation(head) >= 5;
      return turned ? { width: kind.height, height: kind.width } : { width: kind.width, height: kind.height };
    }
    case 'image/gif':
      return head.length < 10 ? null : { width: head.readUInt16LE(6), height: head.readUInt16LE(8) };
    case 'image/avif':
      return avif(head);
    default:
      return null;
  }
}

/** How a photo is turned: 1 to 8 as Exif has it, 1 unless told; from 5 on width and height change places. */
function orientation(head: Buffer): number {
  for (let at = 2; at + 4 <= head.length && head[at] === 0xff;) {
    const marker = head[at + 1]!;
    if (marker === 0xff) {
      at += 1; // bytes that fill up
      continue;
    }
    if (marker === 0xda || marker === 0xd9) return 1;
    const length = head.readUInt16BE(at + 2);
    if (length < 2) return 1;
    if (marker === 0xe1 && head.toString('latin1', at + 4, at + 10) === 'Exif\0\0') return exifOrientation(head.subarray(at + 10, at + 2 + length));
    at += 2 + length;
  }
  return 1;
}

/** The first directory of a TIFF; no other is looked at. */
function exifOrientation(tiff: Buffer): number {
  const order = tiff.toString('latin1', 0, 2);
  if (tiff.length < 8 || (order !== 'II' && order !== 'MM')) return 1;
  const short = (at: number) => (order === 'II' ? tiff.readUInt16LE(at) : tiff.readUInt16BE(at));
  const directory = order === 'II' ? tiff.readUInt32LE(4) : tiff.readUInt32BE(4);
  if (directory + 2 > tiff.length) return 1;
  const entries = Math.min(short(directory), 64);
  for (let entry = 0; entry < entries; entry++) {
    const at = directory + 2 + entry * 12;
    if (at + 12 > tiff.length) return 1;
    if (short(at) !== 0x0112 || short(at + 2) !== 3) continue;
    const value = short(at + 8);
    return value >= 1 && value <= 8 ? value : 1;
  }
  return 1;
}

// Boxes in boxes, so deep as the properties of a picture lie.
const avifPath = ['meta', 'iprp', 'ipco'];

/** The largest `ispe` of the picture's properties: of a grid, the tiles have one each, and the whole the largest. */
function avif(head: Buffer): PictureSize | null {
  let [start, end] = [0, head.length];
  for (const name of avifPath) {
    const found = boxes(head, start, end).find((box) => box.name === name);
    if (!found) return null;
    [start, end] = [found.start + (name === 'meta' ? 4 : 0), found.end]; // `meta` has a version first
  }
  const properties = boxes(head, start, end);
  let largest: PictureSize | null = null;
  for (const { name, start: at, end: last } of properties) {
    if (name !== 'ispe' || at + 12 > last) continue;
    const size = { width: head.readUInt32BE(at + 4), height: head.readUInt32BE(at + 8) };
    if (!largest || size.width * size.height > largest.width * largest.height) largest = size;
  }
  const turn = properties.find(({ name }) => name === 'irot');
  const sideways = turn !== undefined && turn.start < turn.end && (head[turn.start]! & 1) === 1;
  return largest && sideways ? { width: largest.height, height: largest.width } : largest;
}

/** The boxes between two places (ISO 14496-12, 4.2); so many at most, and what is cut off ends with the bytes. */
function boxes(head: Buffer, from: number, to: number): { name: string; start: number; end: number }[] {
  const found: { name: string; start: number; end: number }[] = [];
  for (let at = from; at + 8 <= to && found.length < 200;) {
    const length = head.readUInt32BE(at);
    const end = length === 0 ? to : Math.min(to, at + length);
    if (end < at + 8) break; // a 64-bit length, or none: nothing that we look for has one
    found.push({ name: head.toString('latin1', at + 4, at + 8), start: at + 8, end });
    at = end;
  }
  return found;
}
