import { css, html, nothing } from 'lit';
import { customElement } from 'lit/decorators.js';
import type { FormField } from '../../protocol/site.ts';
import { wrongIcon } from '../forms/form-icons.ts';
import '../forms/list-editor.ts';
import type { ListChange } from '../forms/list-editor.ts';
import '../forms/select-field.ts';
import '../forms/switch-field.ts';
import '../forms/text-field.ts';
import { t } from '../texts/texts.ts';
import { fieldKey } from './site-draft.ts';
import { SiteSection, switched, typed } from './site-section.ts';

/** What is asked before a conversation, and what is said while nobody is there. */
@customElement('consult-admin-site-forms')
export class SiteForms extends SiteSection {
  static override styles = [
    ...SiteSection.styles,
    css`
      .wrong {
        display: flex;
        gap: 6px;
        font-size: var(--pc-text-s);
        color: var(--pc-danger);
      }
    `,
  ];

  override render() {
    void this.language.value;
    const { preChat, offline } = this.settings;
    const none = this.wrong('preChat');
    return html`
      <section class="panel" aria-labelledby="title">
        <header><h2 id="title">${t('preChat')}</h2><p class="lead">${t('preChatLead')}</p></header>
        <consult-admin-switch-field .label=${t('preChatOn')} .checked=${preChat.enabled} @change=${(event: Event) => this.patch('preChat', { enabled: switched(event) })}></consult-admin-switch-field>
        ${preChat.enabled ? this.#fields(preChat.fields) : nothing}
        ${none ? html`<p class="wrong" role="alert">${wrongIcon}${none}</p>` : nothing}
      </section>
      <section class="panel" aria-labelledby="offline">
        <header><h2 id="offline">${t('offline')}</h2><p class="lead">${t('offlineLead')}</p></header>
        <consult-admin-switch-field .label=${t('offlineOn')} .checked=${offline.enabled} @change=${(event: Event) => this.patch('offline', { enabled: switched(event) })}></consult-admin-switch-field>
        ${offline.enabled
          ? html`<consult-admin-text-field .label=${t('offlineNotice')} .hint=${t('offlineNoticeHint')} .value=${offline.text} rows="3" maxlength="300" optional @input=${(event: Event) => this.patch('offline', { text: typed(event) })}></consult-admin-text-field>
              <consult-admin-switch-field .label=${t('askEmail')} .hint=${t('askEmailHint')} .checked=${offline.askEmail} @change=${(event: Event) => this.patch('offline', { askEmail: switched(event) })}></consult-admin-switch-field>`
          : nothing}
      </section>
    `;
  }

  #fields(fields: readonly FormField[]) {
    return html`
      <consult-admin-list-editor ordered max="8" .items=${fields} .addLabel=${t('addField')} .noneText=${t('noFields')} .another=${() => this.#another(fields)}
        .called=${(field: FormField, index: number) => field.label || t('fieldNumber', { number: index + 1 })}
        .row=${(field: FormField, index: number) => this.#field(fields, field, index)}
        @list-change=${({ detail }: ListChange<FormField>) => this.patch('preChat', { fields: detail.items })}></consult-admin-list-editor>
    `;
  }

  #field(fields: readonly FormField[], field: FormField, at: number) {
    const change = (changes: Partial<FormField>): void => this.patch('preChat', { fields: fields.map((each, index) => (index === at ? { ...each, ...changes } : each)) });
    const kinds = { text: t('kindText'), email: t('kindEmail'), phone: t('kindPhone'), choice: t('kindChoice') };
    return html`
      <div .style=${'display: grid; gap: 12px'}>
        <consult-admin-text-field .label=${t('fieldLabel')} .placeholder=${t('fieldPlaceholder')} .value=${field.label} .error=${this.wrong(`preChat.${at}.label`)} maxlength="80" required
          @input=${(event: Event) => change({ label: typed(event) })} @change=${(event: Event) => this.#name(fields, at, typed(event))}></consult-admin-text-field>
        <consult-admin-select-field .label=${t('fieldKind')} .value=${field.kind} .choices=${Object.entries(kinds).map(([value, label]) => ({ value, label }))} .hint=${field.key === 'email' || field.key === 'name' ? t(field.key === 'email' ? 'fieldIsEmail' : 'fieldIsName') : ''}
          @change=${(event: Event) => this.#kind(fields, at, typed(event) as FormField['kind'])}></consult-admin-select-field>
        ${field.kind === 'choice'
          ? html`<consult-admin-text-field .label=${t('choices')} .hint=${t('choicesHint')} .value=${field.choices.join('\n')} .error=${this.wrong(`preChat.${at}.choices`)} rows="3" @input=${(event: Event) => change({ choices: typed(event).split('\n').slice(0, 20).map((choice) => choice.slice(0, 80)) })}></consult-admin-text-field>`
          : nothing}
        <consult-admin-switch-field .label=${t('fieldRequired')} .checked=${field.required} @change=${(event: Event) => change({ required: switched(event) })}></consult-admin-switch-field>
      </div>
    `;
  }

  #another(fields: readonly FormField[]): FormField {
    return { key: fieldKey('', fields.map(({ key }) => key)), label: '', kind: 'text', required: false, choices: [] };
  }

  /** A field that has no name of its own yet takes one from its label; a kept one keeps it, for answers lie under it. */
  #name(fields: readonly FormField[], at: number, label: string): void {
    const field = fields[at]!;
    if (!/^field(_\d+)?$/.test(field.key)) return;
    const key = fieldKey(label, fields.filter((_each, index) => index !== at).map((each) => each.key));
    this.patch('preChat', { fields: fields.map((each, index) => (index === at ? { ...each, label, key } : each)) });
  }

  /** An e-mail address belongs to the visitor itself, once. */
  #kind(fields: readonly FormField[], at: number, kind: FormField['kind']): void {
    const taken = fields.filter((_each, index) => index !== at).map(({ key }) => key);
    const before = fields[at]!;
    const key = kind === 'email' && !taken.includes('email') ? 'email' : kind !== 'email' && before.key === 'email' ? fieldKey(before.label === 'email' ? '' : before.label, [...taken, 'email']) : before.key;
    this.patch('preChat', { fields: fields.map((each, index) => (index === at ? { ...each, kind, key } : each)) });
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'consult-admin-site-forms': SiteForms;
  }
}
