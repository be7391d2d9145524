import { css } from 'lit';

/** The look of a guest's part in a call: the same dark stage in both themes as the call itself. */
export const guestDockStyles = css`
  :host {
    display: block;
    block-size: 100%;
    --stage: #15171d;
    --on-stage: #f3f4f8;
    --on-stage-2: #b4b8c6;
  }

  .stage {
    position: relative;
    display: grid;
    grid-template-rows: auto minmax(0, 1fr) auto auto;
    block-size: 100%;
    min-block-size: 280px;
    overflow: hidden;
    background: radial-gradient(120% 90% at 50% 0%, #2a2f45 0%, var(--stage) 70%);
    color: var(--on-stage);
  }

  header {
    display: flex;
    align-items: center;
    gap: var(--pc-3);
    min-block-size: 48px;
    padding: var(--pc-3) var(--pc-4);
  }

  h2 {
    flex: 1;
    min-inline-size: 0;
    font-size: var(--pc-text-m);
    font-weight: 600;
    line-height: 1.35;
    word-break: keep-all;
    overflow-wrap: anywhere;
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
    white-space: nowrap;
  }

  .middle {
    display: grid;
    align-content: start;
    gap: var(--pc-3);
    min-block-size: 0;
    padding: 0 var(--pc-4) var(--pc-3);
    overflow-y: auto;
  }

  .pictures {
    display: grid;
    gap: var(--pc-2);
  }

  figure {
    position: relative;
    margin: 0;
  }

  figcaption {
    position: absolute;
    inset-block-end: var(--pc-2);
    inset-inline-start: var(--pc-2);
    max-inline-size: calc(100% - 2 * var(--pc-2));
    padding: 2px 10px;
    overflow: hidden;
    border-radius: var(--pc-radius-full);
    background: rgb(10 11 15 / 78%);
    font-size: var(--pc-text-xs);
    text-overflow: ellipsis;
    white-space: nowrap;
  }

  video {
    display: block;
    inline-size: 100%;
    max-block-size: 240px;
    border-radius: 12px;
    background: #000;
    object-fit: contain;
  }

  ul {
    display: grid;
    gap: var(--pc-1);
    margin: 0;
    padding: 0;
    list-style: none;
  }

  li {
    display: flex;
    align-items: center;
    gap: var(--pc-3);
    min-inline-size: 0;
    padding: var(--pc-2) var(--pc-3);
    border-radius: 12px;
    background: rgb(255 255 255 / 7%);
  }

  .avatar {
    display: grid;
    flex: none;
    place-items: center;
    inline-size: 40px;
    block-size: 40px;
    border-radius: 50%;
    background: #3a4060;
    font-size: var(--pc-text-s);
    font-weight: 600;
  }

  .who {
    flex: 1;
    min-inline-size: 0;
    line-height: 1.35;
    overflow-wrap: anywhere;
  }

  .who span,
  .hint {
    display: block;
    color: var(--on-stage-2);
    font-size: var(--pc-text-s);
    word-break: keep-all;
  }

  li svg {
    flex: none;
    inline-size: 20px;
    block-size: 20px;
    color: var(--on-stage-2);
  }

  .status {
    font-size: var(--pc-text-s);
    line-height: 1.45;
    word-break: keep-all;
    overflow-wrap: anywhere;
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
    gap: var(--pc-3);
    padding: var(--pc-3) var(--pc-3) calc(var(--pc-3) + env(safe-area-inset-bottom, 0px));
  }

  .control[aria-pressed='false'] span {
    background: #fff;
    color: #15171d;
  }

  .control[disabled] {
    opacity: 0.6;
  }

  .control.end span,
  .control.end:hover span {
    background: #d3352c;
    color: #fff;
  }

  .sheet {
    position: absolute;
    inset: 0;
    z-index: 3;
  }

  @media (forced-colors: active) {
    .control span,
    .rec,
    li {
      border: 1px solid;
    }
  }
`;
