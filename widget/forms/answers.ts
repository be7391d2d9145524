import type { FormField } from '../../protocol/site.ts';
import type { Contact } from '../engine/session-state.ts';
import type { FormTexts } from '../texts/form-texts.ts';

/** What the contract takes (protocol/client-frames.ts, `visitor.contact`). */
const EMAIL = /^[^\s@<>()[\]\\,;:"\p{Cc}]+@[^\s@<>()[\]\\,;:"\p{Cc}]+$/u;
const LONGEST = { name: 80, email: 254, field: 500 };
/** Digits with what people write between them; the country decides the rest. */
const PHONE = /^\+?[\d\s().\-/]{4,}$/;

/** Whether something can be an e-mail address. */
export const isEmail = (text: string): boolean => text.length >= 3 && text.length <= LONGEST.email && EMAIL.test(text);

/** Whether something can be a phone number. */
export const isPhone = (text: string): boolean => PHONE.test(text) && (text.match(/\d/g) ?? []).length >= 4;

/** How many characters an answer may have. */
export const longest = ({ key, kind }: FormField): number => (key === 'name' ? LONGEST.name : kind === 'email' ? LONGEST.email : LONGEST.field);

/** What is wrong with an answer, in words; null: nothing. */
export function mistake(field: FormField, value: string, texts: FormTexts): string | null {
  const text = value.trim();
  if (text === '') return field.required ? texts.required(field.label) : null;
  if ((field.kind === 'email' || field.key === 'email') && !isEmail(text)) return texts.invalidEmail;
  if (field.kind === 'phone' && !isPhone(text)) return texts.invalidPhone;
  if (field.kind === 'choice' && !field.choices.includes(text)) return texts.required(field.label);
  return null;
}

/** The answers as they go out: `name` and `email` are the visitor's own, the rest are fields. What was left empty is left out. */
export function contactOf(fields: readonly FormField[], values: Readonly<Record<string, string>>): Contact {
  const contact: Contact = {};
  const others: Record<string, string> = {};
  for (const field of fields) {
    const text = (values[field.key] ?? '').trim().slice(0, longest(field));
    if (text === '') continue;
    if (field.key === 'name') contact.name = text;
    else if (field.key === 'email') contact.email = text;
    else others[field.key] = text;
  }
  return Object.keys(others).length > 0 ? { ...contact, fields: others } : contact;
}
