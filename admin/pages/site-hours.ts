import { css, html, nothing } from 'lit';
import { customElement } from 'lit/decorators.js';
import type { BusinessHours } from '../../protocol/site.ts';
import { addIcon, wrongIcon } from '../forms/form-icons.ts';
import { crossIcon } from '../icons.ts';
import '../forms/list-editor.ts';
import type { ListChange } from '../forms/list-editor.ts';
import '../forms/select-field.ts';
import '../forms/switch-field.ts';
import '../forms/text-field.ts';
import { language, t } from '../texts/texts.ts';
import { SiteSection, switched, typed } from './site-section.ts';

type Stretch = BusinessHours['week'][number];
type Holiday = BusinessHours['holidays'][number];

/** Every time zone that this browser knows, the chosen one among them. */
function zonesWith(chosen: string): string[] {
  const known = typeof Intl.supportedValuesOf === 'function' ? Intl.supportedValuesOf('timeZone') : [];
  return [...new Set(['UTC', ...known, chosen])].sort();
}

/** A time field has no 24:00: the end of a day is its midnight. */
const shown = (time: string): string => (time === '24:00' ? '00:00' : time);
const ended = (time: string): string => (time === '00:00' ? '24:00' : time);

/** When somebody answers: a week of stretches in one time zone, and days off. */
@customElement('consult-admin-site-hours')
export class SiteHours extends SiteSection {
  static override styles = [
    ...SiteSection.styles,
    css`
      .day {
        display: grid;
        grid-template-columns: 132px minmax(0, 1fr) auto;
        gap: var(--pc-2) var(--pc-3);
        align-items: start;
        padding-block: var(--pc-2);
      }

      .day + .day {
        border-block-start: 1px solid var(--pc-line);
      }

      .day > label {
        display: flex;
        align-items: center;
        gap: var(--pc-2);
        min-block-size: var(--pc-target);
        font-weight: 600;
      }

      .day > label input {
        inline-size: 20px;
        block-size: 20px;
        accent-color: var(--pc-accent);
      }

      .stretches {
        display: grid;
        gap: var(--pc-2);
      }

      .stretch {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: var(--pc-2);
      }

      .stretch .input {
        inline-size: auto;
        min-inline-size: 116px;
      }

      .closed {
        display: flex;
        align-items: center;
        min-block-size: var(--pc-target);
        color: var(--pc-text-2);
      }

      .wrong {
        display: flex;
        gap: 6px;
        font-size: var(--pc-text-s);
        color: var(--pc-danger);
      }

      @media (max-width: 560px) {
        .day {
          grid-template-columns: minmax(0, 1fr) auto;
        }

        .stretches,
        .closed {
          grid-column: 1 / -1;
          grid-row: 2;
        }

        .stretch .input {
          flex: 1;
          min-inline-size: 100px;
        }
      }
    `,
  ];

  override render() {
    void this.language.value;
    const { hours } = this.settings;
    return html`
      <section class="panel" aria-labelledby="title">
        <header><h2 id="title">${t('siteHours')}</h2><p class="lead">${t('siteHoursLead')}</p></header>
        <consult-admin-switch-field .label=${t('hoursOn')} .hint=${t('hoursOnHint')} .checked=${hours.enabled} @change=${(event: Event) => this.patch('hours', { enabled: switched(event) })}></consult-admin-switch-field>
        ${hours.enabled ? this.#week(hours) : nothing}
      </section>
      ${hours.enabled ? this.#holidays(hours) : nothing}
    `;
  }

