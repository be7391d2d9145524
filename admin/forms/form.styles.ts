import { css } from 'lit';

/** What a field's element looks like: label, control, and below it one line that is a hint or what is wrong. */
export const fieldStyles = css`
  :host {
    display: block;
    min-inline-size: 0;
  }

  .field {
    display: grid;
    gap: 6px;
  }

  .label {
    display: flex;
    align-items: baseline;
    justify-content: space-between;
    gap: var(--pc-2);
    font-size: var(--pc-text-s);
    font-weight: 600;
  }

  .optional {
    font-weight: 400;
    color: var(--pc-text-2);
  }

  .hint,
  .wrong {
    font-size: var(--pc-text-s);
    line-height: 1.45;
    color: var(--pc-text-2);
    word-break: keep-all;
    overflow-wrap: anywhere;
  }

  .wrong {
    display: flex;
    gap: 6px;
    align-items: flex-start;
    color: var(--pc-danger);
  }

  .wrong svg {
    inline-size: 16px;
    block-size: 16px;
    margin-block-start: 1px;
  }

  select.input {
    appearance: none;
    padding-inline-end: 36px;
    text-overflow: ellipsis;
  }

  .select {
    position: relative;
    display: grid;
  }

  .select > svg {
    position: absolute;
    inset-block-start: calc(50% - 8px);
    inset-inline-end: 12px;
    inline-size: 16px;
    block-size: 16px;
    color: var(--pc-text-2);
    pointer-events: none;
  }

  textarea.input {
    min-block-size: 88px;
    resize: vertical;
    line-height: 1.5;
  }

  .input:disabled {
    background: var(--pc-surface-2);
    color: var(--pc-text-2);
    cursor: not-allowed;
  }

  .mono {
    font-family: ui-monospace, 'SF Mono', Menlo, Consolas, monospace;
    font-size: 0.8125rem;
  }
`;

