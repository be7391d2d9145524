import { LitElement, css, html, nothing, type TemplateResult } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';
import { base } from '../widget/styles/base.ts';
import { searchIcon, tickIcon } from './icons.ts';
import { presenceDot } from './presence-dot.styles.ts';
import { smallAvatar } from './small-avatar.styles.ts';
import { t } from './texts/texts.ts';
import { tagStyles } from './tag-chip.ts';

/** Something that can be chosen. */
export interface Choice {
  id: string;
  label: string;
  /** Small, beside or below the label. */
  hint?: string;
  /** Stands before the label. */
  lead?: TemplateResult;
  /** The heading that it stands below; choices of one group follow each other. */
  group?: string;
  checked?: boolean;
  /** Found by these words too. */
  words?: string;
}

/** The choices that hold every word of what was written, in their order; those that begin with it come first. */
export function narrow(choices: readonly Choice[], written: string): Choice[] {
  const words = written.toLowerCase().split(/\s+/).filter(Boolean);
  if (!words.length) return [...choices];
  const hits = choices.filter((choice) => {
    const all = `${choice.label} ${choice.hint ?? ''} ${choice.words ?? ''}`.toLowerCase();
    return words.every((word) => all.includes(word));
  });
  const first = ({ label }: Choice): number => (label.toLowerCase().startsWith(words[0]!) ? 0 : 1);
  // Within groups only: a heading must not appear twice.
  const order = [...new Set(hits.map(({ group }) => group))];
  return order.flatMap((group) => hits.filter((hit) => hit.group === group).sort((a, b) => first(a) - first(b)));
}

/**
 * A field that narrows a list, and the list: arrows move, Enter chooses, also for whoever hears the page (combobox pattern).
 * An Enter that ends a Korean syllable chooses nothing.
 *
 * @fires choose `detail: { id }`
 * @fires written `detail: { text }` What stands in the field changed.
 */
@customElement('consult-admin-choice-list')
export class ChoiceList extends LitElement {
  static override styles = [
    base,
    tagStyles,
    presenceDot,
    smallAvatar,
    css`
      :host {
        display: grid;
        grid-template-columns: minmax(0, 1fr);
        gap: var(--pc-1);
        min-inline-size: 0;
      }

      .search {
        display: flex;
        align-items: center;
        gap: var(--pc-2);
        padding-inline: var(--pc-2);
        border-block-end: 1px solid var(--pc-line);
        color: var(--pc-text-2);
      }

      input {
        flex: 1;
        min-inline-size: 0;
        min-block-size: 40px;
        border: 0;
        background: none;
        color: var(--pc-text);
      }

      /* The one field of a list that is open: its caret shows the focus, and the line below it. */
      input:focus-visible {
        outline: none;
      }

      .search:focus-within {
        border-block-end-color: var(--pc-accent);
        box-shadow: 0 1px 0 var(--pc-accent);
      }

      input::placeholder {
        color: var(--pc-text-2);
        opacity: 1;
      }

      @media (pointer: coarse) {
        input {
          font-size: 16px;
        }
      }

      .group {
        padding: var(--pc-2) var(--pc-2) var(--pc-1);
        font-size: var(--pc-text-xs);
        font-weight: 600;
        color: var(--pc-text-2);
      }

      .choice {
        display: flex;
        align-items: center;
        gap: var(--pc-2);
        min-block-size: 38px;
        padding: var(--pc-1) var(--pc-2);
        border-radius: var(--pc-radius-s);
        cursor: pointer;
        font-size: var(--pc-text-s);
      }

      .choice.at {
        background: var(--pc-surface-3);
      }

      .label {
        flex: 1 1 auto;
        min-inline-size: 0;
        overflow: hidden;
        text-overflow: ellipsis;
        white-space: nowrap;
        font-weight: 500;
      }

      .hint {
        flex: 0 1 auto;
        min-inline-size: 0;
        overflow: hidden;
        text-overflow: ellipsis;
        white-space: nowrap;
        font-size: var(--pc-text-xs);
        color: var(--pc-text-2);
      }

      .tick {
        display: grid;
        inline-size: 18px;
        color: var(--pc-accent);
      }

      .none {
        padding: var(--pc-3) var(--pc-2);
        font-size: var(--pc-text-s);
        color: var(--pc-text-2);
      }

      .sign {
        display: grid;
        place-items: center;
        flex: none;
        inline-size: 24px;
        color: var(--pc-text-2);
      }
    `,
  ];

