import type { ReactiveController, ReactiveControllerHost } from 'lit';
import type { Readable } from './store.ts';

/** Renders its host anew whenever a store changes. The store may be swapped, e.g. when a property brings another one. */
export class StoreController<T> implements ReactiveController {
  readonly #host: ReactiveControllerHost;
  readonly #pick: () => Readable<T> | undefined;
  #store: Readable<T> | undefined;
  #leave: (() => void) | undefined;

  /** `pick` says which store to follow; it is asked again before each rendering. */
  constructor(host: ReactiveControllerHost, pick: () => Readable<T> | undefined) {
    this.#host = host;
    this.#pick = pick;
    host.addController(this);
  }

  /** The store's value, or undefined while there is no store. */
  get value(): T | undefined {
    this.#follow();
    return this.#store?.value;
  }

  hostConnected(): void {
    this.#follow();
  }

  hostUpdate(): void {
    this.#follow();
  }

  hostDisconnected(): void {
    this.#leave?.();
    this.#leave = undefined;
    this.#store = undefined;
  }

  #follow(): void {
    const store = this.#pick();
    if (store === this.#store) return;
    this.#leave?.();
    this.#store = store;
    this.#leave = store?.subscribe(() => this.#host.requestUpdate());
  }
}
