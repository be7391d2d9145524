import { css } from 'lit';

/** A dot that tells in a line of text whether somebody is there: grey, or by the class that presence has. */
export const presenceDot = css`
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
`;
