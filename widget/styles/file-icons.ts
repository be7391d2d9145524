import { svg, type TemplateResult } from 'lit';
import { icon } from './icons.ts';

const sheet = (inside: TemplateResult): TemplateResult => icon(svg`<path d="M6 3.5h8l4 4v13H6z"/><path d="M14 3.5v4h4"/>${inside}`);

/** A sheet of paper. */
const fileIcon = sheet(svg``);
const textIcon = sheet(svg`<path d="M9 12h6M9 15.5h6"/>`);
const tableIcon = sheet(svg`<path d="M9 12h6v5H9zM12 12v5M9 14.5h6"/>`);
const soundIcon = sheet(svg`<path d="M11 17v-5l3-1v5"/><circle cx="10" cy="17" r="1"/><circle cx="13" cy="16" r="1"/>`);
const filmIcon = sheet(svg`<path d="M10.5 11.5v5l4-2.5z"/>`);
const packIcon = sheet(svg`<path d="M11 5v1M11 8v1M11 11v1M11 14.5h1.5V18H11z"/>`);
/** A picture in a frame. */
export const pictureIcon = icon(svg`<rect x="3.5" y="5" width="17" height="14" rx="2.5"/><circle cx="9" cy="10" r="1.5"/><path d="M4 17l5-4 3.5 2.5L16 12l4.5 4"/>`);
/** An arrow into a tray. */
export const saveIcon = icon(svg`<path d="M12 4v11M7.5 11L12 15.5 16.5 11M4.5 19.5h15"/>`);

/** The sign of a kind of file, by what its bytes are and else by its name. */
export function iconOf({ type, name }: { type: string; name: string }): TemplateResult {
  const ending = /\.([a-z0-9]{1,5})$/i.exec(name)?.[1]?.toLowerCase() ?? '';
  if (type.startsWith('image/')) return pictureIcon;
  if (type.startsWith('audio/')) return soundIcon;
  if (type.startsWith('video/')) return filmIcon;
  if (/zip|tar|compress|rar|7z/.test(type) && !/officedocument|opendocument/.test(type)) return /^(docx?|odt|pptx?|odp|hwpx?)$/.test(ending) ? textIcon : /^(xlsx?|ods)$/.test(ending) ? tableIcon : packIcon;
  if (/spreadsheet|excel|csv/.test(type) || /^(xlsx?|ods|csv)$/.test(ending)) return tableIcon;
  if (/^text\/|pdf|word|document|presentation/.test(type) || /^(hwpx?|md)$/.test(ending)) return textIcon;
  return fileIcon;
}
