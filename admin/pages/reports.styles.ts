import { css } from 'lit';

/** Tiles, charts and tables of the reports. */
export const reportStyles = css`
  .page > .stack {
    max-inline-size: 1120px;
  }

  .controls {
    grid-template-columns: auto auto minmax(140px, 1fr) minmax(140px, 1fr);
    align-items: center;
    gap: var(--pc-3) var(--pc-4);
    padding: var(--pc-3) var(--pc-4);
  }

  .segments {
    display: inline-flex;
    padding: 3px;
    border-radius: var(--pc-radius-s);
    background: var(--pc-surface-2);
  }

  .segments button {
    flex: 1;
    min-block-size: 38px;
    padding: 0 var(--pc-3);
    border-radius: calc(var(--pc-radius-s) - 2px);
    font-size: var(--pc-text-s);
    font-weight: 600;
    color: var(--pc-text-2);
    white-space: nowrap;
  }

  .segments button[aria-pressed='true'] {
    background: var(--pc-surface);
    color: var(--pc-text);
    box-shadow: 0 1px 2px rgb(20 22 40 / 14%);
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

  .tiles {
    display: grid;
    grid-template-columns: repeat(auto-fit, minmax(150px, 1fr));
    gap: var(--pc-3);
  }

  .tile.panel {
    gap: var(--pc-1);
    padding: var(--pc-4);
  }

  .tile.panel h2 {
    font-size: var(--pc-text-s);
    font-weight: 600;
    color: var(--pc-text-2);
  }

  .figure {
    font-size: 1.75rem;
    font-weight: 700;
    letter-spacing: -0.02em;
    line-height: 1.2;
    font-variant-numeric: tabular-nums;
  }

  .change {
    font-size: var(--pc-text-xs);
    color: var(--pc-text-2);
  }

  .change.good {
    color: var(--pc-good);
  }

  .change.bad {
    color: var(--pc-danger);
  }

  .stack > .pair {
    grid-template-columns: repeat(auto-fit, minmax(min(400px, 100%), 1fr));
    gap: var(--pc-5);
    align-items: stretch;
  }

  .pair > .panel {
    align-content: start;
  }

  .panel > .head {
    display: flex;
    align-items: center;
  }

  .bars li {
    display: grid;
    grid-template-columns: 88px minmax(0, 1fr) 40px;
    align-items: center;
    gap: var(--pc-3);
    min-block-size: 36px;
    font-size: var(--pc-text-s);
  }

  .bars .count {
    text-align: end;
    font-variant-numeric: tabular-nums;
  }

  meter {
    appearance: none;
    display: block;
    inline-size: 100%;
    block-size: 10px;
    border: 0;
    border-radius: var(--pc-radius-full);
    background: var(--pc-surface-3);
    overflow: hidden;
  }

  meter::-webkit-meter-bar {
    border: 0;
    background: none;
    block-size: 100%;
  }

  meter::-webkit-meter-optimum-value {
    background: var(--pc-accent);
    border-radius: var(--pc-radius-full);
  }

  meter::-moz-meter-bar {
    background: var(--pc-accent);
  }

  /* Positioned, so that words for hearing alone are cut with the rest. */
  .scroll {
    position: relative;
    overflow-x: auto;
  }

  table {
    inline-size: 100%;
    min-inline-size: 720px;
    border-collapse: collapse;
    font-size: var(--pc-text-s);
    font-variant-numeric: tabular-nums;
  }

  thead th {
    padding: var(--pc-2) var(--pc-3);
    font-size: var(--pc-text-xs);
    font-weight: 600;
    color: var(--pc-text-2);
    text-align: end;
  }

  tbody th,
  td {
    padding: var(--pc-3);
    border-block-start: 1px solid var(--pc-line);
    text-align: end;
  }

  th:first-child {
    padding-inline-start: 0;
    text-align: start;
    font-weight: 600;
  }

  @media (max-width: 900px) {
    .controls {
      grid-template-columns: minmax(0, 1fr);
    }
  }
`;
