import type { en } from './en.ts';

/**
 * Every word of a language, in sections: who needs one loads no other. English gives the shape: a text, a list, or a function of
 * what is to stand in it. Plurals, particles and honorifics are words: the functions choose them.
 *
 * To add a language, write `languages/<tag>.ts` with `export const <tag> = { … } satisfies Translation`. Nothing else is to be edited:
 * widget, panel, mails and pushes have it after the next build. What is missing is said in English, and `languages/languages.test.ts`
 * names it. When nothing is, make it `satisfies Language`, and the compiler keeps it so.
 */
export type Language = typeof en;

/** A language of which some words are still to come. */
export type Translation = Some<Language>;

type Some<T> = T extends readonly unknown[] | ((...given: never[]) => unknown) | string ? T : { [K in keyof T]?: Some<T[K]> };