  #week(hours: BusinessHours) {
    return html`
      <consult-admin-select-field .label=${t('timeZone')} .hint=${this.#now(hours.timeZone)} .value=${hours.timeZone} .choices=${zonesWith(hours.timeZone).map((zone) => ({ value: zone, label: zone.replaceAll('_', ' ') }))}
        @change=${(event: Event) => this.patch('hours', { timeZone: typed(event) })}></consult-admin-select-field>
      <div role="group" aria-label=${t('weekHours')}>${[1, 2, 3, 4, 5, 6, 0].map((day) => this.#day(hours, day))}</div>
      <div class="row"><button class="button small" type="button" @click=${() => this.#copyMonday(hours)}>${t('copyMonday')}</button></div>
    `;
  }

  #day(hours: BusinessHours, day: number) {
    const name = dayName(day);
    const stretches = hours.week.map((stretch, index) => ({ stretch, index })).filter(({ stretch }) => stretch.day === day);
    const wrong = this.wrong(`hours.week.${day}`);
    return html`
      <div class="day">
        <label><input type="checkbox" .checked=${stretches.length > 0} @change=${(event: Event) => this.#open(hours, day, switched(event))} />${name}</label>
        ${stretches.length === 0
          ? html`<span class="closed">${t('dayClosed')}</span>`
          : html`<div class="stretches">
              ${stretches.map(({ stretch, index }, number) => html`<div class="stretch">
                <input class="input" type="time" aria-label=${t('dayFrom', { day: name, number: number + 1 })} .value=${stretch.from} aria-invalid=${wrong ? 'true' : nothing} aria-describedby=${wrong ? `wrong-${day}` : nothing} @change=${(event: Event) => this.#stretch(hours, index, { from: typed(event) })} />
                <span aria-hidden="true">–</span>
                <input class="input" type="time" aria-label=${t('dayTo', { day: name, number: number + 1 })} .value=${shown(stretch.to)} aria-invalid=${wrong ? 'true' : nothing} aria-describedby=${wrong ? `wrong-${day}` : nothing} @change=${(event: Event) => this.#stretch(hours, index, { to: ended(typed(event)) })} />
                ${stretches.length > 1 ? html`<button class="icon-button" type="button" aria-label=${t('removeStretch', { day: name, number: number + 1 })} @click=${() => this.#drop(hours, index)}>${crossIcon}</button>` : nothing}
              </div>`)}
              ${wrong ? html`<p class="wrong" id="wrong-${day}">${wrongIcon}${wrong}</p>` : nothing}
            </div>`}
        ${stretches.length > 0 && stretches.length < 6 ? html`<button class="icon-button" type="button" title=${t('addStretch', { day: name })} aria-label=${t('addStretch', { day: name })} @click=${() => this.#add(hours, day)}>${addIcon}</button>` : nothing}
      </div>
    `;
  }

  #holidays(hours: BusinessHours) {
    return html`
      <section class="panel" aria-labelledby="holidays">
        <header><h2 id="holidays">${t('holidays')}</h2><p class="lead">${t('holidaysLead')}</p></header>
        <consult-admin-list-editor plain max="200" .items=${hours.holidays} .addLabel=${t('addHoliday')} .another=${(): Holiday => ({ date: '', name: '' })} .called=${(item: Holiday, index: number) => item.name || item.date || String(index + 1)}
          .row=${(item: Holiday, index: number) => html`<div .style=${'display: grid; grid-template-columns: minmax(130px, 2fr) 3fr; gap: 8px; align-items: start'}>
            <consult-admin-text-field hide-label type="date" .label=${t('holidayDate', { number: index + 1 })} .value=${item.date} .error=${this.wrong(`hours.holidays.${index}`)} @change=${(event: Event) => this.#holiday(hours, index, { date: typed(event) })}></consult-admin-text-field>
            <consult-admin-text-field hide-label .label=${t('holidayName', { number: index + 1 })} .placeholder=${t('holidayPlaceholder')} .value=${item.name} maxlength="80" @input=${(event: Event) => this.#holiday(hours, index, { name: typed(event) })}></consult-admin-text-field>
          </div>`}
          @list-change=${({ detail }: ListChange<Holiday>) => this.patch('hours', { holidays: detail.items })}></consult-admin-list-editor>
      </section>
    `;
  }

  #now(timeZone: string): string {
    try {
      return t('timeThere', { time: new Intl.DateTimeFormat(language.value, { timeZone, weekday: 'short', hour: 'numeric', minute: '2-digit' }).format(new Date()) });
    } catch {
      // A zone that this browser does not know.
      return '';
    }
  }

  #stretch(hours: BusinessHours, at: number, fields: Partial<Stretch>): void {
    this.patch('hours', { week: hours.week.map((stretch, index) => (index === at ? { ...stretch, ...fields } : stretch)) });
  }

  #holiday(hours: BusinessHours, at: number, fields: Partial<Holiday>): void {
    this.patch('hours', { holidays: hours.holidays.map((holiday, index) => (index === at ? { ...holiday, ...fields } : holiday)) });
  }

  #open(hours: BusinessHours, day: number, open: boolean): void {
    const others = hours.week.filter((stretch) => stretch.day !== day);
    this.patch('hours', { week: open ? sorted([...others, { day, from: '09:00', to: '18:00' }]) : others });
  }

  #add(hours: BusinessHours, day: number): void {
    const last = hours.week.filter((stretch) => stretch.day === day).at(-1)!;
    const from = last.to < '22:00' ? last.to : '22:00';
    this.patch('hours', { week: sorted([...hours.week, { day, from, to: '24:00' }]) });
  }

  #drop(hours: BusinessHours, at: number): void {
    this.patch('hours', { week: hours.week.filter((_stretch, index) => index !== at) });
  }

  #copyMonday(hours: BusinessHours): void {
    const monday = hours.week.filter(({ day }) => day === 1);
    this.patch('hours', { week: sorted([...hours.week.filter(({ day }) => day === 0 || day === 6), ...[1, 2, 3, 4, 5].flatMap((day) => monday.map((stretch) => ({ ...stretch, day })))]) });
  }
}

const sorted = (week: Stretch[]): Stretch[] => week.sort((one, other) => one.day - other.day || (one.from < other.from ? -1 : one.from > other.from ? 1 : 0));

/** A day's name: 0 = Sunday. */
function dayName(day: number): string {
  // The 4th of January 2026 is a Sunday.
  return new Intl.DateTimeFormat(language.value, { weekday: 'long', timeZone: 'UTC' }).format(new Date(Date.UTC(2026, 0, 4 + day)));
}

declare global {
  interface HTMLElementTagNameMap {
    'consult-admin-site-hours': SiteHours;
  }
}