/** What the managing pages (team, sites, settings) share: a calm column of cards, rows, badges, tables. */
export const pageStyles = css`
  :host {
    display: block;
    min-inline-size: 0;
  }

  .page {
    box-sizing: border-box;
    block-size: 100%;
    overflow: auto;
    padding: var(--pc-6) var(--pc-6) var(--pc-7);
  }

  .page > * {
    max-inline-size: 980px;
    margin-inline: auto;
  }

  .back {
    display: inline-flex;
    align-items: center;
    gap: 2px;
    inline-size: fit-content;
    min-block-size: 28px;
    margin-inline-start: -4px;
    font-size: var(--pc-text-s);
    font-weight: 600;
    color: var(--pc-text-2);
    text-decoration: none;
  }

  .back:hover {
    color: var(--pc-text);
  }

  .stack {
    display: grid;
    gap: var(--pc-5);
    min-inline-size: 0;
  }

  .stack.close {
    gap: var(--pc-3);
  }

  .head {
    display: flex;
    flex-wrap: wrap;
    align-items: flex-end;
    justify-content: space-between;
    gap: var(--pc-3) var(--pc-4);
  }

  .head > div:first-child {
    display: grid;
    gap: var(--pc-1);
    min-inline-size: 0;
    flex: 1 1 260px;
  }

  .panel {
    display: grid;
    gap: var(--pc-4);
    min-inline-size: 0;
    padding: var(--pc-5);
    border: 1px solid var(--pc-line);
    border-radius: var(--pc-radius);
    background: var(--pc-surface);
  }

  .panel > header {
    display: grid;
    gap: 2px;
  }

  .panel h2,
  .panel h3 {
    font-size: 1.0625rem;
    line-height: 1.35;
    letter-spacing: -0.005em;
  }

  .panel h3 {
    font-size: var(--pc-text-m);
  }

  .panel .lead {
    font-size: var(--pc-text-s);
  }

  .lead {
    text-wrap: pretty;
  }

  .pair {
    display: grid;
    grid-template-columns: repeat(auto-fit, minmax(min(220px, 100%), 1fr));
    gap: var(--pc-4);
    align-items: start;
  }

  .row {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: var(--pc-2) var(--pc-3);
  }

  .row.end {
    justify-content: flex-end;
  }

  .grow {
    flex: 1;
    min-inline-size: 0;
  }

  .small {
    min-block-size: 36px;
    padding-inline: var(--pc-3);
    font-size: var(--pc-text-s);
  }

  .button.danger-quiet {
    background: none;
    color: var(--pc-danger);
  }

  .button.danger-quiet:hover:not(:disabled) {
    background: var(--pc-danger-soft);
    filter: none;
  }

  .button.outline {
    background: none;
    box-shadow: inset 0 0 0 1px var(--pc-line);
  }

  .quiet-text {
    font-size: var(--pc-text-s);
    color: var(--pc-text-2);
  }

  .badge {
    display: inline-flex;
    align-items: center;
    gap: 6px;
    padding: 2px 10px;
    border-radius: var(--pc-radius-full);
    background: var(--pc-surface-3);
    color: var(--pc-text);
    font-size: var(--pc-text-xs);
    font-weight: 600;
    line-height: 1.6;
    white-space: nowrap;
  }

  .badge.good {
    background: color-mix(in srgb, var(--pc-good) 14%, var(--pc-surface));
    color: var(--pc-good);
  }

  .badge.warn {
    background: var(--pc-warn-soft);
    color: var(--pc-warn);
  }

  .badge.bad {
    background: var(--pc-danger-soft);
    color: var(--pc-danger);
  }

  .badge.accent {
    background: var(--pc-accent-soft);
    color: var(--pc-accent);
  }

  .rows {
    display: grid;
  }

  .rows > * + * {
    border-block-start: 1px solid var(--pc-line);
  }

  .rows > li {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: var(--pc-2) var(--pc-4);
    padding-block: var(--pc-3);
  }

  .rows > li:first-child {
    padding-block-start: 0;
  }

  .rows > li:last-child {
    padding-block-end: 0;
  }

  .name {
    display: block;
    font-weight: 600;
    overflow-wrap: anywhere;
  }

  .mono {
    font-family: ui-monospace, 'SF Mono', Menlo, Consolas, monospace;
    font-size: 0.8125rem;
    overflow-wrap: anywhere;
  }

  .note {
    display: flex;
    gap: var(--pc-2);
    align-items: flex-start;
    padding: var(--pc-3) var(--pc-4);
    border-radius: var(--pc-radius-s);
    background: var(--pc-surface-2);
    font-size: var(--pc-text-s);
    overflow-wrap: anywhere;
  }

  .note svg {
    inline-size: 18px;
    block-size: 18px;
    margin-block-start: 1px;
  }

  .note.warn {
    background: var(--pc-warn-soft);
  }

  .note.warn svg {
    color: var(--pc-warn);
  }

  .note.good {
    background: color-mix(in srgb, var(--pc-good) 10%, var(--pc-surface));
  }

  .note.good svg {
    color: var(--pc-good);
  }

  /* What is announced has a place in the page only while it says something. */
  [role='alert']:empty {
    display: none;
  }

  .fold > summary {
    list-style: none;
    cursor: pointer;
  }

  .fold > summary::-webkit-details-marker {
    display: none;
  }

  .fold > summary > svg {
    flex: none;
    inline-size: 16px;
    block-size: 16px;
    color: var(--pc-text-2);
    transition: transform var(--pc-fast) var(--pc-ease);
  }

  .fold[open] > summary > svg {
    transform: rotate(180deg);
  }

  .panel > .empty {
    padding: var(--pc-5) var(--pc-3);
  }

  @media (max-width: 720px) {
    .page {
      padding: var(--pc-4) var(--pc-3) var(--pc-6);
    }

    .panel {
      padding: var(--pc-4);
    }
  }
`;
