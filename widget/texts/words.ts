import { createStore, type Readable } from '../engine/store.ts';

/** The words of a section: English from the start, any other language as soon as it has come. */
export interface Words<T> {
  /** The words for a BCP 47 tag, as far as they are here; else English, and they are on their way. */
  of(tag: string): T;
  /** Resolves when the words for a tag are here, or cannot be had. */
  load(tag: string): Promise<void>;
  /** Changes when words have come: views that show some follow it. */
  readonly here: Readable<unknown>;
}

/** Makes the words of a section. `far`: how those of each other language are loaded. */
export function createWords<T>(english: T, far: Readonly<Record<string, () => Promise<T>>>): Words<T> {
  const here = createStore<ReadonlyMap<string, T>>(new Map([['en', english]]));
  const coming = new Map<string, Promise<void>>();
  const own = (tag: string) => tag.toLowerCase().split('-')[0]!;

  const load = (tag: string): Promise<void> => {
    const language = own(tag);
    const known = coming.get(language);
    if (known || !Object.hasOwn(far, language) || here.value.has(language)) return known ?? Promise.resolve();
    const way = far[language]!().then(
      (words) => here.set(new Map([...here.value, [language, words]])),
      // A chunk that did not come may come later.
      () => void coming.delete(language),
    );
    coming.set(language, way);
    return way;
  };
  return {
    here,
    load,
    of(tag) {
      void load(tag);
      return here.value.get(own(tag)) ?? english;
    },
  };
}
