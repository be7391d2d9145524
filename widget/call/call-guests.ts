import { LitElement, css, html, nothing, type PropertyValues } from 'lit';
import { property, state } from 'lit/decorators.js';
import type { GuestShown } from '../engine/call/guest-table.ts';
import { element } from '../define.ts';
import { StoreController } from '../engine/store-controller.ts';
import { base } from '../styles/base.ts';
import { micIcon } from '../styles/icons.ts';
import { callTexts, callTextsHere } from '../texts/call-texts.ts';
import { listenIcon } from './call-icons.ts';

/** Who is in a call beside its two members: seen while they are, and said when they come, talk or go. */
@element('peer-consult-call-guests')
export class CallGuests extends LitElement {
  static override styles = [
    base,
    css`
      :host {
        display: block;
      }

      ul {
        display: flex;
        flex-wrap: wrap;
        justify-content: center;
        gap: var(--pc-1) var(--pc-2);
        margin: 0 var(--pc-3) var(--pc-1);
        padding: 0;
        list-style: none;
      }

      li {
        display: inline-flex;
        align-items: center;
        gap: 6px;
        min-inline-size: 0;
        padding: 4px 12px 4px 10px;
        border-radius: var(--pc-radius-full);
        background: rgb(10 11 15 / 72%);
        color: #f3f4f8;
        font-size: var(--pc-text-s);
        line-height: 1.35;
        word-break: keep-all;
        overflow-wrap: anywhere;
      }

      li.talks {
        background: #1f4d36;
        color: #eafff3;
      }

      svg {
        flex: none;
        inline-size: 18px;
        block-size: 18px;
      }

      @media (forced-colors: active) {
        li {
          border: 1px solid;
        }
      }
    `,
  ];

  @property({ attribute: false }) guests: readonly GuestShown[] = [];
  @property() locale = 'en';
  protected readonly words = new StoreController(this, () => callTextsHere);
  /** What has changed last, for those who do not see it. */
  @state() private news = '';

  override willUpdate(changed: PropertyValues<this>): void {
    if (!changed.has('guests')) return;
    const t = callTexts(this.locale).guests;
    const before = changed.get('guests') ?? [];
    const said = [
      ...this.guests.filter(({ id, talks }) => before.find((each) => each.id === id)?.talks !== talks).map(({ name, talks }) => (talks ? t.talks(name) : t.listens(name))),
      ...before.filter(({ id }) => !this.guests.some((each) => each.id === id)).map(({ name }) => t.left(name)),
    ];
    if (said.length) this.news = said.join(' · ');
  }

  override render() {
    const t = callTexts(this.locale).guests;
    return html`
      ${this.guests.length
        ? html`<ul part="guests" aria-label=${t.title}>
            ${this.guests.map(({ id, name, talks }) => html`<li class=${talks ? 'talks' : ''} data-guest=${id}>${talks ? micIcon : listenIcon}<span>${talks ? t.talks(name) : t.listens(name)}</span></li>`)}
          </ul>`
        : nothing}
      <p class="hush" role="status" aria-live="polite">${this.news}</p>
    `;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'peer-consult-call-guests': CallGuests;
  }
}
