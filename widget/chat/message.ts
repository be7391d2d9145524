import { html, nothing, type TemplateResult } from 'lit';
import type { File } from '../../protocol/shapes.ts';
import type { Line } from '../engine/session-state.ts';
import { botIcon, phoneIcon, pendingIcon, seenIcon, sentIcon, videoIcon } from '../styles/icons.ts';
import type { Texts } from '../texts/texts.ts';
import { linkify } from './linkify.ts';
import type { CallItem, LineGroup } from './line-groups.ts';
import { callWording, moment, timeOfDay } from './wording.ts';

/** What drawing lines needs to know besides them. */
export interface LineContext {
  texts: Texts;
  language: string;
  selfId: string;
  /** How far the other side has read. */
  readSeq: number;
  /** The newest own line that arrived: the only one that says *sent* or *seen*. */
  newestOwn: Line | undefined;
  /** Lines that came after the list was first drawn slide in. */
  isFresh(line: Line): boolean;
  retry(line: Line): void;
  discard(line: Line): void;
  /** The team's picture beside its lines; null: the first letter of the name. */
  picture: string | null;
  /** The picture did not come. */
  lostPicture(): void;
  /** Brings the bytes of a file. */
  fetchFile: ((file: File) => Promise<Blob>) | undefined;
  /** Undefined: calls cannot be opened from here. */
  openCall: ((callId: string) => void) | undefined;
}

const ONLY_EMOJI = /^(?:(?:\p{RI}{2}|[\d#*]\uFE0F?\u20E3|\p{Extended_Pictographic}(?:\uFE0F|\u200D\p{Extended_Pictographic}|\p{Emoji_Modifier})*)\s?){1,3}$/u;

const NO_FILES: readonly never[] = [];

/** A text with its links. Text nodes only: nothing that anybody wrote is ever read as markup (threats.md S9). */
export const textOf = (text: string): unknown[] =>
  linkify(text).map((part) => (part.href ? html`<a href=${part.href} target="_blank" rel="noopener nofollow">${part.text}</a>` : part.text));

/** The first sign of a name, whole even where it takes several code units. */
export const initialOf = (name: string): string => {
  const trimmed = name.trim();
  return (trimmed ? [...trimmed][0]! : '·').toLocaleUpperCase();
};

/** Lines of one author that stand together. */
export function groupView(group: LineGroup, context: LineContext): TemplateResult {
  const { texts, language } = context;
  const { own, lines } = group;
  const first = lines[0]!;
  const last = lines.at(-1)!;
  const at = Date.parse(last.createdAt);
  const name = first.author.name || texts.someone;
  // Who reads aloud hears the name even where eyes know the side.
  const shown = !own || (first.author.id !== context.selfId && context.selfId !== '');
  return html`
    <li class="group ${own ? 'own' : ''} ${first.kind === 'note' ? 'note' : ''}">
      ${shown || first.kind === 'note' ? html`<div class="name">${name}${first.kind === 'note' ? ` · ${texts.noteLabel}` : nothing}${first.author.kind === 'bot' ? html`<span class="bot">${texts.botLabel}</span>` : nothing}</div>` : html`<div class="hush">${texts.you}</div>`}
      ${own ? nothing : html`<div class="avatar" aria-hidden="true">${avatar(first, name, context)}</div>`}
      <div class="bubbles">${lines.map((line) => bubble(line, own, context))}</div>
      ${lines.some((line) => line.state !== 'failed')
        ? html`<div class="meta">
            <time datetime=${last.createdAt} title=${moment(at, language)}>${timeOfDay(at, language)}</time>
            ${own ? receipt(group, context) : nothing}
          </div>`
        : nothing}
    </li>
  `;
}

function avatar({ author }: Line, name: string, { picture, lostPicture }: LineContext): unknown {
  if (author.kind === 'bot') return botIcon;
  return picture && author.kind === 'agent' ? html`<img src=${picture} alt="" @error=${lostPicture} />` : initialOf(name);
}

function bubble(line: Line, own: boolean, context: LineContext): TemplateResult {
  const { texts } = context;
  const big = line.text.length <= 24 && ONLY_EMOJI.test(line.text);
  return html`
    ${line.text ? html`<div part="bubble" data-line=${line.clientId} class="bubble ${line.state} ${big ? 'big' : ''} ${context.isFresh(line) ? 'fresh' : ''}" dir="auto">${textOf(line.text)}</div>` : nothing}
    ${line.files || line.uploads
      ? html`<peer-consult-message-files data-line=${line.text ? nothing : line.clientId} class=${context.isFresh(line) ? 'fresh' : ''} ?own=${own} ?failed=${line.state === 'failed'}
          .files=${line.files ?? NO_FILES} .uploads=${line.uploads ?? NO_FILES} .language=${context.language} .fetchFile=${context.fetchFile} @cancel=${() => context.discard(line)}></peer-consult-message-files>`
      : nothing}
    ${line.state === 'failed'
      ? html`<div class="failure">
          <span>${texts.failed[line.failure ?? 'default'] ?? texts.failed.default}</span>
          <button type="button" @click=${() => context.retry(line)}>${texts.retry}</button>
          <button type="button" @click=${() => context.discard(line)}>${texts.discard}</button>
        </div>`
      : nothing}
  `;
}

/** Whole seconds from now on, at least one. */
export const secondsTo = (at: number): number => Math.max(1, Math.ceil((at - Date.now()) / 1000));

function receipt({ lines }: LineGroup, { texts, readSeq, newestOwn }: LineContext): TemplateResult | typeof nothing {
  const waits = lines.find((line) => line.resumesAt)?.resumesAt;
  if (waits) return html`<span aria-hidden="true">·</span>${pendingIcon}<span>${texts.resumes(secondsTo(waits))}</span>`;
  if (lines.some((line) => line.state === 'sending')) return html`<span aria-hidden="true">·</span>${pendingIcon}<span>${texts.sending}</span>`;
  if (!newestOwn || !lines.includes(newestOwn)) return nothing;
  return (newestOwn.seq ?? 0) <= readSeq
    ? html`<span aria-hidden="true">·</span><span class="seen">${seenIcon}</span><span>${texts.seen}</span>`
    : html`<span aria-hidden="true">·</span>${sentIcon}<span>${texts.sent}</span>`;
}

/** How a call went. */
export function callItemView({ line, own }: CallItem, context: LineContext): TemplateResult | typeof nothing {
  const { call } = line;
  if (!call) return nothing;
  const { texts, language, openCall } = context;
  const { title, details, missed } = callWording(call, own, texts);
  const at = Date.parse(line.createdAt);
  return html`
    <li data-line=${line.clientId} class="call ${missed ? 'missed' : ''} ${context.isFresh(line) ? 'fresh' : ''}">
      <span class="sign">${call.mode === 'video' ? videoIcon : phoneIcon}</span>
      <span>
        <strong>${title}</strong>
        <span class="detail">${[...details, timeOfDay(at, language)].join(' · ')}</span>
      </span>
      ${openCall && call.recorded ? html`<button type="button" class="open" @click=${() => openCall(call.id)}>${texts.openCall}</button>` : nothing}
    </li>
  `;
}
