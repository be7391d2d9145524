import { en, type TextKey } from '../texts/text-key.ts';
import { fullTime, t } from '../texts/texts.ts';

/** What kind of thing an action is about, e.g. `agent`, in words. A kind that a newer server made is shown as it is. */
export function thingText(thing: string): string {
  return known(`thing_${thing}`) ?? thing.replaceAll('_', ' ');
}

/** `agent.role_changed` in words: what it is about, and what was done to it. */
export function actionText(action: string): string {
  const [thing = '', verb = ''] = action.split('.');
  const whole = known(`act_${action.replaceAll('.', '_')}`);
  return whole ?? `${thingText(thing)}: ${known(`done_${verb}`) ?? verb.replaceAll('_', ' ')}`;
}

/** What is changed of somebody or something, by the names in which the server tells them. */
const FIELDS: Readonly<Record<string, TextKey>> = { name: 'memberName', email: 'email', note: 'note', role: 'role' };
const LABELS: Readonly<Record<string, TextKey>> = {
  changed: 'done_changed', agent: 'factAgent', since: 'factSince', startedAt: 'factSince', until: 'factUntil', how: 'factWay', device: 'factDevice', url: 'factAddress', origins: 'factOrigins', events: 'factEvents',
  bot: 'factBot', prefix: 'factPrefix', scopes: 'factScopes', from: 'factBefore', to: 'factAfter', settings: 'factSettings', callId: 'factCall', reason: 'factReason', conversations: 'factConversations',
  recordings: 'factRecordings', ...FIELDS,
};
const WORDS: Readonly<Record<string, TextKey>> = { 'how password': 'factWayPassword', 'how oidc': 'factWayProvider', 'role owner': 'roleOwner', 'role admin': 'roleAdmin', 'role agent': 'roleAgent' };
const TIMES = ['since', 'startedAt', 'until'];

/** One fact of an entry: `changed: Name, Note` in words; what has none is shown as it is. */
export function factText(name: string, value: unknown): string {
  const label = Object.hasOwn(LABELS, name) ? t(LABELS[name]!) : name.replaceAll('_', ' ');
  const word = (one: unknown): string => {
    if (typeof one === 'boolean') return t(one ? 'factYes' : 'factNo');
    if (typeof one !== 'string') return Array.isArray(one) ? one.map(word).join(', ') || '–' : JSON.stringify(one);
    if (TIMES.includes(name)) return fullTime(one);
    const known = `${name} ${one}`;
    if (Object.hasOwn(WORDS, known)) return t(WORDS[known]!);
    return name === 'changed' && Object.hasOwn(FIELDS, one) ? t(FIELDS[one]!) : one;
  };
  // A site tells what its name and its origins were, and what they are.
  const change = Array.isArray(value) && value.length === 2 && (name === 'name' || value.every(Array.isArray));
  return `${label}: ${change ? value.map(word).join(' → ') : word(value)}`;
}

function known(key: string): string | null {
  return key in en ? t(key as TextKey) : null;
}
