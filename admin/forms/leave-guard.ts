import type { ReactiveController, ReactiveControllerHost } from 'lit';

/**
 * Keeps a page with unsaved changes from being left by accident. Closing the tab is asked by the browser; going elsewhere in the
 * panel is put off until `ask` has an answer: the address goes back to where it was, and forward again on a yes.
 *
 * The listener stands before the router's (in the capture phase), which hears nothing of what is put off.
 */
export class LeaveGuard implements ReactiveController {
  #at = location.hash;
  readonly #dirty: () => boolean;
  readonly #ask: () => Promise<boolean>;
  readonly #stays: (fragment: string) => boolean;

  /** `stays`: addresses of the page itself, between which nothing is lost. */
  constructor(host: ReactiveControllerHost, parts: { dirty: () => boolean; ask: () => Promise<boolean>; stays: (fragment: string) => boolean }) {
    this.#dirty = parts.dirty;
    this.#ask = parts.ask;
    this.#stays = parts.stays;
    host.addController(this);
  }

  hostConnected(): void {
    this.#at = location.hash;
    addEventListener('beforeunload', this.#unload);
    addEventListener('hashchange', this.#move, { capture: true });
  }

  hostDisconnected(): void {
    removeEventListener('beforeunload', this.#unload);
    removeEventListener('hashchange', this.#move, { capture: true });
  }

  readonly #unload = (event: BeforeUnloadEvent): void => {
    if (this.#dirty()) event.preventDefault();
  };

  readonly #move = (event: HashChangeEvent): void => {
    const to = location.hash;
    if (!this.#dirty() || this.#stays(to)) {
      this.#at = to;
      return;
    }
    event.stopImmediatePropagation();
    history.pushState(null, '', this.#at || '#');
    void this.#ask().then((leave) => {
      if (!leave) return;
      removeEventListener('hashchange', this.#move, { capture: true });
      location.hash = to;
    });
  };
}
