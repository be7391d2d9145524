import { css } from 'lit';

/** Where the element stands on its page, and what of the page it keeps out. */
export const placement = css`
  :host {
    /* Nothing of the page's own type and spacing gets in by inheritance. */
    all: initial;
    color-scheme: light dark;
    position: fixed;
    inset-block-end: max(20px, env(safe-area-inset-bottom));
    inset-inline-end: max(20px, env(safe-area-inset-right));
    z-index: var(--peer-consult-z-index, 2147483000);
    display: block;
    font-family: var(--pc-font);
    /* In px: a page may give its root any font size, and the chat is not part of its layout. */
    --pc-text-xs: 12px;
    --pc-text-s: 13px;
    --pc-text-m: 15px;
    --pc-text-l: 18px;
    --pc-text-xl: 22px;
  }

  :host([light]),
  :host([theme='light']) {
    color-scheme: light;
  }

  :host([dark]),
  :host([theme='dark']) {
    color-scheme: dark;
  }

  :host([theme='auto']) {
    color-scheme: light dark;
  }

  :host([theme='light']) {
    color-scheme: light;
  }

  :host([at-left]:not([position], [full])) {
    inset: auto auto max(20px, env(safe-area-inset-bottom)) max(20px, env(safe-area-inset-left));
  }

  :host([position='start']) {
    inset-inline: max(20px, env(safe-area-inset-left)) auto;
  }

  :host([position='left']) {
    inset: auto auto max(20px, env(safe-area-inset-bottom)) max(20px, env(safe-area-inset-left));
  }

  :host([position='right']) {
    inset: auto max(20px, env(safe-area-inset-right)) max(20px, env(safe-area-inset-bottom)) auto;
  }

  :host([full]) {
    inset: var(--top, 0) 0 auto 0;
    block-size: var(--height, 100dvh);
  }

  :host([hidden]),
  [hidden] {
    display: none !important;
  }

  peer-consult-panel[full] {
    block-size: 100%;
  }

  @media print {
    :host {
      display: none !important;
    }
  }
`;
