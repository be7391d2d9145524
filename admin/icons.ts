import { html } from 'lit';

/** A tray: the inbox. */
export const inboxIcon = html`<svg viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="1.8" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true"><path d="M4 13.5V18a2 2 0 0 0 2 2h12a2 2 0 0 0 2-2v-4.5M4 13.5L6.5 5h11L20 13.5h-5a3 3 0 0 1-6 0z"/></svg>`;
/** A clock turning back: history. */
export const historyIcon = html`<svg viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="1.8" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true"><path d="M4.5 5v4h4M4.7 9A8 8 0 1 1 4 12.5M12 8v4.5l3 1.8"/></svg>`;
/** A gear-less account: a person. */
export const personIcon = html`<svg viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="1.8" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true"><circle cx="12" cy="8" r="3.5"/><path d="M5 19.5a7 7 0 0 1 14 0"/></svg>`;
/** A triangle: play. */
export const playIcon = html`<svg viewBox="0 0 24 24" fill="currentColor" aria-hidden="true"><path d="M8 5.5v13l10.5-6.5z"/></svg>`;
/** An arrow into a tray: download. */
export const downloadIcon = html`<svg viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="1.8" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true"><path d="M12 4v11M7.5 10.5L12 15l4.5-4.5M5 19.5h14"/></svg>`;
/** An eye. */
export const eyeIcon = html`<svg viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="1.8" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true"><path d="M2.5 12S6 5.5 12 5.5 21.5 12 21.5 12 18 18.5 12 18.5 2.5 12 2.5 12z"/><circle cx="12" cy="12" r="2.8"/></svg>`;
/** A box with a tick: close the conversation. */
export const doneIcon = html`<svg viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="1.8" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true"><circle cx="12" cy="12" r="8.5"/><path d="M8 12.5l2.8 2.8L16 9.5"/></svg>`;
/** A turning arrow: open again. */
export const reopenIcon = html`<svg viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="1.8" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true"><path d="M19.5 5v4h-4M19.3 9A8 8 0 1 0 20 12.5"/></svg>`;
/** An hourglass: who waits. */
export const queueIcon = html`<svg viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="1.8" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true"><path d="M5 20.5h14M5 3.5h14M7 3.5v3.2a5 5 0 0 0 2 4L12 12.5l3-1.8a5 5 0 0 0 2-4V3.5M7 20.5v-3.2a5 5 0 0 1 2-4l3-1.3 3 1.3a5 5 0 0 1 2 4v3.2"/></svg>`;
/** A person in a window: the visitors. */
export const visitorsIcon = html`<svg viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="1.8" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true"><path d="M3.5 8V6.5a2 2 0 0 1 2-2H8M16 4.5h2.5a2 2 0 0 1 2 2V8M20.5 16v1.5a2 2 0 0 1-2 2H16M8 19.5H5.5a2 2 0 0 1-2-2V16"/><circle cx="12" cy="10" r="2.6"/><path d="M7.5 16.5a4.6 4.6 0 0 1 9 0"/></svg>`;
/** Two people: the team. */
export const teamIcon = html`<svg viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="1.8" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true"><circle cx="9" cy="8.5" r="3.2"/><path d="M3 19a6 6 0 0 1 12 0M15.5 5.6a3.2 3.2 0 0 1 0 5.8M17.5 13.7A6 6 0 0 1 21 19"/></svg>`;
/** A browser window: a site. */
export const siteIcon = html`<svg viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="1.8" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true"><rect x="3.5" y="5" width="17" height="14" rx="2.5"/><path d="M3.5 9.5h17M6.5 7.3h.1M9 7.3h.1"/></svg>`;
/** Two sliders: settings. */
export const settingsIcon = html`<svg viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="1.8" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true"><path d="M4 8h9M17.5 8H20M4 16h2.5M11 16h9"/><circle cx="15.2" cy="8" r="2.2"/><circle cx="8.8" cy="16" r="2.2"/></svg>`;
/** Bars: reports. */
export const reportsIcon = html`<svg viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="1.8" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true"><path d="M4 20h16M6.5 16.5v-4M11 16.5V5.5M15.5 16.5V9"/></svg>`;
/** A sheet with ticks: the audit log. */
export const auditIcon = html`<svg viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="1.8" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true"><path d="M6.5 3.5h8l4 4v12a1.5 1.5 0 0 1-1.5 1.5H6.5A1.5 1.5 0 0 1 5 19.5V5a1.5 1.5 0 0 1 1.5-1.5zM14 3.5V8h4.5M8.5 13.5l1.7 1.7 3.8-3.8"/></svg>`;
/** Three dots: more. */
export const moreIcon = html`<svg viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="1.8" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true"><circle cx="5.5" cy="12" r="1"/><circle cx="12" cy="12" r="1"/><circle cx="18.5" cy="12" r="1"/></svg>`;
/** A magnifying glass. */
export const searchIcon = html`<svg viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="1.8" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true"><circle cx="11" cy="11" r="6.5"/><path d="M16 16l4.5 4.5"/></svg>`;
/** A padlock: not for this role. */
export const lockIcon = html`<svg viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="1.8" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true"><rect x="5" y="10.5" width="14" height="9.5" rx="2.5"/><path d="M8 10.5V8a4 4 0 0 1 8 0v2.5"/></svg>`;
/** A funnel of lines: filters. */
export const filterIcon = html`<svg viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="1.8" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true"><path d="M4 7h16M7 12h10M10 17h4"/></svg>`;
/** A cross: take away, close. */
export const crossIcon = html`<svg viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="1.8" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true"><path d="M6.5 6.5l11 11M17.5 6.5l-11 11"/></svg>`;
/** A label. */
export const tagIcon = html`<svg viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="1.8" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true"><path d="M4.5 11.5v-6a1 1 0 0 1 1-1h6l8 8a1.6 1.6 0 0 1 0 2.3l-4.7 4.7a1.6 1.6 0 0 1-2.3 0z"/><path d="M8.5 8.5h.1"/></svg>`;
/** A small robot: a bot answers. */
export const botIcon = html`<svg viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="1.8" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true"><rect x="5" y="8.5" width="14" height="10.5" rx="3"/><path d="M12 8.5V5M9.2 13v1M14.8 13v1M2.8 12.5v3M21.2 12.5v3"/><circle cx="12" cy="4" r="1"/></svg>`;
/** A tick in a seal: vouched for. */
export const verifiedIcon = html`<svg viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="1.8" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true"><path d="M12 3.2l2.3 1.7 2.8-.1.8 2.7 2.3 1.7-1 2.8 1 2.7-2.3 1.7-.8 2.7-2.8-.1L12 20.8 9.7 19l-2.8.1-.8-2.7-2.3-1.7 1-2.7-1-2.8 2.3-1.7.8-2.7 2.8.1z"/><path d="M8.8 12.2l2.2 2.2 4.2-4.4"/></svg>`;
/** A sheet with a folded corner: a note. */
export const noteIcon = html`<svg viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="1.8" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true"><path d="M5 5.5A1.5 1.5 0 0 1 6.5 4h11A1.5 1.5 0 0 1 19 5.5V14l-5.5 6h-7A1.5 1.5 0 0 1 5 18.5zM19 14h-4a1.5 1.5 0 0 0-1.5 1.5V20M8.5 8.5h7M8.5 12h4"/></svg>`;
/** A speech bubble with lines: a reply that is ready. */
export const replyIcon = html`<svg viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="1.8" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true"><path d="M5.5 5h13a1.5 1.5 0 0 1 1.5 1.5v8a1.5 1.5 0 0 1-1.5 1.5H12l-4.5 3.5V16h-2A1.5 1.5 0 0 1 4 14.5v-8A1.5 1.5 0 0 1 5.5 5zM8 9h8M8 12h5"/></svg>`;
/** A window with a column at its end: the side pane. */
export const paneIcon = html`<svg viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="1.8" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true"><rect x="3.5" y="5" width="17" height="14" rx="2.5"/><path d="M15 5v14"/></svg>`;
/** An envelope. */
export const mailIcon = html`<svg viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="1.8" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true"><rect x="3.5" y="5.5" width="17" height="13" rx="2.5"/><path d="M4.5 7.5L12 13l7.5-5.5"/></svg>`;
/** A bin: delete. */
export const trashIcon = html`<svg viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="1.8" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true"><path d="M4.5 7h15M9.5 7V4.5h5V7M6.5 7l.8 11a2 2 0 0 0 2 1.9h5.4a2 2 0 0 0 2-1.9l.8-11M10 11v5M14 11v5"/></svg>`;
/** An arrow out of a box: opens elsewhere. */
export const externalIcon = html`<svg viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="1.8" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true"><path d="M10 5H6.5A1.5 1.5 0 0 0 5 6.5v11A1.5 1.5 0 0 0 6.5 19h11a1.5 1.5 0 0 0 1.5-1.5V14M13.5 4.5h6v6M19 5l-8 8"/></svg>`;
/** A paper clip: a file. */
export const clipIcon = html`<svg viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="1.8" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true"><path d="M19 11.5l-7.3 7.3a4.6 4.6 0 0 1-6.5-6.5l7.6-7.6a3 3 0 0 1 4.3 4.3l-7.6 7.5a1.5 1.5 0 0 1-2.1-2.1l6.9-6.9"/></svg>`;
/** A drawing pin. */
export const pinIcon = html`<svg viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="1.8" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true"><path d="M9 4.5h6l-.7 5 3.2 3v2h-11v-2l3.2-3zM12 14.5v5.5"/></svg>`;
/** An arrow to somebody: hand over. */
export const transferIcon = html`<svg viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="1.8" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true"><circle cx="8" cy="8.5" r="3.2"/><path d="M2.5 19a5.6 5.6 0 0 1 9-4.4M14 15.5h7M18 12.5l3 3-3 3"/></svg>`;
/** A person and a plus: take part, bring in. */
export const joinIcon = html`<svg viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="1.8" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true"><circle cx="9.5" cy="8.5" r="3.2"/><path d="M3.5 19a6 6 0 0 1 12 0M18.5 8v6M15.5 11h6"/></svg>`;
/** A door and an arrow: leave. */
export const leaveIcon = html`<svg viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="1.8" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true"><path d="M13 4.5H6.5A1.5 1.5 0 0 0 5 6v12a1.5 1.5 0 0 0 1.5 1.5H13M10.5 12H20M16.5 8.5L20 12l-3.5 3.5"/></svg>`;
/** A pencil: change its name. */
export const renameIcon = html`<svg viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="1.8" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true"><path d="M5 19l1-4L16 5l3 3L9 18zM14 7l3 3"/></svg>`;
/** A tick. */
export const tickIcon = html`<svg viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="1.8" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true"><path d="M5 12.5l4.5 4.5L19 7.5"/></svg>`;
/** Down: a list opens. */
export const chevronIcon = html`<svg viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="1.8" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true"><path d="M6 9.5l6 6 6-6"/></svg>`;
/** A star: a rating. */
export const starIcon = html`<svg viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="1.8" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true"><path d="M12 4l2.5 5.2 5.6.8-4 4 1 5.6-5.1-2.7-5 2.7 1-5.6-4.1-4 5.6-.8z"/></svg>`;
/** A crossed-out wave: no connection. */
export const offlineIcon = html`<svg viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="1.8" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true"><path d="M4 4l16 16M8.5 15.5a5 5 0 0 1 5.8-.9M5.5 12.3a9.6 9.6 0 0 1 4.6-2.5M14.3 10a9.6 9.6 0 0 1 4.2 2.3M2.8 9a14 14 0 0 1 4-2.6M11 5.1A14 14 0 0 1 21.2 9M12 19h.1"/></svg>`;
/** Ten seconds back. */
export const back10Icon = html`<svg viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="1.8" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true"><path d="M4.5 4.5v4.2h4.2M4.8 8.6A8.2 8.2 0 1 1 3.9 13M9.3 15.5v-5l-1.3.9M12.7 12.9v.2a2 2 0 0 0 4 0v-.2a2 2 0 0 0-4 0z"/></svg>`;
/** Ten seconds forward. */
export const forward10Icon = html`<svg viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="1.8" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true"><path d="M19.5 4.5v4.2h-4.2M19.2 8.6A8.2 8.2 0 1 0 20.1 13M8.8 15.5v-5l-1.3.9M12.2 12.9v.2a2 2 0 0 0 4 0v-.2a2 2 0 0 0-4 0z"/></svg>`;
/** To where somebody is heard again. */
export const nextWordsIcon = html`<svg viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="1.8" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true"><path d="M3 12h1M6.5 12h1M10 8.5l4 3.5-4 3.5zM16.5 9v6M20 6v12"/></svg>`;
