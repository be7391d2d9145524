import { css } from 'lit';

/** How the open conversation looks. */
export const threadStyles = css`
  :host {
    display: grid;
    grid-template-columns: minmax(0, 1fr) auto;
    grid-template-rows: minmax(0, 1fr);
    min-inline-size: 0;
    min-block-size: 0;
    background: var(--pc-surface);
  }

  .talk {
    position: relative;
    display: flex;
    flex-direction: column;
    min-inline-size: 0;
    min-block-size: 0;
  }

  header {
    display: grid;
    grid-template-columns: minmax(0, 1fr);
    border-block-end: 1px solid var(--pc-line);
  }

  .top {
    display: flex;
    align-items: center;
    gap: var(--pc-3);
    min-block-size: 56px;
    padding: var(--pc-1) var(--pc-3) var(--pc-1) var(--pc-4);
  }

  .top .avatar {
    inline-size: 36px;
    block-size: 36px;
  }

  .back {
    display: none;
  }

  .who {
    flex: 1;
    min-inline-size: 0;
  }

  h2 {
    display: flex;
    align-items: center;
    gap: 5px;
    font-size: 1rem;
    line-height: 1.35;
  }

  h2 > span:first-child,
  .where {
    overflow: hidden;
    text-overflow: ellipsis;
    white-space: nowrap;
  }

  .mark {
    inline-size: 17px;
    block-size: 17px;
    flex: none;
    color: var(--pc-accent);
  }

  .mark svg {
    inline-size: 17px;
    block-size: 17px;
  }

  .where {
    display: block;
    font-size: var(--pc-text-xs);
    color: var(--pc-text-2);
  }

  .where .dot {
    display: inline-block;
    inline-size: 8px;
    block-size: 8px;
    margin-inline-end: 6px;
    border-radius: 50%;
    background: var(--pc-good);
  }

  .where .dot.busy {
    background: var(--pc-danger);
  }

  .where .dot.away {
    background: var(--pc-warn);
  }

  .where .dot.off {
    background: var(--pc-control-line);
  }

  .people {
    max-inline-size: 100%;
    min-block-size: 20px;
    padding: 0;
    text-align: start;
  }

  .people:hover {
    text-decoration: underline;
  }

  .top .group svg {
    inline-size: 20px;
    block-size: 20px;
    color: var(--pc-accent-ink);
  }

  .pin[aria-pressed='true'] svg {
    fill: currentColor;
  }

  .empty h3 {
    font-size: var(--pc-text-m, 1rem);
    color: var(--pc-text);
  }

  .taking-part {
    display: inline-flex;
    align-items: center;
    flex: none;
    min-block-size: 32px;
    padding: 0 var(--pc-1);
    border-radius: var(--pc-radius-s);
    font-size: var(--pc-text-xs);
    color: var(--pc-text-2);
  }

  .taking-part:hover {
    background: var(--pc-surface-3);
  }

  .taking-part .avatar + .avatar {
    margin-inline-start: -6px;
    box-shadow: 0 0 0 2px var(--pc-surface);
  }

  .actions {
    display: flex;
    align-items: center;
  }

  .actions .icon-button {
    inline-size: 40px;
    block-size: 40px;
  }

  .actions .icon-button[aria-pressed='true'] {
    background: var(--pc-accent-soft);
    color: var(--pc-accent);
  }

  .facts {
    display: flex;
    align-items: center;
    gap: var(--pc-1);
    min-block-size: 40px;
    padding: 0 var(--pc-3) var(--pc-1);
  }

  .assign {
    --dropdown-size: 340px;
  }

  .facts > .tags {
    display: flex;
    align-items: center;
    gap: var(--pc-1);
    flex: 1;
    min-inline-size: 0;
    overflow: hidden;
  }

  .facts .avatar {
    inline-size: 20px;
    block-size: 20px;
    font-size: 0.625rem;
  }

  .face {
    display: inline-flex;
    align-items: center;
    gap: 6px;
    min-inline-size: 0;
    max-inline-size: 18ch;
  }

  .face > span:last-child {
    overflow: hidden;
    text-overflow: ellipsis;
    white-space: nowrap;
  }

  .face svg {
    inline-size: 16px;
    block-size: 16px;
  }

  .finish {
    flex: none;
    min-block-size: 32px;
    padding-inline: var(--pc-3);
    font-size: var(--pc-text-s);
  }

  .finish svg {
    inline-size: 16px;
    block-size: 16px;
  }

  footer,
  .strip {
    inline-size: min(860px, 100%);
    margin-inline: auto;
  }

  .strip {
    inline-size: min(860px, 100%);
    margin-inline: auto;
  }

  .strip {
    display: flex;
    align-items: center;
    gap: var(--pc-2);
    padding: var(--pc-2) var(--pc-3);
    border-radius: var(--pc-radius-s);
    background: var(--pc-surface-2);
    color: var(--pc-text);
    font-size: var(--pc-text-s);
    inline-size: min(828px, calc(100% - 32px));
    margin-block-end: var(--pc-2);
  }

  .strip.warn {
    background: var(--pc-warn-soft);
  }

  .strip > svg {
    inline-size: 18px;
    block-size: 18px;
    color: var(--pc-text-2);
  }

  .strip > span:not(.stars, .avatar) {
    flex: 1;
    min-inline-size: 0;
    overflow-wrap: anywhere;
  }

  .strip .avatar {
    inline-size: 22px;
    block-size: 22px;
    font-size: 0.625rem;
  }

  .strip .button {
    min-block-size: 32px;
    padding-inline: var(--pc-3);
    font-size: var(--pc-text-s);
  }

  .stars {
    display: inline-flex;
    flex: none;
    color: var(--pc-control-line);
  }

  .stars svg {
    inline-size: 16px;
    block-size: 16px;
  }

  .stars .lit {
    color: var(--pc-warn);
  }

  .stars .lit svg {
    fill: currentColor;
  }

  .closed {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    justify-content: center;
    gap: var(--pc-2) var(--pc-4);
    padding: var(--pc-3) var(--pc-4) max(var(--pc-3), env(safe-area-inset-bottom));
    border-block-start: 1px solid var(--pc-line);
    background: var(--pc-surface-2);
    color: var(--pc-text-2);
    font-size: var(--pc-text-s);
    text-align: center;
    text-wrap: balance;
    word-break: keep-all;
  }

  footer {
    padding: 0 var(--pc-4) max(var(--pc-4), env(safe-area-inset-bottom));
  }

  .menu {
    display: grid;
    gap: 1px;
  }

  .menu button,
  .menu a {
    display: flex;
    align-items: center;
    gap: var(--pc-3);
    min-block-size: 40px;
    padding: 0 var(--pc-3);
    border-radius: var(--pc-radius-s);
    color: var(--pc-text);
    font-size: var(--pc-text-s);
    font-weight: 500;
    text-align: start;
    text-decoration: none;
  }

  .menu button:hover:not(:disabled),
  .menu a:hover {
    background: var(--pc-surface-2);
  }

  .menu svg {
    inline-size: 18px;
    block-size: 18px;
    color: var(--pc-text-2);
  }

  .menu .danger,
  .menu .danger svg {
    color: var(--pc-danger);
  }

  .menu hr {
    inline-size: 100%;
    margin: var(--pc-1) 0;
    border: 0;
    border-block-start: 1px solid var(--pc-line);
  }

  @media (max-width: 720px) {
    .top {
      gap: var(--pc-1);
      min-block-size: 52px;
      padding: 2px var(--pc-1);
    }

    .back {
      display: inline-grid;
    }

    .top .avatar {
      display: none;
    }

    .facts {
      padding-inline: var(--pc-2);
    }

    .finish span {
      display: none;
    }

    footer {
      padding: 0 var(--pc-3) max(var(--pc-3), env(safe-area-inset-bottom));
    }

    .strip {
      inline-size: calc(100% - 24px);
    }
  }

  @media (pointer: coarse) {
    .actions .icon-button,
    .finish {
      min-inline-size: var(--pc-target);
      min-block-size: var(--pc-target);
    }
  }
`;
