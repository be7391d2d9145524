import { css } from 'lit';

/** How people are chosen and listed in a dialog. */
export const chooserStyles = css`
  .chooser {
    max-block-size: min(44dvh, 340px);
    padding: var(--pc-1);
    overflow: hidden auto;
    overscroll-behavior: contain;
    border: 1px solid var(--pc-line);
    border-radius: var(--pc-radius-s);
  }

  .people {
    display: grid;
    gap: 1px;
    max-block-size: min(36dvh, 320px);
    overflow: hidden auto;
  }

  .people li {
    display: flex;
    align-items: center;
    gap: var(--pc-2);
    min-block-size: 44px;
  }

  .people .avatar {
    inline-size: 32px;
    block-size: 32px;
    font-size: 0.8125rem;
  }

  .people .name {
    flex: 1;
    margin-inline-start: var(--pc-1);
    min-inline-size: 0;
    overflow-wrap: anywhere;
    font-size: var(--pc-text-s);
    font-weight: 550;
  }

  .people .icon-button {
    inline-size: 36px;
    block-size: 36px;
  }

  .dot {
    flex: none;
    inline-size: 9px;
    block-size: 9px;
    border-radius: 50%;
    background: var(--pc-control-line);
  }

  .dot.online {
    background: var(--pc-good);
  }

  .dot.busy {
    background: var(--pc-danger);
  }

  .dot.away {
    background: var(--pc-warn);
  }

  textarea.input {
    min-block-size: 84px;
    resize: vertical;
  }
`;
