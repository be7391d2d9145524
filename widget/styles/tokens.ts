import { css } from 'lit';

/**
 * The one design of widget and panel as custom properties. A site overrides the public ones (`--peer-consult-accent`,
 * `--peer-consult-font`, `--peer-consult-radius`, `--peer-consult-z-index`) from outside; the `--pc-*` ones are ours,
 * among them `--pc-own-*`, which accent.ts sets for a site's colour.
 *
 * Spacing is a 4 px scale, type a 1.2 scale around 15 px, contrast ≥ 4.5:1 for text and ≥ 3:1 for controls (WCAG 2.2 AA).
 * Put it on the outermost host; `color-scheme` (set by the `theme` attribute) picks light or dark through `light-dark()`
 * with the plain value before it for browsers that lack it.
 */
export const tokens = css`
  :host {
    color-scheme: light dark;

    --pc-accent: var(--peer-consult-accent, var(--pc-own-accent, light-dark(#3a4fd0, #8f9dff)));
    --pc-on-accent: var(--peer-consult-on-accent, var(--pc-own-on-accent, light-dark(#ffffff, #12162f)));
    --pc-accent-ink: var(--pc-own-ink, var(--pc-accent));
    --pc-accent-soft: var(--pc-own-soft, light-dark(#eceefc, #252b4f));
    --pc-surface: light-dark(#ffffff, #17181c);
    --pc-surface-2: light-dark(#f5f5f8, #1f2127);
    --pc-surface-3: light-dark(#e9e9ef, #2a2d35);
    --pc-line: light-dark(#dcdce4, #363a44);
    --pc-control-line: light-dark(#85858f, #7f8594);
    --pc-text: light-dark(#1a1b20, #f0f1f5);
    --pc-text-2: light-dark(#585a66, #a9adba);
    --pc-danger: light-dark(#b3261e, #ff8f86);
    --pc-on-danger: light-dark(#ffffff, #3b0704);
    --pc-danger-soft: light-dark(#fcebea, #431f1d);
    --pc-good: light-dark(#1a7444, #6fd39c);
    --pc-on-good: light-dark(#ffffff, #06301a);
    --pc-warn: light-dark(#8a5a00, #f1c164);
    --pc-warn-soft: light-dark(#fdf3dd, #3d3016);
    --pc-record: light-dark(#c62828, #ff6b6b);
    --pc-shadow: 0 0 0 1px light-dark(rgb(20 22 40 / 7%), var(--pc-line)), 0 2px 8px rgb(20 22 40 / 8%), 0 16px 44px rgb(20 22 40 / 20%);

    --pc-font: var(--peer-consult-font, 'Pretendard', -apple-system, 'Segoe UI', 'Apple SD Gothic Neo', 'Malgun Gothic', 'Noto Sans', 'Noto Sans CJK KR', 'Noto Sans KR', system-ui, sans-serif, 'Noto Color Emoji');
    --pc-text-xs: 0.75rem;
    --pc-text-s: 0.8125rem;
    --pc-text-m: 0.9375rem;
    --pc-text-l: 1.125rem;
    --pc-text-xl: 1.375rem;
    --pc-leading: 1.5;

    --pc-1: 4px;
    --pc-2: 8px;
    --pc-3: 12px;
    --pc-4: 16px;
    --pc-5: 24px;
    --pc-6: 32px;
    --pc-7: 48px;

    --pc-radius: var(--peer-consult-radius, 14px);
    --pc-radius-s: calc(var(--pc-radius) * 0.6);
    --pc-radius-full: 999px;
    /** The smallest target: WCAG 2.5.8 asks for 24 px, a thumb for 44. */
    --pc-target: 44px;

    --pc-fast: 120ms;
    --pc-slow: 220ms;
    --pc-ease: cubic-bezier(0.2, 0, 0, 1);
  }

  :host([theme='light']) {
    color-scheme: light;
  }

  :host([theme='dark']) {
    color-scheme: dark;
  }
`;
