import { html, nothing, type TemplateResult } from 'lit';
import { chatIcon } from '../../widget/styles/icons.ts';
import { doneIcon, inboxIcon, searchIcon, teamIcon } from '../icons.ts';
import { t } from '../texts/texts.ts';
import { inView, isNarrowed, readInboxQuery, viewOf, type InboxQuery } from './inbox-view.ts';

/** What a list without rows says, and the way on from there. */
export function emptyList(query: InboxQuery, selfId: string, to: { address(query: InboxQuery): string; messages: string; startTeam(): void }): TemplateResult {
  const view = viewOf(query, selfId);
  if (isNarrowed(query, selfId)) {
    const whole = inView(readInboxQuery(new Map()), view);
    return html`<div class="empty">${searchIcon}<h2>${t('nothingFitsTitle')}</h2><p>${t('nothingFitsText')}</p>${query.text ? html`<a class="button primary" href=${to.messages}>${t('searchMessagesFor', { text: query.text })}</a>` : nothing}<a class="button" href=${to.address(whole)}>${t('clearFilters')}</a></div>`;
  }
  switch (view) {
    case 'team':
      return html`<div class="empty">${teamIcon}<h2>${t('teamEmptyTitle')}</h2><p>${t('teamEmptyText')}</p><button class="button primary" type="button" @click=${to.startTeam}>${t('teamStart')}</button></div>`;
    case 'mine':
      return html`<div class="empty">${doneIcon}<h2>${t('emptyMineTitle')}</h2><p>${t('emptyMineText')}</p></div>`;
    case 'unassigned':
      return html`<div class="empty">${doneIcon}<h2>${t('emptyUnassignedTitle')}</h2><p>${t('emptyUnassignedText')}</p></div>`;
    case 'closed':
      return html`<div class="empty">${doneIcon}<h2>${t('emptyClosedTitle')}</h2><p>${t('emptyClosedText')}</p></div>`;
    case 'all':
      return html`<div class="empty">${inboxIcon}<h2>${t('inboxEmptyTitle')}</h2><p>${t('inboxEmptyText')}</p><a class="button" href="/demo" target="_blank" rel="noopener">${t('openDemo')}</a></div>`;
  }
}

/** What stands in the place of a conversation while none is open. */
export const noThread = (): TemplateResult => html`<div class="empty">${chatIcon}<h2>${t('noThreadTitle')}</h2><p>${t('noThreadText')}</p></div>`;

/** The conversation of the address is not there, or no longer. */
export const missingThread = (back: string): TemplateResult =>
  html`<div class="empty">${chatIcon}<h2>${t('threadMissingTitle')}</h2><p>${t('threadMissingText')}</p><a class="button" href=${back}>${t('backToList')}</a></div>`;
