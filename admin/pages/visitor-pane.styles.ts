import { css } from 'lit';

/** How the visitor's pane looks: a column beside the conversation, on smaller windows a sheet. */
export const visitorPaneStyles = css`
  :host {
    display: contents;
  }

  aside {
    box-sizing: border-box;
    inline-size: 320px;
    min-block-size: 0;
    overflow: hidden auto;
    scrollbar-width: thin;
    scrollbar-color: var(--pc-line) transparent;
    border-inline-start: 1px solid var(--pc-line);
    background: var(--pc-surface);
  }

  dialog {
    position: fixed;
    inset: 0 0 0 auto;
    box-sizing: border-box;
    inline-size: min(400px, 100vw);
    max-inline-size: 100vw;
    block-size: 100dvh;
    max-block-size: 100dvh;
    margin: 0;
    padding: 0;
    overflow: hidden auto;
    overscroll-behavior: contain;
    border: 0;
    border-inline-start: 1px solid var(--pc-line);
    background: var(--pc-surface);
    color: var(--pc-text);
    box-shadow: var(--pc-shadow);
  }

  dialog::backdrop {
    background: rgb(12 14 24 / 40%);
  }

  .top {
    position: sticky;
    inset-block-start: 0;
    z-index: 1;
    display: flex;
    align-items: center;
    justify-content: space-between;
    min-block-size: 56px;
    padding-inline: var(--pc-4) var(--pc-2);
    background: var(--pc-surface);
  }

  .top h2 {
    font-size: 1rem;
  }

  .top .icon-button {
    inline-size: 40px;
    block-size: 40px;
  }

  section {
    display: grid;
    gap: var(--pc-2);
    padding: var(--pc-3) var(--pc-4) var(--pc-4);
    border-block-start: 1px solid var(--pc-line);
  }

  section.first {
    padding-block-start: 0;
    border-block-start: 0;
  }

  h3 {
    font-size: var(--pc-text-xs);
    font-weight: 600;
    color: var(--pc-text-2);
  }

  .person {
    display: grid;
    grid-template-columns: auto minmax(0, 1fr);
    align-items: center;
    gap: var(--pc-3);
  }

  .person .avatar {
    inline-size: 48px;
    block-size: 48px;
    font-size: 1.25rem;
  }

  .person strong {
    display: block;
    overflow-wrap: anywhere;
    line-height: 1.35;
  }

  .person .sub {
    font-size: var(--pc-text-s);
    color: var(--pc-text-2);
    overflow-wrap: anywhere;
  }

  .identity {
    display: grid;
    grid-template-columns: auto minmax(0, 1fr);
    gap: 2px var(--pc-2);
    padding: var(--pc-2) var(--pc-3);
    border-radius: var(--pc-radius-s);
    background: var(--pc-surface-2);
    font-size: var(--pc-text-xs);
    line-height: 1.45;
    color: var(--pc-text-2);
  }

  .identity svg {
    grid-row: span 2;
    inline-size: 18px;
    block-size: 18px;
    margin-block-start: 1px;
  }

  .identity strong {
    color: var(--pc-text);
  }

  .identity span {
    word-break: keep-all;
    overflow-wrap: anywhere;
  }

  .identity.verified {
    background: var(--pc-accent-soft);
  }

  .identity.verified svg {
    color: var(--pc-accent);
  }

  dl {
    display: grid;
    grid-template-columns: minmax(72px, auto) minmax(0, 1fr);
    gap: 6px var(--pc-3);
    font-size: var(--pc-text-s);
  }

  dt {
    color: var(--pc-text-2);
    overflow-wrap: anywhere;
  }

  dd {
    overflow-wrap: anywhere;
  }

  form {
    display: grid;
    gap: var(--pc-3);
  }

  .input {
    min-block-size: 38px;
    padding-block: 6px;
    font-size: var(--pc-text-s);
  }

  textarea.input {
    min-block-size: 72px;
    resize: vertical;
  }

  .row {
    display: flex;
    flex-wrap: wrap;
    gap: var(--pc-2);
  }

  .row .button,
  .link {
    min-block-size: 34px;
    padding-inline: var(--pc-3);
    font-size: var(--pc-text-s);
  }

  .here {
    display: flex;
    align-items: center;
    gap: var(--pc-2);
    font-size: var(--pc-text-s);
  }

  .trail {
    display: grid;
    gap: 2px;
  }

  .trail li {
    display: grid;
    grid-template-columns: minmax(0, 1fr) auto;
    gap: var(--pc-2);
    align-items: baseline;
    padding-block: 3px;
    font-size: var(--pc-text-s);
  }

  .trail li > * {
    min-inline-size: 0;
    overflow: hidden;
    text-overflow: ellipsis;
    white-space: nowrap;
  }

  .trail a {
    color: var(--pc-text);
    text-decoration-color: var(--pc-line);
    text-underline-offset: 3px;
  }

  .trail a:hover {
    text-decoration-color: currentColor;
  }

  .trail time {
    font-size: var(--pc-text-xs);
    color: var(--pc-text-2);
  }

  .trail .what {
    display: inline-flex;
    align-items: center;
    gap: 6px;
  }

  .trail svg {
    inline-size: 15px;
    block-size: 15px;
    color: var(--pc-text-2);
  }

  .quiet {
    font-size: var(--pc-text-s);
    color: var(--pc-text-2);
  }

  .bones {
    display: grid;
    gap: var(--pc-3);
    padding: var(--pc-4);
  }

  .bones .bone {
    block-size: 18px;
  }

  @media (max-width: 480px) {
    dialog {
      inline-size: 100vw;
      border: 0;
    }

    .input {
      font-size: 16px;
    }
  }
`;
