// The forms of the chat, in one chunk that comes when the first of them is needed.
import './forms/afterwards.ts';
import './forms/contact-form.ts';

export { formTexts, loadFormTexts } from './texts/form-texts.ts';
