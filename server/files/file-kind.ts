import { pictureSize } from './picture-size.ts';

/** What bytes are, and for pictures that every browser shows, how large. */
export interface FileKind {
  type: string;
  width?: number;
  height?: number;
}

const unknown = 'application/octet-stream';
// A picture of more pixels than a browser should be made to unpack is a file like any other.
const maxPixels = 100_000_000;
const maxSide = 32_000;

const at = (offset: number, text: string) => (head: Buffer) => head.length >= offset + text.length && head.toString('latin1', offset, offset + text.length) === text;
const all = (...tests: ((head: Buffer) => boolean)[]) => (head: Buffer) => tests.every((test) => test(head));
const brand = (...brands: string[]) => (head: Buffer) => {
  if (!at(4, 'ftyp')(head)) return false;
  const end = Math.min(head.readUInt32BE(0), head.length, 256);
  for (let offset = 8; offset + 4 <= end; offset += 4) if (offset !== 12 && brands.includes(head.toString('latin1', offset, offset + 4))) return true;
  return false;
};

/** In this order. What is in no line of it is nothing to us, whatever its name says. */
const table: readonly (readonly [string, (head: Buffer) => boolean])[] = [
  ['image/png', at(0, '\x89PNG\r\n\x1a\n')],
  ['image/jpeg', at(0, '\xff\xd8\xff')],
  ['image/gif', (head) => at(0, 'GIF87a')(head) || at(0, 'GIF89a')(head)],
  ['image/webp', all(at(0, 'RIFF'), at(8, 'WEBP'))],
  ['image/avif', brand('avif', 'avis')],
  ['image/heic', brand('heic', 'heix', 'hevc', 'mif1')],
  ['image/bmp', (head) => at(0, 'BM')(head) && head.length >= 18 && [12, 40, 52, 56, 108, 124].includes(head.readUInt32LE(14))],
  ['application/pdf', at(0, '%PDF-')],
  ['audio/wav', all(at(0, 'RIFF'), at(8, 'WAVE'))],
  ['audio/ogg', at(0, 'OggS')],
  ['audio/mp4', brand('M4A ', 'M4B ')],
  ['video/mp4', brand('isom', 'iso2', 'iso4', 'iso5', 'iso6', 'mp41', 'mp42', 'avc1', 'M4V ', 'dash', '3gp4', '3gp5', '3gp6')],
  ['video/quicktime', brand('qt  ')],
  ['video/webm', (head) => at(0, '\x1a\x45\xdf\xa3')(head) && head.subarray(0, 64).includes('webm')],
  ['audio/mpeg', (head) => at(0, 'ID3')(head) || isMpegFrame(head)],
];

/** An MPEG audio frame, layer III, with a bit rate and a sample rate that there are. */
function isMpegFrame(head: Buffer): boolean {
  if (head.length < 4 || head[0] !== 0xff) return false;
  const [second, third] = [head[1]!, head[2]!];
  return (second & 0xe0) === 0xe0 && (second & 0x18) !== 0x08 && (second & 0x06) === 0x02 && (third & 0xf0) !== 0xf0 && (third & 0xf0) !== 0 && (third & 0x0c) !== 0x0c;
}

/** What is in a zip, by the names of its first entries: an office document is one. */
function zipKind(head: Buffer): string | null {
  if (!at(0, 'PK\x03\x04')(head) && !at(0, 'PK\x05\x06')(head)) return null;
  const text = head.toString('latin1', 0, Math.min(head.length, 8192));
  const mimetype = /^mimetype(application\/(?:vnd\.oasis\.opendocument\.[a-z]{1,20}|epub\+zip|hwp\+zip))/.exec(text.slice(30))?.[1];
  if (mimetype) return mimetype;
  if (text.includes('[Content_Types].xml') || text.includes('_rels/.rels')) {
    if (text.includes('word/')) return 'application/vnd.openxmlformats-officedocument.wordprocessingml.document';
    if (text.includes('xl/')) return 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet';
    if (text.includes('ppt/')) return 'application/vnd.openxmlformats-officedocument.presentationml.presentation';
  }
  return 'application/zip';
}

/** UTF-8 without control characters; a character that is cut off at the end of what we have is fine. */
function isText(head: Buffer): boolean {
  // eslint-disable-next-line no-control-regex -- control characters are what plain text has none of
  if (/[\u0000-\u0008\u000e-\u001a\u001c-\u001f\u007f]/.test(head.toString('latin1'))) return false;
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(head, { stream: true });
    return true;
  } catch {
    return false;
  }
}

/**
 * What bytes are by their beginning, and never by what anybody says of them (threats.md S12). SVG, HTML, XML and scripts are
 * plain text. Never throws.
 */
export function fileKind(head: Buffer): FileKind {
  const type = table.find(([, test]) => test(head))?.[0] ?? zipKind(head) ?? (head.length > 0 && isText(head) ? 'text/plain' : unknown);
  const size = pictureSize(type, head);
  return size && size.width <= maxSide && size.height <= maxSide && size.width * size.height <= maxPixels ? { type, ...size } : { type };
}
