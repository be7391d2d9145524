import { css } from 'lit';

/** The frame of every dialog of the panel: a native `<dialog>`, a sheet from below on a phone. */
export const dialogStyles = css`
  dialog {
    box-sizing: border-box;
    inline-size: min(520px, calc(100vw - 32px));
    max-block-size: min(86dvh, 900px);
    padding: 0;
    border: 1px solid var(--pc-line);
    border-radius: var(--pc-radius);
    background: var(--pc-surface);
    color: var(--pc-text);
    box-shadow: var(--pc-shadow);
    overflow: auto;
    overscroll-behavior: contain;
    /* Below the head, which stays: a field that gets the focus is seen with its label. */
    scroll-padding-block: 104px var(--pc-5);
  }

  dialog.wide {
    inline-size: min(680px, calc(100vw - 32px));
  }

  dialog::backdrop {
    background: rgb(12 14 24 / 48%);
  }

  dialog > form,
  dialog > .content {
    display: grid;
    gap: var(--pc-4);
    padding: var(--pc-5);
  }

  dialog h2 {
    font-size: var(--pc-text-l);
    line-height: 1.3;
    overflow-wrap: anywhere;
  }

  dialog .text {
    color: var(--pc-text-2);
    overflow-wrap: anywhere;
  }

  dialog .actions {
    display: flex;
    flex-wrap: wrap;
    justify-content: flex-end;
    gap: var(--pc-2);
    margin-block-start: var(--pc-2);
  }

  @media (max-width: 560px) {
    dialog,
    dialog.wide {
      inline-size: 100vw;
      max-inline-size: 100vw;
      margin-block-end: 0;
      border-end-start-radius: 0;
      border-end-end-radius: 0;
      border-inline: 0;
      border-block-end: 0;
    }

    dialog > form,
    dialog > .content {
      padding: var(--pc-5) var(--pc-4) max(var(--pc-5), env(safe-area-inset-bottom));
    }

    dialog .actions > * {
      flex: 1 1 auto;
    }
  }
`;
