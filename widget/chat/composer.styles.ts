import { css } from 'lit';

/** How the composer looks. */
export const composerStyles = css`
  :host {
    display: block;
  }

  .frame {
    display: flex;
    flex-wrap: wrap;
    align-items: flex-end;
    padding: var(--pc-1);
    border: 1px solid var(--pc-control-line);
    border-radius: 24px;
    background: var(--pc-surface);
    transition: border-color var(--pc-fast) var(--pc-ease);
  }

  .frame:focus-within {
    border-color: var(--pc-accent-ink);
    box-shadow: 0 0 0 1px var(--pc-accent-ink);
  }

  .frame.disabled {
    background: var(--pc-surface-2);
  }

  peer-consult-attachments {
    flex: 1 0 100%;
    padding-block-end: var(--pc-1);
  }

  textarea {
    flex: 1;
    min-inline-size: 0;
    block-size: 40px;
    max-block-size: 140px;
    padding: 9px 4px;
    border: 0;
    resize: none;
    background: none;
    line-height: 22px;
    overflow-y: auto;
    scrollbar-width: thin;
  }

  .bare textarea {
    padding-inline-start: var(--pc-3);
  }

  /* The frame shows the focus for the field in it. */
  textarea:focus-visible {
    outline: none;
  }

  textarea::placeholder {
    color: var(--pc-text-2);
    opacity: 1;
    overflow: hidden;
    text-overflow: ellipsis;
    white-space: nowrap;
  }

  /* Below 16 px iOS zooms the whole page into the field. */
  @media (pointer: coarse) {
    textarea {
      font-size: 16px;
    }
  }

  button {
    flex: none;
    display: grid;
    place-items: center;
    inline-size: 40px;
    block-size: 40px;
    border-radius: var(--pc-radius-full);
    color: var(--pc-text-2);
    transition:
      background-color var(--pc-fast) var(--pc-ease),
      color var(--pc-fast) var(--pc-ease),
      transform var(--pc-fast) var(--pc-ease);
  }

  button[aria-expanded='true'] {
    background: var(--pc-surface-3);
    color: var(--pc-text);
  }

  /* A finger hovers nowhere, and what it touched last would stay lit. */
  @media (hover: hover) {
    button:hover:not(:disabled) {
      background: var(--pc-surface-3);
      color: var(--pc-text);
    }
  }

  [type='submit']:not(:disabled),
  [type='submit']:hover:not(:disabled) {
    margin-inline-start: var(--pc-1);
    background: var(--pc-accent);
    color: var(--pc-on-accent);
  }

  [type='submit']:disabled {
    margin-inline-start: var(--pc-1);
    background: none;
    opacity: 0.7;
    cursor: default;
  }

  button:active:not(:disabled) {
    transform: scale(0.94);
  }

  .emoji {
    position: relative;
  }

  peer-consult-emoji-chooser {
    position: absolute;
    inset-block-end: 4px;
    inset-inline-end: 0;
    z-index: 3;
    max-inline-size: 100%;
  }

  .drop {
    position: absolute;
    inset: 6px;
    z-index: 4;
    display: grid;
    place-items: center;
    border: 2px dashed var(--pc-accent-ink);
    border-radius: var(--pc-radius);
    background: var(--pc-surface);
    color: var(--pc-accent-ink);
    font-weight: 600;
    opacity: 0.95;
    pointer-events: none;
  }

  .count {
    padding: var(--pc-1) var(--pc-4) 0;
    font-size: var(--pc-text-xs);
    text-align: end;
    color: var(--pc-text-2);
    font-variant-numeric: tabular-nums;
  }

  .count.over {
    color: var(--pc-danger);
    font-weight: 600;
  }
`;
