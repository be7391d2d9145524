import { css, html, type TemplateResult } from 'lit';
import type { Tag } from '../protocol/shapes.ts';

/** The colours of tags: text on its own soft ground, at least 4.5:1 in both appearances. */
export const tagStyles = css`
  .tag {
    --tag: light-dark(#3f414b, #cdd0da);
    --tag-soft: light-dark(#e9e9ef, #2f323b);
    display: inline-flex;
    align-items: center;
    gap: 5px;
    max-inline-size: 16ch;
    padding: 1px 8px;
    border-radius: var(--pc-radius-full);
    background: var(--tag-soft);
    color: var(--tag);
    font-size: var(--pc-text-xs);
    font-weight: 600;
    line-height: 18px;
    white-space: nowrap;
  }

  .tag > span {
    overflow: hidden;
    text-overflow: ellipsis;
  }

  .tag::before,
  .swatch {
    content: '';
    flex: none;
    inline-size: 6px;
    block-size: 6px;
    border-radius: 50%;
    background: currentColor;
  }

  .swatch {
    inline-size: 10px;
    block-size: 10px;
    color: var(--tag);
  }

  .red {
    --tag: light-dark(#97201a, #ffb3ad);
    --tag-soft: light-dark(#fde7e5, #4a1f1c);
  }

  .orange {
    --tag: light-dark(#863f06, #ffbe85);
    --tag-soft: light-dark(#fdebd9, #46290f);
  }

  .yellow {
    --tag: light-dark(#665000, #f0d674);
    --tag-soft: light-dark(#fbf1c6, #3e340f);
  }

  .green {
    --tag: light-dark(#19613a, #8fe0ad);
    --tag-soft: light-dark(#dff3e4, #173a25);
  }

  .teal {
    --tag: light-dark(#0c5c5b, #7fdedb);
    --tag-soft: light-dark(#d9f2f1, #113a3a);
  }

  .blue {
    --tag: light-dark(#1d4fa3, #a5c8ff);
    --tag-soft: light-dark(#e1ecfd, #1a2f55);
  }

  .purple {
    --tag: light-dark(#5d33a8, #cfb6ff);
    --tag-soft: light-dark(#eee5fd, #33244f);
  }

  .pink {
    --tag: light-dark(#961a5b, #ffb0d6);
    --tag-soft: light-dark(#fde4f0, #48203a);
  }
`;

/** A tag as it stands on a conversation. */
export function tagChip({ name, colour }: Tag): TemplateResult {
  return html`<span class="tag ${colour}" title=${name}><span>${name}</span></span>`;
}

/** A tag's colour alone, beside its name in a list. */
export function tagSwatch({ colour }: Pick<Tag, 'colour'>): TemplateResult {
  return html`<span class="swatch ${colour}" aria-hidden="true"></span>`;
}
