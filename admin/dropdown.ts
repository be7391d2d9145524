import { LitElement, css, html, nothing } from 'lit';
import { customElement, property, query } from 'lit/decorators.js';
import { base } from '../widget/styles/base.ts';

/** From this width on the panel hangs below its button; below that it is a sheet at the foot of the window. */
const DESK = '(min-width: 721px)';
/** The space between button and panel, and between panel and window, in px. */
const GAP = 6;

/**
 * A button and what opens below it. A native popover: Esc and a click outside close it, and the focus goes back to the button.
 *
 * @slot face What stands on the button.
 * @slot What opens. Something with `data-first` in it is focused.
 * @fires opened
 * @fires closed
 */
@customElement('consult-admin-dropdown')
export class Dropdown extends LitElement {
  static override styles = [
    base,
    css`
      :host {
        display: inline-block;
        min-inline-size: 0;
      }

      button {
        display: inline-flex;
        align-items: center;
        justify-content: center;
        gap: var(--pc-2);
        max-inline-size: 100%;
        min-block-size: 36px;
        padding: 0 var(--pc-3);
        border-radius: var(--pc-radius-s);
        font-size: var(--pc-text-s);
        font-weight: 600;
        color: var(--pc-text-2);
        transition: background-color var(--pc-fast) var(--pc-ease);
      }

      button.icon {
        inline-size: 36px;
        padding: 0;
      }

      button:hover:not(:disabled),
      button[aria-expanded='true'] {
        background: var(--pc-surface-3);
        color: var(--pc-text);
      }

      ::slotted([slot='face']) {
        display: inline-grid;
        place-items: center;
        min-inline-size: 0;
      }

      @media (pointer: coarse) {
        button {
          min-block-size: var(--pc-target);
        }

        button.icon {
          inline-size: var(--pc-target);
        }
      }

      [popover] {
        position: fixed;
        inset: auto;
        box-sizing: border-box;
        inline-size: min(var(--dropdown-size, 280px), calc(100vw - 24px));
        max-block-size: min(70dvh, 560px);
        margin: 0;
        padding: var(--pc-2);
        overflow: auto;
        overscroll-behavior: contain;
        border: 1px solid var(--pc-line);
        border-radius: var(--pc-radius);
        background: var(--pc-surface);
        color: var(--pc-text);
        box-shadow: var(--pc-shadow);
      }

      @media (max-width: 720px) {
        [popover] {
          inset: auto 0 0;
          inline-size: 100%;
          max-block-size: 80dvh;
          padding: var(--pc-3) var(--pc-3) max(var(--pc-4), env(safe-area-inset-bottom));
          border-inline: 0;
          border-block-end: 0;
          border-end-start-radius: 0;
          border-end-end-radius: 0;
        }

        [popover]::backdrop {
          background: rgb(12 14 24 / 40%);
        }
      }
    `,
  ];

  /** What the button is called; the panel too. */
  @property() label = '';
  /** The face is a sign without words. */
  @property({ type: Boolean }) icon = false;
  @property({ type: Boolean }) disabled = false;
  @property({ attribute: false }) open = false;
  @query('button') private button!: HTMLButtonElement;
  @query('[popover]') private panel!: HTMLElement;

  override render() {
    return html`
      <button
        type="button"
        class=${this.icon ? 'icon' : ''}
        popovertarget="panel"
        aria-haspopup="dialog"
        aria-expanded=${this.open ? 'true' : 'false'}
        aria-label=${this.label || nothing}
        title=${this.icon ? this.label : nothing}
        ?disabled=${this.disabled}
      ><slot name="face"></slot></button>
      <div id="panel" popover role="dialog" aria-label=${this.label} @beforetoggle=${this.#before} @toggle=${this.#toggled}><slot></slot></div>
    `;
  }

  override focus(options?: FocusOptions): void {
    this.button.focus(options);
  }

  /** Opens it, as a shortcut does. */
  show(): void {
    if (!this.open && !this.disabled) this.panel.showPopover();
  }

  /** Closes it. */
  hide(): void {
    if (this.open) this.panel.hidePopover();
  }

  #before(event: ToggleEvent): void {
    this.open = event.newState === 'open';
  }

  async #toggled(event: ToggleEvent): Promise<void> {
    const { style } = this.panel;
    if (event.newState !== 'open') {
      this.dispatchEvent(new Event('closed'));
      return;
    }
    this.dispatchEvent(new Event('opened'));
    // What is slotted draws itself anew for being open; its height is known after that.
    await new Promise(requestAnimationFrame);
    style.removeProperty('inset');
    if (matchMedia(DESK).matches) this.#place();
    this.querySelector<HTMLElement>('[data-first]')?.focus();
  }

  /** Below the button where there is room, else above; never outside the window. */
  #place(): void {
    const { style, offsetWidth, offsetHeight } = this.panel;
    const at = this.button.getBoundingClientRect();
    const endwards = at.left + offsetWidth > innerWidth - GAP;
    const left = Math.max(GAP, endwards ? Math.min(at.right, innerWidth - GAP) - offsetWidth : at.left);
    const below = at.bottom + GAP + offsetHeight <= innerHeight - GAP;
    const top = below ? at.bottom + GAP : Math.max(GAP, at.top - GAP - offsetHeight);
    style.inset = `${top}px auto auto ${left}px`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'consult-admin-dropdown': Dropdown;
  }
}
