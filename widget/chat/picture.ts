import { css, html, LitElement, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { property, query, state } from 'lit/decorators.js';
import { element } from '../define.ts';
import { WireFailure } from '../engine/wire.ts';
import { base } from '../styles/base.ts';
import { pictureIcon } from '../styles/file-icons.ts';
import type { FileTexts } from '../texts/file-texts.ts';

/** Thumbnails are no larger, in CSS px. */
const WIDEST = 240;
const TALLEST = 280;
/** What is tall or wide beyond measure still has something to press. */
const LEAST = 56;

/** The place that a picture takes, known before its bytes are. */
export function boxOf(width: number, height: number): { width: number; height: number } {
  const scale = Math.min(1, WIDEST / width, TALLEST / height);
  return { width: Math.max(LEAST, Math.round(width * scale)), height: Math.max(LEAST, Math.round(height * scale)) };
}

/**
 * Draws a picture on a canvas, no wider than `width` device px. A canvas, because a host page's policy may forbid every `img`
 * but its own (threats.md S12): what is fetched with the bearer token and decoded here needs no directive but `connect-src`.
 */
export async function drawPicture(canvas: HTMLCanvasElement, bytes: Blob, width: number): Promise<void> {
  const whole = await createImageBitmap(bytes);
  const bitmap = whole.width > width ? await createImageBitmap(whole, { resizeWidth: width, resizeHeight: Math.max(1, Math.round((whole.height * width) / whole.width)), resizeQuality: 'high' }) : whole;
  if (bitmap !== whole) whole.close();
  canvas.width = bitmap.width;
  canvas.height = bitmap.height;
  canvas.getContext('2d')!.drawImage(bitmap, 0, 0);
  bitmap.close();
}

/**
 * A picture, small. It asks for its bytes when it comes near the window, and keeps its place from the beginning.
 *
 * @fires enlarge It was pressed.
 * @fires unshowable Its bytes are no picture that this browser knows.
 */
@element('peer-consult-picture')
export class Picture extends LitElement {
  static override styles = [
    base,
    css`
      :host {
        display: block;
        max-inline-size: 100%;
        border-radius: 14px;
        background: var(--pc-surface-3);
        color: var(--pc-text-2);
        overflow: hidden;
        position: relative;
      }

      /* A white picture has an edge on white, and a black one on black. */
      :host::after {
        content: '';
        position: absolute;
        inset: 0;
        border: 1px solid var(--pc-line);
        border-radius: inherit;
        pointer-events: none;
      }

      button,
      .none {
        display: grid;
        place-items: center;
        align-content: center;
        gap: var(--pc-1);
        inline-size: 100%;
        block-size: 100%;
        padding: 0;
        border-radius: inherit;
        font-size: var(--pc-text-xs);
        text-align: center;
      }

      button:not(:disabled) {
        cursor: zoom-in;
      }

      button:focus-visible {
        outline-offset: -3px;
        outline-color: var(--pc-accent-ink);
        box-shadow: inset 0 0 0 5px var(--pc-surface);
      }

      .none button {
        inline-size: auto;
        block-size: auto;
        min-block-size: 28px;
        padding: 0 var(--pc-2);
        cursor: pointer;
        font-weight: 600;
        text-decoration: underline;
      }

      .none {
        padding: var(--pc-2);
        color: var(--pc-text);
      }

      canvas,
      svg {
        grid-area: 1 / 1;
      }

      canvas {
        inline-size: 100%;
        block-size: 100%;
        object-fit: contain;
        border-radius: inherit;
      }

      svg {
        inline-size: 28px;
        block-size: 28px;
      }
    `,
  ];

  @property({ attribute: false }) texts!: FileTexts;
  @property() name = '';
  /** In its own pixels. */
  @property({ attribute: false }) width = 0;
  @property({ attribute: false }) height = 0;
  /** Names the bytes: others are loaded when it changes. */
  @property() key = '';
  @property({ attribute: false }) load: (() => Promise<Blob>) | undefined;

  @state() private shown = false;
  @state() private failure: string | null = null;
  @query('canvas') private canvas!: HTMLCanvasElement | null;
  private near = false;
  private drawn = '';
  // A list that scrolls inside of the page has its own edge, which `rootMargin` does not move.
  private readonly watch = new IntersectionObserver((entries) => this.come(entries.some(({ isIntersecting }) => isIntersecting)), { rootMargin: '300px', scrollMargin: '300px' } as IntersectionObserverInit);

  override connectedCallback(): void {
    super.connectedCallback();
    this.watch.observe(this);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.watch.disconnect();
  }

  override focus(): void {
    this.renderRoot.querySelector('button')?.focus();
  }

  protected override updated(changed: PropertyValues<this>): void {
    if (changed.has('width') || changed.has('height')) {
      const box = boxOf(this.width || WIDEST, this.height || WIDEST);
      this.style.inlineSize = `${box.width}px`;
      this.style.aspectRatio = `${box.width} / ${box.height}`;
    }
    if (changed.has('key') && this.near) void this.draw();
  }

  protected override render(): TemplateResult {
    const { texts, failure, name } = this;
    if (failure) {
      return html`<div class="none" role="group" aria-label=${name}>
        <span>${failure === 'gone' ? texts.gone : texts.away}</span>
        ${failure === 'gone' ? nothing : html`<button type="button" @click=${() => void this.draw()}>${texts.again}</button>`}
      </div>`;
    }
    return html`<button type="button" aria-label=${texts.openPicture(name)} ?disabled=${!this.shown} @click=${() => this.dispatchEvent(new CustomEvent('enlarge'))}>
      ${this.shown ? nothing : pictureIcon}<canvas role="img" aria-label=${name} ?hidden=${!this.shown}></canvas>
    </button>`;
  }

  private come(near: boolean): void {
    if (!near || this.near) return;
    this.near = true;
    void this.draw();
  }

  private async draw(): Promise<void> {
    const { key, load } = this;
    if (!load || this.drawn === key) return;
    this.drawn = key;
    this.failure = null;
    try {
      const bytes = await load();
      await this.updateComplete;
      if (this.drawn !== key || !this.canvas) return;
      await drawPicture(this.canvas, bytes, Math.round(boxOf(this.width || WIDEST, this.height || WIDEST).width * Math.max(1, devicePixelRatio)));
      this.shown = true;
    } catch (error) {
      if (this.drawn !== key) return;
      this.drawn = '';
      if (!(error instanceof WireFailure)) this.dispatchEvent(new CustomEvent('unshowable'));
      else if (!this.shown) this.failure = error.code === 'not_found' || error.code === 'gone' ? 'gone' : 'away';
    }
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'peer-consult-picture': Picture;
  }
}
