/** A language's file as it was read. */
export interface LanguageFile {
  tag: string;
  file: string;
}
/** The languages in a folder, English first. */
export function readLanguages(folder: string): LanguageFile[];
/** What is not as in English, each by its whole name. */
export function compareWords(english: LanguageFile, other: LanguageFile): { missing: string[]; unknown: string[] };
/** All modules of `languages/split/` by their name. */
export function splitLanguages(folder: string): Map<string, string>;
/** Makes everything anew below a package's folder. */
export function makeLanguages(folder?: string): void;
