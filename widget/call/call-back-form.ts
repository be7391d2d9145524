import { css, html, LitElement, nothing } from 'lit';
import { property, state } from 'lit/decorators.js';
import { element } from '../define.ts';
import type { Outcome } from '../engine/session-state.ts';
import { StoreController } from '../engine/store-controller.ts';
import { isEmail, isPhone } from '../forms/answers.ts';
import { formStyles } from '../forms/form.styles.ts';
import { keepsComposing } from '../forms/keeps-composing.ts';
import { base } from '../styles/base.ts';
import { callTexts, callTextsHere } from '../texts/call-texts.ts';

/** What a caller leaves who wants to be called back. */
export interface CallBackWish {
  contact: string;
  text: string;
}

type Way = 'phone' | 'email';

/** As much as the contract takes. */
const [LONGEST_CONTACT, LONGEST_TEXT] = [200, 1_000];

/**
 * Asks how and why a caller wants to be called back. What was entered stays when the server refuses it, and when the way is changed.
 *
 * @fires pc-done - `{ contact }`: the wish was taken.
 * @fires pc-back - Another way after all.
 */
@element('peer-consult-call-back-form')
export class CallBackForm extends LitElement {
  static override styles = [
    base,
    formStyles,
    css`
      fieldset {
        display: flex;
        flex-wrap: wrap;
        gap: var(--pc-2);
        margin: 0;
        padding: 0;
        border: 0;
      }

      legend {
        padding: 0;
        margin-block-end: var(--pc-1);
        font-size: var(--pc-text-s);
        font-weight: 550;
      }

      .way {
        flex: 1 1 0;
        display: flex;
        align-items: center;
        justify-content: center;
        gap: var(--pc-2);
        min-block-size: var(--pc-target);
        padding-inline: var(--pc-3);
        border: 1px solid var(--pc-control-line);
        border-radius: var(--pc-radius-s);
        cursor: pointer;
      }

      .way:has(:checked) {
        border-color: var(--pc-accent-ink);
        box-shadow: inset 0 0 0 1px var(--pc-accent-ink);
      }

      .way:has(:focus-visible) {
        outline: 2px solid var(--pc-accent-ink);
        outline-offset: 2px;
      }

      .way input {
        inline-size: 18px;
        block-size: 18px;
        margin: 0;
        accent-color: var(--pc-accent-ink);
      }

      .way input:focus-visible {
        outline: none;
      }
    `,
  ];

  @property() locale = 'en';
  /** Sends the wish. */
  @property({ attribute: false }) deliver: (wish: CallBackWish) => Promise<Outcome> = async () => null;
  protected readonly words = new StoreController(this, () => callTextsHere);
  @state() private way: Way = 'phone';
  @state() private contacts: Readonly<Record<Way, string>> = { phone: '', email: '' };
  @state() private mistake: 'required' | 'invalid' | null = null;
  @state() private failure: Outcome = null;
  @state() private busy = false;
  private text = '';

  /** Moves the focus to the field for number or address. */
  override focus(): void {
    void this.updateComplete.then(() => this.renderRoot.querySelector<HTMLElement>('#contact')?.focus());
  }

  override render() {
    const t = callTexts(this.locale).callBack;
    const phone = this.way === 'phone';
    const wrong = this.mistake === null ? '' : this.mistake === 'required' ? (phone ? t.phoneMissing : t.emailMissing) : phone ? t.phoneWrong : t.emailWrong;
    const way = (name: Way, label: string) => html`<label class="way"><input type="radio" name="way" value=${name} .checked=${this.way === name} @change=${() => this.choose(name)} />${label}</label>`;
    return html`
      <form novalidate aria-labelledby="heading" @submit=${this.onSubmit} @keydown=${keepsComposing}>
        <h3 id="heading">${t.title}</h3>
        <fieldset><legend>${t.how}</legend>${way('phone', t.byPhone)}${way('email', t.byEmail)}</fieldset>
        <div class="field">
          <label for="contact">${phone ? t.phone : t.email}</label>
          <input id="contact" type=${phone ? 'tel' : 'email'} autocomplete=${phone ? 'tel' : 'email'} maxlength=${phone ? 40 : LONGEST_CONTACT} .value=${this.contacts[this.way]}
            aria-required="true" aria-invalid=${wrong ? 'true' : 'false'} aria-describedby=${wrong ? 'wrong' : nothing} @input=${this.enter} />
          ${wrong ? html`<div id="wrong" class="error">${wrong}</div>` : nothing}
        </div>
        <div class="field">
          <label for="text">${t.about} <small>(${t.optional})</small></label>
          <textarea id="text" rows="2" maxlength=${LONGEST_TEXT} placeholder=${t.aboutExample} .value=${this.text} @input=${(event: Event) => (this.text = (event.target as HTMLTextAreaElement).value)}></textarea>
        </div>
        ${this.failure ? html`<p class="error" role="alert">${t.refused[this.failure] ?? t.refused.default}</p>` : nothing}
        <div class="ways">
          <button class="button primary" type="submit" data-action="ask" aria-busy=${this.busy ? 'true' : 'false'}>${this.busy ? t.sending : t.ask}</button>
          <button class="button quiet" type="button" data-action="back" @click=${() => this.dispatchEvent(new CustomEvent('pc-back'))}>${t.back}</button>
        </div>
      </form>
    `;
  }

  private choose(way: Way): void {
    this.way = way;
    this.mistake = null;
  }

  private enter(event: Event): void {
    this.contacts = { ...this.contacts, [this.way]: (event.target as HTMLInputElement).value };
    // Whoever mends a mistake sees it go; nobody is told of one while still typing.
    if (this.mistake) this.mistake = this.judge();
  }

  private judge(): 'required' | 'invalid' | null {
    const contact = this.contacts[this.way].trim();
    if (contact === '') return 'required';
    return (this.way === 'phone' ? isPhone(contact) : isEmail(contact)) ? null : 'invalid';
  }

  private async onSubmit(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    if (this.busy) return;
    this.failure = null;
    this.mistake = this.judge();
    if (this.mistake) return this.focus();
    const contact = this.contacts[this.way].trim();
    this.busy = true;
    this.failure = await this.deliver({ contact, text: this.text.trim() });
    this.busy = false;
    if (this.failure === null) this.dispatchEvent(new CustomEvent('pc-done', { detail: { contact } }));
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'peer-consult-call-back-form': CallBackForm;
  }
}
