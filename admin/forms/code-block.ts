import { LitElement, css, html, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { base } from '../../widget/styles/base.ts';
import { t } from '../texts/texts.ts';
import './copy-button.ts';

/** Text to be copied into somebody's editor, with the button for that. */
@customElement('consult-admin-code-block')
export class CodeBlock extends LitElement {
  static override styles = [
    base,
    css`
      :host {
        display: block;
        min-inline-size: 0;
      }

      .block {
        border: 1px solid var(--pc-line);
        border-radius: var(--pc-radius-s);
        background: var(--pc-surface-2);
        overflow: hidden;
      }

      .top {
        display: flex;
        align-items: center;
        justify-content: space-between;
        gap: var(--pc-2);
        padding: var(--pc-1) var(--pc-1) var(--pc-1) var(--pc-4);
        border-block-end: 1px solid var(--pc-line);
        font-size: var(--pc-text-xs);
        font-weight: 600;
        color: var(--pc-text-2);
      }

      pre {
        margin: 0;
        padding: var(--pc-3) var(--pc-4);
        max-block-size: 340px;
        overflow: auto;
        font: 0.8125rem/1.6 ui-monospace, 'SF Mono', Menlo, Consolas, monospace;
        white-space: pre-wrap;
        overflow-wrap: anywhere;
        tab-size: 2;
      }

      pre:focus-visible {
        outline-offset: -2px;
      }

      .said {
        padding: 0 var(--pc-4) var(--pc-3);
        font-size: var(--pc-text-s);
        color: var(--pc-text-2);
      }
    `,
  ];

  /** What stands in the head, e.g. the file's name. */
  @property() label = '';
  @property({ attribute: false }) text = '';
  @state() private refused = false;

  override render() {
    return html`
      <div class="block">
        <div class="top"><span>${this.label}</span><consult-admin-copy-button .text=${this.text} @copy-refused=${() => (this.refused = true)} @copied=${() => (this.refused = false)}></consult-admin-copy-button></div>
        <pre tabindex="0" role="region" aria-label=${this.label}><code>${this.text}</code></pre>
        ${this.refused ? html`<p class="said">${t('copyFailed')}</p>` : nothing}
      </div>
    `;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'consult-admin-code-block': CodeBlock;
  }
}
