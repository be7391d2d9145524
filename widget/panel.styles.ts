import { css } from 'lit';

/** How the panel looks. */
export const panelStyles = css`
  :host {
    display: block;
  }

  .panel {
    position: relative;
    display: flex;
    flex-direction: column;
    inline-size: min(400px, calc(100vw - 40px));
    block-size: min(704px, calc(100vh - 40px));
    block-size: min(704px, calc(100dvh - 40px));
    border-radius: 20px;
    border-radius: var(--peer-consult-radius, 20px);
    background: var(--pc-surface);
    box-shadow: var(--pc-shadow);
    overflow: hidden;
    animation: rise var(--pc-slow) var(--pc-ease);
    transform-origin: 100% 100%;
  }

  .panel:focus {
    outline: none;
  }

  @keyframes rise {
    from {
      opacity: 0;
      transform: translateY(12px) scale(0.97);
    }
  }

  :host([full]) .panel {
    inline-size: 100%;
    block-size: 100%;
    border-radius: 0;
    box-shadow: none;
  }

  header {
    display: flex;
    align-items: center;
    gap: var(--pc-1);
    flex: none;
    padding: var(--pc-3) var(--pc-2) var(--pc-3) var(--pc-4);
    border-block-end: 1px solid var(--pc-line);
  }

  :host([full]) header {
    padding-block-start: max(var(--pc-3), env(safe-area-inset-top));
  }

  .mark {
    display: grid;
    place-items: center;
    flex: none;
    inline-size: 40px;
    block-size: 40px;
    margin-inline-end: var(--pc-2);
    border-radius: 12px;
    background: var(--pc-accent);
    color: var(--pc-on-accent);
    font-size: var(--pc-text-l);
    font-weight: 700;
    user-select: none;
  }

  img.mark {
    background: none;
    object-fit: cover;
  }

  .who {
    flex: 1;
    min-inline-size: 0;
  }

  h2 {
    font-size: 1.0625em;
    font-weight: 650;
    line-height: 1.3;
    overflow: hidden;
    text-overflow: ellipsis;
    white-space: nowrap;
  }

  .presence,
  .status-text {
    font-size: var(--pc-text-s);
    line-height: 1.35;
    color: var(--pc-text-2);
  }

  .presence {
    display: flex;
    align-items: center;
    gap: 6px;
  }

  .presence::before {
    content: '';
    flex: none;
    inline-size: 8px;
    block-size: 8px;
    border-radius: 50%;
    background: var(--pc-control-line);
  }

  .presence.online::before {
    background: var(--pc-good);
  }

  .presence span,
  .status-text {
    display: -webkit-box;
    -webkit-box-orient: vertical;
    -webkit-line-clamp: 2;
    overflow: hidden;
  }

  header .icon-button {
    flex: none;
    inline-size: 40px;
    block-size: 40px;
  }

  .banner {
    display: flex;
    align-items: center;
    justify-content: center;
    gap: var(--pc-2);
    flex: none;
    padding: var(--pc-2) var(--pc-4);
    background: var(--pc-warn-soft);
    color: var(--pc-text);
    font-size: var(--pc-text-s);
    line-height: 1.4;
    text-align: center;
    word-break: keep-all;
    overflow-wrap: anywhere;
    /* Short cuts pass unnoticed. */
    animation: notice 300ms 1.2s both;
  }

  @keyframes notice {
    from {
      opacity: 0;
      margin-block-end: -2.5em;
    }
  }

  .opening {
    flex: none;
    padding: var(--pc-2) var(--pc-4);
    background: var(--pc-surface-2);
    border-block-end: 1px solid var(--pc-line);
    font-size: var(--pc-text-s);
    line-height: 1.45;
    word-break: keep-all;
    overflow-wrap: anywhere;
    white-space: pre-line;
  }

  .opening strong {
    font-weight: 600;
  }

  .card {
    display: block;
    padding: var(--pc-4);
    border: 1px solid var(--pc-line);
    border-radius: var(--pc-radius);
    background: var(--pc-surface);
  }

  .intro > .card {
    margin-block-start: var(--pc-4);
  }

  .below {
    flex: 0 1 auto;
    min-block-size: 0;
    overflow: auto;
    overscroll-behavior: contain;
    padding: 0 var(--pc-3);
  }

  .privacy {
    font-size: var(--pc-text-s);
    color: var(--pc-text-2);
    text-underline-offset: 2px;
  }

  .ringing {
    flex: none;
    border-block-end: 1px solid var(--pc-line);
    background: var(--pc-surface);
    box-shadow: 0 6px 20px rgb(20 22 40 / 10%);
    animation: drop var(--pc-slow) var(--pc-ease);
  }

  @keyframes drop {
    from {
      opacity: 0;
      transform: translateY(-8px);
    }
  }

  .intro {
    padding: var(--pc-5) var(--pc-1) var(--pc-3);
    word-break: keep-all;
    overflow-wrap: anywhere;
  }

  .intro h3 {
    font-size: 1.5rem;
    font-size: 24px;
    font-weight: 700;
    line-height: 1.25;
    letter-spacing: -0.01em;
  }

  .intro p {
    margin-block-start: var(--pc-2);
    max-inline-size: 32em;
    color: var(--pc-text-2);
    white-space: pre-line;
    text-wrap: pretty;
  }

  .refused {
    flex: 1;
    display: flex;
    flex-direction: column;
    align-items: center;
    justify-content: center;
    gap: var(--pc-3);
    min-block-size: 0;
    overflow: auto;
    padding: var(--pc-5);
    text-align: center;
    word-break: keep-all;
    overflow-wrap: anywhere;
  }

  .refused > svg {
    inline-size: 40px;
    block-size: 40px;
    color: var(--pc-text-2);
  }

  .refused h3 {
    font-size: var(--pc-text-l);
    font-weight: 650;
  }

  .refused p {
    color: var(--pc-text-2);
  }

  .refused .owner {
    padding: var(--pc-3);
    border-radius: var(--pc-radius-s);
    background: var(--pc-surface-2);
    font-size: var(--pc-text-s);
    text-align: start;
  }

  .refused code {
    display: block;
    margin-block-start: var(--pc-1);
    font-size: var(--pc-text-xs);
    overflow-wrap: anywhere;
    color: var(--pc-text);
  }

  .closed {
    flex: none;
    padding: var(--pc-2) var(--pc-4) 0;
    font-size: var(--pc-text-xs);
    color: var(--pc-text-2);
    text-align: center;
    word-break: keep-all;
  }

  .foot {
    flex: none;
    padding: var(--pc-2) var(--pc-3) max(var(--pc-3), env(safe-area-inset-bottom));
  }

  @media (forced-colors: active) {
    .panel {
      border: 1px solid CanvasText;
    }
  }
`;
