import { en, type TextKey } from '../texts/en.ts';
import { t } from '../texts/texts.ts';

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

function known(key: string): string | null {
  return key in en ? t(key as TextKey) : null;
}
