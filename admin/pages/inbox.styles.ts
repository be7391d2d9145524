import { css } from 'lit';

/** How the inbox is laid out: list, conversation, and what is known of the visitor. */
export const inboxStyles = css`
  :host {
    display: grid;
    grid-template-columns: clamp(272px, 27%, 372px) minmax(0, 1fr) auto;
    grid-template-rows: minmax(0, 1fr);
    min-inline-size: 0;
    min-block-size: 0;
  }

  .list {
    display: flex;
    flex-direction: column;
    min-block-size: 0;
    min-inline-size: 0;
    container-type: inline-size;
    background: var(--pc-surface);
    border-inline-end: 1px solid var(--pc-line);
  }

  .head {
    display: flex;
    align-items: center;
    gap: 2px;
    min-block-size: 56px;
    padding: var(--pc-2) var(--pc-3) 0 var(--pc-5);
  }

  .head h1 {
    flex: 1;
    font-size: 1.1875rem;
  }

  .head .icon-button {
    inline-size: 36px;
    block-size: 36px;
  }

  .head .icon-button[aria-pressed='true'] {
    background: var(--pc-accent-soft);
    color: var(--pc-accent);
  }

  .search {
    display: flex;
    align-items: center;
    gap: var(--pc-2);
    margin: var(--pc-1) var(--pc-4) var(--pc-2);
    padding-inline: var(--pc-3);
    border: 1px solid transparent;
    border-radius: var(--pc-radius-s);
    background: var(--pc-surface-2);
    color: var(--pc-text-2);
  }

  .search:focus-within {
    border-color: var(--pc-accent);
    background: var(--pc-surface);
    box-shadow: 0 0 0 1px var(--pc-accent);
  }

  .search svg {
    inline-size: 16px;
    block-size: 16px;
  }

  .search input {
    flex: 1;
    min-inline-size: 0;
    min-block-size: 34px;
    border: 0;
    background: none;
    color: var(--pc-text);
    font-size: var(--pc-text-s);
    appearance: none;
  }

  .search input:focus-visible {
    outline: none;
  }

  .search input::placeholder {
    color: var(--pc-text-2);
    opacity: 1;
  }

  .search input::-webkit-search-cancel-button {
    appearance: none;
  }

  .search button {
    display: grid;
    flex: none;
    place-items: center;
    inline-size: 28px;
    block-size: 28px;
    margin-inline-end: -6px;
    border-radius: 50%;
  }

  .search button:hover {
    background: var(--pc-surface-3);
    color: var(--pc-text);
  }

  .scope {
    display: grid;
    grid-auto-flow: column;
    grid-auto-columns: minmax(0, 1fr);
    gap: 2px;
    margin: 0 var(--pc-4) var(--pc-2);
    padding: 2px;
    border-radius: var(--pc-radius-s);
    background: var(--pc-surface-3);
  }

  .scope a {
    display: grid;
    place-items: center;
    min-block-size: 30px;
    padding-inline: var(--pc-2);
    border-radius: calc(var(--pc-radius-s) - 2px);
    color: var(--pc-text-2);
    font-size: var(--pc-text-s);
    font-weight: 600;
    text-decoration: none;
  }

  .scope a:hover {
    color: var(--pc-text);
  }

  .scope a[aria-current] {
    background: var(--pc-surface);
    color: var(--pc-text);
    box-shadow: 0 1px 2px rgb(20 22 40 / 14%);
  }

  .scope a:focus-visible {
    outline-offset: -2px;
  }

  .views {
    display: flex;
    gap: 2px;
    padding: 0 var(--pc-4) var(--pc-2);
    overflow-x: auto;
    scrollbar-width: none;
  }

  .views a {
    display: inline-flex;
    align-items: center;
    justify-content: center;
    gap: 5px;
    flex: none;
    min-inline-size: 30px;
    min-block-size: 30px;
    padding: 0 10px;
    border-radius: var(--pc-radius-full);
    color: var(--pc-text-2);
    font-size: var(--pc-text-s);
    font-weight: 600;
    text-decoration: none;
    white-space: nowrap;
  }

  .views a:hover {
    background: var(--pc-surface-2);
    color: var(--pc-text);
  }

  .views a[aria-current] {
    background: var(--pc-accent-soft);
    color: var(--pc-accent);
  }

  .views a:focus-visible {
    outline-offset: -2px;
  }

  .views .number {
    font-size: var(--pc-text-xs);
    font-weight: 500;
    font-variant-numeric: tabular-nums;
  }

  .views .badge {
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

  .chips {
    display: flex;
    flex-wrap: wrap;
    gap: var(--pc-1);
    padding: 0 var(--pc-4) var(--pc-2);
  }

  .chip {
    display: inline-flex;
    align-items: center;
    gap: var(--pc-1);
    max-inline-size: 100%;
    min-block-size: 26px;
    padding: 0 6px 0 10px;
    border-radius: var(--pc-radius-full);
    background: var(--pc-surface-3);
    color: var(--pc-text);
    font-size: var(--pc-text-xs);
    font-weight: 600;
    text-decoration: none;
  }

  .chip span {
    overflow: hidden;
    text-overflow: ellipsis;
    white-space: nowrap;
  }

  .chip svg {
    inline-size: 14px;
    block-size: 14px;
    color: var(--pc-text-2);
  }

  .scroll {
    flex: 1;
    min-block-size: 0;
    overflow: hidden auto;
    overscroll-behavior: contain;
    scrollbar-width: thin;
    scrollbar-color: var(--pc-line) transparent;
    border-block-start: 1px solid var(--pc-line);
  }

  .foot {
    display: grid;
    justify-items: center;
    min-block-size: 1px;
    padding: var(--pc-2);
    font-size: var(--pc-text-s);
    color: var(--pc-text-2);
  }

  .bones {
    display: grid;
    gap: var(--pc-4);
    padding: var(--pc-4) var(--pc-5);
  }

  .bones > div {
    display: grid;
    grid-template-columns: 40px 1fr;
    gap: var(--pc-2) var(--pc-3);
  }

  .bones .bone:first-child {
    grid-row: span 2;
    block-size: 40px;
    border-radius: 50%;
  }

  .bones .bone {
    block-size: 14px;
  }

  .bones .bone:last-child {
    inline-size: 70%;
  }

  .scroll .empty {
    padding: var(--pc-7) var(--pc-5);
  }

  .detail {
    display: grid;
    min-inline-size: 0;
    min-block-size: 0;
  }

  .problem {
    margin: var(--pc-2) var(--pc-4);
  }

  .problem .button {
    margin-inline-start: auto;
    min-block-size: 28px;
    padding-inline: var(--pc-2);
    font-size: var(--pc-text-s);
  }

  /* Five views stand in the column of a desk without scrolling. */
  @container (inline-size < 400px) {
    .views {
      gap: 0;
      padding-inline: var(--pc-3);
    }

    .views a {
      padding-inline: 8px;
    }
  }

  @container (inline-size < 345px) {
    .views {
      gap: 0;
      padding-inline: var(--pc-2);
    }

    .views a {
      gap: 4px;
      padding: 0 8px;
      font-size: var(--pc-text-xs);
    }
  }

  /* Beside a call. */
  @container (inline-size < 300px) {
    .views a {
      gap: 3px;
      padding: 0 5px;
    }
  }

  @media (pointer: coarse) {
    .head .icon-button {
      inline-size: var(--pc-target);
      block-size: var(--pc-target);
    }

    .views a,
    .chip {
      min-block-size: 36px;
    }

    .search input {
      min-block-size: 40px;
      font-size: 16px;
    }
  }

  @media (max-width: 720px) {
    :host {
      grid-template-columns: minmax(0, 1fr);
    }

    :host([data-open]) .list,
    :host(:not([data-open])) .detail {
      display: none;
    }

    .list {
      border-inline-end: 0;
    }

    .head {
      padding-inline: var(--pc-4) var(--pc-2);
    }
  }
`;
