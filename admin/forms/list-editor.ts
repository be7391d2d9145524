import { LitElement, css, html, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { base } from '../../widget/styles/base.ts';
import { StoreController } from '../../widget/engine/store-controller.ts';
import { language, t } from '../texts/texts.ts';
import { addIcon, downIcon, upIcon } from './form-icons.ts';
import { crossIcon } from '../icons.ts';

/** The list as it shall be from now on. */
export type ListChange<T> = CustomEvent<{ items: T[] }>;

/**
 * A list that grows, shrinks and is put in order, all by buttons, so that a keyboard does it as well as a mouse. The focus goes
 * along with what was moved.
 *
 * @fires list-change `detail: { items }`
 */
@customElement('consult-admin-list-editor')
export class ListEditor<T = unknown> extends LitElement {
  static override styles = [
    base,
    css`
      :host {
        display: block;
      }

      ol {
        display: grid;
        gap: var(--pc-3);
      }

      li {
        display: grid;
        grid-template-columns: minmax(0, 1fr) auto;
        align-items: start;
        gap: var(--pc-2);
        padding: var(--pc-3);
        border: 1px solid var(--pc-line);
        border-radius: var(--pc-radius-s);
      }

      :host([plain]) li {
        padding: 0;
        border: 0;
      }

      .tools {
        display: flex;
      }

      .icon-button {
        inline-size: 36px;
        block-size: 36px;
      }

      :host([plain]) .icon-button {
        inline-size: var(--pc-target);
        block-size: var(--pc-target);
      }

      .add {
        margin-block-start: var(--pc-3);
        min-block-size: 36px;
        padding-inline: var(--pc-3);
        font-size: var(--pc-text-s);
      }

      .none {
        font-size: var(--pc-text-s);
        color: var(--pc-text-2);
      }

      @media (max-width: 560px) {
        :host(:not([plain])) li {
          grid-template-columns: minmax(0, 1fr);
        }

        :host(:not([plain])) .tools {
          justify-content: flex-end;
          grid-row: 1;
          margin-block-end: calc(-1 * var(--pc-2));
        }
      }
    `,
  ];

  @property({ attribute: false }) items: readonly T[] = [];
  /** Draws one of them. */
  @property({ attribute: false }) row: (item: T, index: number) => unknown = () => nothing;
  /** How one of them is called, for the buttons beside it. */
  @property({ attribute: false }) called: (item: T, index: number) => string = (_item, index) => String(index + 1);
  /** Makes another; without it none can be added. */
  @property({ attribute: false }) another: (() => T) | null = null;
  @property({ attribute: 'add-label' }) addLabel = '';
  @property({ attribute: 'none-text' }) noneText = '';
  @property({ type: Number }) max = 100;
  /** Whether their order means anything. */
  @property({ type: Boolean }) ordered = false;
  /** Without a frame around each. */
  @property({ type: Boolean, reflect: true }) plain = false;
  readonly #language = new StoreController(this, () => language);

  override render() {
    void this.#language.value;
    return html`
      ${this.items.length === 0 && this.noneText ? html`<p class="none">${this.noneText}</p>` : nothing}
      <ol role="list">
        ${this.items.map((item, index) => html`<li>
          <div>${this.row(item, index)}</div>
          <div class="tools">
            ${this.ordered
              ? html`<button class="icon-button" type="button" data-at="up-${index}" ?disabled=${index === 0} aria-label=${t('moveUp', { name: this.called(item, index) })} @click=${() => this.#move(index, -1)}>${upIcon}</button>
                  <button class="icon-button" type="button" data-at="down-${index}" ?disabled=${index === this.items.length - 1} aria-label=${t('moveDown', { name: this.called(item, index) })} @click=${() => this.#move(index, 1)}>${downIcon}</button>`
              : nothing}
            <button class="icon-button" type="button" data-at="remove-${index}" aria-label=${t('removeNamed', { name: this.called(item, index) })} @click=${() => this.#remove(index)}>${crossIcon}</button>
          </div>
        </li>`)}
      </ol>
      ${this.another && this.items.length < this.max ? html`<button class="button add" type="button" data-at="add" @click=${this.#add}>${addIcon}${this.addLabel}</button>` : nothing}
    `;
  }

  #tell(items: T[]): void {
    this.items = items;
    this.dispatchEvent(new CustomEvent('list-change', { detail: { items }, bubbles: true, composed: true }));
  }

  #add(): void {
    this.#tell([...this.items, this.another!()]);
    void this.#focus(() => [...this.renderRoot.querySelectorAll('li')].at(-1)?.querySelector<HTMLElement>('[data-focus], consult-admin-text-field, consult-admin-select-field, input') ?? null);
  }

  #remove(index: number): void {
    this.#tell(this.items.filter((_item, at) => at !== index));
    void this.#focus(() => this.#button(`remove-${Math.min(index, this.items.length - 1)}`) ?? this.#button('add'));
  }

  #move(index: number, by: -1 | 1): void {
    const items = [...this.items];
    const [item] = items.splice(index, 1) as [T];
    items.splice(index + by, 0, item);
    this.#tell(items);
    const way = by < 0 ? 'up' : 'down';
    void this.#focus(() => {
      const button = this.#button(`${way}-${index + by}`);
      // At the end of the way its button is dead: the other one takes the focus.
      return button && !button.disabled ? button : this.#button(`${by < 0 ? 'down' : 'up'}-${index + by}`);
    });
  }

  #button(at: string): HTMLButtonElement | null {
    return this.renderRoot.querySelector(`[data-at="${at}"]`);
  }

  async #focus(target: () => HTMLElement | null): Promise<void> {
    await this.updateComplete;
    const element = target();
    if (element instanceof LitElement) await element.updateComplete;
    element?.focus();
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'consult-admin-list-editor': ListEditor;
  }
}
