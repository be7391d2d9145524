import { css } from 'lit';

/** What every element of ours starts from: box model, focus ring, buttons, a visually hidden text, calm motion. */
export const base = css`
  *,
  *::before,
  *::after {
    box-sizing: border-box;
  }

  :host {
    font-family: var(--pc-font);
    font-size: var(--pc-text-m);
    line-height: var(--pc-leading);
    color: var(--pc-text);
    -webkit-font-smoothing: antialiased;
  }

  :host([hidden]),
  [hidden] {
    display: none !important;
  }

  h1,
  h2,
  h3,
  p,
  ul,
  ol,
  dl,
  dd,
  figure {
    margin: 0;
    padding: 0;
  }

  ul,
  ol {
    list-style: none;
  }

  button,
  input,
  select,
  textarea {
    font: inherit;
    color: inherit;
  }

  button {
    border: 0;
    background: none;
    padding: 0;
    cursor: pointer;
  }

  button:disabled {
    cursor: not-allowed;
    opacity: 0.55;
  }

  :focus-visible {
    outline: 2px solid var(--pc-accent-ink);
    outline-offset: 2px;
  }

  .hush {
    position: absolute;
    width: 1px;
    height: 1px;
    margin: -1px;
    overflow: hidden;
    clip-path: inset(50%);
    white-space: nowrap;
  }

  .button {
    display: inline-flex;
    align-items: center;
    justify-content: center;
    gap: var(--pc-2);
    min-height: var(--pc-target);
    padding: 0 var(--pc-4);
    border-radius: var(--pc-radius-s);
    font-weight: 600;
    text-decoration: none;
    background: var(--pc-surface-3);
    color: var(--pc-text);
    transition: filter var(--pc-fast) var(--pc-ease);
  }

  .button:hover:not(:disabled) {
    filter: brightness(0.96);
  }

  .button.primary {
    background: var(--pc-accent);
    color: var(--pc-on-accent);
  }

  .button.danger {
    background: var(--pc-danger);
    color: var(--pc-on-danger);
  }

  .button.good {
    background: var(--pc-good);
    color: var(--pc-on-good);
  }

  .button.quiet {
    background: none;
    color: var(--pc-text-2);
  }

  .icon-button {
    display: inline-grid;
    place-items: center;
    inline-size: var(--pc-target);
    block-size: var(--pc-target);
    border-radius: var(--pc-radius-full);
    color: var(--pc-text-2);
    transition: background-color var(--pc-fast) var(--pc-ease);
  }

  .icon-button:hover:not(:disabled) {
    background: var(--pc-surface-3);
    color: var(--pc-text);
  }

  svg {
    inline-size: 1.25em;
    block-size: 1.25em;
    flex: none;
  }

  @media (prefers-reduced-motion: reduce) {
    *,
    *::before,
    *::after {
      animation-duration: 1ms !important;
      animation-iteration-count: 1 !important;
      transition-duration: 1ms !important;
      scroll-behavior: auto !important;
    }
  }
`;
