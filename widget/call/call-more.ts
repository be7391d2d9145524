import { LitElement, css, html, nothing, type TemplateResult } from 'lit';
import { property, query, state } from 'lit/decorators.js';
import { element } from '../define.ts';
import { base } from '../styles/base.ts';
import { moreIcon } from '../styles/icons.ts';
import { callControl } from './control.styles.ts';

/** One thing that a call can do beside the large buttons. */
export interface MoreItem {
  action: string;
  words: string;
  icon: TemplateResult;
  /** It is on and can be turned off, or the reverse; left out: it just happens. */
  on?: boolean;
  act(): void;
}

/** What does not fit beside the large buttons of a call, behind one more: a menu by keyboard, pointer and screen reader alike. */
@element('peer-consult-call-more')
export class CallMore extends LitElement {
  static override styles = [
    base,
    callControl,
    css`
      :host {
        display: contents;
      }

      .control span {
        position: relative;
      }

      .control[aria-expanded='true'] span {
        background: rgb(255 255 255 / 26%);
      }

      .control.some span::after {
        content: '';
        position: absolute;
        inset-block-start: 2px;
        inset-inline-end: 2px;
        inline-size: 12px;
        block-size: 12px;
        border-radius: 50%;
        background: #ffd166;
        outline: 2px solid #15171d;
      }

      [role='menu'] {
        position: absolute;
        inset-block-end: calc(100% - 4px);
        inset-inline: var(--pc-3);
        z-index: 2;
        inline-size: fit-content;
        min-inline-size: 200px;
        max-inline-size: calc(100% - 2 * var(--pc-3));
        max-block-size: calc(100cqb - 124px);
        margin-inline: auto;
        padding: var(--pc-1);
        overflow-y: auto;
        border-radius: 14px;
        background: #2b2f3a;
        color: #f3f4f8;
        box-shadow: 0 8px 28px rgb(0 0 0 / 55%);
        outline: 1px solid rgb(255 255 255 / 14%);
      }

      [role='menu'] button {
        display: flex;
        align-items: center;
        gap: var(--pc-3);
        inline-size: 100%;
        min-block-size: 44px;
        padding: 0 var(--pc-3);
        border-radius: 10px;
        font-size: var(--pc-text-s);
        text-align: start;
        word-break: keep-all;
      }

      [role='menu'] button:hover,
      [role='menu'] button:focus-visible {
        background: rgb(255 255 255 / 14%);
      }

      [role='menu'] button:focus-visible {
        outline: 2px solid #fff;
        outline-offset: -2px;
      }

      [aria-checked='true'] {
        color: #ffd166;
      }

      [role='menu'] svg {
        flex: none;
        inline-size: 20px;
        block-size: 20px;
      }
    `,
  ];

  /** Asked for when the menu is opened, and while it is. */
  @property({ attribute: false }) items: () => readonly MoreItem[] = () => [];
  /** Something in it is on: the button says so. */
  @property({ attribute: false }) some = false;
  /** What the button is called. */
  @property() words = '';
  @state() private open = false;
  @query('.control') private control!: HTMLElement;

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#close();
  }

  override render() {
    return html`
      <button class="control ${this.some ? 'some' : ''}" part="more" data-action="more" aria-haspopup="menu" aria-expanded=${this.open} @click=${() => (this.open ? this.#close() : this.#show())}>
        <span>${moreIcon}</span>${this.words}
      </button>
      <div role="menu" aria-label=${this.words} ?hidden=${!this.open} @keydown=${this.#key}>
        ${(this.open ? this.items() : []).map(({ action, words, icon, on, act }) => html`
          <button role=${on === undefined ? 'menuitem' : 'menuitemcheckbox'} aria-checked=${on ?? nothing} tabindex="-1" data-action=${action}
            @click=${() => {
              this.#close(true);
              act();
            }}>${icon} ${words}</button>
        `)}
      </div>
    `;
  }

  /** Moves the focus to the button. */
  override focus(): void {
    this.control.focus();
  }

  get #rows(): HTMLElement[] {
    return [...this.renderRoot.querySelectorAll<HTMLElement>('[role=menu] button')];
  }

  async #show(): Promise<void> {
    this.open = true;
    document.addEventListener('pointerdown', this.#outside, true);
    await this.updateComplete;
    this.#rows[0]?.focus();
  }

  #close(back = false): void {
    if (!this.open) return;
    this.open = false;
    document.removeEventListener('pointerdown', this.#outside, true);
    if (back) this.control.focus();
  }

  #outside = (event: Event): void => {
    if (!event.composedPath().includes(this)) this.#close();
  };

  #key = (event: KeyboardEvent): void => {
    const rows = this.#rows;
    const at = rows.indexOf(this.shadowRoot!.activeElement as HTMLElement);
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: rows.length - 1 }[event.key];
    if (event.key === 'Tab') return this.#close();
    if (event.key !== 'Escape' && to === undefined) return;
    // The chat around closes on Escape as well: one key, one thing.
    event.stopPropagation();
    event.preventDefault();
    if (to === undefined) this.#close(true);
    else rows[(to + rows.length) % rows.length]?.focus();
  };
}

declare global {
  interface HTMLElementTagNameMap {
    'peer-consult-call-more': CallMore;
  }
}
