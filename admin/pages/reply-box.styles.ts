import { css } from 'lit';

/** How the place where agents answer looks. */
export const replyBoxStyles = css`
  /* Not positioned itself: where files may be dropped is marked over the whole conversation. */
  :host {
    display: block;
  }

  .above {
    position: relative;
  }

  .box {
    border-radius: var(--pc-radius);
  }

  .modes {
    display: flex;
    align-items: center;
    gap: 2px;
    padding-block-end: var(--pc-1);
  }

  .modes > div {
    display: flex;
    gap: 2px;
  }

  .modes button {
    display: inline-flex;
    align-items: center;
    gap: 6px;
    min-block-size: 30px;
    padding: 0 10px;
    border-radius: var(--pc-radius-s);
    font-size: var(--pc-text-s);
    font-weight: 600;
    color: var(--pc-text-2);
  }

  .modes button:hover {
    background: var(--pc-surface-2);
    color: var(--pc-text);
  }

  .modes [aria-checked='true'] {
    background: var(--pc-surface-3);
    color: var(--pc-text);
  }

  .modes .note[aria-checked='true'] {
    background: var(--pc-warn-soft);
    color: var(--pc-warn);
  }

  .modes svg {
    inline-size: 16px;
    block-size: 16px;
  }

  .modes .end {
    margin-inline-start: auto;
  }

  .hint {
    display: flex;
    align-items: center;
    gap: 6px;
    padding: 2px var(--pc-2) var(--pc-1);
    font-size: var(--pc-text-xs);
    font-weight: 600;
    color: var(--pc-warn);
  }

  .hint svg {
    inline-size: 14px;
    block-size: 14px;
  }

  .noting peer-consult-composer {
    --pc-surface: var(--pc-warn-soft);
    --pc-control-line: var(--pc-warn);
    --pc-accent: var(--pc-warn);
    --pc-accent-ink: var(--pc-warn);
    --pc-on-accent: light-dark(#ffffff, #2b1d00);
  }

  .picker {
    position: absolute;
    inset-block-end: 4px;
    inset-inline: 0;
    z-index: 2;
    max-block-size: min(320px, 50dvh);
    padding: var(--pc-2);
    overflow: auto;
    border: 1px solid var(--pc-line);
    border-radius: var(--pc-radius);
    background: var(--pc-surface);
    box-shadow: var(--pc-shadow);
  }

  .picker [role='option'] {
    display: grid;
    grid-template-columns: minmax(80px, max-content) minmax(0, 1fr);
    align-items: baseline;
    gap: var(--pc-3);
    padding: var(--pc-2);
    border-radius: var(--pc-radius-s);
    font-size: var(--pc-text-s);
    cursor: pointer;
  }

  .picker .at {
    background: var(--pc-surface-3);
  }

  .picker strong,
  .picker .text {
    overflow: hidden;
    text-overflow: ellipsis;
    white-space: nowrap;
  }

  .picker .text {
    color: var(--pc-text-2);
  }

  .picker p {
    padding: var(--pc-2);
    font-size: var(--pc-text-s);
    color: var(--pc-text-2);
  }

  @media (pointer: coarse) {
    .modes button {
      min-block-size: 36px;
    }
  }
`;
