import { LitElement, css, html, nothing } from 'lit';
import { customElement } from 'lit/decorators.js';
import { base } from '../widget/styles/base.ts';
import { createStore } from '../widget/engine/store.ts';
import { StoreController } from '../widget/engine/store-controller.ts';

/** So long a word about something that was done stays, in ms. */
const STAY_MS = 6_000;

const said = createStore<{ text: string; bad: boolean } | null>(null);
let leaving: ReturnType<typeof setTimeout> | undefined;

/** Says in one line what became of something; `bad`: it failed. The next word takes its place. */
export function toast(text: string, { bad = false } = {}): void {
  clearTimeout(leaving);
  said.set({ text, bad });
  leaving = setTimeout(() => said.set(null), STAY_MS);
}

/** Where such words appear: at the foot of the window, for eyes and for ears. */
@customElement('consult-admin-toast')
export class Toast extends LitElement {
  static override styles = [
    base,
    css`
      :host {
        position: fixed;
        inset-block-end: calc(var(--pc-5) + env(safe-area-inset-bottom));
        inset-inline: var(--pc-3);
        z-index: 6;
        display: grid;
        justify-items: center;
        pointer-events: none;
      }

      p {
        max-inline-size: min(560px, 100%);
        padding: var(--pc-3) var(--pc-4);
        border-radius: var(--pc-radius-s);
        background: light-dark(#22242c, #e9eaf0);
        color: light-dark(#ffffff, #17181c);
        box-shadow: var(--pc-shadow);
        font-size: var(--pc-text-s);
        font-weight: 500;
        overflow-wrap: anywhere;
        animation: rise var(--pc-slow) var(--pc-ease);
      }

      p.bad {
        background: var(--pc-danger);
        color: var(--pc-on-danger);
      }

      @keyframes rise {
        from {
          opacity: 0;
          transform: translateY(8px);
        }
      }

      @media (max-width: 720px) {
        :host {
          inset-block-end: calc(84px + env(safe-area-inset-bottom));
        }
      }
    `,
  ];

  readonly #said = new StoreController(this, () => said);

  override render() {
    const value = this.#said.value;
    return html`<div role="status" aria-live="polite">${value ? html`<p class=${value.bad ? 'bad' : ''}>${value.text}</p>` : nothing}</div>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'consult-admin-toast': Toast;
  }
}
