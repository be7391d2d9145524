import fc from 'fast-check';
import t from 'tap';
import { fileKind } from './file-kind.ts';

const png = (width: number, height: number) => {
  const bytes = Buffer.alloc(64);
  Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex').copy(bytes);
  bytes.writeUInt32BE(width, 16);
  bytes.writeUInt32BE(height, 20);
  return bytes;
};
const gif = (width: number, height: number) => Buffer.concat([Buffer.from('GIF89a'), Buffer.from([width & 255, width >> 8, height & 255, height >> 8]), Buffer.alloc(20)]);
/** A photo as a phone makes one: Exif with an orientation, then the frame. */
const jpeg = (width: number, height: number, orientation?: number, order: 'II' | 'MM' = 'II') => {
  const tiff = Buffer.alloc(26);
  tiff.write(order, 0, 'latin1');
  const short = (value: number, at: number) => (order === 'II' ? tiff.writeUInt16LE(value, at) : tiff.writeUInt16BE(value, at));
  short(42, 2);
  if (order === 'II') tiff.writeUInt32LE(8, 4);
  else tiff.writeUInt32BE(8, 4);
  short(1, 8);
  short(0x0112, 10);
  short(3, 12);
  short(orientation ?? 1, 18);
  const exif = Buffer.concat([Buffer.from([0xff, 0xe1, 0, 2 + 6 + tiff.length]), Buffer.from('Exif\0\0', 'latin1'), tiff]);
  const frame = Buffer.from([0xff, 0xc0, 0, 17, 8, height >> 8, height & 255, width >> 8, width & 255, 3, 0, 0, 0, 0]);
  return Buffer.concat([Buffer.from('ffd8ffe000104a46494600010100000100010000', 'hex'), ...(orientation === undefined ? [] : [exif]), frame, Buffer.alloc(20)]);
};
const webp = (width: number, height: number) => {
  const bytes = Buffer.alloc(64);
  bytes.write('RIFF', 0, 'latin1');
  bytes.write('WEBPVP8X', 8, 'latin1');
  bytes.writeUIntLE(width - 1, 24, 3);
  bytes.writeUIntLE(height - 1, 27, 3);
  return bytes;
};
const box = (name: string, ...inside: Buffer[]) => {
  const body = Buffer.concat(inside);
  const head = Buffer.alloc(8);
  head.writeUInt32BE(8 + body.length);
  head.write(name, 4, 'latin1');
  return Buffer.concat([head, body]);
};
const ispe = (width: number, height: number) => {
  const body = Buffer.alloc(12);
  body.writeUInt32BE(width, 4);
  body.writeUInt32BE(height, 8);
  return box('ispe', body);
};
const ftyp = (...brands: string[]) => box('ftyp', Buffer.from(`${brands[0]!}\0\0\0\0${brands.slice(1).join('')}`, 'latin1'));
const avif = (...properties: Buffer[]) => Buffer.concat([
  ftyp('avif', 'mif1', 'miaf'), box('meta', Buffer.alloc(4), box('hdlr', Buffer.alloc(25)), box('iprp', box('ipco', ...properties), box('ipma', Buffer.alloc(8)))), box('mdat', Buffer.alloc(50)),
]);
/** 48 × 32 pixels, by `ffmpeg -f lavfi -i color=red:s=48x32 -frames:v 1 x.avif`. */
const realAvif = 'AAAAIGZ0eXBhdmlmAAAAAGF2aWZtaWYxbWlhZk1BMUIAAAD5bWV0YQAAAAAAAAAvaGRscgAAAAAAAAAAcGljdAAAAAAAAAAAAAAAAFBpY3R1cmVIYW5kbGVyAAAAAA5waXRtAAAAAAABAAAAHmlsb2MAAAAARAAAAQABAAAAAQAAASEAAAAiAAAAKGlpbmYAAAAAAAEAAAAaaW5mZQIAAAAAAQAAYXYwMUNvbG9yAAAAAGppcHJwAAAAS2lwY28AAAAUaXNwZQAAAAAAAAAwAAAAIAAAABBwaXhpAAAAAAMICAgAAAAMYXYxQ4EADAAAAAATY29scm5jbHgAAgACAAIAAAAAF2lwbWEAAAAAAAAAAQABBAECgwQAAAAqbWRhdAoKAAAAAqX/P/5gEDIUEADAAAACgAAACzz8u0QBL7ZmtKA=';
const zip = (...names: string[]) => Buffer.concat(names.map((name) => Buffer.concat([Buffer.from('PK\x03\x04', 'latin1'), Buffer.alloc(26), Buffer.from(name)])));

