import { LitElement, css, html, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { SiteSettings } from '../../protocol/site.ts';
import type { Agent } from '../../protocol/shapes.ts';
import { base } from '../../widget/styles/base.ts';
import { StoreController } from '../../widget/engine/store-controller.ts';
import { avatar } from '../avatar.ts';
import '../choice-list.ts';
import '../dropdown.ts';
import { addIcon, wrongIcon } from '../forms/form-icons.ts';
import { fieldStyles } from '../forms/form.styles.ts';
import '../forms/text-field.ts';
import { crossIcon } from '../icons.ts';
import { smallAvatar } from '../small-avatar.styles.ts';
import { panel } from '../styles.ts';
import { language, t } from '../texts/texts.ts';
import { numbered } from './site-section.ts';

/** Agents who are rung together, and for how long before others join. */
export type RingGroup = SiteSettings['queue']['groups'][number];

/**
 * One group of those who are rung: its people, each of whom can be taken out again, and its seconds.
 *
 * @fires group `detail`: the group as it shall be
 */
@customElement('consult-admin-site-ring-group')
export class SiteRingGroup extends LitElement {
  static override styles = [
    base,
    panel,
    fieldStyles,
    smallAvatar,
    css`
      .parts {
        display: grid;
        gap: var(--pc-3);
      }

      h3 {
        font-size: var(--pc-text-m);
        line-height: 36px;
      }

      .people {
        display: flex;
        flex-wrap: wrap;
        gap: var(--pc-2);
      }

      .people li {
        display: inline-flex;
        align-items: center;
        gap: var(--pc-2);
        max-inline-size: 100%;
        min-block-size: 36px;
        padding-inline-start: 6px;
        border-radius: var(--pc-radius-full);
        background: var(--pc-surface-3);
        font-size: var(--pc-text-s);
        font-weight: 600;
      }

      .people .gone {
        padding-inline-start: var(--pc-3);
        color: var(--pc-text-2);
        font-weight: 400;
      }

      .people li > span:nth-last-of-type(1) {
        min-inline-size: 0;
        overflow: hidden;
        text-overflow: ellipsis;
        white-space: nowrap;
      }

      .icon-button {
        flex: none;
        inline-size: 36px;
        block-size: 36px;
        border-radius: 50%;
      }

      .icon-button svg {
        inline-size: 14px;
        block-size: 14px;
      }

      .face {
        display: inline-flex;
        align-items: center;
        gap: 6px;
      }

      .face svg {
        inline-size: 16px;
        block-size: 16px;
      }

      consult-admin-text-field {
        max-inline-size: 260px;
      }

      @media (pointer: coarse) {
        .people li {
          min-block-size: var(--pc-target);
        }

        .icon-button {
          inline-size: var(--pc-target);
          block-size: var(--pc-target);
        }
      }
    `,
  ];

  @property({ attribute: false }) group!: RingGroup;
  /** Its place among the groups, from 1. */
  @property({ type: Number }) number = 1;
  /** Everybody who can be in it. */
  @property({ attribute: false }) agents: readonly Agent[] = [];
  /** Who stands in another group already. */
  @property({ attribute: false }) elsewhere: ReadonlySet<string> = new Set();
  /** What is wrong with its people, in words. */
  @property({ attribute: false }) wrongPeople = '';
  /** What is wrong with its seconds, in words. */
  @property({ attribute: false }) wrongSeconds = '';
  readonly #language = new StoreController(this, () => language);

  /** Leads to what is to be done first: choosing people. */
  override focus(options?: FocusOptions): void {
    void this.updateComplete.then(() => this.renderRoot.querySelector('consult-admin-dropdown')?.focus(options));
  }

  override render() {
    void this.#language.value;
    const { group, number, agents } = this;
    const chosen = new Set(group.agentIds);
    const choices = agents
      .filter(({ id }) => chosen.has(id) || !this.elsewhere.has(id))
      .map(({ id, name, email }) => ({ id, label: name, hint: email, words: email, lead: avatar(id, name), checked: chosen.has(id) }));
    return html`
      <div class="parts" role="group" aria-labelledby="title" aria-describedby=${this.wrongPeople ? 'wrong' : nothing}>
        <h3 id="title">${t('ringGroup', { number })}</h3>
        <div class="field">
          ${group.agentIds.length ? html`<ul class="people" role="list">${group.agentIds.map((id) => this.#person(id))}</ul>` : nothing}
          <div><consult-admin-dropdown .label=${t('ringGroupChoose', { number })} aria-invalid=${this.wrongPeople ? 'true' : nothing}>
            <span slot="face" class="face">${addIcon}${t('ringGroupPeople')}</span>
            <consult-admin-choice-list data-first multiple .label=${t('chooseColleagues')} .none=${choices.length ? '' : t('ringGroupNobodyLeft')} .choices=${choices}
              @choose=${(event: CustomEvent<{ id: string }>) => this.#toggle(event.detail.id)}></consult-admin-choice-list>
          </consult-admin-dropdown></div>
          ${this.wrongPeople ? html`<p class="wrong" id="wrong">${wrongIcon}<span>${this.wrongPeople}</span></p>` : nothing}
        </div>
        <consult-admin-text-field type="number" min="5" max="600" .label=${t('ringGroupSeconds')} .hint=${t('ringGroupSecondsHint')} .error=${this.wrongSeconds} .value=${Number.isNaN(group.seconds) ? '' : String(group.seconds)}
          @input=${(event: Event) => this.#tell({ seconds: numbered(event) ?? Number.NaN })}></consult-admin-text-field>
      </div>
    `;
  }

  #person(id: string) {
    const agent = this.agents.find((each) => each.id === id);
    const name = agent?.name ?? t('ringGroupGone');
    return html`<li class=${agent ? '' : 'gone'}>
      ${agent ? avatar(id, name) : nothing}<span>${name}</span>
      <button class="icon-button" type="button" aria-label=${t('ringGroupRemove', { name, number: this.number })} @click=${() => this.#remove(id)}>${crossIcon}</button>
    </li>`;
  }

  #remove(id: string): void {
    this.#toggle(id);
    // The button is gone with the person: the focus goes to the one thing that is always there.
    this.focus();
  }

  #toggle(id: string): void {
    const { agentIds } = this.group;
    this.#tell({ agentIds: agentIds.includes(id) ? agentIds.filter((each) => each !== id) : [...agentIds, id] });
  }

  #tell(fields: Partial<RingGroup>): void {
    this.dispatchEvent(new CustomEvent('group', { detail: { ...this.group, ...fields } }));
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'consult-admin-site-ring-group': SiteRingGroup;
  }
}
