import fc from 'fast-check';
import t, { type Test } from 'tap';
import { startSmtp, type SmtpService } from '../../test/services/smtp.ts';
import { eachEngine } from '../testing/each-engine.ts';
import { fakeClock } from '../testing/fake-clock.ts';
import type { Database } from '../store/database.ts';
import { openSqlite } from '../store/open-sqlite.ts';
import { cut, letterHtml, letterText, oneLine, subjectOf } from './letter.ts';
import { createMail } from './mail.ts';
import { createMailStore } from './mail.store.ts';
import { createSmtpMailer, smtpOptions } from './mailer.smtp.ts';
import { MailRefused, type Mailer } from './mailer.ts';
import { mail as en } from '../../languages/split/en-mail.ts';
import { mail as ko } from '../../languages/split/ko-mail.ts';
import type { MailKind, MailValues } from '../../languages/letters.ts';

const origin = 'https://consult.example';
const from = { name: 'Example Consult', address: 'consult@mail.example' };
const values = (text: string): MailValues => ({
  invitation: { inviter: text, organisation: text, role: 'agent', link: `${origin}/admin/#/invitation?token=the-secret` },
  password_reset: { name: text, link: `${origin}/admin/#/reset?token=the-secret`, minutes: 30 },
  agent_notice: { agent: text, visitor: text, preview: text, link: `${origin}/admin/#/inbox/1`, site: text },
  visitor_notice: { site: text, preview: text, link: 'https://shop.example/page?a=1&b="2"' },
  transcript: { site: text, text, visitor: text },
  test: { agent: text },
});
const kinds = Object.keys(values('x')) as MailKind[];

function makeMail(database: Database, mailer: Mailer | null, clock = fakeClock()) {
  const failures: unknown[] = [];
  const mail = createMail({ store: createMailStore(database), mailer, clock, ownOrigins: () => [origin], failed: (error) => void failures.push(error) });
  const send = <K extends MailKind>(kind: K, more: { to?: string; text?: string; locale?: string; key?: string } = {}) => mail.send({
    organisationId: 'org', kind, to: more.to ?? 'kim@example.com', locale: more.locale ?? 'en', ...(more.key && { key: more.key }), values: values(more.text ?? 'Kim')[kind],
  });
  const rows = () => database.q.select().from(database.tables.mails).orderBy(database.tables.mails.id);
  return { mail, clock, failures, send, rows };
}

async function smtpMailer(t: Test, service: SmtpService, url = `smtp://127.0.0.1:${service.port}`): Promise<Mailer> {
  const mailer = createSmtpMailer({ options: smtpOptions(url), from });
  t.teardown(async () => {
    mailer.close();
    await service.stop();
  });
  return mailer;
}

async function memory(t: Test): Promise<Database> {
  const database = await openSqlite({ file: ':memory:' });
  t.teardown(() => database.close());
  return database;
}

