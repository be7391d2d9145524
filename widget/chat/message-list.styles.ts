import { css } from 'lit';

/** How the message list looks. */
export const messageListStyles = css`
  :host {
    position: relative;
    display: flex;
    flex-direction: column;
    min-block-size: 0;
    flex: 1;
  }

  .scroll {
    flex: 1;
    min-block-size: 0;
    overflow: hidden auto;
    overscroll-behavior: contain;
    /* Keeping the place is ours to do: browsers differ, Safari has nothing. */
    overflow-anchor: none;
    scrollbar-width: thin;
    scrollbar-color: var(--pc-line) transparent;
    padding: var(--pc-3) var(--pc-4) var(--pc-2);
  }

  .scroll:focus-visible {
    outline-offset: -2px;
  }

  .content {
    display: flex;
    flex-direction: column;
  }

  ol {
    display: flex;
    flex-direction: column;
  }

  .earlier {
    align-self: center;
    min-block-size: 32px;
    padding: 0 var(--pc-3);
    border-radius: var(--pc-radius-full);
    font-size: var(--pc-text-s);
    color: var(--pc-text-2);
  }

  .day {
    display: flex;
    align-items: center;
    gap: var(--pc-3);
    margin: var(--pc-4) 0 var(--pc-2);
    font-size: var(--pc-text-xs);
    font-weight: 500;
    color: var(--pc-text-2);
  }

  .day::before,
  .day::after {
    content: '';
    flex: 1;
    border-block-start: 1px solid var(--pc-line);
    opacity: 0.7;
  }

  .new {
    color: var(--pc-danger);
    font-weight: 600;
  }

  .new::before,
  .new::after {
    border-color: currentColor;
  }

  .group {
    display: grid;
    grid-template-columns: auto minmax(0, 1fr);
    column-gap: var(--pc-2);
    margin-block: var(--pc-2);
  }

  .group.own {
    grid-template-columns: minmax(0, 1fr);
    justify-items: end;
  }

  .own .name {
    grid-column: 1;
    padding-inline: 0 var(--pc-3);
  }

  .bubbles {
    display: flex;
    flex-direction: column;
    align-items: flex-start;
    gap: 2px;
    max-inline-size: min(85%, 34rem);
  }

  .own .bubbles {
    align-items: flex-end;
  }

  .bubble {
    position: relative;
    max-inline-size: 100%;
    padding: 9px 14px;
    border-radius: 18px;
    background: var(--pc-surface-3);
    white-space: pre-wrap;
    /* Korean breaks between words, not between syllables. */
    word-break: keep-all;
    overflow-wrap: anywhere;
    text-align: start;
    line-height: 1.42;
  }

  /* Inner corners of a group are tighter, so that it reads as one. */
  .bubble:not(:first-child) {
    border-start-start-radius: 6px;
  }

  .bubble:not(:last-child) {
    border-end-start-radius: 6px;
  }

  .own .bubble {
    border-radius: 18px;
    background: var(--pc-accent);
    color: var(--pc-on-accent);
  }

  .own .bubble:not(:first-child) {
    border-start-end-radius: 6px;
  }

  .own .bubble:not(:last-child) {
    border-end-end-radius: 6px;
  }

  .note .bubble {
    border: 1px dashed var(--pc-warn);
    background: var(--pc-warn-soft);
    color: var(--pc-text);
  }

  .note .name {
    font-weight: 600;
    color: var(--pc-warn);
  }

  .bubble.big {
    padding: 2px 0;
    background: none;
    font-size: 2.25rem;
    line-height: 1.2;
  }

  .bubble.failed {
    background: var(--pc-danger-soft);
    color: var(--pc-text);
  }

  .bubble a {
    color: inherit;
    text-decoration: underline;
    text-underline-offset: 2px;
  }

  .meta {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 2px var(--pc-1);
    grid-column: 2;
    padding: 3px var(--pc-3) 0;
    font-size: var(--pc-text-xs);
    color: var(--pc-text-2);
  }

  .own .meta {
    grid-column: 1;
    justify-content: flex-end;
  }

  .meta svg {
    inline-size: 14px;
    block-size: 14px;
  }

  .meta .seen {
    display: flex;
    color: var(--pc-accent-ink);
  }

  .failure {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    justify-content: flex-end;
    column-gap: var(--pc-2);
    padding: 2px var(--pc-1);
    font-size: var(--pc-text-xs);
    color: var(--pc-danger);
  }

  .failure button {
    min-block-size: 28px;
    padding: 0 var(--pc-2);
    border-radius: var(--pc-radius-s);
    font-weight: 600;
    text-decoration: underline;
    text-underline-offset: 2px;
  }

  .call {
    display: flex;
    align-items: center;
    gap: var(--pc-3);
    align-self: center;
    max-inline-size: 100%;
    margin-block: var(--pc-3);
    padding: var(--pc-2) var(--pc-4) var(--pc-2) var(--pc-2);
    border: 1px solid var(--pc-line);
    border-radius: var(--pc-radius-full);
    font-size: var(--pc-text-s);
    line-height: 1.35;
    text-align: start;
  }

  .call .sign {
    display: grid;
    place-items: center;
    inline-size: 32px;
    block-size: 32px;
    border-radius: var(--pc-radius-full);
    background: var(--pc-surface-3);
    color: var(--pc-text-2);
  }

  .call.missed .sign {
    background: var(--pc-danger-soft);
    color: var(--pc-danger);
  }

  .call strong {
    display: block;
    font-weight: 600;
  }

  .call .detail {
    color: var(--pc-text-2);
    font-size: var(--pc-text-xs);
    font-variant-numeric: tabular-nums;
  }

  .call .open {
    min-block-size: 32px;
    padding: 0 var(--pc-2);
    border-radius: var(--pc-radius-s);
    color: var(--pc-accent-ink);
    font-weight: 600;
  }

  .typing {
    display: flex;
    align-items: center;
    gap: var(--pc-2);
    margin-block: var(--pc-2);
    font-size: var(--pc-text-xs);
    color: var(--pc-text-2);
  }

  .dots {
    display: inline-flex;
    gap: 4px;
    padding: 13px 14px;
    border-radius: 18px;
    background: var(--pc-surface-3);
  }

  .dots i {
    inline-size: 6px;
    block-size: 6px;
    border-radius: var(--pc-radius-full);
    background: var(--pc-text-2);
    animation: dot 1.2s var(--pc-ease) infinite;
  }

  .dots i:nth-child(2) {
    animation-delay: 150ms;
  }

  .dots i:nth-child(3) {
    animation-delay: 300ms;
  }

  @keyframes dot {
    0%,
    60%,
    100% {
      opacity: 0.35;
      transform: none;
    }

    30% {
      opacity: 1;
      transform: translateY(-3px);
    }
  }

  .fresh {
    animation: arrive var(--pc-slow) var(--pc-ease);
  }

  @keyframes arrive {
    from {
      opacity: 0;
      transform: translateY(6px);
    }
  }

  .jump {
    position: absolute;
    inset-block-end: var(--pc-2);
    inset-inline-end: var(--pc-4);
    display: inline-flex;
    align-items: center;
    justify-content: center;
    gap: var(--pc-1);
    min-inline-size: 40px;
    min-block-size: 40px;
    padding: 0 10px;
    border: 1px solid var(--pc-line);
    border-radius: var(--pc-radius-full);
    background: var(--pc-surface);
    box-shadow: 0 2px 8px rgb(20 22 40 / 14%);
    font-size: var(--pc-text-s);
    font-weight: 600;
    animation: arrive var(--pc-fast) var(--pc-ease);
  }

  .jump.counting {
    background: var(--pc-accent);
    border-color: transparent;
    color: var(--pc-on-accent);
  }

  /* While the first page is on its way. */
  .skeleton {
    display: flex;
    flex-direction: column;
    gap: var(--pc-3);
    padding-block: var(--pc-3);
  }

  .skeleton i {
    block-size: 38px;
    border-radius: 18px;
    background: var(--pc-surface-3);
    animation: breathe 1.4s ease-in-out infinite;
  }

  .skeleton i:nth-child(1) {
    inline-size: 62%;
  }

  .skeleton i:nth-child(2) {
    inline-size: 44%;
  }

  .skeleton i:nth-child(3) {
    inline-size: 54%;
    align-self: flex-end;
  }

  @keyframes breathe {
    50% {
      opacity: 0.5;
    }
  }

  ::highlight(pc-found) {
    background-color: #ffd84d;
    color: #1a1a1a;
  }

  @media (forced-colors: active) {
    .bubble {
      border: 1px solid CanvasText;
    }
  }
`;
