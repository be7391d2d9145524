import { css, html, LitElement, nothing, type TemplateResult } from 'lit';
import { property, state } from 'lit/decorators.js';
import type { FormField } from '../../protocol/site.ts';
import { element } from '../define.ts';
import type { Contact, Outcome } from '../engine/session-state.ts';
import { StoreController } from '../engine/store-controller.ts';
import { base } from '../styles/base.ts';
import { formTexts, formTextsHere } from '../texts/form-texts.ts';
import { contactOf, longest, mistake } from './answers.ts';
import { formStyles } from './form.styles.ts';
import { keepsComposing } from './keeps-composing.ts';

/** How browsers fill in what they know. */
const KNOWN: Record<string, AutoFill> = { name: 'name', email: 'email', phone: 'tel', company: 'organization' };

/**
 * Questions to the visitor: those before a chat, or the one for an address. What was entered stays when the server refuses it.
 *
 * @fires done The answers were taken; `detail: { contact }`.
 * @fires skip The visitor does not want to answer; only with `skippable`.
 */
@element('peer-consult-contact-form')
export class ContactForm extends LitElement {
  static override styles = [
    base,
    formStyles,
    css`
      .hint {
        white-space: pre-line;
      }
    `,
  ];

  @property({ attribute: false }) fields: readonly FormField[] = [];
  @property() locale = 'en';
  protected readonly words = new StoreController(this, () => formTextsHere);
  @property() heading = '';
  @property() hint = '';
  /** What the button says. */
  @property() action = '';
  /** Empty = no way around; else what the way around says. */
  @property() skippable = '';
  /** Sends the answers. */
  @property({ attribute: false }) deliver: (contact: Contact) => Promise<Outcome> = async () => null;

  @state() private values: Record<string, string> = {};
  @state() private mistakes: Record<string, string> = {};
  @state() private failure: Outcome = null;
  @state() private busy = false;

  /** Moves the focus to the first question. */
  override focus(): void {
    this.renderRoot.querySelector<HTMLElement>('input, select')?.focus();
  }

  protected override render(): TemplateResult {
    const t = formTexts(this.locale);
    return html`
      <form novalidate aria-labelledby="heading" @submit=${this.onSubmit} @keydown=${keepsComposing}>
        <h3 id="heading">${this.heading}</h3>
        ${this.hint ? html`<p class="hint">${this.hint}</p>` : nothing}
        ${this.fields.map((field, at) => this.field(field, `field-${at}`))}
        ${this.failure ? html`<p class="error" role="alert">${t.refused[this.failure] ?? t.refused.default}</p>` : nothing}
        <div class="ways">
          <button class="button primary" type="submit" data-action="answer" aria-busy=${this.busy ? 'true' : 'false'}>${this.busy ? t.sending : this.action}</button>
          ${this.skippable ? html`<button class="button quiet" type="button" data-action="skip" @click=${() => this.dispatchEvent(new CustomEvent('skip'))}>${this.skippable}</button>` : nothing}
        </div>
        <slot></slot>
      </form>
    `;
  }

  private field(field: FormField, id: string): TemplateResult {
    const t = formTexts(this.locale);
    const wrong = this.mistakes[field.key];
    const value = this.values[field.key] ?? '';
    const invalid = wrong ? 'true' : 'false';
    const describedBy = wrong ? `${id}-error` : nothing;
    const required = field.required ? 'true' : 'false';
    const enter = (event: Event): void => this.enter(field, (event.target as HTMLInputElement).value);
    return html`
      <div class="field">
        <label for=${id}>${field.label} ${field.required ? nothing : html`<small>(${t.optional})</small>`}</label>
        ${field.kind === 'choice'
          ? html`<select id=${id} aria-required=${required} aria-invalid=${invalid} aria-describedby=${describedBy} @change=${enter}>
              <option value="" ?selected=${value === ''}>${t.choose}</option>
              ${field.choices.map((choice) => html`<option value=${choice} ?selected=${choice === value}>${choice}</option>`)}
            </select>`
          : html`<input id=${id} type=${field.kind === 'phone' ? 'tel' : field.kind === 'email' ? 'email' : 'text'} autocomplete=${KNOWN[field.kind] ?? KNOWN[field.key] ?? 'off'}
              maxlength=${longest(field)} aria-required=${required} aria-invalid=${invalid} aria-describedby=${describedBy} .value=${value} @input=${enter} />`}
        ${wrong ? html`<div id="${id}-error" class="error">${wrong}</div>` : nothing}
      </div>
    `;
  }

  private enter(field: FormField, value: string): void {
    this.values = { ...this.values, [field.key]: value };
    if (!this.mistakes[field.key]) return;
    // Whoever mends a mistake sees it go; nobody is told of one while still typing.
    const { [field.key]: _, ...left } = this.mistakes;
    this.mistakes = mistake(field, value, formTexts(this.locale)) ? this.mistakes : left;
  }

  private async onSubmit(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    if (this.busy) return;
    const found = this.fields.flatMap((field) => {
      const wrong = mistake(field, this.values[field.key] ?? '', formTexts(this.locale));
      return wrong ? [[field.key, wrong] as const] : [];
    });
    this.mistakes = Object.fromEntries(found);
    this.failure = null;
    if (found.length > 0) {
      await this.updateComplete;
      this.renderRoot.querySelector<HTMLElement>('[aria-invalid=true]')?.focus();
      return;
    }
    const contact = contactOf(this.fields, this.values);
    this.busy = true;
    this.failure = await this.deliver(contact);
    this.busy = false;
    if (this.failure === null) this.dispatchEvent(new CustomEvent('done', { detail: { contact } }));
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'peer-consult-contact-form': ContactForm;
  }
}
