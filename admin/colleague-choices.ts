import { html } from 'lit';
import type { SessionState } from '../widget/engine/session-state.ts';
import { avatar } from './avatar.ts';
import type { Choice } from './choice-list.ts';
import { t } from './texts/texts.ts';

const ORDER = { online: 0, busy: 1, away: 2, off: 3 } as const;
const WORDS = { online: 'presenceOnline', busy: 'presenceBusy', away: 'presenceAway', off: 'presenceOff' } as const;

/** Colleagues to choose from, those who are there first; never oneself, nor who is left out. */
export function colleagueChoices({ self, team }: Pick<SessionState, 'self' | 'team'>, chosen: ReadonlySet<string>, without: ReadonlySet<string> = new Set()): Choice[] {
  return [...team.values()]
    .filter(({ id }) => id !== self?.id && !without.has(id))
    .sort((a, b) => ORDER[a.status] - ORDER[b.status] || a.name.localeCompare(b.name))
    .map(({ id, name, status }) => ({ id, label: name, hint: t(WORDS[status]), lead: html`<span class="dot ${status}" aria-hidden="true"></span>${avatar(id, name)}`, checked: chosen.has(id) }));
}
