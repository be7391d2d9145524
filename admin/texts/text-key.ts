import type { Language } from '../../languages/language.ts';

/** The panel in English, which is always at hand: its keys are those of every language. */
export { english as en } from '../../languages/split/panel.ts';
/** A key of the panel's texts. */
export type TextKey = keyof Language['panel'];
