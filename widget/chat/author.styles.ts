import { css } from 'lit';

/** How the message list shows who wrote. */
export const authorStyles = css`
  .avatar {
    grid-row: 2;
    align-self: end;
    display: grid;
    place-items: center;
    inline-size: 28px;
    block-size: 28px;
    border-radius: var(--pc-radius-full);
    background: var(--pc-accent-soft);
    color: var(--pc-accent-ink);
    font-size: var(--pc-text-xs);
    font-weight: 600;
  }

  .avatar img {
    inline-size: 100%;
    block-size: 100%;
    border-radius: inherit;
    object-fit: cover;
  }

  .avatar svg {
    inline-size: 18px;
    block-size: 18px;
  }

  .bot {
    margin-inline-start: 6px;
    padding: 1px 6px;
    border-radius: var(--pc-radius-full);
    background: var(--pc-surface-3);
    color: var(--pc-text);
    font-weight: 500;
  }

  .name {
    grid-column: 2;
    padding-inline-start: var(--pc-3);
    margin-block-end: 3px;
    font-size: var(--pc-text-xs);
    font-weight: 500;
    color: var(--pc-text-2);
    overflow: hidden;
    text-overflow: ellipsis;
    white-space: nowrap;
  }
`;
