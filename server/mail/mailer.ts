/** Who a mail comes from: a name, which may be empty, and an address. */
export interface MailAddress {
  name: string;
  address: string;
}

/** A mail as it goes out. Every value may come from a stranger: the adapter has to keep them out of the headers' structure. */
export interface MailMessage {
  /** With the domain, without angle brackets. */
  messageId: string;
  to: string;
  subject: string;
  text: string;
  html: string;
  /** What it belongs to, so that clients show mails of one conversation together; without angle brackets. */
  references: string | null;
  /** Where to switch such mails off. */
  unsubscribe: string | null;
  /** When it was written, ms since the epoch. */
  date: number;
}

/** Hands mails over to a server that sends them. */
export interface Mailer {
  readonly from: MailAddress;
  /** Resolves when the server took the mail. Rejects with `MailRefused` when it never will, with anything else when it may later. */
  send(message: MailMessage): Promise<void>;
  close(): void;
}

/** The mail server said no for good (5xx): trying again would only hear it again. */
export class MailRefused extends Error {
  override name = 'MailRefused';
}
