import { css, html, LitElement, nothing } from 'lit';
import { property, query, state } from 'lit/decorators.js';
import type { CallMode } from '../../protocol/shapes.ts';
import { element } from '../define.ts';
import { handoffLink } from '../engine/handoff.ts';
import { askForHandoff } from '../engine/handoff-request.ts';
import { inAppBrowser, wayOut } from '../engine/in-app-browser.ts';
import { StoreController } from '../engine/store-controller.ts';
import type { Wire } from '../engine/wire.ts';
import { base } from '../styles/base.ts';
import { preflightTexts, preflightTextsHere } from '../texts/preflight-texts.ts';
import { qrCode } from './qr-code.ts';

/** The link by which a visitor goes on in another browser: to be opened there, copied, or scanned by another phone. It is made when the card is shown. */
@element('peer-consult-handoff')
export class HandoffCard extends LitElement {
  static override styles = [
    base,
    css`
      :host {
        display: block;
      }

      section {
        display: grid;
        gap: var(--pc-3);
        word-break: keep-all;
        overflow-wrap: anywhere;
      }

      p {
        color: var(--pc-text-2);
        font-size: var(--pc-text-s);
        text-wrap: pretty;
      }

      input {
        inline-size: 100%;
        min-inline-size: 0;
        min-block-size: var(--pc-target);
        padding: 0 var(--pc-3);
        border: 1px solid var(--pc-control-line);
        border-radius: var(--pc-radius-s);
        background: var(--pc-surface);
        color: var(--pc-text);
        font-size: var(--pc-text-s);
        text-overflow: ellipsis;
      }

      .row {
        display: flex;
        gap: var(--pc-2);
      }

      .row .button {
        flex: none;
      }

      .code {
        justify-self: center;
        display: block;
        inline-size: min(176px, 100%);
        overflow: hidden;
        border-radius: var(--pc-radius-s);
        outline: 1px solid var(--pc-line);
      }

      .code svg {
        display: block;
        inline-size: 100%;
        block-size: auto;
      }

      @media (pointer: coarse) {
        input {
          font-size: 16px;
        }
      }
    `,
  ];

  @property({ attribute: false }) wire: Pick<Wire, 'server' | 'token'> | null = null;
  @property() locale = 'en';
  /** The call that is offered over there. */
  @property({ attribute: false }) call: CallMode | null = null;
  /** For tests: the browser, and the page to go on at. */
  @property({ attribute: false }) userAgent = navigator.userAgent;
  @property({ attribute: false }) page = location.href;
  protected readonly words = new StoreController(this, () => preflightTextsHere);

  @state() private link: string | null = null;
  @state() private failed = false;
  @state() private copied: 'yes' | 'no' | null = null;
  @query('input') private field!: HTMLInputElement | null;

  protected override firstUpdated(): void {
    void this.make();
  }

  protected override render() {
    const t = preflightTexts(this.locale);
    const { link } = this;
    if (this.failed) return html`<section><p role="alert">${t.notMade}</p><button type="button" class="button" data-action="again" @click=${() => void this.make()}>${t.again}</button></section>`;
    if (!link) return html`<section><p role="status">${t.making}</p></section>`;
    const inside = inAppBrowser(this.userAgent);
    const way = inside && wayOut(inside, link);
    return html`
      <section aria-label=${t.handoffTitle}>
        <p>${t.handoffText}${inside?.system === 'ios' && !way ? html` ${t.handoffMenu}` : nothing}</p>
        ${way ? html`<a class="button primary" data-action="open" href=${way}>${t.handoffOpen}</a>` : nothing}
        <div class="row">
          <input readonly aria-label=${t.handoffLink} .value=${link} @focus=${() => this.field?.select()} />
          <button type="button" class="button" data-action="copy" @click=${() => void this.copy(link)}>${this.copied === 'yes' ? t.copied : t.copy}</button>
        </div>
        <p class=${this.copied === 'no' ? '' : 'hush'} role="status">${this.copied === 'yes' ? t.copied : this.copied === 'no' ? t.copyByHand : ''}</p>
        <p>${t.handoffScan}</p>
        <div class="code">${qrCode(link, t.handoffCode)}</div>
      </section>
    `;
  }

  private async make(): Promise<void> {
    this.failed = false;
    try {
      if (!this.wire) return;
      const { token } = await askForHandoff(this.wire);
      this.link = handoffLink(this.page, token, this.call);
    } catch {
      this.failed = true;
    }
  }

  private async copy(link: string): Promise<void> {
    try {
      await navigator.clipboard.writeText(link);
      this.copied = 'yes';
    } catch {
      // An app's browser may have no clipboard: then the person selects and copies.
      this.copied = 'no';
      this.field?.focus();
      this.field?.select();
    }
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'peer-consult-handoff': HandoffCard;
  }
}
