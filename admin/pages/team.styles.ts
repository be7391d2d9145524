import { css } from 'lit';

/** The team's table: columns on a desk, cards in a hand. */
export const teamStyles = css`
  :host {
    block-size: 100%;
  }

  .table {
    padding: var(--pc-2) var(--pc-5);
  }

  table {
    inline-size: 100%;
    border-collapse: collapse;
    font-size: var(--pc-text-s);
  }

  th,
  td {
    padding: var(--pc-3) var(--pc-3) var(--pc-3) 0;
    text-align: start;
    vertical-align: middle;
  }

  thead th {
    color: var(--pc-text-2);
    font-size: var(--pc-text-xs);
    font-weight: 600;
  }

  tbody tr {
    border-block-start: 1px solid var(--pc-line);
  }

  tbody th {
    font-weight: 400;
    inline-size: 46%;
  }

  .who {
    display: flex;
    align-items: center;
    gap: var(--pc-3);
    min-inline-size: 0;
  }

  .words {
    display: grid;
    min-inline-size: 0;
    overflow-wrap: anywhere;
  }

  .words .name {
    font-size: var(--pc-text-m);
  }

  .optional {
    font-weight: 400;
    font-size: var(--pc-text-s);
    color: var(--pc-text-2);
  }

  .face {
    position: relative;
    flex: none;
  }

  .dot {
    position: absolute;
    inset-block-end: 0;
    inset-inline-end: 0;
    inline-size: 12px;
    block-size: 12px;
    border: 2px solid var(--pc-surface);
  }

  .gone .who {
    filter: grayscale(1);
  }

  .act > * {
    vertical-align: middle;
  }

  .act {
    padding-inline-end: 0;
    text-align: end;
  }

  @media (max-width: 720px) {
    .table {
      padding-inline: var(--pc-4);
    }

    table,
    tbody,
    tr,
    tbody th,
    td {
      display: block;
    }

    thead {
      position: absolute;
      inline-size: 1px;
      block-size: 1px;
      overflow: hidden;
      clip-path: inset(50%);
    }

    tbody tr {
      display: grid;
      grid-template-columns: minmax(0, 1fr) auto;
      align-items: center;
      gap: 2px var(--pc-3);
      padding-block: var(--pc-3);
    }

    tbody tr:first-child {
      border-block-start: 0;
    }

    tbody th {
      grid-column: 1 / -1;
      inline-size: auto;
      padding: 0 0 var(--pc-1);
    }

    td {
      grid-column: 1;
      padding: 0 0 0 52px;
    }

    td[data-label]::before {
      content: attr(data-label) ': ';
      color: var(--pc-text-2);
    }

    td.act {
      grid-column: 2;
      grid-row: 2 / span 3;
      align-self: end;
      padding: 0;
    }
  }
`;
