/** Scrolls a strip of links sideways so far that the one of this page is seen; never the page around it. */
export function revealCurrent(strip: HTMLElement | null): void {
  const current = strip?.querySelector('[aria-current]');
  if (!strip || !current || strip.scrollWidth <= strip.clientWidth) return;
  const [inner, outer] = [current.getBoundingClientRect(), strip.getBoundingClientRect()];
  if (inner.left < outer.left || inner.right > outer.right) strip.scrollLeft += inner.left - outer.left - (outer.width - inner.width) / 2;
}
