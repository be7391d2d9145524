import { css, html, LitElement, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { property, state } from 'lit/decorators.js';
import type { Rating } from '../../protocol/shapes.ts';
import { element } from '../define.ts';
import type { Outcome } from '../engine/session-state.ts';
import { StoreController } from '../engine/store-controller.ts';
import { base } from '../styles/base.ts';
import { formTexts, formTextsHere } from '../texts/form-texts.ts';
import './contact-form.ts';
import { formStyles } from './form.styles.ts';
import { keepsComposing } from './keeps-composing.ts';

/** What follows a closed conversation: what one thought of it, and the conversation by mail. */
@element('peer-consult-afterwards')
export class Afterwards extends LitElement {
  static override styles = [
    base,
    formStyles,
    css`
      fieldset {
        min-inline-size: 0;
        margin: 0;
        padding: 0;
        border: 0;
      }

      legend {
        padding: 0;
        margin-block-end: var(--pc-2);
        font-size: var(--pc-text-s);
        font-weight: 600;
      }

      .scores {
        display: grid;
        grid-template-columns: repeat(5, minmax(0, 1fr));
        gap: var(--pc-1);
      }

      .scores label {
        position: relative;
        display: grid;
        justify-items: center;
        align-content: start;
        gap: 2px;
        min-block-size: var(--pc-target);
        padding: var(--pc-2) 2px;
        border: 1px solid var(--pc-control-line);
        border-radius: var(--pc-radius-s);
        font-size: 11px;
        font-weight: 400;
        line-height: 1.25;
        text-align: center;
        cursor: pointer;
      }

      .scores b {
        font-size: var(--pc-text-m);
        font-weight: 650;
      }

      .scores input {
        position: absolute;
        inset: 0;
        margin: 0;
        opacity: 0;
        cursor: pointer;
      }

      .scores label:has(:checked) {
        border-color: var(--pc-accent);
        background: var(--pc-accent);
        color: var(--pc-on-accent);
      }

      .scores label:has(:focus-visible) {
        outline: 2px solid var(--pc-accent-ink);
        outline-offset: 2px;
      }

      .said {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 0 var(--pc-2);
        color: var(--pc-text);
      }

      .link {
        min-block-size: 32px;
        justify-self: start;
        font-size: var(--pc-text-s);
        color: var(--pc-accent-ink);
        text-decoration: underline;
        text-underline-offset: 2px;
      }
    `,
  ];

  @property() locale = 'en';
  protected readonly words = new StoreController(this, () => formTextsHere);
  /** Which conversation it is about: another one begins anew. */
  @property() conversationId = '';
  @property({ attribute: false }) rating: Rating | null = null;
  /** Null: the site does not ask. */
  @property({ attribute: false }) rate: ((rating: { score: number; comment?: string }) => Promise<Outcome>) | null = null;
  /** Null: the site sends none. */
  @property({ attribute: false }) transcript: ((email: string) => Promise<Outcome>) | null = null;

  @state() private score = 0;
  @state() private again = false;
  @state() private busy = false;
  @state() private failure: Outcome = null;
  @state() private asking = false;
  @state() private sentTo = '';

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (!changed.has('conversationId')) return;
    this.score = 0;
    this.again = this.asking = this.busy = false;
    this.failure = null;
    this.sentTo = '';
  }

  protected override render(): TemplateResult {
    return html`<section>${this.rate ? this.rated() : nothing} ${this.transcript ? this.mailed() : nothing}</section>`;
  }

  private rated(): TemplateResult {
    const t = formTexts(this.locale);
    const given = this.rating;
    if (given && !this.again) {
      const change = (): void => {
        this.score = given.score;
        this.again = true;
        void this.focusOn('input:checked');
      };
      return html`<p class="said" role="status">${t.rated(t.scores[given.score - 1] ?? String(given.score))}
        <button class="link" type="button" data-action="rate-again" @click=${change}>${t.rateAgain}</button></p>`;
    }
    return html`
      <form @submit=${this.onRate} @keydown=${keepsComposing}>
        <fieldset>
          <legend>${t.rateTitle}</legend>
          <div class="scores">
            ${t.scores.map((words, at) => html`<label><input type="radio" name="score" .value=${String(at + 1)} .checked=${this.score === at + 1} @change=${() => (this.score = at + 1)} /><b aria-hidden="true">${at + 1}</b>${words}</label>`)}
          </div>
        </fieldset>
        ${this.score > 0
          ? html`
              <div class="field">
                <label for="comment">${t.comment} <small>(${t.optional})</small></label>
                <textarea id="comment" rows="2" maxlength="1000" .defaultValue=${given?.comment ?? ''}></textarea>
              </div>
              ${this.failure ? html`<p class="error" role="alert">${t.refused[this.failure] ?? t.refused.default}</p>` : nothing}
              <div class="ways"><button class="button primary" type="submit" data-action="rate">${this.busy ? t.sending : t.rate}</button></div>
            `
          : nothing}
      </form>
    `;
  }

  private mailed(): TemplateResult {
    const t = formTexts(this.locale);
    if (this.sentTo) return html`<p class="said" role="status">${t.transcriptSent(this.sentTo)}</p>`;
    if (!this.asking) {
      const ask = (): void => {
        this.asking = true;
        void this.focusOn('peer-consult-contact-form');
      };
      return html`<button class="link" type="button" data-action="transcript" @click=${ask}>${t.transcript}</button>`;
    }
    return html`
      <peer-consult-contact-form .fields=${[{ key: 'email', label: t.email, kind: 'email', required: true, choices: [] }]} .locale=${this.locale} .heading=${t.transcript}
        .action=${t.transcriptSend} .skippable=${t.cancel} .deliver=${({ email = '' }: { email?: string }) => this.transcript!(email)}
        @done=${({ detail }: CustomEvent<{ contact: { email?: string } }>) => (this.sentTo = detail.contact.email ?? '')}
        @skip=${this.stopAsking}></peer-consult-contact-form>
    `;
  }

  private stopAsking(): void {
    this.asking = false;
    void this.focusOn('[data-action=transcript]');
  }

  private async onRate(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    if (this.busy || !this.rate) return;
    const comment = this.renderRoot.querySelector('textarea')?.value.trim();
    this.busy = true;
    this.failure = await this.rate({ score: this.score, ...(comment ? { comment } : {}) });
    this.busy = false;
    if (this.failure !== null) return;
    this.again = false;
    await this.focusOn('[data-action=rate-again]');
  }

  /** What was pressed is gone: the focus goes on to what took its place. */
  private async focusOn(selector: string): Promise<void> {
    await this.updateComplete;
    const target = this.renderRoot.querySelector<HTMLElement & { updateComplete?: Promise<unknown> }>(selector);
    await target?.updateComplete;
    target?.focus();
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'peer-consult-afterwards': Afterwards;
  }
}
