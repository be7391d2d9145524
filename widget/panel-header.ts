import { html, nothing, type TemplateResult } from 'lit';
import type { CallMode } from '../protocol/shapes.ts';
import { initialOf } from './chat/message.ts';
import { isAnswering } from './chat/opening.ts';
import type { SessionState } from './engine/session-state.ts';
import { closeIcon, phoneIcon, videoIcon } from './styles/icons.ts';
import type { Texts } from './texts/texts.ts';

/** What the panel's head shows. */
export interface HeaderOptions {
  state: SessionState;
  texts: Texts;
  /** The site's picture; null: the first letter of its name. */
  picture: string | null;
  /** Whether this page can make calls at all. */
  callable: boolean;
  /** Whether there is a conversation that the visitor may end. */
  endable: boolean;
}

/** The panel's head: whom one talks to, whether somebody is there, and the ways to call. */
export function headerView({ state, texts, picture, callable, endable }: HeaderOptions, on: { call(mode: CallMode): void; end(): void; close(): void; lostPicture(): void }): TemplateResult {
  const { site, link, call } = state;
  const name = site?.name ?? '';
  const busy = call !== null || link !== 'online';
  const button = (mode: CallMode, action: string, words: string, sign: TemplateResult): TemplateResult => html`
    <button type="button" class="icon-button" part="call-button" data-action=${action} aria-label=${words} title=${words} ?disabled=${busy} @click=${() => on.call(mode)}>${sign}</button>
  `;
  return html`
    <header part="header">
      ${picture
        ? html`<img class="mark" src=${picture} alt="" @error=${on.lostPicture} />`
        : name
          ? html`<div class="mark" aria-hidden="true">${initialOf(name)}</div>`
          : nothing}
      <div class="who">
        ${name ? html`<h2>${name}</h2>` : nothing}
        ${link === 'refused' ? nothing : presenceView(state, texts)}
      </div>
      ${callable && link !== 'refused'
        ? html`${site?.calls.audio === false ? nothing : button('audio', 'voice-call', texts.startVoice, phoneIcon)}
          ${site?.calls.video === false ? nothing : button('video', 'video-call', texts.startVideo, videoIcon)}`
        : nothing}
      ${endable ? html`<peer-consult-end-chat .texts=${texts} @end=${on.end}></peer-consult-end-chat>` : nothing}
      <button type="button" class="icon-button" part="close" data-action="close" aria-label=${texts.close} title=${texts.close} @click=${on.close}>${closeIcon}</button>
    </header>
  `;
}

/** Whether somebody is there, in the site's own words where it has some for that. */
function presenceView({ site, presence }: SessionState, texts: Texts): TemplateResult | typeof nothing {
  const own = site?.statusText ?? '';
  if (!presence) return own ? html`<p class="status-text"><span>${own}</span></p>` : nothing;
  // Somebody may be there out of hours; what is promised is the hours.
  if (!isAnswering({ site, presence })) return html`<p class="presence"><span>${texts.teamOffline}</span></p>`;
  return html`<p class="presence online">${own ? html`<span class="hush">${texts.teamOnline}. </span><span title=${own}>${own}</span>` : html`<span>${texts.teamOnline}</span>`}</p>`;
}
