import { css, html, LitElement, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { property, state } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';
import { element } from '../define.ts';
import { StoreController } from '../engine/store-controller.ts';
import { base } from '../styles/base.ts';
import { iconOf } from '../styles/file-icons.ts';
import { closeIcon } from '../styles/icons.ts';
import { fileTexts, fileTextsHere, sizeWords } from '../texts/file-texts.ts';
import { drawPicture } from './picture.ts';

/** The contract's limit for one message. */
const MOST_FILES = 10;
/** Thumbnails are this wide, in CSS px. */
const THUMB = 40;

/**
 * Files that were chosen and not sent yet, each to be taken away again. What does not fit is told at once.
 *
 * @fires change There are others now.
 * @fires empty The last one was taken away.
 */
@element('peer-consult-attachments')
export class Attachments extends LitElement {
  static override styles = [
    base,
    css`
      :host {
        display: block;
        min-inline-size: 0;
      }

      ul {
        display: flex;
        flex-wrap: wrap;
        gap: var(--pc-1);
        max-block-size: 132px;
        overflow-y: auto;
        scrollbar-width: thin;
      }

      li {
        display: grid;
        grid-template-columns: 40px minmax(0, 1fr) auto;
        align-items: center;
        gap: var(--pc-2);
        flex: 1 1 172px;
        box-sizing: border-box;
        min-inline-size: 0;
        max-inline-size: 240px;
        padding: 3px;
        border-radius: 12px;
        background: var(--pc-surface-3);
      }

      .sign {
        display: grid;
        place-items: center;
        inline-size: 40px;
        block-size: 40px;
        border-radius: 10px;
        color: var(--pc-text-2);
        overflow: hidden;
      }

      .sign > * {
        grid-area: 1 / 1;
      }

      canvas {
        inline-size: 40px;
        block-size: 40px;
        object-fit: cover;
      }

      .name,
      .size {
        display: block;
        overflow: hidden;
        text-overflow: ellipsis;
        white-space: nowrap;
        font-size: var(--pc-text-xs);
        line-height: 1.35;
      }

      .name {
        font-weight: 500;
      }

      .size {
        color: var(--pc-text-2);
      }

      button {
        display: grid;
        place-items: center;
        inline-size: 32px;
        block-size: 32px;
        border-radius: var(--pc-radius-full);
        color: var(--pc-text-2);
      }

      button:hover {
        background: var(--pc-surface);
        color: var(--pc-text);
      }

      button svg {
        inline-size: 16px;
        block-size: 16px;
      }

      p {
        padding: var(--pc-1) var(--pc-2);
        font-size: var(--pc-text-xs);
        color: var(--pc-danger);
      }
    `,
  ];

  @property() language = 'en';
  protected readonly words = new StoreController(this, () => fileTextsHere);
  /** How large a file may be, in MiB. */
  @property({ attribute: false }) maxMiB = 100;
  @state() private chosen: readonly File[] = [];
  /** Why some were not taken. */
  @state() private refused: readonly string[] = [];
  private drawn = new WeakSet<File>();

  /** What is chosen. Setting it replaces all, for a draft that comes back. */
  get files(): readonly File[] {
    return this.chosen;
  }

  set files(files: readonly File[]) {
    this.chosen = files;
    this.refused = [];
  }

  /** Takes in what fits and says what does not. */
  add(files: readonly File[]): void {
    const t = fileTexts(this.language);
    const most = this.maxMiB * 2 ** 20;
    const good = files.filter(({ size }) => size > 0 && size <= most);
    const refused = files.filter((file) => !good.includes(file)).map(({ name, size }) => (size === 0 ? t.emptyFile(name) : t.tooLarge(name, sizeWords(most, this.language))));
    const fitting = good.slice(0, MOST_FILES - this.chosen.length);
    this.chosen = [...this.chosen, ...fitting];
    this.refused = [...refused, ...(fitting.length < good.length ? [t.tooMany(MOST_FILES)] : [])];
    this.tell();
  }

  protected override updated(changed: PropertyValues): void {
    if (!changed.has('chosen' as never)) return;
    const thumbs = [...this.renderRoot.querySelectorAll('canvas')];
    this.chosen.forEach((file, index) => {
      const canvas = thumbs[index];
      if (!canvas || this.drawn.has(file)) return;
      this.drawn.add(file);
      // Whatever is no picture, or none that this browser knows, keeps its sign.
      if (file.type.startsWith('image/')) drawPicture(canvas, file, THUMB * 3).then(() => (canvas.hidden = false), () => undefined);
    });
  }

  protected override render(): TemplateResult {
    const t = fileTexts(this.language);
    return html`
      ${this.chosen.length
        ? html`<ul aria-label=${t.chosen}>
            ${repeat(this.chosen, (file) => file, (file) => html`
              <li>
                <span class="sign">${iconOf(file)}<canvas hidden aria-hidden="true"></canvas></span>
                <span><span class="name" title=${file.name}>${file.name}</span><span class="size">${sizeWords(file.size, this.language)}</span></span>
                <button type="button" aria-label=${t.remove(file.name)} title=${t.remove(file.name)} @click=${() => this.takeAway(file)}>${closeIcon}</button>
              </li>
            `)}
          </ul>`
        : nothing}
      <div role="alert">${this.refused.map((words) => html`<p>${words}</p>`)}</div>
    `;
  }

  private takeAway(file: File): void {
    const index = this.chosen.indexOf(file);
    this.chosen = this.chosen.filter((each) => each !== file);
    this.refused = [];
    this.tell();
    // The focus goes to the next one, or where the visitor writes.
    void this.updateComplete.then(() => {
      const buttons = this.renderRoot.querySelectorAll('button');
      const next = buttons[Math.min(index, buttons.length - 1)];
      if (next) next.focus();
      else this.dispatchEvent(new CustomEvent('empty'));
    });
  }

  private tell(): void {
    this.dispatchEvent(new CustomEvent('change'));
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'peer-consult-attachments': Attachments;
  }
}
