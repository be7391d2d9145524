import type { Asker, VisitorPrincipal } from '../auth/principal.ts';
import type { Audit } from '../audit/audit.ts';
import type { Chat } from '../chat/chat.ts';
import { requireVisitors } from '../chat/memberships.ts';
import type { ConversationExports } from '../chat/conversation-export.ts';
import type { Clock } from '../clock.ts';
import { problem } from '../errors.ts';
import { settingsOf } from '../sites/site-settings.ts';
import type { Sites } from '../sites/sites.ts';
import type { Row } from '../store/tables.ts';
import type { Mail } from './mail.ts';

/** Conversations by mail, on request. */
export interface Transcripts {
  /**
   * Mails a conversation as its visitor sees it: for the visitor to the address it gives or left, for the team to the visitor's
   * own. Throws `forbidden` where the site sends none, `unprocessable` without an address, and `rate_limited`.
   */
  send(asker: Asker, conversationId: string, email?: string): Promise<{ mailed: boolean }>;
}

/** What transcripts are made of. */
export interface TranscriptsParts {
  chat: Pick<Chat, 'member'>;
  exports: Pick<ConversationExports, 'text'>;
  sites: Pick<Sites, 'byId'>;
  store: { visitor(organisationId: string, id: string): Promise<Pick<Row<'visitors'>, 'id' | 'name' | 'email' | 'locale'> | null> };
  mail: Mail;
  audit: Pick<Audit, 'record'>;
  clock: Clock;
}

const hourMs = 3_600_000;
/** So many an hour go out of one conversation, and so many to one address: nobody's mailbox is filled through us. */
const hourly = 3;
/** A mail is no archive: of a longer conversation the end is sent. */
const longest = 200_000;

/** Makes the use case of transcripts. */
export function createTranscripts({ chat, exports, sites, store, mail, audit, clock }: TranscriptsParts): Transcripts {
  const underWay = new Set<string>();

  return {
    async send(asker, conversationId, email) {
      const facts = await chat.member(asker, conversationId);
      requireVisitors(facts);
      const { organisationId, siteId, visitorId } = facts;
      const [site, visitor] = await Promise.all([sites.byId(organisationId, siteId), store.visitor(organisationId, visitorId)]);
      if (!site || !visitor) throw problem('not_found');
      if (!settingsOf(site.settings).transcripts) throw problem('forbidden', 'This site sends no transcripts.');
      const given = email?.trim() || undefined;
      if (asker.kind !== 'visitor' && given !== undefined && given !== visitor.email) throw problem('unprocessable', 'The team sends transcripts to the visitor\'s own address.');
      const to = given ?? visitor.email;
      if (!to) throw problem('unprocessable', 'There is no address to send it to.');

      const key = `conversation:${conversationId}`;
      // Two at once would both be counted before either is written.
      const busy = [key, to];
      if (busy.some((one) => underWay.has(one))) throw problem('rate_limited', undefined, 1000);
      for (const one of busy) underWay.add(one);
      try {
        for (const about of [{ key }, { recipient: to }]) {
          if (await mail.recent(organisationId, 'transcript', about, hourMs) >= hourly) throw problem('rate_limited', undefined, hourMs / hourly);
        }
        // As the visitor sees it, whoever asks: private notes stay inside.
        const reader: VisitorPrincipal = { kind: 'visitor', id: visitorId, name: visitor.name, organisationId, siteId, expiresAt: clock.now() + hourMs };
        const { text } = await exports.text(reader, conversationId, visitor.locale ?? 'en');
        const sent = await mail.send({
          organisationId, kind: 'transcript', to, key, locale: visitor.locale,
          values: { site: site.name, visitor: visitor.name, text: text.length > longest ? `…\n${text.slice(-longest)}` : text },
        });
        if (asker.kind !== 'visitor') {
          audit.record({
            organisationId, actor: { kind: asker.kind, id: asker.id, name: asker.name }, action: 'conversation.transcript_sent',
            target: { kind: 'conversation', id: conversationId, name: visitor.name },
          });
        }
        return sent;
      } finally {
        for (const one of busy) underWay.delete(one);
      }
    },
  };
}
