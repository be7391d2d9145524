import { css, html, LitElement, nothing, type TemplateResult } from 'lit';
import { property, query, state } from 'lit/decorators.js';
import { element } from '../define.ts';
import { base } from '../styles/base.ts';
import { saveIcon } from '../styles/file-icons.ts';
import { closeIcon } from '../styles/icons.ts';
import type { FileTexts } from '../texts/file-texts.ts';
import { drawPicture } from './picture.ts';

/** Larger than this on a side a canvas costs more memory than a phone has, in px. */
const LARGEST = 4_096;

/**
 * A picture over the whole window. Esc, the button and a press beside it close it.
 *
 * @fires over It was closed.
 * @fires save The visitor wants to keep it.
 */
@element('peer-consult-picture-dialog')
export class PictureDialog extends LitElement {
  static override styles = [
    base,
    css`
      dialog {
        inline-size: 100vw;
        block-size: 100dvh;
        max-inline-size: none;
        max-block-size: none;
        margin: 0;
        padding: 0;
        border: 0;
        background: rgb(10 11 15 / 92%);
        color: #ffffff;
        --pc-accent-ink: #ffffff;
      }

      dialog[open] {
        display: grid;
        grid-template-rows: auto minmax(0, 1fr);
      }

      dialog::backdrop {
        background: none;
      }

      header {
        display: flex;
        align-items: center;
        gap: var(--pc-1);
        padding: max(var(--pc-2), env(safe-area-inset-top)) var(--pc-3) var(--pc-2) var(--pc-4);
      }

      h2 {
        flex: 1;
        min-inline-size: 0;
        font-size: var(--pc-text-m);
        font-weight: 500;
        overflow: hidden;
        text-overflow: ellipsis;
        white-space: nowrap;
      }

      button {
        display: grid;
        place-items: center;
        inline-size: var(--pc-target);
        block-size: var(--pc-target);
        border-radius: var(--pc-radius-full);
      }

      button:hover {
        background: rgb(255 255 255 / 14%);
      }

      svg {
        inline-size: 22px;
        block-size: 22px;
      }

      .stage {
        display: grid;
        place-items: center;
        min-block-size: 0;
        padding: 0 var(--pc-4) max(var(--pc-4), env(safe-area-inset-bottom));
      }

      canvas {
        max-inline-size: 100%;
        max-block-size: 100%;
        min-block-size: 0;
        object-fit: contain;
        border-radius: 4px;
      }
    `,
  ];

  @property({ attribute: false }) texts!: FileTexts;
  @property() name = '';
  @property({ attribute: false }) load!: () => Promise<Blob>;
  @state() private mood: 'loading' | 'shown' | 'failed' = 'loading';
  @query('dialog') private dialog!: HTMLDialogElement;
  @query('canvas') private canvas!: HTMLCanvasElement;

  protected override firstUpdated(): void {
    this.dialog.showModal();
    this.load()
      .then((bytes) => drawPicture(this.canvas, bytes, LARGEST))
      .then(
        () => (this.mood = 'shown'),
        () => (this.mood = 'failed'),
      );
  }

  protected override render(): TemplateResult {
    const { texts, name, mood } = this;
    return html`
      <dialog aria-label=${name} @close=${this.over} @keydown=${this.onKeyDown} @click=${this.onClick}>
        <header>
          <h2>${name}</h2>
          <button type="button" aria-label=${texts.download(name)} title=${texts.save} @click=${() => this.dispatchEvent(new CustomEvent('save'))}>${saveIcon}</button>
          <button type="button" class="close" autofocus aria-label=${texts.close} title=${texts.close} @click=${() => this.dialog.close()}>${closeIcon}</button>
        </header>
        <div class="stage">
          <p role="status" ?hidden=${mood === 'shown'}>${mood === 'loading' ? texts.loadingFile : mood === 'failed' ? texts.away : nothing}</p>
          <canvas role="img" aria-label=${name} ?hidden=${mood !== 'shown'}></canvas>
        </div>
      </dialog>
    `;
  }

  private over(): void {
    this.dispatchEvent(new CustomEvent('over'));
  }

  /** The chat below closes with Esc, too: this one is not meant for it. */
  private onKeyDown(event: KeyboardEvent): void {
    event.stopPropagation();
    if (event.key !== 'Escape') return;
    event.preventDefault();
    this.dialog.close();
  }

  private onClick(event: MouseEvent): void {
    event.stopPropagation();
    if ((event.composedPath()[0] as HTMLElement).closest('canvas, button, h2') === null) this.dialog.close();
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'peer-consult-picture-dialog': PictureDialog;
  }
}
