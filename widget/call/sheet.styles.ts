import { css } from 'lit';

/** A sheet over the chat that brings its own scrim. */
export const sheetStyles = css`
  :host {
    position: absolute;
    inset: 0;
    z-index: 2;
    display: flex;
    align-items: flex-end;
    background: rgb(12 13 20 / 42%);
    animation: appear var(--pc-fast) linear;
  }

  :host([silent]) {
    display: none;
  }

  section {
    flex: 1;
    display: grid;
    gap: var(--pc-3);
    min-inline-size: 0;
    max-block-size: 100%;
    overflow: auto;
    overscroll-behavior: contain;
    padding: var(--pc-5) var(--pc-4) calc(var(--pc-4) + env(safe-area-inset-bottom));
    border-start-start-radius: 20px;
    border-start-end-radius: 20px;
    background: var(--pc-surface);
    animation: rise var(--pc-slow) var(--pc-ease);
    word-break: keep-all;
    overflow-wrap: anywhere;
  }

  h2 {
    font-size: var(--pc-text-l);
    line-height: 1.3;
  }

  p {
    color: var(--pc-text-2);
    font-size: var(--pc-text-s);
    text-wrap: pretty;
  }

  .ways {
    display: grid;
    gap: var(--pc-2);
    margin-block-start: var(--pc-1);
  }

  @keyframes appear {
    from {
      opacity: 0;
    }
  }

  @keyframes rise {
    from {
      transform: translateY(24px);
    }
  }
`;
