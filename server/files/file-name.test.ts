import fc from 'fast-check';
import t from 'tap';
import { contentDisposition } from '../content-disposition.ts';
import { cleanFileName, nameFromDisposition } from './file-name.ts';

t.test('[S9] [J20] a name is one visible line without a path', async (t) => {
  const names: [string, string][] = [
    ['photo.png', 'photo.png'], ['사진 1.jpg', '사진 1.jpg'], ['../../etc/passwd', 'passwd'], ['C:\\Users\\me\\a.txt', 'a.txt'], ['', 'file'], ['...', 'file'], ['a/', 'file'], ['\0', '\ufffd'],
    ['invoice\u202egnp.exe', 'invoicegnp.exe'], ['a\r\nSet-Cookie: x=1', 'aSet-Cookie: x=1'], ['a\u0000b'.replace('\u0000', '\u0007'), 'ab'], ['  a \t b  ', 'a b'], ['\u200b\u2066', 'file'],
    ['<img src=x onerror=alert(1)>.png', '<img src=x onerror=alert(1)>.png'], ['e\u0301.txt', 'é.txt'], [`${'x'.repeat(300)}.tar`, `${'x'.repeat(196)}.tar`], ['😀'.repeat(300), '😀'.repeat(200)],
  ];
  for (const [given, kept] of names) t.equal(cleanFileName(given), kept, JSON.stringify(given.slice(0, 40)));
});

t.test('[S9] whatever the name, what is kept fits a header and comes back from it', async () => {
  fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 400 }), (name) => {
    const kept = cleanFileName(name);
    const header = contentDisposition('attachment', kept);
    // eslint-disable-next-line no-control-regex -- what must not reach a header
    return kept.length > 0 && [...kept].length <= 200 && !/[/\\\u0000-\u001f\u202e]/.test(kept) && /^[\x20-\x7e]+$/.test(header) && cleanFileName(kept) === kept;
  }), { numRuns: 1000 });
});

t.test('[J20] the name that a header tells', async (t) => {
  const headers: [string | undefined, string][] = [
    [undefined, ''], ['attachment', ''], ['attachment; filename="a b.txt"', 'a b.txt'], ['attachment; filename=a.txt', 'a.txt'], ['attachment; filename="a\\"b.txt"', 'a"b.txt'],
    ["attachment; filename=\"x\"; filename*=UTF-8''%EC%82%AC%EC%A7%84.png", '사진.png'], ["attachment; filename=\"x.png\"; filename*=UTF-8''%ZZ", 'x.png'], ["attachment; filename*=utf-8'ko'%20a", ' a'],
    [`attachment; filename="${Buffer.from('사진').toString('latin1')}"`, '사진'], ['attachment; filename="Gr\xfc\xdfe"', 'Grüße'],
  ];
  for (const [header, name] of headers) t.equal(nameFromDisposition(header), name, String(header));
  fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (header) => typeof nameFromDisposition(header) === 'string'));
});
