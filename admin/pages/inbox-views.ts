import { html, nothing, type TemplateResult } from 'lit';
import type { Conversation } from '../../protocol/shapes.ts';
import type { TextKey } from '../texts/text-key.ts';
import { t } from '../texts/texts.ts';
import { INBOX_VIEWS, countViews, inView, viewOf, type InboxQuery, type InboxView } from './inbox-view.ts';

const NAMES: Record<InboxView, TextKey> = { mine: 'viewMine', unassigned: 'viewUnassigned', all: 'viewAll', closed: 'viewClosed', team: 'viewTeam' };

/** Where the words are looked for: which conversations hold them, or each message. `address` leads to one of both. */
export function searchScope(among: boolean, address: (among: boolean) => string): TemplateResult {
  return html`
    <nav class="scope" aria-label=${t('searchWhere')}>
      <a href=${address(false)} aria-current=${among ? nothing : 'true'}>${t('searchConversations')}</a>
      <a href=${address(true)} aria-current=${among ? 'true' : nothing}>${t('searchMessages')}</a>
    </nav>
  `;
}

/** The inbox's views with how much is in each; of the team's rooms, where something is unread. `whole`: every open conversation is known. */
export function viewsBar({ conversations, selfId, whole, query }: { conversations: readonly Conversation[]; selfId: string; whole: boolean; query: InboxQuery }, address: (query: InboxQuery) => string): TemplateResult {
  const counts = countViews(conversations, selfId);
  const current = viewOf(query, selfId);
  const number = (view: InboxView): TemplateResult | typeof nothing => {
    if (view === 'closed' || ((whole || view === 'team') && !counts[view])) return nothing;
    if (view === 'team') return html`<span class="badge"><span aria-hidden="true">${counts.team}</span><span class="hush">${t('unreadCount', { count: counts.team })}</span></span>`;
    return html`<span class="number">${counts[view]}${whole ? nothing : '+'}</span>`;
  };
  return html`
    <nav class="views" aria-label=${t('inboxViews')}>
      ${INBOX_VIEWS.map((view) => html`<a href=${address(inView(query, view))} aria-current=${view === current ? 'true' : nothing}>${t(NAMES[view])} ${number(view)}</a>`)}
    </nav>
  `;
}
