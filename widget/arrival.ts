import { html, nothing } from 'lit';
import './call/dead-link.ts';
import { readHandoff } from './engine/handoff.ts';
import { takeHandoff } from './engine/handoff-request.ts';
import { isReturning } from './engine/returning.ts';
import { visitorIdentity } from './engine/visitor-identity.ts';
import { createVisitorSession } from './engine/visitor-session.ts';
import type { PeerConsult } from './peer-consult.ts';
import { loadPreflightTexts } from './texts/preflight-texts.ts';

/**
 * Somebody has followed a link out of another browser: takes its secret off the address, becomes the same visitor and opens the chat, with
 * the call that was wanted to be begun by a button. Following the link is the act after which something is stored here.
 */
export async function arrive(element: PeerConsult, site: { server: string; siteKey: string }, locale: string): Promise<void> {
  const handoff = readHandoff(location.hash);
  history.replaceState(history.state, '', `${location.pathname}${location.search}`);
  if (!handoff) return;
  try {
    const { token } = await takeHandoff(site, handoff.token);
    // Whoever wrote here before is somebody else: nothing of theirs may be sent in this one's name.
    if (isReturning(site)) await createVisitorSession({ ...site, locale: () => locale }).forget();
    visitorIdentity({ ...site, locale }).adopt(token);
  } catch {
    return refuse(element, locale);
  }
  if (handoff.call) await element.startCall({ video: handoff.call === 'video', ask: true });
  else element.open();
}

/** The link was worth nothing: says so over the chat, which begins anew. */
async function refuse(element: PeerConsult, locale: string): Promise<void> {
  await loadPreflightTexts(locale);
  const panel = await element.showPanel();
  if (!panel) return;
  const close = (): void => {
    panel.over = nothing;
    void panel.focus();
  };
  panel.over = html`<peer-consult-dead-link .locale=${locale} @pc-dismiss=${close}></peer-consult-dead-link>`;
}
