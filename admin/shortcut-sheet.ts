import { LitElement, css, html } from 'lit';
import { customElement, query } from 'lit/decorators.js';
import { base } from '../widget/styles/base.ts';
import { StoreController } from '../widget/engine/store-controller.ts';
import { crossIcon } from './icons.ts';
import { SHORTCUTS } from './shortcuts.ts';
import type { TextKey } from './texts/text-key.ts';
import { language, t } from './texts/texts.ts';

const APPLE = /mac|iphone|ipad/i.test(navigator.platform);

/** A shortcut's keys as they stand on the keyboard. */
export function keyCaps(keys: string): string[] {
  return keys.split(/[ +]/).map((key) => (key === 'mod' ? (APPLE ? '⌘' : 'Ctrl') : key === 'Escape' ? 'Esc' : key.length === 1 ? key.toUpperCase() : key));
}

/** All shortcuts, from the one table. */
@customElement('consult-admin-shortcut-sheet')
export class ShortcutSheet extends LitElement {
  static override styles = [
    base,
    css`
      dialog {
        box-sizing: border-box;
        inline-size: min(720px, calc(100vw - 24px));
        max-block-size: min(86dvh, 720px);
        padding: 0;
        border: 1px solid var(--pc-line);
        border-radius: var(--pc-radius);
        background: var(--pc-surface);
        color: var(--pc-text);
        box-shadow: var(--pc-shadow);
        overflow: auto;
      }

      dialog::backdrop {
        background: rgb(12 14 24 / 48%);
      }

      .top {
        position: sticky;
        inset-block-start: 0;
        display: flex;
        align-items: center;
        justify-content: space-between;
        padding: var(--pc-3) var(--pc-3) var(--pc-2) var(--pc-5);
        background: var(--pc-surface);
      }

      h2 {
        font-size: var(--pc-text-l);
      }

      h3 {
        margin-block-end: var(--pc-2);
        font-size: var(--pc-text-s);
        color: var(--pc-text-2);
      }

      .groups {
        columns: 2 260px;
        column-gap: var(--pc-6);
        padding: var(--pc-2) var(--pc-5) var(--pc-5);
      }

      section {
        break-inside: avoid;
        margin-block-end: var(--pc-5);
      }

      dl > div {
        display: flex;
        align-items: center;
        justify-content: space-between;
        gap: var(--pc-3);
        padding-block: 5px;
        font-size: var(--pc-text-s);
      }

      dd {
        display: flex;
        flex: none;
        gap: var(--pc-1);
      }

      kbd {
        min-inline-size: 24px;
        padding: 1px 6px;
        border: 1px solid var(--pc-line);
        border-block-end-width: 2px;
        border-radius: 6px;
        background: var(--pc-surface-2);
        font: 600 var(--pc-text-xs) / 18px var(--pc-font);
        text-align: center;
      }
    `,
  ];

  @query('dialog') private dialog!: HTMLDialogElement;
  readonly #language = new StoreController(this, () => language);

  override render() {
    void this.#language.value;
    const groups = [...new Set<TextKey>(SHORTCUTS.map(({ group }) => group))];
    return html`
      <dialog aria-labelledby="title">
        <div class="top">
          <h2 id="title">${t('shortcutsTitle')}</h2>
          <button class="icon-button" type="button" aria-label=${t('close')} @click=${() => this.dialog.close()}>${crossIcon}</button>
        </div>
        <div class="groups" tabindex="0" role="group" aria-labelledby="title">
          ${groups.map((group) => html`
            <section>
              <h3>${t(group)}</h3>
              <dl>
                ${SHORTCUTS.filter((each) => each.group === group).map(({ keys, label }) => html`
                  <div><dt>${t(label)}</dt><dd>${keyCaps(keys).map((cap) => html`<kbd>${cap}</kbd>`)}</dd></div>
                `)}
              </dl>
            </section>
          `)}
        </div>
      </dialog>
    `;
  }

  /** Shows it. */
  show(): void {
    if (!this.dialog.open) this.dialog.showModal();
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'consult-admin-shortcut-sheet': ShortcutSheet;
  }
}
