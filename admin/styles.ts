import { css } from 'lit';

/** What the panel's pages share on top of the widget's base: fields, cards, empty states. */
export const panel = css`
  /* Korean breaks between words. */
  p,
  h1,
  h2,
  h3,
  .hint,
  .note {
    word-break: keep-all;
    overflow-wrap: break-word;
  }

  .field {
    display: grid;
    gap: var(--pc-1);
  }

  .field label,
  .label {
    font-size: var(--pc-text-s);
    font-weight: 600;
  }

  .field .hint {
    font-size: var(--pc-text-s);
    color: var(--pc-text-2);
  }

  .input {
    inline-size: 100%;
    min-block-size: var(--pc-target);
    padding: var(--pc-2) var(--pc-3);
    border: 1px solid var(--pc-control-line);
    border-radius: var(--pc-radius-s);
    background: var(--pc-surface);
    color: var(--pc-text);
  }

  .input:focus-visible {
    outline: 2px solid var(--pc-accent);
    outline-offset: 0;
    border-color: transparent;
  }

  .input[aria-invalid='true'] {
    border-color: var(--pc-danger);
  }

  .card {
    background: var(--pc-surface);
    border: 1px solid var(--pc-line);
    border-radius: var(--pc-radius);
  }

  .problem {
    display: flex;
    gap: var(--pc-2);
    align-items: flex-start;
    padding: var(--pc-3);
    border-radius: var(--pc-radius-s);
    background: var(--pc-danger-soft);
    color: var(--pc-danger);
    font-size: var(--pc-text-s);
  }

  .empty {
    display: grid;
    justify-items: center;
    align-content: center;
    gap: var(--pc-2);
    padding: var(--pc-7) var(--pc-5);
    text-align: center;
    color: var(--pc-text-2);
  }

  .empty h2 {
    font-size: var(--pc-text-l);
    color: var(--pc-text);
    text-wrap: balance;
  }

  .empty p {
    max-inline-size: 42ch;
    text-wrap: pretty;
  }

  .empty > svg {
    inline-size: 40px;
    block-size: 40px;
    color: var(--pc-control-line);
    margin-block-end: var(--pc-2);
  }

  .empty .button {
    margin-block-start: var(--pc-3);
  }

  .page-title {
    font-size: var(--pc-text-xl);
    line-height: 1.25;
    letter-spacing: -0.01em;
  }

  .lead {
    color: var(--pc-text-2);
    max-inline-size: 65ch;
  }

  a {
    color: var(--pc-accent);
  }

  .avatar {
    display: grid;
    place-items: center;
    flex: none;
    inline-size: 40px;
    block-size: 40px;
    border-radius: var(--pc-radius-full);
    background: var(--pc-avatar, var(--pc-accent-soft));
    color: var(--pc-text);
    font-weight: 700;
  }

  @keyframes pc-shimmer {
    50% {
      opacity: 0.45;
    }
  }

  .bone {
    border-radius: var(--pc-radius-s);
    background: var(--pc-surface-3);
    animation: pc-shimmer 1.4s ease-in-out infinite;
  }

  /* Where colours are the reader's own, edges say what is a button and what is chosen. */
  @media (forced-colors: active) {
    .button,
    .badge {
      border: 1px solid;
    }

    [aria-current='page'],
    [aria-pressed='true'],
    [aria-selected='true'] {
      outline: 2px solid Highlight;
      outline-offset: -2px;
    }

    [aria-current='page']:focus-visible,
    [aria-pressed='true']:focus-visible,
    [aria-selected='true']:focus-visible {
      outline-width: 4px;
    }
  }
`;

/** The forms at the door: sign-in and set-up. */
export const doorForm = css`
  form {
    display: grid;
    gap: var(--pc-4);
    margin-block-start: var(--pc-5);
  }

  .lead {
    margin-block-start: var(--pc-1);
  }

  .lead + .button {
    margin-block-start: var(--pc-4);
  }
`;
