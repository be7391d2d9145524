import { LitElement, css, html, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { Visitor } from '../../protocol/shapes.ts';
import { base } from '../../widget/styles/base.ts';
import { StoreController } from '../../widget/engine/store-controller.ts';
import type { Api } from '../api.ts';
import { panel } from '../styles.ts';
import { failureText, language, t } from '../texts/texts.ts';

/**
 * What the team may change about a visitor: name, address, and a note for each other.
 *
 * @fires changed `detail: { visitor }`
 */
@customElement('consult-admin-visitor-edit')
export class VisitorEdit extends LitElement {
  static override styles = [
    base,
    panel,
    css`
      :host {
        display: block;
      }

      form {
        display: grid;
        gap: var(--pc-3);
      }

      .input {
        min-block-size: 38px;
        padding-block: 6px;
        font-size: var(--pc-text-s);
      }

      textarea.input {
        min-block-size: 76px;
        resize: vertical;
      }

      .row {
        display: flex;
        flex-wrap: wrap;
        gap: var(--pc-2);
      }

      .row .button {
        min-block-size: 36px;
        padding-inline: var(--pc-3);
        font-size: var(--pc-text-s);
      }

      .note {
        padding: var(--pc-2) var(--pc-3);
        margin-block-end: var(--pc-2);
        border-radius: var(--pc-radius-s);
        background: var(--pc-warn-soft);
        font-size: var(--pc-text-s);
        white-space: pre-wrap;
        overflow-wrap: anywhere;
      }

      @media (pointer: coarse) {
        .input {
          font-size: 16px;
        }
      }
    `,
  ];

  @property({ attribute: false }) api!: Api;
  @property({ attribute: false }) visitor!: Visitor;
  @state() private open = false;
  @state() private busy = false;
  @state() private failure = '';
  readonly #language = new StoreController(this, () => language);

  override willUpdate(changed: Map<PropertyKey, unknown>): void {
    const before = changed.get('visitor') as Visitor | undefined;
    if (before && before.id !== this.visitor.id) this.open = false;
  }

  override render() {
    void this.#language.value;
    const { visitor } = this;
    if (!this.open) {
      return html`
        ${visitor.note ? html`<p class="note">${visitor.note}</p>` : nothing}
        <div class="row"><button class="button" type="button" @click=${this.#begin}>${t('editVisitor')}</button></div>
      `;
    }
    return html`
      <form @submit=${this.#save} @keydown=${this.#key} novalidate>
        <div class="field"><label for="name">${t('visitorName')}</label><input class="input" id="name" maxlength="80" autocomplete="off" .value=${visitor.name} /></div>
        <div class="field"><label for="email">${t('email')}</label><input class="input" id="email" type="email" maxlength="254" autocomplete="off" .value=${visitor.email ?? ''} /></div>
        <div class="field">
          <label for="note">${t('visitorNote')}</label>
          <textarea class="input" id="note" maxlength="4000" aria-describedby="hint" .value=${visitor.note}></textarea>
          <span class="hint" id="hint">${t('noteHint')}</span>
        </div>
        <div role="alert">${this.failure ? html`<p class="problem">${this.failure}</p>` : nothing}</div>
        <div class="row">
          <button class="button primary" type="submit" ?disabled=${this.busy}>${t('save')}</button>
          <button class="button" type="button" @click=${() => (this.open = false)}>${t('cancel')}</button>
        </div>
      </form>
    `;
  }

  async #begin(): Promise<void> {
    this.open = true;
    this.failure = '';
    await this.updateComplete;
    this.renderRoot.querySelector<HTMLElement>('#name')?.focus();
  }

  #key(event: KeyboardEvent): void {
    if (event.key !== 'Escape' || event.isComposing) return;
    // The sheet around it stays open.
    event.preventDefault();
    event.stopPropagation();
    this.open = false;
  }

  async #save(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    const value = (id: string): string => this.renderRoot.querySelector<HTMLInputElement | HTMLTextAreaElement>(`#${id}`)!.value.trim();
    const [name, email, note] = [value('name'), value('email') || null, value('note')];
    const { visitor } = this;
    const change = { ...(name && name !== visitor.name ? { name } : {}), ...(email !== visitor.email ? { email } : {}), ...(note !== visitor.note ? { note } : {}) };
    this.busy = true;
    this.failure = '';
    try {
      if (Object.keys(change).length) {
        const changed = await this.api.send<Visitor>('PATCH', `/v1/visitors/${encodeURIComponent(visitor.id)}`, change);
        this.dispatchEvent(new CustomEvent('changed', { detail: { visitor: changed } }));
      }
      this.open = false;
    } catch (error) {
      this.failure = failureText(error);
    } finally {
      this.busy = false;
    }
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'consult-admin-visitor-edit': VisitorEdit;
  }
}
