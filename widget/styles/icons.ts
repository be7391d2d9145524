import { html, svg, type TemplateResult } from 'lit';

/** Draws one of our 24 px line icons. Hidden from assistive technology: the control beside it has the words. */
export const icon = (paths: TemplateResult): TemplateResult => html`<svg viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="1.8" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true">${paths}</svg>`;

/** A speech bubble. */
export const chatIcon = icon(svg`<path d="M4 5.5h16v11H9.5L5 20v-3.5H4z"/>`);
/** A cross. */
export const closeIcon = icon(svg`<path d="M6 6l12 12M18 6L6 18"/>`);
/** A paper plane. */
export const sendIcon = icon(svg`<path d="M4 12L20 4l-5 16-3.5-6.5z"/><path d="M11.5 13.5L20 4"/>`);
/** A telephone receiver. */
export const phoneIcon = icon(svg`<path d="M6.5 3.5h3l1.5 4-2 1.5a11 11 0 0 0 6 6l1.5-2 4 1.5v3a2 2 0 0 1-2.2 2A16.5 16.5 0 0 1 4.5 5.7 2 2 0 0 1 6.5 3.5z"/>`);
/** A receiver laid down. */
export const hangUpIcon = icon(svg`<path d="M3 14.5c0-3 4-5.5 9-5.5s9 2.5 9 5.5v2l-5-.8v-2.7a14 14 0 0 0-8 0v2.7l-5 .8z"/>`);
/** A camera. */
export const videoIcon = icon(svg`<rect x="3" y="6.5" width="12.5" height="11" rx="2.5"/><path d="M15.5 10.5L21 7.5v9l-5.5-3z"/>`);
/** A crossed-out camera. */
export const videoOffIcon = icon(svg`<path d="M15.5 10.5L21 7.5v9l-5.5-3M15.5 14v1a2.5 2.5 0 0 1-2.5 2.5H5.5A2.5 2.5 0 0 1 3 15V9a2.5 2.5 0 0 1 1.5-2.3M9 6.5h4A2.5 2.5 0 0 1 15.5 9v1.5M3.5 3.5l17 17"/>`);
/** A microphone. */
export const micIcon = icon(svg`<rect x="9" y="3.5" width="6" height="11" rx="3"/><path d="M5.5 11.5a6.5 6.5 0 0 0 13 0M12 18v2.5"/>`);
/** A crossed-out microphone. */
export const micOffIcon = icon(svg`<path d="M9 9v2.5a3 3 0 0 0 5 2.2M15 11V6.5a3 3 0 0 0-5.8-1M5.5 11.5a6.5 6.5 0 0 0 10.5 5.1M18.5 11.5a6.5 6.5 0 0 1-.4 2.3M12 18v2.5M3.5 3.5l17 17"/>`);
/** Two bars: held for a while. */
export const pauseIcon = icon(svg`<path d="M9 5.5v13M15 5.5v13"/>`);
/** A filled circle: goes on recording. */
export const recordIcon = icon(svg`<circle cx="12" cy="12" r="5.5" fill="currentColor"/>`);
/** One tick: sent. */
export const sentIcon = icon(svg`<path d="M5 12.5l4.5 4.5L19 7"/>`);
/** Two ticks: seen. */
export const seenIcon = icon(svg`<path d="M2 12.5L6.5 17 16 7M11.5 16l1 1L22 7"/>`);
/** A clock: on its way. */
export const pendingIcon = icon(svg`<circle cx="12" cy="12" r="8.5"/><path d="M12 7v5l3 2"/>`);
/** An exclamation mark in a circle. */
export const alertIcon = icon(svg`<circle cx="12" cy="12" r="8.5"/><path d="M12 7.5v5.5M12 16.3v.1"/>`);
/** A machine's face: a program answers. */
export const botIcon = icon(svg`<rect x="4.5" y="8" width="15" height="11" rx="3"/><path d="M12 8V4.5M9 12.5v2M15 12.5v2"/>`);
/** An arrow to the left. */
export const backIcon = icon(svg`<path d="M14.5 5.5L8 12l6.5 6.5"/>`);
/** Three dots: more. */
export const moreIcon = icon(svg`<circle cx="5.5" cy="12" r="1"/><circle cx="12" cy="12" r="1"/><circle cx="18.5" cy="12" r="1"/>`);
/** A tick in a circle: it is over. */
export const endIcon = icon(svg`<circle cx="12" cy="12" r="8.5"/><path d="M8 12.5l2.8 2.8L16 9.5"/>`);
/** An arrow down. */
export const downIcon = icon(svg`<path d="M5.5 9.5L12 16l6.5-6.5"/>`);
/** A paper clip. */
export const clipIcon = icon(svg`<path d="M19.5 11.5l-7.6 7.6a5 5 0 0 1-7-7l8.3-8.3a3.4 3.4 0 0 1 4.8 4.8l-8.2 8.2a1.7 1.7 0 0 1-2.4-2.4l7.3-7.3"/>`);
/** A smiling face. */
export const smileIcon = icon(svg`<circle cx="12" cy="12" r="8.5"/><path d="M8.5 14.5a4.5 4.5 0 0 0 7 0M9 9.5v.1M15 9.5v.1"/>`);
