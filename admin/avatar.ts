import { html, type TemplateResult } from 'lit';

/** A round initial in a colour of its own, so that a person is found again at a glance. Decorative: the name stands beside it. `kind` is a class of the view's own. */
export function avatar(id: string, name: string, kind = ''): TemplateResult {
  let hash = 0;
  for (const letter of id) hash = (hash * 31 + letter.charCodeAt(0)) >>> 0;
  const hue = hash % 360;
  const initial = [...(name.trim() || '?')][0]?.toUpperCase() ?? '?';
  // Through the property, not the attribute: a strict CSP forbids inline styles, but not the CSSOM.
  return html`<span class="avatar ${kind}" aria-hidden="true" .style=${`--pc-avatar: light-dark(hsl(${hue} 65% 90%), hsl(${hue} 30% 28%))`}>${initial}</span>`;
}
