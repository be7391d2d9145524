import type { Letter } from '../../languages/letters.ts';

const subjectLength = 150;

/** A value as part of one line: without breaks, control characters, or marks that turn the direction of what follows. */
export function oneLine(text: string, length = 120): string {
  const flat = text.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029\s]+/g, ' ').replace(/[\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, '').trim();
  return cut(flat, length);
}

/** The beginning of a text, never half a character, with … when there was more. */
export function cut(text: string, length: number): string {
  if (text.length <= length) return text;
  const characters = [...text];
  return characters.length <= length ? text : `${characters.slice(0, length - 1).join('').trimEnd()}…`;
}

/** What somebody wrote, with its lines, without other control characters. */
function manyLines(text: string): string {
  return text.replace(/\r\n?|\u2028|\u2029/g, '\n').replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g, '').trim();
}

/** The subject of a letter as a header may have it: no text that a client would decode (`=?utf-8?q?…?=`) into something else. */
export function subjectOf(letter: Letter): string {
  return oneLine(letter.subject.replaceAll('=?', '= ?'), subjectLength);
}

/** The letter for clients without HTML, and for people who like it so. */
export function letterText(letter: Letter): string {
  const { heading, paragraphs, quote, button, notes = [], footer } = letter;
  return [
    oneLine(heading),
    ...paragraphs.map(manyLines),
    ...(quote === undefined ? [] : [manyLines(quote).split('\n').map((line) => (line === '' ? '>' : `> ${line}`)).join('\n')]),
    ...(button ? [`${button.label}:\n${button.link}`] : []),
    ...notes.map(manyLines),
    `-- \n${manyLines(footer)}`,
  ].join('\n\n');
}

/** A text as HTML, in an attribute too. */
function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;').replaceAll("'", '&#39;');
}

const lines = (text: string) => escaped(manyLines(text)).replaceAll('\n', '<br>\n');

// Clients that know no <style> have the attributes; the sheet adds the dark side. Nothing is loaded from anywhere.
const sheet = `:root{color-scheme:light dark;supported-color-schemes:light dark}
@media (prefers-color-scheme:dark){.page{background:#14161a!important}.card{background:#1f2329!important;color:#e8eaed!important}.quote{background:#2a2f37!important;border-color:#7aa2ff!important;color:#e8eaed!important}.small{color:#a3abb8!important}.button{background:#7aa2ff!important;color:#10131a!important}}`;
const font = "font-family:-apple-system,BlinkMacSystemFont,'Segoe UI','Apple SD Gothic Neo','Malgun Gothic',Roboto,Arial,sans-serif";

/** The letter as a page of its own: no tables, no pictures, nothing from elsewhere. */
export function letterHtml(letter: Letter, language: string): string {
  const { heading, paragraphs, quote, button, notes = [], footer } = letter;
  if (button && !/^https?:\/\//.test(button.link)) throw new Error('A mail links to web addresses only.');
  const small = (text: string) => `<p class="small" style="margin:16px 0 0;font-size:13px;line-height:1.5;color:#5f6672;word-break:break-word">${lines(text)}</p>`;
  return `<!doctype html>
<html lang="${escaped(language)}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width,initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="supported-color-schemes" content="light dark">
<title>${escaped(subjectOf(letter))}</title>
<style>${sheet}</style>
</head>
<body class="page" style="margin:0;padding:24px 12px;background:#f4f5f7">
<div class="card" style="max-width:560px;margin:0 auto;padding:28px 24px;border-radius:12px;background:#ffffff;color:#1d2129;${font}">
<h1 style="margin:0 0 16px;font-size:20px;line-height:1.35;word-break:break-word">${escaped(oneLine(heading))}</h1>
${paragraphs.map((text) => `<p style="margin:0 0 16px;font-size:15px;line-height:1.6;word-break:break-word">${lines(text)}</p>`).join('\n')}
${quote === undefined ? '' : `<blockquote class="quote" style="margin:0 0 20px;padding:12px 16px;border-left:3px solid #2f5bea;background:#f1f4fd;font-size:15px;line-height:1.6;word-break:break-word">${lines(quote)}</blockquote>`}
${button ? `<p style="margin:0 0 8px"><a class="button" href="${escaped(button.link)}" style="display:inline-block;padding:12px 20px;border-radius:8px;background:#2f5bea;color:#ffffff;font-size:15px;font-weight:600;text-decoration:none">${escaped(button.label)}</a></p>` : ''}
${notes.map(small).join('\n')}
${small(footer)}
</div>
</body>
</html>
`;
}
