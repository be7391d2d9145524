import { css, html, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { roleMay } from '../../protocol/permissions.ts';
import { StoreController } from '../../widget/engine/store-controller.ts';
import type { Api } from '../api.ts';
import '../forms/list-editor.ts';
import type { ListChange } from '../forms/list-editor.ts';
import '../forms/switch-field.ts';
import '../forms/text-field.ts';
import { language, t } from '../texts/texts.ts';
import { workspaceOf } from '../workspace.ts';
import { ringPlan, type RingStep } from './ring-plan.ts';
import './site-ring-group.ts';
import type { RingGroup } from './site-ring-group.ts';
import { SiteSection, numbered, switched } from './site-section.ts';

/** Who is rung by a visitor's call, in which order and for how long, and what a caller can do whom nobody answers. */
@customElement('consult-admin-site-ringing')
export class SiteRinging extends SiteSection {
  static override styles = [
    ...SiteSection.styles,
    css`
      .plan {
        display: grid;
        grid-template-columns: auto minmax(0, 1fr);
        gap: var(--pc-2) var(--pc-4);
        padding: var(--pc-3) var(--pc-4);
        border-radius: var(--pc-radius-s);
        background: var(--pc-surface-2);
        font-size: var(--pc-text-s);
      }

      .plan > div {
        display: contents;
      }

      .plan dt {
        font-weight: 600;
        font-variant-numeric: tabular-nums;
        white-space: nowrap;
      }

      .plan dd {
        overflow-wrap: anywhere;
      }

      .short {
        max-inline-size: 260px;
      }
    `,
  ];

  @property({ attribute: false }) api!: Api;
  readonly #agents = new StoreController(this, () => (this.api ? workspaceOf(this.api).agents : undefined));

  override connectedCallback(): void {
    super.connectedCallback();
    void workspaceOf(this.api).agents.load();
  }

  override render() {
    void this.language.value;
    const { queue } = this.settings;
    return html`
      <section class="panel" aria-labelledby="title">
        <header><h2 id="title">${t('siteRinging')}</h2><p class="lead">${t('siteRingingLead')}</p></header>
        <consult-admin-text-field class="short" type="number" min="10" max="3600" .label=${t('ringSeconds')} .hint=${t('ringSecondsHint')} .error=${this.wrong('queue.ringSeconds')} .value=${Number.isNaN(queue.ringSeconds) ? '' : String(queue.ringSeconds)}
          @input=${(event: Event) => this.patch('queue', { ringSeconds: numbered(event) ?? Number.NaN })}></consult-admin-text-field>
      </section>
      <section class="panel" aria-labelledby="groups">
        <header><h2 id="groups">${t('ringGroups')}</h2><p class="lead">${t('ringGroupsLead')}</p></header>
        <consult-admin-list-editor ordered max="5" .items=${queue.groups} .addLabel=${t('ringGroupAdd')} .noneText=${t('ringGroupsNone')} .another=${(): RingGroup => ({ agentIds: [], seconds: 20 })}
          .called=${(_group: RingGroup, index: number) => t('ringGroup', { number: index + 1 })} .row=${(group: RingGroup, index: number) => this.#group(group, index)}
          @list-change=${({ detail }: ListChange<RingGroup>) => this.patch('queue', { groups: detail.items })}></consult-admin-list-editor>
        ${this.#plan()}
      </section>
      <section class="panel" aria-labelledby="call-back">
        <header><h2 id="call-back">${t('callBackTitle')}</h2><p class="lead">${t('callBackLead')}</p></header>
        <consult-admin-switch-field .label=${t('callBackOn')} .hint=${t('callBackOnHint')} .checked=${queue.callBack} @change=${(event: Event) => this.patch('queue', { callBack: switched(event) })}></consult-admin-switch-field>
      </section>
    `;
  }

  #group(group: RingGroup, at: number) {
    const { groups } = this.settings.queue;
    const agents = (this.#agents.value ?? []).filter(({ role, status }) => status === 'active' && roleMay(role, 'calls:take'));
    const elsewhere = new Set(groups.flatMap(({ agentIds }, index) => (index === at ? [] : agentIds)));
    return html`<consult-admin-site-ring-group data-focus .group=${group} .number=${at + 1} .agents=${agents} .elsewhere=${elsewhere}
      .wrongPeople=${this.wrong(`queue.groups.${at}.agentIds`)} .wrongSeconds=${this.wrong(`queue.groups.${at}.seconds`)}
      @group=${({ detail }: CustomEvent<RingGroup>) => this.patch('queue', { groups: groups.map((each, index) => (index === at ? detail : each)) })}></consult-admin-site-ring-group>`;
  }

  /** What the numbers come to, in words. */
  #plan() {
    const { queue } = this.settings;
    if (!Number.isFinite(queue.ringSeconds) || !queue.groups.length) return nothing;
    const seconds = (at: number): string => t('ringPlanAt', { seconds: at });
    return html`<dl class="plan" aria-label=${t('ringPlan')}>
      ${ringPlan(queue).map((step) => html`<div><dt>${seconds(step.at)}</dt><dd>${this.#who(step)}</dd></div>`)}
      <div><dt>${seconds(queue.ringSeconds)}</dt><dd>${t(queue.callBack ? 'ringPlanEndCallBack' : 'ringPlanEnd')}</dd></div>
    </dl>`;
  }

  #who({ at, agentIds }: RingStep): string {
    if (agentIds === null) return t('ringPlanAll');
    const names = agentIds.map((id) => this.#agents.value?.find((each) => each.id === id)?.name).filter((name) => name !== undefined);
    if (!names.length) return t('ringPlanNobody');
    const listed = new Intl.ListFormat(language.value, { type: 'conjunction' }).format(names);
    return at === 0 ? listed : t('ringPlanJoin', { names: listed });
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'consult-admin-site-ringing': SiteRinging;
  }
}
