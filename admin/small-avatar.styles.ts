import { css } from 'lit';

/** An initial in a line of text: beside a name in a list to choose from. */
export const smallAvatar = css`
  .avatar {
    display: grid;
    place-items: center;
    flex: none;
    inline-size: 24px;
    block-size: 24px;
    border-radius: 50%;
    background: var(--pc-avatar, var(--pc-accent-soft));
    font-size: 0.6875rem;
    font-weight: 700;
  }
`;
