import { html, nothing, type TemplateResult } from 'lit';
import type { CallTrouble, CallView } from '../engine/call/call-engine.ts';
import { browserName, inAppBrowser } from '../engine/in-app-browser.ts';
import { callTexts } from '../texts/call-texts.ts';
import { preflightTexts, type PreflightTexts } from '../texts/preflight-texts.ts';
import type { CallSide } from './call-words.ts';

/** A way on from what keeps a call from ringing: once more, without an own microphone, in another browser. The chat is always there. */
export type Way = 'again' | 'listen' | 'elsewhere';

const WAYS: Partial<Record<CallTrouble, readonly Way[]>> = {
  permission_denied: ['again', 'listen'],
  permission_dismissed: ['again', 'listen'],
  no_microphone: ['again', 'listen', 'elsewhere'],
  device_in_use: ['again', 'listen'],
  not_supported: ['elsewhere'],
  not_allowed_here: ['listen', 'elsewhere'],
  offline: ['again'],
  refused: ['again'],
  no_route: ['again'],
};

/** The ways on from a trouble. `able`: somebody is there who tries again. `userAgent`: an app whose browser refuses the microphone is better left. */
export function waysOn(trouble: CallTrouble, { side, outgoing = true, able = true, userAgent = navigator.userAgent }: { side: CallSide; outgoing?: boolean; able?: boolean; userAgent?: string }): readonly Way[] {
  const ways = WAYS[trouble] ?? [];
  const listening = ways.includes('listen');
  const inside = trouble === 'permission_denied' && inAppBrowser(userAgent) !== null;
  return [...ways, ...(inside ? ['elsewhere' as const] : [])].filter((way) => {
    // Only a visitor has a conversation to hand over; and a call that rang here and was answered cannot be answered twice.
    if (way === 'elsewhere') return side === 'visitor';
    return able && (way !== 'again' || outgoing || listening);
  });
}

/** What has happened and what helps, in one or two sentences, for this very browser. */
export function troubleWords(trouble: CallTrouble, locale: string, { userAgent = navigator.userAgent, maxTouchPoints = navigator.maxTouchPoints }: { userAgent?: string; maxTouchPoints?: number } = {}): string {
  const texts = preflightTexts(locale);
  const inside = inAppBrowser(userAgent);
  if (inside && (trouble === 'not_supported' || trouble === 'permission_denied')) return texts.noCalls(appName(inside.name, texts));
  if (trouble === 'permission_denied') return texts.blocked[browserName(userAgent, maxTouchPoints)];
  return callTexts(locale).trouble[trouble];
}

/** What people call an app; null: we do not know which one it is. */
export function appName(name: NonNullable<ReturnType<typeof inAppBrowser>>['name'], texts: PreflightTexts): string | null {
  return name === 'other' ? null : texts.apps[name];
}

/** The buttons of the ways on, the first one strong. */
export function waysView(ways: readonly Way[], texts: PreflightTexts, take: (way: Way) => void): TemplateResult | typeof nothing {
  if (ways.length === 0) return nothing;
  return html`${ways.map((way, at) => html`<button type="button" class="button ${at === 0 ? 'primary' : ''}" data-action=${way} @click=${() => take(way)}>${texts[way]}</button>`)}`;
}

/** What a call that is over says of its trouble, with the ways on. */
export function troubleView(view: CallView, { side, locale, able }: { side: CallSide; locale: string; able: boolean }, take: (way: Way) => void): TemplateResult {
  const ways = view.phase === 'ended' && view.trouble ? waysOn(view.trouble, { side, outgoing: view.outgoing, able }) : [];
  return html`${view.trouble ? troubleWords(view.trouble, locale) : nothing}${ways.length > 0 ? html`<div class="ways">${waysView(ways, preflightTexts(locale), take)}</div>` : nothing}`;
}
