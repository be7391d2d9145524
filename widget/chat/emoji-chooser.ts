import { css, html, LitElement, nothing, type TemplateResult } from 'lit';
import { property, state } from 'lit/decorators.js';
import { element } from '../define.ts';
import { StoreController } from '../engine/store-controller.ts';
import { base } from '../styles/base.ts';
import { fileTexts, fileTextsHere } from '../texts/file-texts.ts';

/** As many stand in a row. */
const COLUMNS = 8;
/** The common ones: faces, hands, hearts, signs, things. Each is its own name to whoever listens. */
const EMOJI = [
  '😀', '😄', '😁', '😆', '😅', '😂', '🙂', '😉', '😊', '😇', '🥰', '😍', '😘', '😋', '😎', '🤩',
  '🥳', '🤗', '🤔', '🫡', '😐', '🙄', '😬', '😌', '😴', '😮', '😲', '🥺', '😢', '😭', '😤', '😡',
  '😱', '😰', '😓', '🤯', '🤒', '🤦', '🤷', '🙇', '👍', '👎', '👌', '✌️', '🤞', '🙏', '👏', '🙌',
  '💪', '👋', '🤝', '☝️', '👀', '❤️', '🧡', '💛', '💚', '💙', '💜', '🖤', '💔', '💯', '✨', '🔥',
  '🎉', '🎂', '🎁', '⭐', '☀️', '🌧️', '❄️', '🌸', '🍀', '☕', '🍚', '🍜', '🐶', '🐱', '✅', '❌',
  '⚠️', '❓', '❗', '💡', '📌', '📎', '📅', '⏰', '📞', '💻', '📱', '🚚', '📦', '💳', '💰', '🏠',
] as const;

/** What was chosen last, as long as the page lives. */
let recent: readonly string[] = [];

/**
 * Emoji to choose from, by pointer or with the arrow keys.
 *
 * @fires choose `detail: { emoji }`
 * @fires over Esc: the writer goes back.
 */
@element('peer-consult-emoji-chooser')
export class EmojiChooser extends LitElement {
  static override styles = [
    base,
    css`
      :host {
        display: block;
        padding: var(--pc-2);
        border: 1px solid var(--pc-line);
        border-radius: var(--pc-radius);
        background: var(--pc-surface);
        box-shadow: var(--pc-shadow);
      }

      .scroll {
        max-block-size: min(236px, 40dvh);
        overflow-y: auto;
        scrollbar-width: thin;
      }

      .grid {
        display: grid;
        grid-template-columns: repeat(8, 36px);
        justify-content: center;
      }

      .recent {
        margin-block-end: var(--pc-1);
        padding-block-end: var(--pc-1);
        border-block-end: 1px solid var(--pc-line);
      }

      button {
        block-size: 36px;
        border-radius: var(--pc-radius-s);
        font-family: 'Apple Color Emoji', 'Segoe UI Emoji', 'Noto Color Emoji', sans-serif;
        font-size: 22px;
        line-height: 1;
      }

      button:hover,
      button:focus-visible {
        background: var(--pc-surface-3);
        outline-offset: -2px;
      }
    `,
  ];

  @property() language = 'en';
  protected readonly words = new StoreController(this, () => fileTextsHere);
  @state() private at = 0;
  /** As they were when it opened: what is under the pointer stays there. */
  private readonly lately = recent;

  override focus(): void {
    this.buttons[this.at]?.focus();
  }

  protected override firstUpdated(): void {
    this.focus();
  }

  protected override render(): TemplateResult {
    const t = fileTexts(this.language);
    const before = this.lately.length;
    const one = (emoji: string, index: number): TemplateResult => html`<button type="button" tabindex=${index === this.at ? 0 : -1} @click=${() => this.choose(emoji, index)}>${emoji}</button>`;
    return html`
      <div class="scroll" role="group" aria-label=${t.emoji} @keydown=${this.onKeyDown}>
        ${before ? html`<div class="grid recent" role="group" aria-label=${t.recent}>${this.lately.map(one)}</div>` : nothing}
        <div class="grid">${EMOJI.map((emoji, index) => one(emoji, before + index))}</div>
      </div>
    `;
  }

  private get buttons(): HTMLButtonElement[] {
    return [...this.renderRoot.querySelectorAll('button')];
  }

  private choose(emoji: string, index: number): void {
    this.at = index;
    recent = [emoji, ...recent.filter((each) => each !== emoji)].slice(0, COLUMNS);
    this.dispatchEvent(new CustomEvent('choose', { detail: { emoji } }));
  }

  private onKeyDown(event: KeyboardEvent): void {
    const rtl = getComputedStyle(this).direction === 'rtl' ? -1 : 1;
    const all = this.buttons;
    // A row of the recent ones may be short: the next one below stands in the same column of the next row.
    const gap = this.lately.length ? COLUMNS - this.lately.length : 0;
    const place = this.at < this.lately.length ? this.at : this.at + gap;
    const goTo = (wanted: number): number => {
      const index = wanted < COLUMNS && gap ? Math.min(wanted, this.lately.length - 1) : wanted - gap;
      return Math.max(0, Math.min(all.length - 1, index));
    };
    const next: Record<string, number> = {
      ArrowRight: this.at + rtl, ArrowLeft: this.at - rtl, ArrowDown: goTo(place + COLUMNS), ArrowUp: place < COLUMNS ? this.at : goTo(place - COLUMNS), Home: 0, End: all.length - 1,
    };
    if (event.key === 'Escape') this.dispatchEvent(new CustomEvent('over'));
    else if (next[event.key] === undefined) return;
    else {
      this.at = Math.max(0, Math.min(all.length - 1, next[event.key]!));
      this.focus();
    }
    event.preventDefault();
    event.stopPropagation();
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'peer-consult-emoji-chooser': EmojiChooser;
  }
}
