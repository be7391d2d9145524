import type { MailKind, MailTexts, MailValues } from '../../languages/letters.ts';
import { mail as words } from '../../languages/split/mail.ts';
import type { LanguageTag } from '../../languages/split/tags.ts';
import type { Page } from '../../protocol/http.ts';
import type { Mail as MailOnWire } from '../../protocol/team.ts';
import { rfc3339, type Clock, type Timer } from '../clock.ts';
import { problem } from '../errors.ts';
import { createQueue } from '../jobs/queue.ts';
import { languageOf } from '../languages.ts';
import { pageOf, readCursor } from '../page-cursor.ts';
import { letterHtml, letterText, oneLine, subjectOf } from './letter.ts';
import { MailRefused, type Mailer } from './mailer.ts';
import type { MailRow, MailStore } from './mail.store.ts';

/** A mail to write. */
export interface MailOrder<K extends MailKind> {
  organisationId: string;
  kind: K;
  /** One address. */
  to: string;
  /** The reader's language, as a tag or an Accept-Language header; English where we do not have it. */
  locale: string | null | undefined;
  /** What it is about, e.g. `conversation:<id>`: mails with the same one make a thread, and can be counted. */
  key?: string;
  values: MailValues[K];
}

/** Mail to people: written down first, sent afterwards. */
export interface Mail {
  /** Whether there is a server to send with. */
  readonly configured: boolean;
  /** The address that mails come from; null when none is sent. */
  readonly from: string | null;
  /** Writes a mail down; `mailed`: it is on its way. Without a server to send with, it is kept to be looked at, secrets left out. */
  send<K extends MailKind>(order: MailOrder<K>): Promise<{ mailed: boolean }>;
  /** A mail to the asking agent, to see whether it works. Throws `mail_off`. */
  sendTest(agent: { organisationId: string; id: string }): Promise<MailOnWire>;
  /** What was sent, waits, or would have been sent; newest first. Throws `bad_request` for a cursor that is none. */
  list(organisationId: string, page: { cursor?: string | undefined; limit: number }): Promise<Page<MailOnWire>>;
  /** How many of a kind were written in the last `withinMs`, about `key` or to an address. */
  recent(organisationId: string, kind: MailKind, about: { key: string } | { recipient: string }, withinMs: number): Promise<number>;
  /** When the newest mail of a kind about `key` to an address was written, ms since the epoch; null when there is none. */
  lastAbout(organisationId: string, kind: MailKind, key: string, to: string): Promise<number | null>;
  /** Begins to send, also what an earlier process left. */
  start(): void;
  /** Resolves when nothing that is due is left. */
  idle(): Promise<void>;
  /** Ends sending; what is under way is let out. */
  close(): Promise<void>;
}

const texts: Record<LanguageTag, MailTexts> = words;
/** Their links are keys: whoever has one is in. */
const secretKinds: readonly MailKind[] = ['invitation', 'password_reset'];
/** How long after each failure it is tried again, ms; after the last one no more. */
const backoffMs = [1, 5, 30, 120, 480].map((minutes) => minutes * 60_000);
// Longer than every timeout of the mailer together.
const claimMs = 120_000;
const keptMs = 30 * 24 * 3_600_000;
const purgeEveryMs = 3_600_000;
const address = /^[^\s@,;:<>()[\]\\"\u0000-\u001f\u007f]{1,64}@[^\s@,;:<>()[\]\\"\u0000-\u001f\u007f]{1,190}$/;

