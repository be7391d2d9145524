import { css } from 'lit';

/** A large round button of a call with its word below it, on the dark stage. */
export const callControl = css`
  .control {
    display: grid;
    justify-items: center;
    align-content: start;
    gap: 4px;
    flex: 0 1 66px;
    min-inline-size: 0;
    word-break: keep-all;
    color: var(--on-stage);
    font-size: var(--pc-text-xs);
    text-shadow: 0 1px 3px rgb(0 0 0 / 70%);
  }

  .control span {
    display: grid;
    place-items: center;
    inline-size: min(52px, 100%);
    aspect-ratio: 1;
    border-radius: 50%;
    background: rgb(255 255 255 / 16%);
    transition: background-color var(--pc-fast) var(--pc-ease);
  }

  .control:hover span {
    background: rgb(255 255 255 / 26%);
  }

  .control:focus-visible {
    outline: none;
  }

  .control:focus-visible span {
    outline: 3px solid #fff;
    outline-offset: 3px;
  }

  .control svg {
    inline-size: 24px;
    block-size: 24px;
  }
`;
