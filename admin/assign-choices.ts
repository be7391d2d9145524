import { html } from 'lit';
import type { SessionState } from '../widget/engine/session-state.ts';
import { avatar } from './avatar.ts';
import type { Choice } from './choice-list.ts';
import { t } from './texts/texts.ts';

/** The choice that takes a conversation from everybody. No id of an agent looks like it. */
export const NOBODY = '-';

const ORDER = { online: 0, busy: 1, away: 2, off: 3 } as const;
const WORDS = { online: 'presenceOnline', busy: 'presenceBusy', away: 'presenceAway', off: 'presenceOff' } as const;

/** Who a conversation can be given to: oneself, then colleagues by whether they are there and how much they have. */
export function assignChoices({ self, team, conversations }: SessionState, current: string | null): Choice[] {
  const load = new Map<string, number>();
  for (const { status, assignee } of conversations) if (status === 'open' && assignee) load.set(assignee.id, (load.get(assignee.id) ?? 0) + 1);
  const agents = [...team.values()].sort(
    (a, b) => Number(b.id === self?.id) - Number(a.id === self?.id) || ORDER[a.status] - ORDER[b.status] || (load.get(a.id) ?? 0) - (load.get(b.id) ?? 0) || a.name.localeCompare(b.name),
  );
  return [
    ...agents.map(({ id, name, status }): Choice => ({
      id,
      label: id === self?.id ? t('meNamed', { name }) : name,
      hint: `${t(WORDS[status])} · ${t('openCount', { count: load.get(id) ?? 0 })}`,
      lead: html`<span class="dot ${status}" aria-hidden="true"></span>${avatar(id, name)}`,
      checked: id === current,
    })),
    { id: NOBODY, label: t('nobody'), lead: html`<span class="sign" aria-hidden="true">–</span>`, checked: current === null },
  ];
}
