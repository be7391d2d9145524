import { css } from 'lit';
import { presenceDot } from '../presence-dot.styles.ts';

/** How people are chosen and listed in a dialog. */
export const chooserStyles = [presenceDot, css`
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

  textarea.input {
    min-block-size: 84px;
    resize: vertical;
  }
`];