  @property({ attribute: false }) choices: readonly Choice[] = [];
  /** What the field is called and what stands in it while it is empty. */
  @property() label = '';
  /** Said when nothing fits. */
  @property() none = '';
  /** Several may be chosen: the list tells which are. */
  @property({ type: Boolean }) multiple = false;
  /** The choices are narrowed by whoever gives them. */
  @property({ type: Boolean }) narrowed = false;
  @state() private text = '';
  @state() private at = 0;
  @query('input') private field!: HTMLInputElement;

  override render() {
    const shown = this.#shown;
    const at = Math.min(this.at, shown.length - 1);
    return html`
      <div class="search">
        ${searchIcon}
        <input
          type="text"
          role="combobox"
          autocomplete="off"
          spellcheck="false"
          enterkeyhint="done"
          aria-expanded="true"
          aria-controls="list"
          aria-autocomplete="list"
          aria-activedescendant=${at >= 0 ? `choice-${at}` : nothing}
          aria-label=${this.label}
          placeholder=${this.label}
          .value=${this.text}
          @input=${this.#input}
          @keydown=${this.#key}
        />
      </div>
      <div id="list" role="listbox" aria-label=${this.label} aria-multiselectable=${this.multiple ? 'true' : nothing}>
        ${repeat(shown, ({ id }) => id, (choice, index) => html`
          ${choice.group && choice.group !== shown[index - 1]?.group ? html`<div class="group" role="presentation">${choice.group}</div>` : nothing}
          <div
            id="choice-${index}"
            class="choice ${index === at ? 'at' : ''}"
            role="option"
            aria-selected=${(this.multiple ? choice.checked === true : index === at) ? 'true' : 'false'}
            @click=${() => this.#choose(choice)}
            @pointermove=${() => (this.at = index)}
          >
            ${choice.lead ?? nothing}<span class="label">${choice.label}</span>${choice.hint ? html`<span class="hint">${choice.hint}</span>` : nothing}
            ${choice.checked ? html`<span class="tick">${tickIcon}</span>` : nothing}
          </div>
        `)}
      </div>
      <p class="none" role="status" ?hidden=${shown.length > 0}>${shown.length ? nothing : this.none || t('nothingFits')}</p>
    `;
  }

  override focus(options?: FocusOptions): void {
    if (this.field) this.field.focus(options);
    else void this.updateComplete.then(() => this.field.focus(options));
  }

  /** Empties the field and goes to the first choice. */
  reset(): void {
    this.text = '';
    this.at = 0;
  }

  get #shown(): Choice[] {
    return this.narrowed ? [...this.choices] : narrow(this.choices, this.text);
  }

  #input(): void {
    this.text = this.field.value;
    this.at = 0;
    this.dispatchEvent(new CustomEvent('written', { detail: { text: this.text } }));
  }

  #key(event: KeyboardEvent): void {
    if (event.isComposing || event.keyCode === 229) return;
    const { length } = this.#shown;
    const steps: Record<string, number> = { ArrowDown: 1, ArrowUp: -1 };
    const step = steps[event.key];
    if (step !== undefined && length > 0) {
      event.preventDefault();
      this.at = (Math.min(this.at, length - 1) + step + length) % length;
      void this.updateComplete.then(() => this.renderRoot.querySelector('.at')?.scrollIntoView({ block: 'nearest' }));
    } else if (event.key === 'Enter') {
      event.preventDefault();
      const choice = this.#shown[Math.min(this.at, length - 1)];
      if (choice) this.#choose(choice);
    }
  }

  #choose({ id }: Choice): void {
    this.dispatchEvent(new CustomEvent('choose', { detail: { id } }));
    if (this.multiple) this.field.focus();
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'consult-admin-choice-list': ChoiceList;
  }
}
