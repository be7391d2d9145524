import { css, html, LitElement, nothing, type TemplateResult } from 'lit';
import { property } from 'lit/decorators.js';
import { element } from '../define.ts';
import type { SessionState } from '../engine/session-state.ts';
import { base } from '../styles/base.ts';
import { closeIcon } from '../styles/icons.ts';
import type { Texts } from '../texts/texts.ts';

/**
 * The newest line that the visitor has not read, beside the closed launcher. Taken away, it stays away until another one comes.
 *
 * @fires wanted The visitor wants to read it.
 */
@element('peer-consult-news')
export class News extends LitElement {
  static override styles = [
    base,
    css`
      :host {
        position: absolute;
        inset: auto 0 calc(100% + 12px) auto;
      }

      :host([at-left]) {
        inset: auto auto calc(100% + 12px) 0;
      }

      .news {
        position: relative;
        box-sizing: border-box;
        inline-size: max-content;
        max-inline-size: min(300px, calc(100vw - 40px));
        border-radius: 16px;
        background: var(--pc-surface);
        color: var(--pc-text);
        box-shadow: 0 0 0 1px rgb(20 22 40 / 7%), 0 8px 28px rgb(20 22 40 / 20%);
        animation: rise var(--pc-slow) var(--pc-ease);
      }

      .open {
        display: block;
        max-inline-size: 100%;
        padding: 10px 40px 12px 14px;
        border-radius: 16px;
        text-align: start;
      }

      strong {
        display: block;
        font-size: var(--pc-text-xs);
        color: var(--pc-text-2);
      }

      .text {
        display: -webkit-box;
        overflow: hidden;
        -webkit-box-orient: vertical;
        -webkit-line-clamp: 2;
        font-size: var(--pc-text-m);
        line-height: 1.4;
        word-break: keep-all;
        overflow-wrap: anywhere;
      }

      .away {
        position: absolute;
        inset-block-start: 4px;
        inset-inline-end: 4px;
        inline-size: 32px;
        block-size: 32px;
      }

      .away svg {
        inline-size: 16px;
        block-size: 16px;
      }

      @keyframes rise {
        from {
          opacity: 0;
          transform: translateY(8px);
        }
      }
    `,
  ];

  @property({ attribute: false }) state: SessionState | undefined;
  @property({ attribute: false }) texts: Texts | undefined;
  /** Whether the chat is closed: an open one shows its news itself. */
  @property({ attribute: false }) closed = true;
  private known = 0;

  protected override willUpdate(): void {
    if (!this.closed) this.known = this.newest?.lastSeq ?? 0;
  }

  protected override updated(): void {
    const { left, right } = this.parentElement?.getBoundingClientRect() ?? (this.getRootNode() as ShadowRoot).host.getBoundingClientRect();
    this.toggleAttribute('at-left', left + right < innerWidth);
  }

  protected override render(): TemplateResult | typeof nothing {
    const { texts, newest } = this;
    if (!texts) return nothing;
    const preview = newest?.preview;
    const shown = this.closed && newest && preview && newest.unread > 0 && newest.lastSeq > this.known && preview.authorKind !== 'visitor';
    return html`<div role="status">${shown
      ? html`<div class="news">
          <button type="button" class="open" @click=${() => this.dispatchEvent(new CustomEvent('wanted'))}><strong>${this.author}</strong><span class="text" dir="auto">${preview.kind === 'call' ? texts.callMissed : preview.text || (preview.file?.name ?? '')}</span></button>
          <button type="button" class="icon-button away" aria-label=${texts.dismiss} title=${texts.dismiss} @click=${this.dismiss}>${closeIcon}</button>
        </div>`
      : nothing}</div>`;
  }

  private get newest() {
    return this.state?.conversations[0];
  }

  /** Who wrote it, as far as its line is here; else the site. */
  private get author(): string {
    const { newest, state } = this;
    const line = newest && state?.threads.get(newest.id)?.lines.findLast(({ seq }) => seq === newest.lastSeq);
    return line?.author.name || (state?.site?.name ?? '');
  }

  private dismiss(): void {
    this.known = this.newest?.lastSeq ?? 0;
    this.requestUpdate();
    (this.getRootNode() as ShadowRoot).querySelector<HTMLElement>('.launcher')?.focus();
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'peer-consult-news': News;
  }
}
