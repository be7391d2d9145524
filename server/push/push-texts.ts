import type { Language } from '../../languages/language.ts';

/** Every language of pushes. */
export { push as pushTexts } from '../../languages/split/push.ts';
/** The words of pushes in one language. */
export type PushTexts = Language['push'];