t.test('[S12] [J20] what a file is stands in its bytes', async (t) => {
  const kinds: [string, Buffer, string][] = [
    ['png', png(3, 4), 'image/png'], ['jpeg', jpeg(3, 4), 'image/jpeg'], ['gif', gif(3, 4), 'image/gif'], ['webp', webp(3, 4), 'image/webp'],
    ['avif', avif(ispe(3, 4)), 'image/avif'], ['bmp', Buffer.concat([Buffer.from('BM'), Buffer.alloc(12), Buffer.from([40, 0, 0, 0]), Buffer.alloc(36)]), 'image/bmp'],
    ['heic', ftyp('heic', 'mif1'), 'image/heic'],
    ['pdf', Buffer.from('%PDF-1.7\n'), 'application/pdf'], ['zip', zip('a.txt'), 'application/zip'],
    ['docx', zip('[Content_Types].xml', 'word/document.xml'), 'application/vnd.openxmlformats-officedocument.wordprocessingml.document'],
    ['xlsx', zip('_rels/.rels', 'xl/workbook.xml'), 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet'],
    ['pptx', zip('[Content_Types].xml', 'ppt/presentation.xml'), 'application/vnd.openxmlformats-officedocument.presentationml.presentation'],
    ['odt', zip('mimetypeapplication/vnd.oasis.opendocument.text'), 'application/vnd.oasis.opendocument.text'],
    ['hwpx', zip('mimetypeapplication/hwp+zip'), 'application/hwp+zip'],
    ['mp3 with a tag', Buffer.from('ID3\x04\0\0\0\0\0\0', 'latin1'), 'audio/mpeg'], ['mp3', Buffer.from([0xff, 0xfb, 0x90, 0x64, 0, 0]), 'audio/mpeg'],
    ['m4a', ftyp('M4A ', 'isom'), 'audio/mp4'], ['ogg', Buffer.from('OggS\0\x02'), 'audio/ogg'], ['wav', Buffer.from('RIFF\0\0\0\0WAVEfmt '), 'audio/wav'],
    ['mp4', ftyp('isom', 'avc1'), 'video/mp4'], ['mov', ftyp('qt  '), 'video/quicktime'],
    ['webm', Buffer.concat([Buffer.from('1a45dfa3', 'hex'), Buffer.from('\x9fB\x86\x81\x01B\x82\x84webm', 'latin1')]), 'video/webm'],
    ['text', Buffer.from('Grüße, 안녕하세요\n\tzwei'), 'text/plain'], ['a text that is cut in a character', Buffer.from('안녕').subarray(0, 5), 'text/plain'],
    ['nothing known', Buffer.from([0, 1, 2, 3]), 'application/octet-stream'], ['nothing at all', Buffer.alloc(0), 'application/octet-stream'],
    ['Latin-1', Buffer.from([0x47, 0x72, 0xfc, 0xdf, 0x65]), 'application/octet-stream'],
  ];
  for (const [name, bytes, type] of kinds) t.equal(fileKind(bytes).type, type, name);
});

t.test('[S12] what could run in a browser is plain text, or nothing', async (t) => {
  const payloads = [
    '<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>', '<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>', '\ufeff<!doctype html><script>alert(1)</script>',
    '<html><body onload=alert(1)>', '  \n<script src=//evil.example></script>', '<?xml version="1.0"?><x:script xmlns:x="http://www.w3.org/1999/xhtml">alert(1)</x:script>', 'alert(1)//', '<xsl:stylesheet/>', 'MIME-Version: 1.0\nContent-Type: text/html\n\n<script>alert(1)</script>',
  ];
  for (const payload of payloads) t.strictSame(fileKind(Buffer.from(payload)), { type: 'text/plain' }, payload.slice(0, 40));
  for (const payload of payloads) t.strictSame(fileKind(Buffer.from(payload, 'utf16le')), { type: 'application/octet-stream' }, `in UTF-16: ${payload.slice(0, 40)}`);
});

t.test('[J20] how large a picture is, as it is shown', async (t) => {
  const sizes: [string, Buffer, number, number][] = [
    ['png', png(800, 600), 800, 600], ['gif', gif(320, 200), 320, 200], ['webp', webp(1024, 768), 1024, 768], ['jpeg', jpeg(4000, 3000), 4000, 3000],
    ['upright', jpeg(4000, 3000, 1), 4000, 3000], ['upside down', jpeg(4000, 3000, 3), 4000, 3000], ['on its side', jpeg(4000, 3000, 6), 3000, 4000],
    ['on its side, the other byte order', jpeg(4000, 3000, 8, 'MM'), 3000, 4000], ['an orientation that is none', jpeg(4000, 3000, 77), 4000, 3000],
    ['avif', avif(ispe(640, 480)), 640, 480], ['a grid', avif(ispe(512, 512), ispe(1600, 1200), ispe(512, 512)), 1600, 1200], ['avif by libaom', Buffer.from(realAvif, 'base64'), 48, 32], ['turned', avif(ispe(640, 480), box('irot', Buffer.from([1]))), 480, 640],
  ];
  for (const [name, bytes, width, height] of sizes) t.match(fileKind(bytes), { width, height }, name);
});

t.test('[S12] a picture of too many pixels, of none, or that is cut off has no size, and is shown as a file', async (t) => {
  for (const bytes of [png(60_000, 60_000), png(32_001, 1), png(0, 5), gif(0, 0), png(3, 4).subarray(0, 20), jpeg(3, 4).subarray(0, 22), avif(ispe(0xffffffff, 0xffffffff)), avif(), avif(ispe(3, 4)).subarray(0, 60)]) {
    const kind = fileKind(bytes);
    t.notOk('width' in kind || 'height' in kind, `${kind.type} ${bytes.length}`);
  }
});

t.test('[S12] no bytes break it: random ones, and good ones that were changed or cut', async () => {
  const good = [png(3, 4), jpeg(300, 200, 6), jpeg(300, 200, 6, 'MM'), gif(3, 4), webp(3, 4), avif(ispe(3, 4), box('irot', Buffer.from([1]))), zip('[Content_Types].xml', 'word/x'), ftyp('isom')];
  const check = (bytes: Buffer) => {
    const { type, width, height } = fileKind(bytes);
    return /^(image|audio|video|application|text)\/[\w.+-]+$/.test(type) && !/svg|html|xml;|xhtml|script/.test(type)
      && (width === undefined) === (height === undefined) && (width === undefined || (width > 0 && height! > 0 && width * height! <= 100_000_000));
  };
  fc.assert(fc.property(fc.uint8Array({ maxLength: 600 }), (bytes) => check(Buffer.from(bytes))), { numRuns: 500 });
  fc.assert(fc.property(fc.constantFrom(...good), fc.array(fc.tuple(fc.nat(400), fc.nat(255)), { maxLength: 12 }), fc.nat(400), (bytes, changes, end) => {
    const changed = Buffer.from(bytes);
    for (const [place, value] of changes) changed[place % changed.length] = value;
    return check(changed.subarray(0, Math.max(1, end)));
  }), { numRuns: 2000 });
});
