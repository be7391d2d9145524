import { html, type TemplateResult } from 'lit';
import { t } from '../texts/texts.ts';
import { wrongIcon } from './form-icons.ts';

/** Bones where cards will be, in the size of what comes. */
export function loadingCard(lines = 3): TemplateResult {
  return html`
    <div class="panel" aria-busy="true">
      <span class="hush" role="status">${t('loading')}</span>
      ${Array.from({ length: lines }, (_none, index) => html`<span class="bone" .style=${`block-size: 20px; inline-size: ${[62, 88, 45, 74][index % 4]}%`}></span>`)}
    </div>
  `;
}

/** What went wrong instead of what was wanted, and the way to try again. */
export function failedCard(text: string, retry: () => void): TemplateResult {
  return html`
    <div class="panel">
      <div class="empty" role="alert">
        ${wrongIcon}
        <h2>${t('failedTitle')}</h2>
        <p>${text}</p>
        <button class="button" type="button" @click=${retry}>${t('retry')}</button>
      </div>
    </div>
  `;
}

/** A place where nothing is yet, and what to do about it. */
export function emptyState(icon: TemplateResult, title: string, text: string, action: unknown = ''): TemplateResult {
  return html`<div class="empty">${icon}<h2>${title}</h2><p>${text}</p>${action}</div>`;
}
