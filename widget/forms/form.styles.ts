import { css } from 'lit';

/** How the forms of the chat look. */
export const formStyles = css`
  :host {
    display: block;
  }

  form,
  section {
    display: grid;
    gap: var(--pc-3);
  }

  h3 {
    font-size: var(--pc-text-m);
    font-weight: 650;
    line-height: 1.35;
  }

  p,
  legend,
  label,
  .error {
    word-break: keep-all;
    overflow-wrap: anywhere;
  }

  p {
    font-size: var(--pc-text-s);
    color: var(--pc-text-2);
    text-wrap: pretty;
  }

  .field {
    display: grid;
    gap: var(--pc-1);
    min-inline-size: 0;
  }

  label {
    font-size: var(--pc-text-s);
    font-weight: 550;
  }

  label small {
    font-size: var(--pc-text-xs);
    font-weight: 400;
    color: var(--pc-text-2);
  }

  input:not([type='radio']),
  select,
  textarea {
    inline-size: 100%;
    min-block-size: var(--pc-target);
    padding: 0 var(--pc-3);
    border: 1px solid var(--pc-control-line);
    border-radius: var(--pc-radius-s);
    background: var(--pc-surface);
    color: var(--pc-text);
  }

  textarea {
    min-block-size: 72px;
    padding-block: var(--pc-2);
    resize: vertical;
  }

  [aria-invalid='true'] {
    border-color: var(--pc-danger);
  }

  /* Below 16 px iOS zooms the whole page into the field. */
  @media (pointer: coarse) {
    input:not([type='radio']),
    select,
    textarea {
      font-size: 16px;
    }
  }

  .error {
    color: var(--pc-danger);
    font-size: var(--pc-text-s);
    line-height: 1.4;
  }

  .ways {
    display: flex;
    flex-wrap: wrap;
    gap: var(--pc-2);
  }

  .ways .primary {
    flex: 1 1 8em;
  }

  a {
    color: var(--pc-accent-ink);
    text-underline-offset: 2px;
  }

  @media (forced-colors: active) {
    .button {
      border: 1px solid;
    }
  }
`;
