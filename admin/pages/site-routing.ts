import { html, nothing } from 'lit';
import { customElement } from 'lit/decorators.js';
import type { SiteSettings } from '../../protocol/site.ts';
import '../forms/select-field.ts';
import '../forms/text-field.ts';
import { t } from '../texts/texts.ts';
import { SiteSection, numbered, typed } from './site-section.ts';

/** Who gets a new conversation. */
@customElement('consult-admin-site-routing')
export class SiteRouting extends SiteSection {
  override render() {
    void this.language.value;
    const { routing } = this.settings;
    const modes = { manual: t('routingManual'), round_robin: t('routingRoundRobin'), least_busy: t('routingLeastBusy') };
    const hints = { manual: t('routingManualHint'), round_robin: t('routingRoundRobinHint'), least_busy: t('routingLeastBusyHint') };
    return html`
      <section class="panel" aria-labelledby="title">
        <header><h2 id="title">${t('siteRouting')}</h2><p class="lead">${t('siteRoutingLead')}</p></header>
        <consult-admin-select-field .label=${t('routingMode')} .hint=${hints[routing.mode]} .value=${routing.mode} .choices=${Object.entries(modes).map(([value, label]) => ({ value, label }))}
          @change=${(event: Event) => this.patch('routing', { mode: typed(event) as SiteSettings['routing']['mode'] })}></consult-admin-select-field>
        ${routing.mode === 'manual'
          ? nothing
          : html`<consult-admin-text-field .label=${t('routingCapacity')} .hint=${t('routingCapacityHint')} type="number" min="1" max="1000" optional .value=${routing.capacity === null ? '' : String(routing.capacity)} .error=${this.wrong('routing.capacity')}
              @input=${(event: Event) => this.patch('routing', { capacity: numbered(event) })}></consult-admin-text-field>`}
      </section>
    `;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'consult-admin-site-routing': SiteRouting;
  }
}
