/** What a mail says, before it is text or HTML. Every string in it is plain text. */
export interface Letter {
  subject: string;
  heading: string;
  paragraphs: string[];
  /** What somebody wrote, shown as such. */
  quote?: string;
  button?: { label: string; link: string };
  /** Small print after the button. */
  notes?: string[];
  footer: string;
}

/** What each kind of mail is told. Links are whole addresses; everything else is plain text of whoever wrote it. */
export interface MailValues {
  invitation: { inviter: string; organisation: string; role: string; link: string };
  password_reset: { name: string; link: string; minutes: number };
  agent_notice: { agent: string; visitor: string; preview: string; link: string; site: string };
  /** `link` null: no page of the site is known. */
  visitor_notice: { site: string; preview: string; link: string | null };
  transcript: { site: string; text: string; visitor: string };
  test: { agent: string };
}

/** A kind of mail. */
export type MailKind = keyof MailValues;

/** One language: every kind of mail as a letter. */
export type MailTexts = { [K in MailKind]: (values: MailValues[K]) => Letter };
