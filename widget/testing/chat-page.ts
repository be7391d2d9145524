import { FakeServer, until } from '../engine/testing/fake-server.ts';
import type { Panel } from '../panel.ts';
import '../peer-consult.ts';
import type { PeerConsult } from '../peer-consult.ts';

/** A page with the element on it and a server behind it, for tests. */
export interface ChatPage {
  fake: FakeServer;
  element: PeerConsult;
  /** What the element told its page, by name without prefix. */
  told(name: string): unknown[];
  panel(): Panel;
  inPanel<T extends HTMLElement>(selector: string): T | null;
  /** In the shadow root of something in the panel. */
  within<T extends HTMLElement>(host: string, selector: string): T | null;
  open(): Promise<void>;
  write(text: string): void;
  bubbles(): string[];
  frames(type: string): { type: string; [field: string]: unknown }[];
  /** Until lazy chunks and drawings have come to rest. */
  settle(): Promise<void>;
  leave(): Promise<void>;
}

export const server = 'https://consult.example';
export const storageKey = `peer-consult:${server}:pk_test`;

/** Makes the page. `prepare` bends the server before the element is there. */
export function chatPage(attributes: Record<string, string> = {}, prepare: (fake: FakeServer) => void = () => undefined): ChatPage {
  localStorage.clear();
  const fake = new FakeServer().install();
  prepare(fake);
  const events: CustomEvent[] = [];
  const listen = (event: Event): void => void events.push(event as CustomEvent);
  const names = ['ready', 'open', 'close', 'message', 'unread', 'call', 'error'];
  for (const name of names) addEventListener(`peer-consult:${name}`, listen);
  const element = document.createElement('peer-consult');
  for (const [name, value] of Object.entries({ 'site-key': 'pk_test', server, locale: 'en', ...attributes })) element.setAttribute(name, value);
  document.body.append(element);
  const panel = (): Panel => element.shadowRoot!.querySelector('peer-consult-panel')!;
  const page: ChatPage = {
    fake,
    element,
    told: (name) => events.filter(({ type }) => type === `peer-consult:${name}`).map(({ detail }) => detail as unknown),
    panel,
    inPanel: (selector) => panel()?.shadowRoot!.querySelector(selector) ?? null,
    within: (host, selector) => page.inPanel(host)?.shadowRoot!.querySelector(selector) ?? null,
    async open() {
      element.open();
      await until(() => page.inPanel('.intro h3') !== null, 'opening');
      await page.settle();
    },
    write(text) {
      const field = page.within<HTMLTextAreaElement>('peer-consult-composer', 'textarea')!;
      field.value = text;
      field.dispatchEvent(new InputEvent('input', { bubbles: true }));
      field.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', bubbles: true, cancelable: true }));
    },
    bubbles: () => [...(page.inPanel('peer-consult-message-list')?.shadowRoot!.querySelectorAll('.bubble') ?? [])].map(({ textContent }) => textContent!),
    frames: (type) => fake.sockets.flatMap(({ sent }) => sent.filter((frame) => frame.type === type)),
    async settle() {
      // Two rounds of lazy chunk, drawing, drawing of what is inside.
      for (let round = 0; round < 4; round++) {
        await new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve, 20)));
        await panel()?.updateComplete;
      }
    },
    async leave() {
      await element.reset();
      element.remove();
      await new Promise((resolve) => setTimeout(resolve));
      for (const name of names) removeEventListener(`peer-consult:${name}`, listen);
      fake.uninstall();
      localStorage.clear();
    },
  };
  return page;
}

/** Types into a field of a form. */
export function enter(field: HTMLElement, value: string): void {
  (field as HTMLInputElement).value = value;
  field.dispatchEvent(new Event(field instanceof HTMLSelectElement ? 'change' : 'input', { bubbles: true }));
}
