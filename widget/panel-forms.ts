import { html, nothing, type TemplateResult } from 'lit';
import type { Conversation } from '../protocol/shapes.ts';
import { isAnswering } from './chat/opening.ts';
import type { SessionState } from './engine/session-state.ts';
import type { VisitorSession } from './engine/visitor-session.ts';
import type { FormTexts } from './texts/form-texts.ts';
import type { Texts } from './texts/texts.ts';

/** What the chat wants of a visitor besides messages at this moment. */
export interface FormNeeds {
  /** The questions before the first message. */
  before: boolean;
  /** Where an answer may be sent to: nobody is there. */
  email: boolean;
  /** What follows a closed conversation. */
  after: boolean;
}

/** Which forms are to be shown. `id`: the conversation on screen, '' = there is none. */
export function formNeeds(session: VisitorSession, state: SessionState, id: string): FormNeeds {
  const { site, self, contactKnown, threads, conversations } = state;
  const none = { before: false, email: false, after: false };
  if (!site || !self) return none;
  const conversation = conversations.find((known) => known.id === id);
  const lines = threads.get(id)?.lines ?? [];
  const closed = conversation?.status === 'closed';
  const known = contactKnown || session.identified;
  const asksEmail = site.preChat.some(({ key, required }) => key === 'email' && required);
  return {
    before: site.preChat.length > 0 && !known && id === '' && lines.length === 0,
    email:
      site.offline.enabled && site.offline.askEmail && !session.emailAsked && !session.identified && !(contactKnown && asksEmail) && !closed &&
      !isAnswering(state) && lines.some(({ author, seq }) => author.kind === 'visitor' && seq !== null),
    after: closed && (site.rating || site.transcripts),
  };
}

/** A link that leads where the owner said, if that is a place on the web (threats.md S10). */
export function privacyLink(url: string, words: string): TemplateResult | typeof nothing {
  if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol)) return nothing;
  return html`<a class="privacy" href=${url} target="_blank" rel="noopener nofollow">${words}</a>`;
}

/** The questions before the first message. */
export const beforeView = (session: VisitorSession, state: SessionState, t: FormTexts, language: string, done: () => void): TemplateResult => html`
  <peer-consult-contact-form data-form="before" .fields=${state.site?.preChat ?? []} .locale=${language} .heading=${t.preChatTitle} .hint=${t.preChatText} .action=${t.start}
    .deliver=${session.contact} @done=${done}>${privacyLink(state.site?.privacyUrl ?? '', t.privacy)}</peer-consult-contact-form>
`;

const EMAIL = { key: 'email', kind: 'email', required: true, choices: [] } as const;

/** The one question while nobody is there. */
export const emailView = (session: VisitorSession, t: FormTexts, language: string, over: (email: string) => void): TemplateResult => html`
  <peer-consult-contact-form data-form="email" class="card" .fields=${[{ ...EMAIL, label: t.email }]} .locale=${language} .heading=${t.emailTitle} .hint=${t.emailText} .action=${t.emailSave}
    .skippable=${t.skip} .deliver=${session.contact} @done=${({ detail }: CustomEvent<{ contact: { email?: string } }>) => over(detail.contact.email ?? '')} @skip=${() => over('')}
  ></peer-consult-contact-form>
`;

/** What follows a closed conversation. */
export const afterView = (session: VisitorSession, { site }: SessionState, conversation: Conversation, language: string): TemplateResult => html`
  <peer-consult-afterwards class="card" .conversationId=${conversation.id} .locale=${language} .rating=${conversation.rating}
    .rate=${site?.rating ? (rating: { score: number; comment?: string }) => session.rate(conversation.id, rating) : null}
    .transcript=${site?.transcripts ? (email: string) => session.transcript(conversation.id, email) : null}
  ></peer-consult-afterwards>
`;

/** Who ended a conversation, in words. */
export function closedWords({ closedBy }: Conversation, selfId: string | undefined, texts: Texts): string {
  if (!closedBy) return texts.conversationClosed;
  if (closedBy.kind === 'system') return texts.closedByTime;
  if (closedBy.kind === 'visitor' || closedBy.id === selfId) return texts.closedByYou;
  return closedBy.name ? texts.closedBySomeone(closedBy.name) : texts.conversationClosed;
}
