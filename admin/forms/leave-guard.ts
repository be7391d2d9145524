import type { ReactiveController } from 'lit';
import { guardLeaving } from '../router.ts';

/**
 * Keeps a page with unsaved changes from being left by accident. Closing the tab is asked by the browser; going elsewhere in the
 * panel is put off until `ask` has an answer: the address goes back to where it was, and forward again on a yes.
 */
export class LeaveGuard implements ReactiveController {
  #at = location.hash;
  #release: () => void = () => undefined;
  readonly #dirty: () => boolean;
  readonly #ask: () => Promise<boolean>;
  readonly #stays: (fragment: string) => boolean;

  /** `stays`: addresses of the page itself, between which nothing is lost. */
  constructor(parts: { dirty: () => boolean; ask: () => Promise<boolean>; stays: (fragment: string) => boolean }) {
    this.#dirty = parts.dirty;
    this.#ask = parts.ask;
    this.#stays = parts.stays;
  }

  hostConnected(): void {
    this.#at = location.hash;
    this.#release = guardLeaving((to) => this.#mayGo(to));
    addEventListener('beforeunload', this.#unload);
  }

  hostDisconnected(): void {
    this.#release();
    removeEventListener('beforeunload', this.#unload);
  }

  readonly #unload = (event: BeforeUnloadEvent): void => {
    if (this.#dirty()) event.preventDefault();
  };

  #mayGo(to: string): boolean {
    if (!this.#dirty() || this.#stays(to)) {
      this.#at = to;
      return true;
    }
    history.pushState(null, '', this.#at || '#');
    void this.#ask().then((leave) => {
      if (!leave) return;
      this.#release();
      location.hash = to;
    });
    return false;
  }
}
