import { svg } from 'lit';
import { icon } from '../styles/icons.ts';

/** A screen with an arrow out of it. */
export const screenIcon = icon(svg`<rect x="3" y="4.5" width="18" height="12.5" rx="2.5"/><path d="M12 13.5V8M9.5 10.2L12 7.7l2.5 2.5M8.5 20.5h7"/>`);
/** A hand that holds. */
export const holdIcon = icon(svg`<circle cx="12" cy="12" r="8.5"/><path d="M10 9v6M14 9v6"/>`);
/** A triangle to go on. */
export const goOnIcon = icon(svg`<circle cx="12" cy="12" r="8.5"/><path d="M10.3 8.7v6.6l5-3.3z"/>`);
/** Sliders. */
export const devicesIcon = icon(svg`<path d="M4 7h9M17 7h3M4 12h2.5M10.5 12H20M4 17h8M16 17h4"/><circle cx="15" cy="7" r="2"/><circle cx="8.5" cy="12" r="2"/><circle cx="14" cy="17" r="2"/>`);
/** A small picture in a large one. */
export const floatingIcon = icon(svg`<rect x="3" y="5" width="18" height="14" rx="2.5"/><rect x="12" y="11.5" width="6.5" height="5" rx="1" fill="currentColor"/>`);
/** Four corners, outwards. */
export const fullScreenIcon = icon(svg`<path d="M4 9V5.5A1.5 1.5 0 0 1 5.5 4H9M15 4h3.5A1.5 1.5 0 0 1 20 5.5V9M20 15v3.5a1.5 1.5 0 0 1-1.5 1.5H15M9 20H5.5A1.5 1.5 0 0 1 4 18.5V15"/>`);
/** Headphones: somebody listens. */
export const listenIcon = icon(svg`<path d="M4.5 15v-2.5a7.5 7.5 0 0 1 15 0V15"/><rect x="3.5" y="14" width="4" height="6" rx="1.8"/><rect x="16.5" y="14" width="4" height="6" rx="1.8"/>`);
/** A loudspeaker. */
export const speakerIcon = icon(svg`<path d="M4 9.5v5h3.5L12 18.5v-13L7.5 9.5zM15.5 9a4.2 4.2 0 0 1 0 6M18 6.5a7.8 7.8 0 0 1 0 11"/>`);
