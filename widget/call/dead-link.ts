import { html, LitElement } from 'lit';
import { property } from 'lit/decorators.js';
import { element } from '../define.ts';
import { StoreController } from '../engine/store-controller.ts';
import { base } from '../styles/base.ts';
import { preflightTexts, preflightTextsHere } from '../texts/preflight-texts.ts';
import { sheetStyles } from './sheet.styles.ts';

/**
 * Said to whoever followed a link that was used before or has run out.
 *
 * @fires pc-dismiss - On to the chat. Also on Escape.
 */
@element('peer-consult-dead-link')
export class DeadLink extends LitElement {
  static override styles = [base, sheetStyles];

  @property() locale = 'en';
  protected readonly words = new StoreController(this, () => preflightTextsHere);

  protected override firstUpdated(): void {
    this.renderRoot.querySelector('button')?.focus();
  }

  protected override render() {
    const t = preflightTexts(this.locale);
    return html`
      <section role="alertdialog" aria-labelledby="title" aria-describedby="text" @keydown=${this.onKey}>
        <h2 id="title">${t.deadTitle}</h2>
        <p id="text">${t.deadText}</p>
        <div class="ways"><button type="button" class="button primary" data-action="dismiss" @click=${this.dismiss}>${t.deadClose}</button></div>
      </section>
    `;
  }

  private onKey = (event: KeyboardEvent): void => {
    if (event.key !== 'Escape') return;
    event.stopPropagation();
    this.dismiss();
  };

  private dismiss = (): void => {
    this.dispatchEvent(new CustomEvent('pc-dismiss'));
  };
}

declare global {
  interface HTMLElementTagNameMap {
    'peer-consult-dead-link': DeadLink;
  }
}
