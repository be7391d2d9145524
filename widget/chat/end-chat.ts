import { css, html, LitElement, nothing, type TemplateResult } from 'lit';
import { property, query, state } from 'lit/decorators.js';
import { element } from '../define.ts';
import { base } from '../styles/base.ts';
import { endIcon, moreIcon } from '../styles/icons.ts';
import type { Texts } from '../texts/texts.ts';

/**
 * The menu in the panel's head: the visitor's way to end the chat, with the question in the same place.
 *
 * @fires end
 */
@element('peer-consult-end-chat')
export class EndChat extends LitElement {
  static override styles = [
    base,
    css`
      :host {
        position: relative;
        display: block;
      }

      .menu {
        position: absolute;
        inset-block-start: calc(100% + 4px);
        inset-inline-end: 0;
        z-index: 3;
        box-sizing: border-box;
        inline-size: max-content;
        min-inline-size: 190px;
        max-inline-size: min(280px, 76vw);
        padding: var(--pc-2);
        border: 1px solid var(--pc-line);
        border-radius: var(--pc-radius);
        background: var(--pc-surface);
        box-shadow: 0 8px 28px rgb(20 22 40 / 20%);
        font-size: var(--pc-text-s);
      }

      .item {
        display: flex;
        align-items: center;
        gap: var(--pc-2);
        inline-size: 100%;
        min-block-size: 40px;
        padding: 0 var(--pc-2);
        border-radius: var(--pc-radius-s);
        font-weight: 500;
        text-align: start;
      }

      .item:hover {
        background: var(--pc-surface-3);
      }

      strong,
      p {
        display: block;
        padding: var(--pc-1) var(--pc-2) 0;
        word-break: keep-all;
      }

      p {
        color: var(--pc-text-2);
      }

      .row {
        display: flex;
        justify-content: flex-end;
        gap: var(--pc-2);
        padding: var(--pc-3) var(--pc-1) var(--pc-1);
      }

      .button {
        min-block-size: 36px;
        padding-inline: var(--pc-3);
        font-size: var(--pc-text-s);
      }
    `,
  ];

  @property({ attribute: false }) texts: Texts | undefined;
  @state() private step: 'closed' | 'menu' | 'sure' = 'closed';
  @query('.toggle') private toggle!: HTMLElement | null;

  override connectedCallback(): void {
    super.connectedCallback();
    addEventListener('pointerdown', this.outside, true);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    removeEventListener('pointerdown', this.outside, true);
  }

  protected override render(): TemplateResult | typeof nothing {
    const { texts: t, step } = this;
    if (!t) return nothing;
    return html`
      <div @keydown=${this.onKey}>
        <button type="button" class="icon-button toggle" data-action="menu" aria-label=${t.more} title=${t.more} aria-haspopup="true" aria-expanded=${step === 'closed' ? 'false' : 'true'}
          @click=${() => this.go(step === 'closed' ? 'menu' : 'closed')}>${moreIcon}</button>
        ${step === 'menu' ? html`<div class="menu"><button type="button" class="item" data-action="end" @click=${() => this.go('sure')}>${endIcon}${t.endChat}</button></div>` : nothing}
        ${step === 'sure'
          ? html`<div class="menu" role="alertdialog" aria-labelledby="title" aria-describedby="text">
              <strong id="title">${t.endChatTitle}</strong>
              <p id="text">${t.endChatText}</p>
              <div class="row">
                <button type="button" class="button quiet" data-action="keep" @click=${() => this.go('closed')}>${t.endChatNo}</button>
                <button type="button" class="button danger" data-action="end-sure" @click=${this.end}>${t.endChatYes}</button>
              </div>
            </div>`
          : nothing}
      </div>
    `;
  }

  private go(step: EndChat['step']): void {
    this.step = step;
    // To the harmless answer; and back to where it came from.
    void this.updateComplete.then(() => (step === 'closed' ? this.toggle : this.renderRoot.querySelector<HTMLElement>('.menu button'))?.focus());
  }

  private end(): void {
    this.go('closed');
    this.dispatchEvent(new CustomEvent('end'));
  }

  private onKey(event: KeyboardEvent): void {
    if (event.key !== 'Escape' || this.step === 'closed') return;
    event.preventDefault();
    event.stopPropagation();
    this.go('closed');
  }

  private outside = (event: Event): void => {
    if (this.step !== 'closed' && !event.composedPath().includes(this)) this.step = 'closed';
  };
}

declare global {
  interface HTMLElementTagNameMap {
    'peer-consult-end-chat': EndChat;
  }
}
