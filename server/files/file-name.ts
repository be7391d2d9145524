import { plainText } from '../store/plain-text.ts';

const longest = 200;
// Control characters, what turns the direction of text or is not seen at all (an `exe` that looks like a `txt`), line ends.
// eslint-disable-next-line no-control-regex -- control characters are just what must not reach a name
const unseen = /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]/g;

/** A name as it is kept: its last part if it is a path, visible characters alone, 200 at most with its ending; `file` for none. */
export function cleanFileName(name: string): string {
  const last = plainText(name).normalize('NFC').replaceAll(unseen, '').split(/[/\\]/).at(-1)!.replaceAll(/\s+/g, ' ').trim();
  if (/^\.*$/.test(last)) return 'file';
  const characters = [...last];
  if (characters.length <= longest) return last;
  const ending = /\.[^.\s]{1,20}$/.exec(last)?.[0] ?? '';
  return characters.slice(0, longest - [...ending].length).join('') + ending;
}

/** The name that a Content-Disposition header tells (RFC 6266): the extended one before the plain one; empty when there is none. */
export function nameFromDisposition(header: string | undefined): string {
  if (header === undefined) return '';
  const extended = /;\s*filename\*\s*=\s*utf-8'[^']*'([^;\s]+)/i.exec(header)?.[1];
  if (extended !== undefined) {
    try {
      return decodeURIComponent(extended);
    } catch {
      // Not what it says it is; the plain one may be.
    }
  }
  const plain = /;\s*filename\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^;\s]+))/i.exec(header);
  const text = plain?.[1]?.replaceAll(/\\(.)/g, '$1') ?? plain?.[2] ?? '';
  // Headers come as Latin-1; browsers put UTF-8 there.
  const decoded = Buffer.from(text, 'latin1').toString('utf8');
  return decoded.includes('\ufffd') ? text : decoded;
}
