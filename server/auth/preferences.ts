import type { Preferences } from '../../protocol/team.ts';
import { isLanguage } from '../languages.ts';
import type { Row } from '../store/tables.ts';

const defaults: Preferences = { locale: null, mailNotices: true, pushCalls: true, pushMessages: true };

/** An agent's own switches; what it never touched stands at its default. */
export function preferencesOf({ settings }: Pick<Row<'agents'>, 'settings'>): Preferences {
  const { locale } = settings ?? {};
  const flag = (name: 'mailNotices' | 'pushCalls' | 'pushMessages') => (typeof settings?.[name] === 'boolean' ? settings[name] : defaults[name]);
  return {
    locale: isLanguage(locale) ? locale : defaults.locale,
    mailNotices: flag('mailNotices'), pushCalls: flag('pushCalls'), pushMessages: flag('pushMessages'),
  };
}
