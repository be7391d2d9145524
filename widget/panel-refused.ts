import { html, nothing, type TemplateResult } from 'lit';
import { alertIcon } from './styles/icons.ts';
import type { Texts } from './texts/texts.ts';

/** What stands in the panel when the server will not have this page: kind words for visitors, a hint for the owner. */
export function refusedView(code: string | null, texts: Texts, tryAgain: () => void): TemplateResult {
  const signedOut = code === 'signed_out' || code === 'unauthenticated';
  const owner = code === 'origin_forbidden' || code === 'forbidden' ? texts.refusedOrigin : code === 'not_found' ? texts.refusedKey : texts.refusedServer;
  return html`
    <div class="refused" role="alert">
      ${alertIcon}
      <h3>${texts.refusedTitle}</h3>
      <p>${signedOut ? texts.refusedSession : texts.refusedVisitor}</p>
      <button type="button" class="button" @click=${tryAgain}>${texts.tryAgain}</button>
      ${signedOut ? nothing : html`<div class="owner">${owner}<code>${location.origin} · ${code}</code></div>`}
    </div>
  `;
}