/** Makes the use cases of mail. `mailer` null: nothing is sent. `ownOrigins`: where links into the panel may lead. */
export function createMail({ store, mailer, clock, ownOrigins, failed }: {
  store: MailStore; mailer: Mailer | null; clock: Clock; ownOrigins: () => readonly string[]; failed: (error: unknown, what: string) => void;
}): Mail {
  const domain = mailer?.from.address.split('@').at(-1) ?? '';
  let purging: Timer | null = null;

  const work = async (row: MailRow) => {
    const give = (state: 'sent' | 'failed', error: string | null) => store.end(row, state, clock.now(), error);
    if (row.text === null || row.html === null) return give('failed', 'The mail is empty.');
    try {
      await mailer!.send({
        messageId: `${row.id}@${domain}`, to: row.recipient, subject: row.subject, text: row.text, html: row.html, date: row.createdAt,
        references: row.key === null ? null : `${row.key.replace(/[^\w.-]/g, '.')}@${domain}`,
        unsubscribe: row.kind === 'agent_notice' ? `${ownOrigins()[0]}/admin/#/settings/account` : null,
      });
    } catch (error) {
      const sentence = error instanceof Error ? error.message.slice(0, 500) : String(error);
      const wait = backoffMs[row.attempts - 1];
      if (error instanceof MailRefused || wait === undefined) return give('failed', sentence);
      return store.retry(row, clock.now() + wait, sentence);
    }
    return give('sent', null);
  };
  const queue = createQueue<MailRow>({ store, work, clock, failed, name: 'mail', parallel: 2, claimMs });

  const write = async <K extends MailKind>({ organisationId, kind, to, locale, key, values }: MailOrder<K>): Promise<MailOnWire> => {
    checkLink(kind, 'link' in values ? values.link : null, ownOrigins());
    const language = languageOf(locale ?? undefined);
    const letter = texts[language][kind](withNamesInLine(values));
    const secret = secretKinds.includes(kind);
    const reachable = address.test(to);
    const state = mailer === null ? 'unsent' : reachable ? 'waiting' : 'failed';
    const keep = state === 'waiting' || !secret;
    const now = clock.now();
    const row: MailRow = {
      id: clock.id(), organisationId, kind, key: key ?? null, recipient: to.slice(0, 254), subject: subjectOf(letter), secret, state, attempts: 0,
      text: keep ? letterText(letter) : null, html: keep ? letterHtml(letter, language) : null, nextAt: state === 'waiting' ? now : null,
      claimedBy: null, claimedUntil: null, error: state === 'failed' ? 'No mail can be sent to such an address.' : null, createdAt: now,
      endedAt: state === 'waiting' ? null : now,
    };
    await store.insert(row);
    if (state === 'waiting') queue.kick();
    return mailOnWire(row);
  };
  const purge = () => void store.purge(clock.now() - keptMs).catch((error: unknown) => failed(error, 'mail'));

  return {
    configured: mailer !== null,
    from: mailer?.from.address ?? null,
    send: async (order) => ({ mailed: (await write(order)).state === 'waiting' }),
    async sendTest({ organisationId, id }) {
      if (!mailer) throw problem('mail_off');
      const agent = await store.agent(organisationId, id);
      if (!agent) throw problem('not_found');
      const { locale } = agent.settings ?? {};
      return write({ organisationId, kind: 'test', to: agent.email, locale: typeof locale === 'string' ? locale : null, values: { agent: agent.name } });
    },
    async list(organisationId, { cursor, limit }) {
      const found = await store.list(organisationId, readCursor(cursor)?.id, limit + 1);
      const { rows, next } = pageOf(found, limit, ({ createdAt, id }) => ({ at: createdAt, id }));
      return { items: rows.map(mailOnWire), next };
    },
    recent: (organisationId, kind, about, withinMs) => store.countSince(organisationId, kind, about, clock.now() - withinMs),
    lastAbout: (organisationId, kind, key, to) => store.lastAbout(organisationId, kind, key, to),
    start() {
      purge();
      purging = clock.every(purgeEveryMs, purge);
      // Without a mailer, what an earlier one left waits until there is one again.
      if (mailer) queue.start();
    },
    idle: () => queue.idle(),
    async close() {
      purging?.cancel();
      await queue.close();
    },
  };
}

/** A link into the panel has to lead to us: whoever could choose the host would be sent the secret. */
function checkLink(kind: MailKind, link: string | null, ownOrigins: readonly string[]): void {
  if (link === null) return;
  const url = new URL(link);
  if (!/^https?:$/.test(url.protocol)) throw new Error('A mail links to web addresses only.');
  if (kind !== 'visitor_notice' && !ownOrigins.includes(url.origin)) throw new Error(`A mail of the kind ${kind} links only to our own pages.`);
}

/** What somebody wrote keeps its lines, and a link is one; of all else only a line gets into a letter, a visitor's name no longer than a subject can hold. */
function withNamesInLine<V extends object>(values: V): V {
  return Object.fromEntries(Object.entries(values).map(([name, value]: [string, unknown]) =>
    [name, typeof value !== 'string' || ['link', 'preview', 'text'].includes(name) ? value : oneLine(value, name === 'visitor' ? 60 : 120)])) as V;
}

function mailOnWire({ id, kind, recipient, subject, text, secret, state, attempts, error, createdAt, endedAt }: MailRow): MailOnWire {
  return {
    id, kind, recipient, subject, text: secret ? null : text, state, attempts, error, createdAt: rfc3339(createdAt),
    endedAt: endedAt === null ? null : rfc3339(endedAt),
  };
}
