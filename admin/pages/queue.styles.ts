import { css } from 'lit';

/** Lists of who waits: a row each, with its time and what can be done, one below the other on a phone. */
export const queueStyles = css`
  :host {
    display: block;
    overflow: auto;
  }

  .column {
    display: grid;
    gap: var(--pc-5);
    max-inline-size: 860px;
    margin-inline: auto;
    padding: var(--pc-6) var(--pc-6) var(--pc-7);
  }

  header {
    display: flex;
    flex-wrap: wrap;
    align-items: end;
    justify-content: space-between;
    gap: var(--pc-3);
  }

  section {
    display: grid;
    gap: var(--pc-2);
  }

  h2 {
    display: flex;
    gap: var(--pc-2);
    font-size: var(--pc-text-s);
    color: var(--pc-text-2);
  }

  .title {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    justify-content: space-between;
    gap: var(--pc-1) var(--pc-4);
    min-block-size: 28px;
  }

  .consent {
    display: flex;
    align-items: center;
    gap: var(--pc-2);
    font-size: var(--pc-text-s);
  }

  .consent input {
    inline-size: 18px;
    block-size: 18px;
    accent-color: var(--pc-accent);
  }

  .rows > li + li {
    border-block-start: 1px solid var(--pc-line);
  }

  .row {
    display: grid;
    grid-template-columns: auto minmax(0, 1fr) auto auto;
    align-items: center;
    gap: var(--pc-2) var(--pc-4);
    padding: var(--pc-3) var(--pc-4);
  }

  .who {
    display: grid;
    gap: 2px;
    min-inline-size: 0;
  }

  .name {
    display: flex;
    align-items: center;
    gap: 6px;
    min-inline-size: 0;
    font-weight: 600;
  }

  .name > span:first-child,
  .about span {
    overflow: hidden;
    text-overflow: ellipsis;
    white-space: nowrap;
  }

  .mark svg {
    display: block;
    inline-size: 16px;
    block-size: 16px;
    color: var(--pc-accent);
  }

  .badge {
    flex: none;
    padding: 0 8px;
    border-radius: var(--pc-radius-full);
    background: var(--pc-surface-3);
    font-size: var(--pc-text-xs);
    font-weight: 600;
    line-height: 20px;
  }

  .badge.new {
    background: var(--pc-accent-soft);
    color: var(--pc-accent);
  }

  .about {
    display: flex;
    align-items: center;
    gap: 6px;
    min-inline-size: 0;
    font-size: var(--pc-text-s);
    color: var(--pc-text-2);
  }

  .about svg {
    inline-size: 16px;
    block-size: 16px;
  }

  .dot {
    inline-size: 8px;
    block-size: 8px;
    margin-inline: 4px;
  }

  .time {
    font-variant-numeric: tabular-nums;
    font-weight: 600;
    text-align: end;
  }

  .time.long {
    color: var(--pc-danger);
  }

  .does {
    display: flex;
    gap: var(--pc-2);
  }

  .does .button {
    min-block-size: 36px;
    padding-inline: var(--pc-3);
    font-size: var(--pc-text-s);
  }

  .card.empty {
    padding-block: var(--pc-7);
  }

  .more {
    padding: var(--pc-3) var(--pc-4);
    border-block-start: 1px solid var(--pc-line);
    font-size: var(--pc-text-s);
    color: var(--pc-text-2);
  }

  .none {
    padding: var(--pc-4);
    font-size: var(--pc-text-s);
    color: var(--pc-text-2);
  }

  @media (max-width: 720px) {
    .column {
      padding: var(--pc-4) var(--pc-3) var(--pc-6);
    }

    header .button {
      inline-size: 100%;
    }

    .row {
      grid-template-columns: auto minmax(0, 1fr) auto;
      padding: var(--pc-3);
      column-gap: var(--pc-3);
    }

    .does {
      grid-column: 1 / -1;
    }

    .name {
      flex-wrap: wrap;
    }

    .does .button {
      flex: 1;
      min-block-size: var(--pc-target);
    }
  }
`;
