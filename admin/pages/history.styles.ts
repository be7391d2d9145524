import { css } from 'lit';

/** The table of calls; on a phone each row is a card. */
export const historyStyles = css`
  :host {
    display: block;
    overflow: auto;
  }

  .column {
    max-inline-size: 1100px;
    margin-inline: auto;
    padding: var(--pc-5);
  }

  header {
    display: flex;
    flex-wrap: wrap;
    gap: var(--pc-4);
    align-items: end;
    justify-content: space-between;
    margin-block-end: var(--pc-4);
  }

  .filters {
    display: grid;
    grid-template-columns: repeat(auto-fill, minmax(min(160px, 100%), 1fr));
    gap: var(--pc-3);
    align-items: center;
    padding: var(--pc-3) var(--pc-4);
    margin-block-end: var(--pc-4);
  }

  .filters .wide {
    grid-column: span 2;
  }

  .fold {
    display: none;
  }

  .badge {
    min-inline-size: 20px;
    padding-inline: 6px;
    border-radius: var(--pc-radius-full);
    background: var(--pc-accent);
    color: var(--pc-on-accent);
    font-size: var(--pc-text-xs);
    line-height: 20px;
    text-align: center;
    font-variant-numeric: tabular-nums;
  }

  .dates {
    display: flex;
    align-items: center;
    gap: var(--pc-2);
  }

  .dates label {
    flex: 1;
    min-inline-size: 0;
  }

  .table {
    overflow: clip;
  }

  table {
    inline-size: 100%;
    border-collapse: collapse;
    font-variant-numeric: tabular-nums;
  }

  th {
    padding: var(--pc-3) var(--pc-4);
    text-align: start;
    font-size: var(--pc-text-xs);
    font-weight: 600;
    color: var(--pc-text-2);
    background: var(--pc-surface-2);
  }

  td {
    padding: var(--pc-3) var(--pc-4);
    border-block-start: 1px solid var(--pc-line);
    vertical-align: middle;
  }

  td.mode span {
    display: inline-flex;
    align-items: center;
    gap: var(--pc-2);
  }

  td.mode svg {
    color: var(--pc-text-2);
  }

  .visitor {
    font-weight: 600;
    word-break: keep-all;
    overflow-wrap: anywhere;
  }

  .quiet {
    color: var(--pc-text-2);
  }

  .play {
    min-block-size: 36px;
    white-space: nowrap;
  }

  .hold {
    display: inline-flex;
    align-items: center;
    gap: var(--pc-1);
    font-size: var(--pc-text-xs);
    color: var(--pc-warn);
  }

  .player td {
    border-block-start: 0;
    padding-block-start: 0;
  }

  .more {
    display: grid;
    justify-items: center;
    padding: var(--pc-4);
  }

  .bones {
    display: grid;
    gap: var(--pc-3);
    padding: var(--pc-4);
  }

  .bones .bone {
    block-size: 28px;
  }

  @media (max-width: 720px) {
    .filters .wide {
      grid-column: 1 / -1;
    }

    .filters .fold {
      display: inline-flex;
      grid-column: 1 / -1;
    }

    .filters:not(.unfolded) > :not(label, .fold, .quiet) {
      display: none;
    }

    .column {
      padding: var(--pc-4) var(--pc-3);
    }

    thead {
      position: absolute;
      inline-size: 1px;
      block-size: 1px;
      overflow: hidden;
      clip-path: inset(50%);
    }

    table,
    tbody {
      display: block;
    }

    tr {
      display: grid;
      grid-template-columns: 1fr auto;
      gap: var(--pc-1) var(--pc-3);
      padding: var(--pc-3) var(--pc-4);
      border-block-start: 1px solid var(--pc-line);
    }

    tbody tr:first-child {
      border-block-start: 0;
    }

    td {
      display: block;
      padding: 0;
      border: 0;
    }

    td.visitor {
      grid-column: 1;
    }

    td.length {
      grid-row: 1;
      grid-column: 2;
    }

    td.length,
    td.start {
      justify-self: end;
    }

    td.mode,
    td.agent,
    td.start {
      font-size: var(--pc-text-s);
    }

    td.recording {
      justify-self: end;
    }

    td.recording .quiet {
      font-size: var(--pc-text-s);
    }

    .player {
      display: block;
      border-block-start: 0;
      padding-block-start: 0;
    }
  }
`;
