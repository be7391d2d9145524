import { css, html, nothing, type TemplateResult } from 'lit';
import { chatIcon, phoneIcon } from './styles/icons.ts';

/** What the round button shows. */
export interface LauncherState {
  label: string;
  /** Words beside the sign; empty = the sign alone. */
  text: string;
  unread: number;
  /** A call runs behind the closed panel. */
  inCall: boolean;
  /** The panel is on its way. */
  loading: boolean;
}

/** The round button. It is drawn by the element itself: one more element would cost more bytes than it has. */
export const launcher = ({ label, text, unread, inCall, loading }: LauncherState, on: { click: () => void; near: () => void }): TemplateResult => html`
  <button type="button" part="launcher" class="launcher ${text ? 'worded' : ''} ${inCall ? 'in-call' : ''} ${loading ? 'loading' : ''}" aria-haspopup="dialog"
    aria-expanded="false" aria-busy=${loading ? 'true' : 'false'} aria-label=${text ? `${text} · ${label}` : label} title=${label}
    @click=${on.click} @pointerenter=${on.near} @focus=${on.near}>
    ${inCall ? phoneIcon : chatIcon}${text ? html`<span class="words">${text}</span>` : nothing}
    ${unread > 0 ? html`<span part="badge" class="badge" aria-hidden="true">${shownUnread(unread)}</span>` : nothing}
  </button>
`;

/** What the badge says. */
export const shownUnread = (count: number): number | string => (count > 99 ? '99+' : count);

/** How the round button looks. */
export const launcherStyles = css`
  .launcher {
    all: unset;
    box-sizing: border-box;
    position: relative;
    display: grid;
    place-items: center;
    inline-size: 56px;
    block-size: 56px;
    border-radius: 50%;
    background: var(--pc-accent);
    color: var(--pc-on-accent);
    box-shadow: 0 1px 3px rgb(20 22 40 / 16%), 0 8px 24px rgb(20 22 40 / 22%);
    cursor: pointer;
    -webkit-tap-highlight-color: transparent;
    transition: transform var(--pc-fast) var(--pc-ease), filter var(--pc-fast) var(--pc-ease);
  }

  .launcher.worded {
    display: flex;
    gap: 8px;
    inline-size: auto;
    max-inline-size: calc(100vw - 40px);
    padding-inline: 18px 22px;
    border-radius: 28px;
  }

  .words {
    overflow: hidden;
    text-overflow: ellipsis;
    white-space: nowrap;
    font: 600 15px/1.3 var(--pc-font);
  }

  .launcher:hover {
    transform: scale(1.05);
  }

  .launcher:active {
    transform: scale(0.96);
  }

  .launcher:focus-visible {
    outline: 3px solid var(--pc-accent-ink);
    outline-offset: 3px;
  }

  .launcher svg {
    inline-size: 26px;
    block-size: 26px;
  }

  .launcher.loading svg {
    animation: wait 900ms ease-in-out infinite alternate;
  }

  .launcher.in-call {
    background: var(--pc-good);
    color: var(--pc-on-good);
  }

  .badge {
    position: absolute;
    inset-block-start: -4px;
    inset-inline-end: -4px;
    box-sizing: border-box;
    min-inline-size: 22px;
    padding-inline: 6px;
    border-radius: 11px;
    background: var(--pc-danger);
    color: var(--pc-on-danger);
    box-shadow: 0 0 0 2px var(--pc-surface);
    font: 600 12px/22px var(--pc-font);
    text-align: center;
    font-variant-numeric: tabular-nums;
  }

  @keyframes wait {
    to {
      opacity: 0.35;
    }
  }

  @media (prefers-reduced-motion: reduce) {
    .launcher,
    .launcher svg {
      transition: none;
      animation: none !important;
    }
  }
`;