t.test('[Q1] [Q2] every kind of mail arrives at a real mail server, as text and HTML, in both languages', async (t) => {
  const smtp = await startSmtp();
  const { mail, send, rows, failures } = makeMail(await memory(t), await smtpMailer(t, smtp));
  mail.start();
  for (const locale of ['en-GB', 'ko-KR']) for (const kind of kinds) t.same(await send(kind, { locale, text: '김 <b>Kim</b> & "co"' }), { mailed: true });
  await mail.idle();
  t.same(failures, []);
  t.same((await rows()).map(({ state, error }) => [state, error]), Array(2 * kinds.length).fill(['sent', null]));
  t.equal(smtp.mails.length, 2 * kinds.length);
  for (const received of smtp.mails) {
    t.match(received, { recipients: ['kim@example.com'], sender: from.address, encrypted: true });
    t.equal(received.header('from'), 'Example Consult <consult@mail.example>');
    t.equal(received.header('to'), 'kim@example.com');
    t.equal(received.header('auto-submitted'), 'auto-generated');
    t.match(received.header('message-id'), /^<[0-9a-f-]{36}@mail\.example>$/);
    t.equal(Date.parse(received.header('date')!), Date.UTC(2026, 0, 1), 'the time it was written');
    t.match(received.header('content-type'), /^multipart\/alternative/);
    t.notMatch(received.html, /<b>|<img|<table|<script|src=|@import|url\(/, 'nothing of a name is markup, and nothing is loaded');
    t.match(received.html, /<html lang="(en|ko)">[^]*color-scheme[^]*prefers-color-scheme:dark/);
  }
  const subjects = smtp.mails.map((received) => received.header('subject'));
  t.equal(new Set(subjects).size, subjects.length);
  t.ok(subjects.includes('김 <b>Kim</b> & "co" 님이 김 <b>Kim</b> & "co"에 초대했습니다'), 'encoded words are whole again');
  const notice = smtp.mails.find((received) => received.header('subject')?.includes('is waiting on'))!;
  t.match(notice.text, /^김 <b>Kim<\/b> & "co" is waiting for an answer\n\n[^]*\n> 김 <b>Kim<\/b> & "co"\n\nOpen the conversation:\nhttps:\/\/consult\.example\/admin\/#\/inbox\/1\n/);
  t.match(notice.html, /<blockquote[^>]*>김 &lt;b&gt;Kim&lt;\/b&gt; &amp; &quot;co&quot;<\/blockquote>/);
  t.equal(notice.header('list-unsubscribe'), '<https://consult.example/admin/#/settings/account>');
  t.equal(smtp.mails.find((received) => received.html.includes('shop.example'))!.header('list-unsubscribe'), undefined);
  t.match(smtp.mails.find((received) => received.html.includes('shop.example'))!.html, /href="https:\/\/shop\.example\/page\?a=1&amp;b=&quot;2&quot;"/);
});

t.test('[Q1] mails about one conversation make a thread', async (t) => {
  const smtp = await startSmtp({ tls: 'none' });
  const { mail, send } = makeMail(await memory(t), await smtpMailer(t, smtp));
  mail.start();
  for (const key of ['conversation:a1', 'conversation:a1', 'conversation:b2']) await send('agent_notice', { key });
  await mail.idle();
  t.same(smtp.mails.map((received) => received.header('references')).sort(), ['<conversation.a1@mail.example>', '<conversation.a1@mail.example>', '<conversation.b2@mail.example>']);
  t.equal(new Set(smtp.mails.map((received) => received.header('message-id'))).size, 3);
  t.notOk(smtp.mails[0]!.encrypted);
});

t.test('[Q2] user and password, over STARTTLS and over TLS; a wrong password is tried again later', async (t) => {
  const user = { name: 'me@example.com', password: 'p@ss/word' };
  for (const tls of ['starttls', 'always'] as const) {
    const smtp = await startSmtp({ user, tls });
    const scheme = tls === 'always' ? 'smtps' : 'smtp';
    const { mail, send } = makeMail(await memory(t), await smtpMailer(t, smtp, `${scheme}://me%40example.com:p%40ss%2Fword@127.0.0.1:${smtp.port}`));
    mail.start();
    await send('test');
    await mail.idle();
    t.match(smtp.mails, [{ encrypted: true, user: 'me@example.com' }], tls);
  }
  const smtp = await startSmtp({ user });
  const { mail, send, rows } = makeMail(await memory(t), await smtpMailer(t, smtp, `smtp://me:wrong@127.0.0.1:${smtp.port}`));
  mail.start();
  await send('test');
  await mail.idle();
  t.match(await rows(), [{ state: 'waiting', attempts: 1, error: /Wrong password|Invalid login/ }], 'the password is ours to mend, so the mail waits');
  t.equal(smtp.mails.length, 0);

  t.match(smtpOptions('smtp://u:p@mail.example.com'), { host: 'mail.example.com', port: 587, secure: false, requireTLS: true, tls: { rejectUnauthorized: true } }, 'no password without TLS, no TLS without a good certificate');
  t.match(smtpOptions('smtps://mail.example.com'), { port: 465, secure: true, auth: undefined, requireTLS: false, tls: { rejectUnauthorized: true } });
  t.match(smtpOptions('smtp://127.0.0.2.example.com:25'), { port: 25, tls: { rejectUnauthorized: true } });
  for (const local of ['127.0.0.1', 'localhost', '[::1]']) t.match(smtpOptions(`smtp://u:p@${local}:2525`), { requireTLS: false, port: 2525, tls: { rejectUnauthorized: false } }, local);
  const strict = createSmtpMailer({ options: { ...smtpOptions(`smtp://127.0.0.1:${smtp.port}`), tls: { rejectUnauthorized: true } }, from });
  await t.rejects(strict.send({ messageId: 'a@b', to: 'a@b.example', subject: 's', text: 't', html: 'h', references: null, unsubscribe: null, date: 0 }), /self.signed|certificate/i, 'a certificate that nobody vouches for');
  strict.close();
});

t.test('[Q2] backoff: 1, 5, 30 minutes, 2 and 8 hours, then given up; a permanent answer ends it at once', async (t) => {
  await eachEngine(t, async (t, open) => {
    let answer: 'later' | 'never' | 'yes' = 'later';
    const sent: string[] = [];
    const mailer: Mailer = {
      from, close: () => {},
      async send({ messageId }) {
        sent.push(messageId);
        if (answer === 'yes') return;
        throw answer === 'never' ? new MailRefused('550 no such user') : new Error('421 come back');
      },
    };
    const { mail, clock, send, rows, failures } = makeMail(await open(), mailer);
    mail.start();
    await send('invitation');
    await mail.idle();
    const waits = [60_000, 300_000, 1_800_000, 7_200_000, 28_800_000];
    for (const [index, wait] of waits.entries()) {
      t.match(await rows(), [{ state: 'waiting', attempts: index + 1, nextAt: clock.now() + wait, error: '421 come back', claimedBy: null, text: /the-secret/ }]);
      clock.advance(wait - 1);
      await mail.idle();
      t.equal(sent.length, index + 1, 'not before its time');
      clock.advance(60_000); // the wake-up, or else the look that comes by itself
      await mail.idle();
      t.equal(sent.length, index + 2);
    }
    t.match(await rows(), [{ state: 'failed', attempts: 6, text: null, html: null, nextAt: null }], 'and its secret is gone');
    t.equal(new Set(sent).size, 1, 'always the same Message-ID: who gets it twice can tell');

    answer = 'never';
    await send('agent_notice');
    await mail.idle();
    answer = 'yes';
    await send('password_reset');
    await mail.idle();
    t.match((await rows()).slice(1), [{ state: 'failed', attempts: 1, error: '550 no such user', text: /Kim/ }, { state: 'sent', attempts: 1, text: null, html: null }]);
    t.same(failures, []);
  });
});

t.test('[Q2] a mail server that is away, or refuses, through the real adapter', async (t) => {
  const smtp = await startSmtp();
  const { mail, clock, send, rows } = makeMail(await memory(t), await smtpMailer(t, smtp));
  mail.start();
  smtp.refuse(451);
  await send('test');
  await mail.idle();
  t.match(await rows(), [{ state: 'waiting', error: /451/ }]);
  smtp.refuse(null);
  clock.advance(60_000);
  await mail.idle();
  t.match(await rows(), [{ state: 'sent', attempts: 2 }]);
  smtp.refuse(554);
  await send('test');
  await mail.idle();
  t.match((await rows())[1], { state: 'failed', attempts: 1, error: /554/ });

  const nobody = makeMail(await memory(t), createSmtpMailer({ options: smtpOptions('smtp://127.0.0.1:1'), from }));
  nobody.mail.start();
  await nobody.send('test');
  await nobody.mail.idle();
  t.match(await nobody.rows(), [{ state: 'waiting', attempts: 1, error: /ECONNREFUSED/ }]);
});

t.test('[Q2] two processes never send the same mail, and what a dead one had is sent by another', async (t) => {
  await eachEngine(t, async (t, open) => {
    const database = await open();
    const store = createMailStore(database);
    const clock = fakeClock();
    const row = (id: string) => ({ id, organisationId: 'org', kind: 'test', recipient: 'a@b.example', subject: 's', text: 't', html: 'h', secret: false, state: 'waiting' as const, attempts: 0, nextAt: clock.now(), createdAt: clock.now() });
    for (let n = 0; n < 20; n++) await store.insert(row(clock.id()));
    const now = clock.now();
    const claims = await Promise.all(['a', 'b', 'c'].map((claimant) => store.claim(claimant, now, now + 60_000, 20)));
    const ids = claims.flat().map(({ id }) => id);
    t.equal(ids.length, 20);
    t.equal(new Set(ids).size, 20, 'each for one');
    t.equal(await store.nextDue(), now + 60_000);
    t.same(await store.claim('d', now + 59_999, now + 120_000, 20), []);
    const [again] = await store.claim('d', now + 60_000, now + 120_000, 1);
    t.match(again, { attempts: 2, claimedBy: 'd' });
    const late = claims.flat().find(({ id }) => id === again!.id)!;
    await store.end(late, 'failed', now, 'too late');
    await store.end(again!, 'sent', now, null);
    await store.end(late, 'failed', now, 'too late');
    t.match((await database.q.select().from(database.tables.mails)).find(({ id }) => id === again!.id), { state: 'sent', error: null }, 'who lost the claim says nothing more');
  });
});

t.test('[Q2] without a mail server everything is kept to be looked at, except what is secret', async (t) => {
  const { mail, send, rows, clock } = makeMail(await memory(t), null);
  mail.start();
  for (const kind of kinds) t.same(await send(kind), { mailed: false });
  const stored = await rows();
  t.ok(stored.every(({ state, nextAt }) => state === 'unsent' && nextAt === null));
  for (const { kind, text, html, secret } of stored) {
    t.same([kind, secret], [kind, kind === 'invitation' || kind === 'password_reset']);
    t.equal(text === null && html === null, secret, kind);
  }
  t.notMatch(JSON.stringify(stored), /the-secret/);
  await t.rejects(mail.sendTest({ organisationId: 'org', id: 'x' }), { code: 'mail_off' });
  t.equal(await mail.recent('org', 'test', { recipient: 'kim@example.com' }, 1000), 1);
  t.equal(await mail.recent('other', 'test', { recipient: 'kim@example.com' }, 1000), 0);
  clock.advance(1000);
  t.equal(await mail.recent('org', 'test', { recipient: 'kim@example.com' }, 1000), 0);
  clock.advance(30 * 86_400_000 + 3_600_000);
  await mail.close();
  await new Promise((resolve) => setImmediate(resolve));
  t.same(await rows(), [], 'kept for 30 days');
});

t.test('[S9] [Q2] what strangers write stays in its place: no header, no recipient, no markup of theirs', async (t) => {
  const smtp = await startSmtp({ tls: 'none' });
  const { mail, send, rows } = makeMail(await memory(t), await smtpMailer(t, smtp));
  mail.start();
  const corpus = [
    'x\r\nBcc: victim@example.com', 'x\nSubject: other\n\nbody', 'x\u2028Bcc: v@example.com', '"><script>alert(1)</script>', "'><img src=x onerror=alert(1)>", '<!--', ']]>',
    '</title><style>*{display:none}</style>', '</blockquote></div></body></html>', 'javascript:alert(1)', '=?utf-8?q?=0D=0ABcc:_v@example.com?=', '\u202Egnp.exe', 'a\u0000b', '{{link}}', '$&$`',
    '한글 "이름" <x@y.z>, 두번째', 'a'.repeat(5000), '\uD800 lone', '.\r\n.\r\nMAIL FROM:<x@y.z>\r\n',
  ];
  for (const text of corpus) for (const kind of kinds) await send(kind, { text, locale: kind.length % 2 ? 'ko' : 'en' });
  await mail.idle();
  t.ok((await rows()).every(({ state }) => state === 'sent'));
  t.equal(smtp.mails.length, corpus.length * kinds.length);
  const known = ['from', 'to', 'subject', 'message-id', 'auto-submitted', 'x-auto-response-suppress', 'list-unsubscribe', 'date', 'mime-version', 'content-type', 'content-transfer-encoding'];
  for (const { headers, recipients, html, text, header } of smtp.mails) {
    t.strictSame(headers.map(([name]) => name).filter((name) => !known.includes(name)), []);
    t.equal(headers.length, new Set(headers.map(([name]) => name)).size, 'each header once');
    t.same(recipients, ['kim@example.com']);
    t.notMatch(header('subject'), /[\r\n\u0000\u202e\u2028]/u);
    t.ok([...header('subject')!].length <= 150);
    t.notMatch(html, /<script|<img|<!--(?!\s)|\u0000/);
    t.equal(html.match(/<style>/g)!.length, 1);
    t.equal(html.match(/<\/html>/g)!.length, 1);
    t.equal(html.match(/<\/blockquote>/g)?.length ?? 0, html.match(/<blockquote/g)?.length ?? 0);
    t.ok([...html.matchAll(/href="([^"]*)"/g)].every(([, href]) => href!.startsWith('https://')));
    t.notMatch(text, /\u0000/);
  }
  smtp.mails.length = 0;

  for (const to of ['a@b.example,c@d.example', 'a@b.example\r\nBcc: c@d.example', 'A <a@b.example>', 'a b@c.example', '"a"@b.example', 'nobody', `${'a'.repeat(65)}@b.example`]) {
    t.same(await send('invitation', { to }), { mailed: false }, to);
  }
  await mail.idle();
  t.equal(smtp.mails.length, 0);
  t.notMatch(JSON.stringify(await rows()), /the-secret/);

  const order = { organisationId: 'org', to: 'kim@example.com', locale: 'en' };
  for (const link of ['https://evil.example/admin/#/reset?token=x', 'https://consult.example@evil.example/', 'http://consult.example/', 'javascript:alert(1)', '//evil.example', '']) {
    await t.rejects(mail.send({ ...order, kind: 'password_reset', values: { name: 'Kim', minutes: 30, link } }), Error, link);
  }
  await t.rejects(mail.send({ ...order, kind: 'visitor_notice', values: { site: 'x', preview: 'x', link: 'javascript:alert(1)' } }));
});

t.test('[S9] whatever is written, a letter is whole', (t) => {
  const anything = fc.oneof(fc.string({ unit: 'binary' }), fc.string({ unit: fc.constantFrom('<', '>', '"', "'", '&', '\r', '\n', 'a', '\u202e', '\u2028', '😀') }));
  fc.assert(fc.property(anything, fc.constantFrom(...kinds), fc.constantFrom(en, ko), (text, kind, language) => {
    const letter = (language[kind] as (given: object) => ReturnType<typeof en.test>)(values(text)[kind]);
    const html = letterHtml(letter, 'en');
    const bare = html.replace(/<style>[^]*<\/style>/, '').replace(/<(!doctype html|\/?(html|head|meta|title|body|div|h1|p|blockquote|a|br))( [^<>]*)?>/g, '');
    return !/[<>]/.test(bare) && !/[\r\n\u2028]/.test(subjectOf(letter)) && letterText(letter).startsWith(oneLine(letter.heading));
  }));
  fc.assert(fc.property(fc.string({ unit: 'grapheme' }), fc.integer({ min: 1, max: 20 }), (text, length) => {
    const short = cut(text, length);
    return [...short].length <= length && (short === text || (short.endsWith('…') && text.startsWith(short.slice(0, -1))));
  }));
  t.pass();
  t.end();
});

t.test('[Q2] every text is there in every language, and in its own words', (t) => {
  t.same(Object.keys(ko).sort(), Object.keys(en).sort());
  t.same(Object.keys(en).sort(), [...kinds].sort());
  const strings = (value: unknown): string[] => typeof value === 'string' ? [value] : value !== null && typeof value === 'object' ? Object.values(value).flatMap(strings) : [];
  const shape = (value: unknown): unknown => Array.isArray(value) ? 'list' : typeof value === 'string' ? 'text' : Object.fromEntries(Object.entries(value as object).map(([key, one]) => [key, shape(one)]));
  for (const kind of kinds) {
    const [english, korean] = [en, ko].map((language) => (language[kind] as (given: object) => object)(values('NAME')[kind])) as [object, object];
    t.same(shape(korean), shape(english), kind);
    for (const text of strings(korean)) t.ok(/[가-힣]/.test(text) || text === 'NAME' || text.startsWith('https://'), `${kind}: ${text}`);
    for (const text of strings(english)) t.notMatch(text, /[가-힣]|undefined/, kind);
    for (const text of strings(korean)) t.notMatch(text, /undefined/, kind);
  }
  t.end();
});
