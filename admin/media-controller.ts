import type { ReactiveController, ReactiveControllerHost } from 'lit';

/** Draws its host anew when a media query begins or ceases to fit. */
export class MediaController implements ReactiveController {
  readonly #host: ReactiveControllerHost;
  readonly #list: MediaQueryList;
  readonly #changed = (): void => this.#host.requestUpdate();

  constructor(host: ReactiveControllerHost, media: string) {
    this.#host = host;
    this.#list = matchMedia(media);
    host.addController(this);
  }

  /** Whether it fits now. */
  get matches(): boolean {
    return this.#list.matches;
  }

  hostConnected(): void {
    this.#list.addEventListener('change', this.#changed);
  }

  hostDisconnected(): void {
    this.#list.removeEventListener('change', this.#changed);
  }
}
