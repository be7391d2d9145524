import { createTransport } from 'nodemailer';
import { BlockList, isIP } from 'node:net';
import { MailRefused, type MailAddress, type Mailer } from './mailer.ts';

/** How to reach the mail server. */
export interface SmtpOptions {
  host: string;
  port: number;
  /** TLS from the first byte on. Otherwise STARTTLS, when the server offers it. */
  secure: boolean;
  /** No word without TLS. */
  requireTLS: boolean;
  auth: { user: string; pass: string } | undefined;
  tls: { rejectUnauthorized: boolean; servername?: string; ca?: string };
}

// A whole delivery has to be over before the claim on its row is (mail.ts).
const timeouts = { dnsTimeout: 10_000, connectionTimeout: 10_000, greetingTimeout: 10_000, socketTimeout: 20_000 };
const loopback = new BlockList();
loopback.addSubnet('127.0.0.0', 8);
loopback.addAddress('::1', 'ipv6');

/**
 * The options that an SMTP_URL means. A password goes only over an encrypted line, and certificates are checked, except to this
 * machine itself: nobody stands between, and the usual local mail server signs its own certificate.
 */
export function smtpOptions(address: string): SmtpOptions {
  const url = new URL(address);
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const local = host === 'localhost' || (isIP(host) !== 0 && loopback.check(host, isIP(host) === 6 ? 'ipv6' : 'ipv4'));
  const secure = url.protocol === 'smtps:';
  const auth = url.username === '' ? undefined : { user: decodeURIComponent(url.username), pass: decodeURIComponent(url.password) };
  return {
    host, secure, auth, port: url.port === '' ? (secure ? 465 : 587) : Number(url.port),
    requireTLS: auth !== undefined && !local, tls: { rejectUnauthorized: !local },
  };
}

/** Sends by SMTP. Nothing is connected before the first mail. */
export function createSmtpMailer({ options, from }: { options: SmtpOptions; from: MailAddress }): Mailer {
  const transport = createTransport({ ...options, ...timeouts, pool: true, maxConnections: 2, disableFileAccess: true, disableUrlAccess: true });
  return {
    from,
    async send({ messageId, to, subject, text, html, references, unsubscribe, date }) {
      try {
        await transport.sendMail({
          // Addresses as objects: a comma or a bracket in a name or an address is never read as a list.
          from, to: { name: '', address: to }, envelope: { from: from.address, to: [to] },
          messageId: `<${messageId}>`, subject, text, html, date: new Date(date), textEncoding: 'base64',
          ...(references !== null && { references: `<${references}>`, inReplyTo: `<${references}>` }),
          headers: {
            'Auto-Submitted': 'auto-generated', 'X-Auto-Response-Suppress': 'All',
            ...(unsubscribe !== null && { 'List-Unsubscribe': { prepared: true, value: `<${unsubscribe}>` } }),
          },
        });
      } catch (error) {
        const { responseCode = 0, message } = error as Error & { responseCode?: number };
        // 503 says that the session was in a muddle, and an answer to the login is about us and not about this mail.
        const about = (error as { code?: string }).code;
        if (responseCode >= 500 && responseCode !== 503 && about !== 'EAUTH') throw new MailRefused(message, { cause: error });
        throw error;
      }
    },
    close: () => transport.close(),
  };
}
