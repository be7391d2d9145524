import { css } from 'lit';

/** How a recording's player looks. */
export const playerStyles = css`
  :host {
    display: block;
    min-inline-size: 0;
  }

  .box {
    display: grid;
    gap: var(--pc-3);
    min-inline-size: 0;
    padding: var(--pc-4);
    border-radius: var(--pc-radius-s);
    background: var(--pc-surface-2);
  }

  /* Stands ready for what goes wrong, and takes no room until then. */
  [role='alert']:empty {
    position: absolute;
  }

  .row {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: var(--pc-2);
  }

  .controls {
    gap: var(--pc-1);
  }

  .controls .icon-button {
    color: var(--pc-text);
  }

  .controls .icon-button svg {
    inline-size: 22px;
    block-size: 22px;
  }

  .controls .play {
    background: var(--pc-accent);
    color: var(--pc-on-accent);
  }

  .controls .play:hover:not(:disabled) {
    background: var(--pc-accent);
    color: var(--pc-on-accent);
    filter: brightness(1.08);
  }

  .clock {
    padding-inline: var(--pc-2);
    font-variant-numeric: tabular-nums;
    font-size: var(--pc-text-s);
    white-space: nowrap;
  }

  .space {
    flex: 1;
  }

  .controls consult-admin-select-field {
    inline-size: 6.5rem;
  }

  .toggle {
    padding-inline: var(--pc-3);
    font-size: var(--pc-text-s);
  }

  .toggle[aria-pressed='true'] {
    background: var(--pc-accent-soft);
    color: var(--pc-accent);
    box-shadow: inset 0 0 0 1px var(--pc-accent);
  }

  audio {
    display: none;
  }

  video {
    inline-size: 100%;
    max-block-size: min(45vh, 400px); /* the timeline below stays in sight */
    border-radius: var(--pc-radius-s);
    background: #000;
  }

  .small {
    font-size: var(--pc-text-s);
    color: var(--pc-text-2);
  }

  .held {
    display: flex;
    gap: var(--pc-2);
    align-items: flex-start;
    padding: var(--pc-3);
    border-radius: var(--pc-radius-s);
    background: var(--pc-warn-soft);
    font-size: var(--pc-text-s);
    overflow-wrap: anywhere;
  }

  .held svg {
    color: var(--pc-warn);
  }

  .bone {
    block-size: 128px;
  }

  @media (max-width: 560px) {
    .box {
      padding: var(--pc-3);
    }

    .space {
      display: none;
    }
  }
`;
