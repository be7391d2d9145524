/** The first control within a tree, shadow roots included, that says it is wrong; null = none. */
export function firstWrong(root: ParentNode): HTMLElement | null {
  for (const element of root.querySelectorAll<HTMLElement>('*')) {
    if (element.getAttribute('aria-invalid') === 'true') return element;
    const within = element.shadowRoot ? firstWrong(element.shadowRoot) : null;
    if (within) return within;
  }
  return null;
}
