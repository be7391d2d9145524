import { html, nothing, type TemplateResult } from 'lit';
import type { Call, Conversation, PageView, Visitor } from '../../protocol/shapes.ts';
import { phoneIcon, videoIcon } from '../../widget/styles/icons.ts';
import { avatar } from '../avatar.ts';
import { personIcon, verifiedIcon } from '../icons.ts';
import { formatRoute } from '../router.ts';
import { ago, duration, fullTime, language, t } from '../texts/texts.ts';
import { spokenName } from './spoken-name.ts';

/** Who it is, and in plain words whether that can be believed. */
export function identity({ id, name, email, verified, externalId }: Visitor): TemplateResult {
  return html`
    <div class="person">${avatar(id, name)}<div><strong>${name}</strong><span class="sub">${email ?? t('noEmail')}</span></div></div>
    <div class="identity ${verified ? 'verified' : ''}">
      ${verified ? verifiedIcon : personIcon}<strong>${verified ? t('verified') : t('unverified')}</strong>
      <span>${verified ? t('verifiedText') : t('unverifiedText')}${verified && externalId ? html` · ${externalId}` : nothing}</span>
    </div>
  `;
}

/** Pages with the newest first. Only addresses of the web become links: a page says of itself what it likes. */
export function pageTrail(pages: readonly PageView[], now: number): TemplateResult {
  return html`
    <ol class="trail">
      ${pages.map(({ url, title, at }) => html`
        <li>
          ${/^https?:\/\//i.test(url) ? html`<a href=${url} target="_blank" rel="noopener noreferrer nofollow" title=${url}>${title || url}</a>` : html`<span title=${url}>${title || url}</span>`}
          <time datetime=${at} title=${fullTime(at)}>${ago(at, now)}</time>
        </li>
      `)}
    </ol>
  `;
}

/** What was answered before the chat, and what the page told. */
export function fields({ fields: all }: Visitor): TemplateResult {
  return html`<dl>${Object.entries(all).map(([name, value]) => html`<dt>${name}</dt><dd>${value}</dd>`)}</dl>`;
}

const KINDS = { desktop: 'deviceDesktop', phone: 'devicePhone', tablet: 'deviceTablet' } as const;

/** Browser, system, language and what time it is where the visitor is. */
export function device({ device: { browser, system, kind, language: spoken, timeZone, screen }, locale, createdAt, lastSeenAt }: Visitor, now: number): TemplateResult {
  const there = timeZone ? timeIn(timeZone, now) : null;
  const row = (name: string, value: unknown) => (value ? html`<dt>${name}</dt><dd>${value}</dd>` : nothing);
  return html`
    <dl>
      ${row(t('deviceKind'), kind ? t(KINDS[kind]) : null)} ${row(t('deviceBrowser'), browser)} ${row(t('deviceSystem'), system)} ${row(t('deviceScreen'), screen)}
      ${row(t('language'), spokenName(spoken ?? locale))} ${row(t('localTime'), there ? `${there} · ${timeZone}` : timeZone)}
      ${row(t('firstSeen'), fullTime(createdAt))} ${row(t('lastSeen'), ago(lastSeenAt, now))}
    </dl>
  `;
}

/** Other conversations of the same visitor. */
export function conversationTrail(conversations: readonly Conversation[], now: number): TemplateResult {
  return html`
    <ul class="trail">
      ${conversations.map(({ id, preview, status, lastMessageAt }) => html`
        <li>
          <a href=${formatRoute('inbox', id)}>${preview?.text || t(status === 'closed' ? 'closed' : 'openConversation')}</a>
          <time datetime=${lastMessageAt} title=${fullTime(lastMessageAt)}>${ago(lastMessageAt, now)}</time>
        </li>
      `)}
    </ul>
  `;
}

/** Calls of the same visitor. */
export function callTrail(calls: readonly Call[], now: number): TemplateResult {
  return html`
    <ul class="trail">
      ${calls.map((call) => html`
        <li>
          <a class="what" href=${formatRoute('history', null, { visitor: call.visitor.id })}>${call.mode === 'video' ? videoIcon : phoneIcon}${length(call)}</a>
          <time datetime=${call.createdAt} title=${fullTime(call.createdAt)}>${ago(call.createdAt, now)}</time>
        </li>
      `)}
    </ul>
  `;
}

function length({ state, answeredAt, endedAt }: Call): string {
  if (state !== 'ended') return t('running');
  if (!answeredAt) return t('callMissed');
  return duration(endedAt ? Date.parse(endedAt) - Date.parse(answeredAt) : 0);
}

function timeIn(timeZone: string, now: number): string | null {
  try {
    return new Intl.DateTimeFormat(language.value, { timeZone, hour: 'numeric', minute: '2-digit' }).format(now);
  } catch {
    // The visitor's browser may name a zone that this one does not know.
    return null;
  }
}
