/**
 * Registers an element class under its tag. A page may load our module twice (two tags, two versions of the address):
 * the first definition stays and the second load is harmless.
 */
export const element =
  (tag: string) =>
  (constructor: CustomElementConstructor): void => {
    if (!customElements.get(tag)) customElements.define(tag, constructor);
  };
