import { LitElement, render, type TemplateResult } from 'lit';
import { tokens } from '../../widget/styles/tokens.ts';

// The app's element carries the design tokens; here the page does in its stead.
const sheet = new CSSStyleSheet();
sheet.replaceSync(tokens.cssText.replaceAll(':host', ':root'));

let host: HTMLElement | null = null;

/** Renders into an empty page with the panel's tokens and waits until everything has settled. */
export async function show<T extends HTMLElement>(template: TemplateResult): Promise<T> {
  clear();
  if (!document.adoptedStyleSheets.includes(sheet)) document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
  host = document.createElement('div');
  // What colours are judged against.
  host.style.background = 'var(--pc-surface-2)';
  document.body.append(host);
  render(template, host);
  await settle();
  return host.firstElementChild as T;
}

/** Empties the page. */
export function clear(): void {
  host?.remove();
  host = null;
}

/** Waits until nothing is left to draw: answers of a fake API come in microtasks, and each element draws in a turn of its own. */
export async function settle(): Promise<void> {
  for (let quiet = 0; quiet < 6; ) {
    await new Promise((resolve) => setTimeout(resolve, 5));
    const drawing = host && everything(host).some((element) => element instanceof LitElement && element.isUpdatePending);
    quiet = drawing ? 0 : quiet + 1;
  }
}

/** Waits until something is so that the browser does in its own time, like following an address. */
export async function until(condition: () => boolean): Promise<void> {
  for (let tries = 0; !condition() && tries < 400; tries++) await new Promise((resolve) => setTimeout(resolve, 5));
  await settle();
}

/** Does something that may close dialogs; their `close` comes in a task of its own, which a busy machine puts off. */
async function withDialogs(root: HTMLElement, act: () => void): Promise<void> {
  const open = all<HTMLDialogElement>(root, 'dialog[open]').map((dialog) => ({ dialog, closed: new Promise((resolve) => dialog.addEventListener('close', resolve, { once: true })) }));
  act();
  await settle();
  await Promise.all(open.filter(({ dialog }) => !dialog.open && dialog.isConnected).map(({ closed }) => closed));
  await settle();
}

/** Every element within, shadow roots included. */
export function everything(root: ParentNode): HTMLElement[] {
  return [...root.querySelectorAll<HTMLElement>('*')].flatMap((element) => [element, ...(element.shadowRoot ? everything(element.shadowRoot) : [])]);
}

/** The elements within that fit a selector, shadow roots included. */
export function all<T extends HTMLElement = HTMLElement>(root: HTMLElement, selector: string): T[] {
  return everything(root.shadowRoot ?? root).filter((element): element is T => element.matches(selector));
}

/** The first element within that fits a selector. */
export function one<T extends HTMLElement = HTMLElement>(root: HTMLElement, selector: string): T {
  const [found] = all<T>(root, selector);
  if (!found) throw new Error(`There is no ${selector}.`);
  return found;
}

/** The button or link with these words, or with this label. */
export function pressable(root: HTMLElement, words: string): HTMLElement {
  const found = all(root, 'button, a').find((element) => (element.getAttribute('aria-label') ?? element.textContent ?? '').trim() === words && !element.closest('[hidden]'));
  if (!found) throw new Error(`There is nothing called ${words}; there are: ${all(root, 'button, a').map((each) => (each.getAttribute('aria-label') ?? each.textContent ?? '').trim()).join(', ')}.`);
  return found;
}

/** The control with this label: of a field's element, or plain. */
export function control<T extends HTMLElement = HTMLInputElement>(root: HTMLElement, label: string): T {
  for (const element of everything(root.shadowRoot ?? root)) {
    if (!/^(input|textarea|select)$/.test(element.localName)) continue;
    const control = element as HTMLInputElement;
    const words = control.getAttribute('aria-label') ?? [...(control.labels ?? [])].map((each) => each.querySelector('span')?.textContent ?? each.textContent).join(' ');
    if (words.replace(/\s+/g, ' ').trim() === label) return element as unknown as T;
  }
  throw new Error(`There is no control called ${label}.`);
}

/** Types into a control as a person does: input, then change. */
export async function type(field: HTMLElement, text: string): Promise<void> {
  (field as HTMLInputElement).value = text;
  field.dispatchEvent(new InputEvent('input', { bubbles: true, composed: true }));
  field.dispatchEvent(new Event('change', { bubbles: true }));
  await settle();
}

/** Presses and waits for what comes of it. */
export async function press(root: HTMLElement, words: string): Promise<void> {
  const target = pressable(root, words);
  await withDialogs(root, () => target.click());
}

/** Answers the question that is asked with its dangerous button, and waits for what comes of it. */
export async function agree(root: HTMLElement): Promise<void> {
  const [target] = all(root, 'dialog[open] [data-at=yes]');
  if (!target) throw new Error('Nothing is asked.');
  await withDialogs(root, () => target.click());
}

/** What a person reads within, shadow roots included. */
export function words(root: HTMLElement): string {
  const read = (node: Node): string => {
    if (node instanceof Text) return node.data;
    if (node instanceof HTMLStyleElement) return '';
    const own = node instanceof HTMLElement && node.shadowRoot && !(node instanceof LitElement && node.hidden) ? [...node.shadowRoot.childNodes] : [];
    return [...own, ...node.childNodes].map(read).join(' ');
  };
  return read(root).replace(/\s+/g, ' ');
}

/** Markup that must stay text wherever it is shown (threats.md S9). */
export const payload = `"><img src=x onerror="window.pwned=1"><script>window.pwned=1</script>{{7*7}}\${7*7}`;

/** Whether the payload did anything, or became elements. */
export function harmed(root: HTMLElement): boolean {
  return 'pwned' in window || everything(root).some((element) => element.localName === 'script' || (element.localName === 'img' && element.getAttribute('src') === 'x'));
}
