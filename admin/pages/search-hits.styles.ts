import { css } from 'lit';

/** How the hits of a search look. */
export const searchHitsStyles = css`
  :host {
    display: flex;
    flex: 1;
    min-block-size: 0;
  }

  .scroll {
    flex: 1;
    min-inline-size: 0;
    overflow-y: auto;
    overscroll-behavior: contain;
    padding-block-end: var(--pc-4);
  }

  li a {
    display: grid;
    gap: 3px;
    margin-inline: var(--pc-2);
    padding: var(--pc-2) var(--pc-3);
    border-radius: var(--pc-radius-s);
    color: inherit;
    text-decoration: none;
  }

  li a:hover {
    background: var(--pc-surface-2);
  }

  li.open a {
    background: var(--pc-accent-soft);
  }

  li a:focus-visible {
    outline: 2px solid var(--pc-accent);
    outline-offset: -2px;
  }

  .line {
    display: flex;
    gap: var(--pc-2);
    align-items: baseline;
  }

  .name {
    flex: 1;
    min-inline-size: 0;
    overflow: hidden;
    text-overflow: ellipsis;
    white-space: nowrap;
    font-size: var(--pc-text-s);
    font-weight: 600;
  }

  time {
    flex: none;
    color: var(--pc-text-2);
    font-size: var(--pc-text-xs);
  }

  .said {
    display: -webkit-box;
    overflow: hidden;
    color: var(--pc-text-2);
    font-size: var(--pc-text-s);
    word-break: keep-all;
    overflow-wrap: anywhere;
    -webkit-box-orient: vertical;
    -webkit-line-clamp: 3;
    line-clamp: 3;
  }

  .note svg {
    inline-size: 14px;
    block-size: 14px;
    margin-inline-end: 4px;
    vertical-align: -2px;
  }

  mark {
    border-radius: 3px;
    background: var(--pc-warn-soft, var(--pc-accent-soft));
    color: var(--pc-text);
    font-weight: 600;
  }

  .foot {
    display: grid;
    place-items: center;
    min-block-size: 44px;
    padding: var(--pc-2);
    color: var(--pc-text-2);
    font-size: var(--pc-text-s);
  }

  .empty {
    display: grid;
    justify-items: center;
    gap: var(--pc-2);
    padding: var(--pc-6) var(--pc-5);
    color: var(--pc-text-2);
    text-align: center;
  }

  .empty h2 {
    color: var(--pc-text);
    font-size: 1rem;
  }

  .bones {
    display: grid;
    gap: var(--pc-4);
    padding: var(--pc-3) var(--pc-5);
  }

  .bones div {
    display: grid;
    gap: var(--pc-2);
  }

  .problem {
    margin-inline: var(--pc-4);
  }
`;
