import { css, html, LitElement, nothing } from 'lit';
import { property, state } from 'lit/decorators.js';
import { element } from '../define.ts';
import { inAppBrowser } from '../engine/in-app-browser.ts';
import { StoreController } from '../engine/store-controller.ts';
import type { Wire } from '../engine/wire.ts';
import { base } from '../styles/base.ts';
import { alertIcon } from '../styles/icons.ts';
import { preflightTexts, preflightTextsHere } from '../texts/preflight-texts.ts';
import { appName } from './trouble-ways.ts';

/** Says in the chat why this page makes no calls, and hands over to a browser that does. */
@element('peer-consult-no-calls')
export class NoCalls extends LitElement {
  static override styles = [
    base,
    css`
      :host {
        display: grid;
        gap: var(--pc-2);
        margin-block-start: var(--pc-4);
        padding: var(--pc-2) var(--pc-3);
        border-radius: var(--pc-radius-s);
        background: var(--pc-surface-2);
        font-size: var(--pc-text-s);
        word-break: keep-all;
        overflow-wrap: anywhere;
      }

      p {
        display: flex;
        gap: var(--pc-2);
        color: var(--pc-text-2);
      }

      svg {
        margin-block-start: 1px;
      }

      .button {
        justify-self: start;
        margin-block-end: var(--pc-1);
        background: var(--pc-surface);
        border: 1px solid var(--pc-control-line);
      }
    `,
  ];

  @property({ attribute: false }) obstacle: 'insecure' | 'unsupported' = 'unsupported';
  @property() locale = 'en';
  @property({ attribute: false }) wire: Wire | null = null;
  /** For tests: the browser. */
  @property({ attribute: false }) userAgent = navigator.userAgent;
  protected readonly words = new StoreController(this, () => preflightTextsHere);
  @state() private open = false;

  protected override render() {
    const t = preflightTexts(this.locale);
    const inside = inAppBrowser(this.userAgent);
    return html`
      <p>${alertIcon}<span>${this.obstacle === 'insecure' ? t.noCallsInsecure : t.noCalls(inside && appName(inside.name, t))}</span></p>
      ${this.obstacle === 'insecure'
        ? nothing
        : this.open
          ? html`<peer-consult-handoff .wire=${this.wire} .locale=${this.locale} .userAgent=${this.userAgent}></peer-consult-handoff>`
          : html`<button type="button" class="button" data-action="elsewhere" @click=${this.handOver}>${t.elsewhere}</button>`}
    `;
  }

  private handOver = (): void => {
    import('./handoff-card.ts').then(() => (this.open = true), () => undefined);
  };
}

declare global {
  interface HTMLElementTagNameMap {
    'peer-consult-no-calls': NoCalls;
  }
}
