import { css } from 'lit';

/** How the rows of the inbox look. */
export const conversationListStyles = css`
  :host {
    display: block;
  }

  ul {
    display: grid;
    grid-template-columns: minmax(0, 1fr);
    gap: 1px;
    padding: var(--pc-1) var(--pc-2) var(--pc-3);
  }

  li {
    position: relative;
    content-visibility: auto;
    contain-intrinsic-size: auto 72px;
    border-radius: var(--pc-radius-s);
    transition: background-color var(--pc-fast) var(--pc-ease);
  }

  li:hover {
    background: var(--pc-surface-2);
  }

  li.open {
    background: var(--pc-accent-soft);
  }

  li.chosen {
    background: color-mix(in srgb, var(--pc-accent) 10%, var(--pc-surface));
  }

  a {
    display: grid;
    grid-template-columns: 40px minmax(0, 1fr);
    column-gap: var(--pc-3);
    padding: 10px var(--pc-3);
    border-radius: var(--pc-radius-s);
    color: inherit;
    text-decoration: none;
  }

  a:focus-visible {
    outline-offset: -2px;
  }

  .who {
    position: relative;
    align-self: start;
    inline-size: 40px;
    block-size: 40px;
  }

  .presence {
    position: absolute;
    inset-block-end: 0;
    inset-inline-end: 0;
    inline-size: 11px;
    block-size: 11px;
    border: 2px solid var(--pc-surface);
    border-radius: 50%;
    background: var(--pc-good);
  }

  .presence.busy {
    background: var(--pc-danger);
  }

  .presence.away {
    background: var(--pc-warn);
  }

  .open .group {
    background: var(--pc-surface);
  }

  .group svg {
    inline-size: 22px;
    block-size: 22px;
    color: var(--pc-accent-ink);
  }

  .lines {
    display: grid;
    gap: 1px;
    min-inline-size: 0;
  }

  .line {
    display: flex;
    align-items: center;
    gap: 6px;
    min-inline-size: 0;
  }

  .name,
  .preview,
  .page {
    overflow: hidden;
    text-overflow: ellipsis;
    white-space: nowrap;
  }

  .name {
    font-weight: 550;
    font-size: 0.875rem;
  }

  .line > .grow {
    flex: 1;
    min-inline-size: 0;
  }

  .mark {
    inline-size: 15px;
    block-size: 15px;
    color: var(--pc-accent);
  }

  .mark.pinned {
    display: grid;
    flex: none;
    inline-size: 14px;
    block-size: 14px;
  }

  .mark.pinned svg {
    inline-size: 14px;
    block-size: 14px;
    fill: currentColor;
  }

  .pin {
    position: absolute;
    inset-block-start: 4px;
    inset-inline-end: 6px;
    display: grid;
    place-items: center;
    inline-size: 30px;
    block-size: 30px;
    border-radius: 50%;
    color: var(--pc-text-2);
    opacity: 0;
  }

  .pin:hover {
    background: var(--pc-surface-3);
    color: var(--pc-text);
  }

  .pin svg {
    inline-size: 17px;
    block-size: 17px;
  }

  .pin[aria-pressed='true'] {
    color: var(--pc-accent-ink);
  }

  .pin[aria-pressed='true'] svg {
    fill: currentColor;
  }

  li:hover .pin,
  .pin:focus-visible {
    opacity: 1;
  }

  .pin:focus-visible {
    outline-offset: -2px;
  }

  li:has(.pin:focus-visible) time,
  li:has(.pin:focus-visible) .mark.pinned {
    visibility: hidden;
  }

  /* The pin takes the place of the time, and of the mark that says the same. */
  @media (hover: hover) {
    li:hover time,
    li:hover .mark.pinned {
      visibility: hidden;
    }
  }

  .mark.bot {
    color: var(--pc-text-2);
  }

  time {
    flex: none;
    font-size: var(--pc-text-xs);
    color: var(--pc-text-2);
    font-variant-numeric: tabular-nums;
  }

  .preview {
    flex: 1;
    display: flex;
    align-items: center;
    gap: var(--pc-1);
    min-inline-size: 0;
    font-size: var(--pc-text-s);
    color: var(--pc-text-2);
  }

  .preview svg {
    inline-size: 15px;
    block-size: 15px;
  }

  .preview span {
    overflow: hidden;
    text-overflow: ellipsis;
    white-space: nowrap;
  }

  .unread .name {
    font-weight: 700;
  }

  .unread .preview {
    color: var(--pc-text);
    font-weight: 600;
  }

  .badge {
    flex: none;
    min-inline-size: 18px;
    padding: 0 5px;
    border-radius: var(--pc-radius-full);
    background: var(--pc-accent);
    color: var(--pc-on-accent);
    font-size: 0.6875rem;
    font-weight: 700;
    line-height: 18px;
    text-align: center;
    font-variant-numeric: tabular-nums;
  }

  .more {
    gap: var(--pc-1);
    margin-block-start: 3px;
    overflow: hidden;
  }

  .page {
    min-inline-size: 0;
    font-size: var(--pc-text-xs);
    color: var(--pc-text-2);
  }

  .assignee {
    inline-size: 18px;
    block-size: 18px;
    font-size: 0.625rem;
  }

  .closed {
    flex: none;
    font-size: var(--pc-text-xs);
    color: var(--pc-text-2);
  }

  .check {
    position: absolute;
    inset-block-start: 8px;
    inset-inline-start: 10px;
    display: grid;
    place-items: center;
    inline-size: 44px;
    block-size: 44px;
    border-radius: 50%;
    opacity: 0;
    cursor: pointer;
  }

  .check input {
    inline-size: 20px;
    block-size: 20px;
    margin: 0;
    accent-color: var(--pc-accent);
    cursor: pointer;
  }

  li:hover .check,
  .check:focus-within,
  .choosing .check {
    opacity: 1;
    background: inherit;
  }

  /* The box takes the avatar's place. */
  li:hover:has(.check) .avatar.visitor,
  li:focus-within:has(.check :focus-visible) .avatar.visitor,
  .choosing .avatar.visitor,
  .choosing .presence {
    opacity: 0;
  }

  li:hover .presence {
    z-index: 1;
  }

  @media (hover: none) {
    /* Pinned from the conversation's menu there. */
    .pin {
      display: none;
    }

    ul:not(.choosing) .check {
      display: none;
    }

    ul:not(.choosing) li:hover .avatar.visitor {
      opacity: 1;
    }
  }
`;
