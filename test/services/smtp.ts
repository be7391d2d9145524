import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { SMTPServer } from 'smtp-server';

/** A mail as it arrived, read apart. Header names are in lower case. */
export interface ReceivedMail {
  /** Who the server was told it goes to, which no header can change. */
  recipients: string[];
  sender: string;
  /** As they stood, unfolded; a name that came twice has two entries. */
  headers: [name: string, value: string][];
  /** The first header of the name, with encoded words read. */
  header(name: string): string | undefined;
  text: string;
  html: string;
  /** Whether the line was encrypted, and who had signed in. */
  encrypted: boolean;
  user: string | null;
}

/** A mail server on loopback that keeps what it gets. */
export interface SmtpService {
  port: number;
  mails: ReceivedMail[];
  /** Answers every mail with this from now on; null: takes them. */
  refuse(code: number | null): void;
  stop(): Promise<void>;
}

/** Starts a mail server. `user`: nobody may send who has not signed in. `tls`: from the first byte on, or by STARTTLS, or none. */
export async function startSmtp({ user, tls = 'starttls' }: { user?: { name: string; password: string }; tls?: 'starttls' | 'always' | 'none' } = {}): Promise<SmtpService> {
  const mails: ReceivedMail[] = [];
  let refusal: number | null = null;
  const server = new SMTPServer({
    secure: tls === 'always', authOptional: user === undefined, logger: false, closeTimeout: 500,
    disabledCommands: [...(user ? [] : ['AUTH' as const]), ...(tls === 'starttls' ? [] : ['STARTTLS' as const])],
    onAuth({ username, password }, _session, done) {
      if (username === user?.name && password === user?.password) done(null, { user: username });
      else done(new Error('Wrong password'));
    },
    onData(stream, { envelope, secure, user: signedIn }, done) {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => void chunks.push(chunk));
      stream.on('end', () => {
        if (refusal !== null) return done(Object.assign(new Error('Not now'), { responseCode: refusal }));
        mails.push({
          ...readMail(Buffer.concat(chunks).toString('latin1')), encrypted: secure, user: typeof signedIn === 'string' ? signedIn : null,
          sender: envelope.mailFrom ? envelope.mailFrom.address : '', recipients: envelope.rcptTo.map(({ address }) => address),
        });
        done();
      });
    },
  });
  server.on('error', () => {}); // a client that trusts no certificate hangs up
  server.listen(0, '127.0.0.1');
  await once(server.server, 'listening');
  return {
    port: (server.server.address() as AddressInfo).port, mails,
    refuse: (code) => void (refusal = code),
    stop: () => new Promise((resolve) => void server.close(() => resolve())),
  };
}

interface Part {
  headers: [string, string][];
  body: string;
}

function readMail(raw: string): Pick<ReceivedMail, 'headers' | 'header' | 'text' | 'html'> {
  const whole = readPart(raw);
  const parts = partsOf(whole);
  const body = (type: string) => parts.filter((part) => field(part, 'content-type')?.startsWith(type)).map(textOf).join('');
  return {
    headers: whole.headers,
    header: (name) => {
      const value = field(whole, name);
      return value === undefined ? undefined : words(value);
    },
    text: body('text/plain'), html: body('text/html'),
  };
}

function readPart(raw: string): Part {
  const end = raw.indexOf('\r\n\r\n');
  const head = end < 0 ? raw : raw.slice(0, end);
  const headers = head.replace(/\r\n[ \t]+/g, ' ').split('\r\n').map((line): [string, string] => {
    const colon = line.indexOf(':');
    return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
  });
  return { headers, body: end < 0 ? '' : raw.slice(end + 4) };
}

const field = ({ headers }: Part, name: string) => headers.find(([one]) => one === name)?.[1];

function partsOf(part: Part): Part[] {
  const boundary = /^multipart\/.*boundary="?([^";]+)"?/.exec(field(part, 'content-type') ?? '')?.[1];
  if (boundary === undefined) return [part];
  return part.body.split(`--${boundary}`).slice(1, -1).flatMap((raw) => partsOf(readPart(raw.replace(/^\r\n/, ''))));
}

function textOf(part: Part): string {
  const encoding = field(part, 'content-transfer-encoding')?.toLowerCase();
  const bytes = encoding === 'base64' ? Buffer.from(part.body, 'base64') : Buffer.from(encoding === 'quoted-printable' ? quoted(part.body) : part.body, 'latin1');
  return bytes.toString('utf8').replaceAll('\r\n', '\n');
}

const quoted = (text: string) => text.replace(/=\r\n/g, '').replace(/=([0-9A-F]{2})/gi, (_, hex: string) => String.fromCharCode(parseInt(hex, 16)));

/** RFC 2047; neighbouring words are one text whose characters may be cut between them. */
function words(value: string): string {
  return value.replace(/(=\?utf-8\?[bq]\?[^?]*\?=)(?:\s+=\?utf-8\?[bq]\?[^?]*\?=)*/gi, (run) => Buffer.concat(run.split(/\s+/).map((word) => {
    const [, encoding, text = ''] = /^=\?utf-8\?([bq])\?([^?]*)\?=$/i.exec(word)!;
    return encoding!.toLowerCase() === 'b' ? Buffer.from(text, 'base64') : Buffer.from(quoted(text.replaceAll('_', ' ')), 'latin1');
  })).toString('utf8'));
}
