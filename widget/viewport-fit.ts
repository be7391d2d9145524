/** Keeps an element the size of what one really sees of the window. */
export interface ViewportFit {
  set(on: boolean): void;
}

/**
 * On a phone the keyboard covers the page without telling its layout: the visual viewport is what one sees. Sets the
 * custom properties `--top` and `--height` of the element while it is on.
 */
export function createViewportFit({ style }: HTMLElement): ViewportFit {
  const { visualViewport } = window;
  const fit = (): void => {
    // Zoomed in by two fingers: then the page is what one wants to look around in.
    if (!visualViewport || visualViewport.scale > 1.01) return;
    style.setProperty('--height', `${visualViewport.height}px`);
    style.setProperty('--top', `${visualViewport.offsetTop}px`);
  };
  return {
    set(on) {
      for (const change of ['resize', 'scroll']) {
        if (on) visualViewport?.addEventListener(change, fit);
        else visualViewport?.removeEventListener(change, fit);
      }
      if (on) return fit();
      style.removeProperty('--height');
      style.removeProperty('--top');
    },
  };
}
