import { css } from 'lit';

/** The look of a call: a dark stage in both themes, so that the picture is the brightest thing on it. */
export const callViewStyles = css`
  :host {
    display: block;
    /* A container of its own size cannot be stretched by its content: it must not collapse in a parent without a height. */
    min-block-size: 280px;
    block-size: 100%;
    container: call / size;
    --stage: #15171d;
    --stage-2: #23262f;
    --on-stage: #f3f4f8;
    --on-stage-2: #b4b8c6;
    --ring: #8f9dff;
  }

  .stage {
    position: relative;
    display: grid;
    grid-template-rows: auto minmax(0, 1fr) auto auto;
    block-size: 100%;
    overflow: hidden;
    background: radial-gradient(120% 90% at 50% 0%, #2a2f45 0%, var(--stage) 70%);
    color: var(--on-stage);
  }

  .remote {
    position: absolute;
    inset: 0;
    inline-size: 100%;
    block-size: 100%;
    object-fit: contain;
    background: var(--stage);
    transition: filter var(--pc-slow) var(--pc-ease);
  }

  [data-phase='reconnecting'] .remote {
    filter: grayscale(0.7) brightness(0.6);
  }

  header,
  .person,
  .notices,
  footer {
    position: relative;
    z-index: 1;
  }

  .trouble .ways {
    display: flex;
    flex-wrap: wrap;
    gap: var(--pc-2);
  }

  header {
    /* What opens out of it lies over everything else. */
    z-index: 2;
    display: flex;
    align-items: center;
    gap: var(--pc-3);
    padding: var(--pc-3) var(--pc-4);
    min-block-size: 48px;
    text-shadow: 0 1px 3px rgb(0 0 0 / 60%);
  }

  .picture header {
    background: linear-gradient(rgb(10 11 15 / 70%), transparent);
  }

  .name {
    flex: 1;
    min-inline-size: 0;
    font-weight: 600;
    overflow: hidden;
    text-overflow: ellipsis;
    white-space: nowrap;
  }

  .timer {
    font-variant-numeric: tabular-nums;
  }

  .rec {
    display: inline-flex;
    align-items: center;
    gap: 6px;
    padding: 2px 10px;
    border-radius: var(--pc-radius-full);
    background: #b3201f;
    color: #fff;
    font-size: var(--pc-text-xs);
    font-weight: 700;
    letter-spacing: 0.04em;
    text-shadow: none;
    white-space: nowrap;
  }

  .rec::before {
    content: '';
    inline-size: 8px;
    block-size: 8px;
    border-radius: 50%;
    background: currentColor;
    animation: pulse 2s ease-in-out infinite;
  }

  @keyframes pulse {
    50% {
      opacity: 0.35;
    }
  }

  .person {
    display: grid;
    place-content: center;
    justify-items: center;
    gap: var(--pc-3);
    padding: var(--pc-3) var(--pc-4);
    text-align: center;
    min-block-size: 0;
  }

  .avatar {
    display: grid;
    place-items: center;
    inline-size: clamp(64px, 22cqmin, 136px);
    aspect-ratio: 1;
    border-radius: 50%;
    background: var(--stage-2);
    box-shadow: 0 0 0 calc(3px + var(--level, 0) * 14px) color-mix(in srgb, var(--ring) calc(25% + var(--level, 0) * 45%), transparent);
    font-size: clamp(1.4rem, 8cqmin, 2.8rem);
    font-weight: 600;
    transition: box-shadow 120ms linear;
  }

  [data-phase='outgoing'] .avatar,
  [data-phase='connecting'] .avatar {
    animation: wait 1.8s ease-in-out infinite;
  }

  @keyframes wait {
    50% {
      box-shadow: 0 0 0 12px color-mix(in srgb, var(--ring) 22%, transparent);
    }
  }

  .status {
    color: var(--on-stage);
    max-inline-size: 32ch;
    text-wrap: balance;
    word-break: keep-all;
    overflow-wrap: anywhere;
  }

  .picture .status {
    padding: var(--pc-2) var(--pc-4);
    border-radius: var(--pc-radius-full);
    background: rgb(10 11 15 / 72%);
  }

  .aside {
    color: var(--on-stage-2);
    font-size: var(--pc-text-s);
  }

  .picture .aside {
    color: var(--on-stage);
    text-shadow: 0 1px 3px #000;
  }

  .own {
    position: absolute;
    inset-block-end: var(--pc-2);
    inset-inline-end: var(--pc-3);
    inline-size: clamp(84px, 26cqi, 220px);
    aspect-ratio: 4 / 3;
    object-fit: cover;
    transform: scaleX(-1);
    border-radius: 12px;
    background: var(--stage-2);
    box-shadow: 0 4px 16px rgb(0 0 0 / 45%);
    outline: 1px solid rgb(255 255 255 / 25%);
  }

  .guest {
    position: absolute;
    inset-block-start: 0;
    inset-inline-end: var(--pc-3);
    inline-size: clamp(84px, 22cqi, 180px);
    aspect-ratio: 4 / 3;
    object-fit: cover;
    border-radius: 12px;
    background: var(--stage-2);
    box-shadow: 0 4px 16px rgb(0 0 0 / 45%);
    outline: 1px solid rgb(255 255 255 / 25%);
  }

  .sharing {
    display: flex;
    align-items: center;
    gap: var(--pc-2);
    margin: 0 var(--pc-3) var(--pc-2);
    padding: var(--pc-1) var(--pc-1) var(--pc-1) var(--pc-3);
    border-radius: 12px;
    background: #1f4d36;
    color: #eafff3;
    font-size: var(--pc-text-s);
  }

  .sharing span {
    flex: 1;
    min-inline-size: 0;
    word-break: keep-all;
  }

  .sharing svg,
  .go-on svg {
    flex: none;
    inline-size: 20px;
    block-size: 20px;
  }

  .sharing button,
  .go-on {
    min-block-size: 40px;
    padding: 0 var(--pc-3);
    border-radius: 10px;
    background: #fff;
    color: #15171d;
    font-size: var(--pc-text-s);
    font-weight: 600;
  }

  .go-on {
    display: inline-flex;
    align-items: center;
    gap: var(--pc-2);
    min-block-size: 44px;
    border-radius: var(--pc-radius-full);
  }

  .sharing button:focus-visible,
  .go-on:focus-visible {
    outline: 3px solid #fff;
    outline-offset: 3px;
  }

  .sheet {
    position: absolute;
    inset: 0;
    z-index: 3;
  }

  :host(:fullscreen) {
    inline-size: 100vw;
    block-size: 100vh;
  }

  .trouble {
    display: grid;
    gap: var(--pc-2);
    justify-items: start;
    margin: 0 var(--pc-3) var(--pc-2);
    padding: var(--pc-3);
    border-radius: 12px;
    background: #3d3016;
    color: #fbe6b8;
    font-size: var(--pc-text-s);
    word-break: keep-all;
    overflow-wrap: anywhere;
  }

  footer {
    display: flex;
    justify-content: center;
    gap: clamp(2px, 2cqi, 16px);
    padding: var(--pc-3) var(--pc-3) calc(var(--pc-3) + env(safe-area-inset-bottom, 0px));
  }

  .picture footer {
    background: linear-gradient(transparent, rgb(10 11 15 / 78%));
  }

  .control[aria-pressed='false'] span {
    background: #fff;
    color: #15171d;
  }

  .control.end span,
  .control.end:hover span {
    background: #d3352c;
    color: #fff;
  }

  .ended .person {
    gap: var(--pc-4);
  }

  @container call (max-height: 380px) {
    /* What has gone wrong needs the room more than the initials do. */
    .stage:has(.trouble) .avatar,
    .stage:has(.go-on) .avatar,
    .stage.asked .avatar {
      display: none;
    }

    /* And the ways on need it more than the name. */
    .stage:has(.ways) header {
      display: none;
    }

    .notices {
      max-block-size: calc(100cqb - 136px);
      overflow-y: auto;
    }

    .person {
      padding-block: 0;
    }

    .avatar {
      inline-size: 56px;
      font-size: 1.3rem;
    }

  }

  @container call (min-width: 720px) {
    header {
      padding: var(--pc-4) var(--pc-5);
    }

    .own {
      inset-block-end: var(--pc-5);
      inset-inline-end: var(--pc-5);
    }
  }

  @media (forced-colors: active) {
    .control span,
    .rec,
    .avatar {
      border: 1px solid;
    }
  }
`;
