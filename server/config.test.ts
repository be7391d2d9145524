import fc from 'fast-check';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import { addressClass } from './address-class.ts';
import { createThrottle } from './auth/throttle.ts';
import { createPasswords } from './auth/passwords.ts';
import { createRefreshTokens } from './auth/refresh-tokens.ts';
import { ConfigError, readConfig } from './config.ts';
import { fill } from './demo.ts';
import { Problem } from './errors.ts';
import { createLogger } from './logging.ts';
import { openSecrets, openSetupToken, removeSetupToken } from './secrets.ts';
import { entriesFor, normalOrigin } from './sites/origins.ts';
import { fakeClock } from './testing/fake-clock.ts';
import { animalName } from './visitors/animal-name.ts';
import { languageOf } from './languages.ts';

// What stands around the use cases and needs no server: settings, secrets, origins, names, limits, the log.

t.test('[settings] no setting at all makes the start command work', async (t) => {
  t.match(readConfig({}, '/srv/consult'), {
    host: '127.0.0.1', port: 8080, publicOrigin: null, dataDir: '/srv/consult/data', database: { engine: 'sqlite', file: '/srv/consult/data/peer-consult.db' },
    blobs: { kind: 'disk', folder: '/srv/consult/data/blobs' }, ice: { urls: [] }, trustProxy: false, logLevel: 'info', rateLimits: true, mail: null,
  });
  t.same(readConfig({ PORT: '', HOST: '  ', REDIS_URL: '' }, '/srv/consult'), readConfig({}, '/srv/consult'), 'an empty value is none: compose files pass those');
});

t.test('[settings] each setting is read', async (t) => {
  const config = readConfig({
    HOST: '0.0.0.0', PORT: '0', PUBLIC_URL: 'https://Consult.example.com:443/', DATA_DIR: '/var/consult', DATABASE_URL: 'postgres://me:secret@db:5432/consult',
    S3_ENDPOINT: 'http://127.0.0.1:9000', S3_BUCKET: 'calls', S3_ACCESS_KEY_ID: 'id', S3_SECRET_ACCESS_KEY: 'key',
    TURN_URLS: 'stun:turn.example.com, turn:turn.example.com:3478?transport=udp,turns:[2001:db8::1]:5349', TURN_SECRET: 'shared', TURN_ONLY: 'true',
    SMTP_URL: 'smtp://me%40x:hu%2Fsh@mail.example.com', MAIL_FROM: 'Example Consult <consult@example.com>', TRUST_PROXY: 'loopback, 10.0.0.0/8,::1', LOG_LEVEL: 'warn', RATE_LIMITS: 'off',
  }, '/srv');
  t.match(config, {
    host: '0.0.0.0', port: 0, publicOrigin: 'https://consult.example.com', dataDir: '/var/consult', database: { engine: 'postgres', url: 'postgres://me:secret@db:5432/consult' },
    blobs: { kind: 's3', endpoint: 'http://127.0.0.1:9000', region: 'us-east-1', bucket: 'calls', accessKeyId: 'id', secretAccessKey: 'key' },
    ice: { urls: ['stun:turn.example.com', 'turn:turn.example.com:3478?transport=udp', 'turns:[2001:db8::1]:5349'], secret: 'shared', relayOnly: true },
    trustProxy: ['loopback', '10.0.0.0/8', '::1'], logLevel: 'warn', rateLimits: false,
  });
  t.same(config.mail, { url: 'smtp://me%40x:hu%2Fsh@mail.example.com', from: { name: 'Example Consult', address: 'consult@example.com' } });
  const from = (text: string) => readConfig({ SMTP_URL: 'smtps://mail', MAIL_FROM: text }, '/srv').mail?.from;
  t.same(from('consult@example.com'), { name: '', address: 'consult@example.com' });
  t.same(from('"상담, 예시" <consult@example.com>'), { name: '상담, 예시', address: 'consult@example.com' });
  const oidc = { OIDC_ISSUER: 'https://login.example.com/realms/team', OIDC_CLIENT_ID: 'consult', OIDC_CLIENT_SECRET: 'hush' };
  t.same(readConfig(oidc, '/srv').oidc, { issuer: 'https://login.example.com/realms/team', clientId: 'consult', clientSecret: 'hush', name: 'login.example.com' });
  t.match(readConfig({ ...oidc, OIDC_NAME: 'Example ID', OIDC_ISSUER: 'http://127.0.0.1:9000' }, '/srv').oidc, { issuer: 'http://127.0.0.1:9000', name: 'Example ID' });
  t.equal(readConfig({}, '/srv').oidc, null);
  t.same(readConfig({ DATABASE_URL: 'sqlite:other/place.db' }, '/srv').database, { engine: 'sqlite', file: '/srv/other/place.db' });
  t.same(readConfig({ DATABASE_URL: 'sqlite::memory:' }, '/srv').database, { engine: 'sqlite', file: ':memory:' });
  t.equal(readConfig({ TRUST_PROXY: 'true' }, '/srv').trustProxy, true);
});

t.test('[settings] an unknown or malformed value is one sentence that names the setting, and no secret', async (t) => {
  const s3 = { S3_BUCKET: 'b', S3_ACCESS_KEY_ID: 'i', S3_SECRET_ACCESS_KEY: 'hush' };
  const table: [Record<string, string>, RegExp][] = [
    [{ PORT: 'http' }, /^PORT is "http"/], [{ PORT: '65536' }, /^PORT/], [{ PORT: '-1' }, /^PORT/], [{ PORT: '80.5' }, /^PORT/],
    [{ HOST: 'http://x' }, /^HOST/], [{ HOST: 'a b' }, /^HOST/],
    [{ PUBLIC_URL: 'consult.example.com' }, /^PUBLIC_URL/], [{ PUBLIC_URL: 'ftp://x' }, /^PUBLIC_URL/], [{ PUBLIC_URL: 'https://x.example/consult' }, /^PUBLIC_URL .*without a path/],
    [{ DATABASE_URL: 'mysql://me:hush@x/y' }, /^DATABASE_URL/], [{ DATABASE_URL: 'postgres:hush' }, /^DATABASE_URL/],
    [{ REDIS_URL: 'redis://x' }, /^REDIS_URL .*SQLite serves only one/], [{ REDIS_URL: 'redis://x', DATABASE_URL: 'postgres://x/y' }, /^REDIS_URL is set, but this version has no Redis bus yet/],
    [{ S3_BUCKET: 'b' }, /S3_ACCESS_KEY_ID has to be set/], [s3, /S3_REGION has to be set/], [{ ...s3, S3_ENDPOINT: 'minio:9000' }, /^S3_ENDPOINT/],
    [{ ...s3, S3_REGION: 'r', S3_SSE: 'DES' }, /^S3_SSE is "DES", but has to be one of AES256, aws:kms/], [{ ...s3, S3_REGION: 'r', S3_SSE_KMS_KEY_ID: 'k' }, /^S3_SSE_KMS_KEY_ID is set, but S3_SSE is not aws:kms/],
    [{ ...s3, S3_REGION: 'r', S3_PRESIGNED: 'yes' }, /^S3_PRESIGNED/], [{ ...s3, S3_REGION: 'r', S3_PUBLIC_ENDPOINT: 'https://s3.example' }, /^S3_PUBLIC_ENDPOINT is set, but S3_PRESIGNED is not on/],
    [{ ...s3, S3_PRESIGNED: 'on', S3_ENDPOINT: 'http://minio:9000', PUBLIC_URL: 'https://consult.example' }, /^S3_PRESIGNED is on, but browsers on an https page/],
    [{ ...s3, S3_PRESIGNED: 'on', S3_ENDPOINT: 'http://minio:9000', S3_PUBLIC_ENDPOINT: 'https://s3.example/?x' }, /^S3_PUBLIC_ENDPOINT is/],
    [{ S3_BUKCET: 'b' }, /^There is no setting S3_BUKCET.*S3_BUCKET/], [{ TURN_URL: 'turn:x' }, /^There is no setting TURN_URL.*TURN_URLS/],
    [{ TURN_URLS: 'turn:x' }, /^TURN_URLS is set, but TURN_SECRET is not/], [{ TURN_SECRET: 'hush' }, /^TURN_SECRET is set, but TURN_URLS is not/],
    [{ TURN_ONLY: 'true' }, /^TURN_ONLY is true, but TURN_URLS names no TURN server/], [{ TURN_ONLY: 'yes' }, /^TURN_ONLY/],
    [{ TURN_URLS: 'https://x', TURN_SECRET: 'hush' }, /^TURN_URLS holds "https:\/\/x"/], [{ TURN_URLS: ',', TURN_SECRET: 'hush' }, /^TURN_URLS/],
    [{ OIDC_ISSUER: 'https://id.example' }, /^OIDC_ISSUER is set.+OIDC_CLIENT_ID has to be set too/], [{ OIDC_NAME: 'x' }, /^OIDC_NAME is set.+OIDC_ISSUER has to be set too/],
    ...['id.example', 'http://id.example', 'https://u:p@id.example', 'https://id.example/?x=1', 'ftp://id.example'].map((OIDC_ISSUER): [Record<string, string>, RegExp] => [{ OIDC_ISSUER, OIDC_CLIENT_ID: 'a', OIDC_CLIENT_SECRET: 'hush' }, /^OIDC_ISSUER is .+but has to be/]),
    [{ OIDC_ISUER: 'https://id.example' }, /^There is no setting OIDC_ISUER; is one of these meant: OIDC_/],
    [{ SMTP_URL: 'smtp://hush@mail' }, /^SMTP_URL is set, but MAIL_FROM is not/], [{ MAIL_FROM: 'a@b.c' }, /^MAIL_FROM is set, but SMTP_URL is not/],
    ...['mail.example.com', 'http://hush@mail', 'smtp://u:hush@mail/path', 'smtp://u:hush%zz@mail', 'smtp://'].map((SMTP_URL): [Record<string, string>, RegExp] => [{ SMTP_URL, MAIL_FROM: 'a@b.c' }, /^SMTP_URL has to look like/]),
    ...['nobody', 'a@b c', 'A <a@b>, B <b@c>', 'a@b.c\r\nBcc: x@y.z', 'X\r\nY <a@b.c>'].map((MAIL_FROM): [Record<string, string>, RegExp] => [{ SMTP_URL: 'smtp://mail', MAIL_FROM }, /^MAIL_FROM is /]),
    [{ TRUST_PROXY: 'yes' }, /^TRUST_PROXY/], [{ TRUST_PROXY: '1' }, /^TRUST_PROXY/], [{ TRUST_PROXY: '10.0.0.0/33' }, /^TRUST_PROXY/],
    [{ LOG_LEVEL: 'loud' }, /^LOG_LEVEL is "loud", but has to be one of fatal, error/], [{ RATE_LIMITS: 'no' }, /^RATE_LIMITS/],
  ];
  for (const [environment, sentence] of table) {
    try {
      readConfig(environment, '/srv');
      t.fail(`${JSON.stringify(environment)} was taken`);
    } catch (error) {
      t.ok(error instanceof ConfigError, String(error));
      t.match((error as Error).message, sentence, JSON.stringify(environment));
      t.notMatch((error as Error).message, /hush|\n/);
    }
  }
});

t.test('[G5] what S3 shall encrypt with, and where browsers may read from', async (t) => {
  const s3 = { S3_BUCKET: 'b', S3_ACCESS_KEY_ID: 'i', S3_SECRET_ACCESS_KEY: 'k', S3_REGION: 'eu-west-1' };
  t.match(readConfig(s3, '/srv').blobs, { kind: 's3', encryption: undefined, signed: undefined });
  t.match(readConfig({ ...s3, S3_SSE: 'AES256' }, '/srv').blobs, { encryption: { algorithm: 'AES256' } });
  t.match(readConfig({ ...s3, S3_SSE: 'aws:kms', S3_SSE_KMS_KEY_ID: 'arn:x' }, '/srv').blobs, { encryption: { algorithm: 'aws:kms', keyId: 'arn:x' } });
  t.match(readConfig({ ...s3, S3_PRESIGNED: 'on', PUBLIC_URL: 'https://consult.example' }, '/srv').blobs, { signed: { endpoint: undefined } });
  const both = { S3_ENDPOINT: 'http://minio:9000', S3_PUBLIC_ENDPOINT: 'https://s3.example', S3_PRESIGNED: 'on', PUBLIC_URL: 'https://consult.example' };
  t.match(readConfig({ ...s3, ...both }, '/srv').blobs, { endpoint: 'http://minio:9000', signed: { endpoint: 'https://s3.example' } });
});

t.test('[settings] secrets are made at the first start, readable by their owner alone, and stay', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'peer-consult-secrets-'));
  t.teardown(() => rmSync(folder, { recursive: true, force: true }));
  const data = join(folder, 'deep', 'data');
  const clock = fakeClock();
  const first = await openSecrets(data, clock);
  t.same(await openSecrets(data, clock), first);
  t.not(first.tokenSecret, first.refreshSecret);
  const token = await openSetupToken(data, clock);
  t.equal((await openSetupToken(data, clock)).text, token.text);
  for (const file of ['secrets.json', 'setup-token']) t.equal(statSync(join(data, file)).mode & 0o777, 0o600, file);
  t.equal(statSync(data).mode & 0o777, 0o700);
  chmodSync(join(data, 'secrets.json'), 0o644);
  await openSecrets(data, clock);
  t.equal(statSync(join(data, 'secrets.json')).mode & 0o777, 0o600, 'what a restored backup opened is closed again');
  t.equal(readFileSync(join(data, 'setup-token'), 'utf8').trim(), token.text);
  t.ok(token.matches(token.text));
  t.notOk(token.matches(`${token.text}x`) || token.matches(''));
  await token.discard();
  await removeSetupToken(data);
  t.throws(() => statSync(join(data, 'setup-token')));

  const { vapid, signingSeed, ...older } = first;
  t.equal(Buffer.from(signingSeed, 'base64url').length, 32);
  t.equal(Buffer.from(vapid.publicKey, 'base64url').length, 65);
  writeFileSync(join(data, 'secrets.json'), JSON.stringify(older), { mode: 0o644 });
  const grown = await openSecrets(data, clock);
  t.match(grown, older, 'a file of a version without pushes keeps what it has');
  t.not(grown.vapid.privateKey, vapid.privateKey);
  t.same(await openSecrets(data, clock), grown, 'and its new keys stay');
  t.equal(statSync(join(data, 'secrets.json')).mode & 0o777, 0o600);
  writeFileSync(join(data, 'secrets.json'), JSON.stringify({ ...grown, vapid: { ...vapid, privateKey: grown.vapid.privateKey } }));
  await t.rejects(openSecrets(data, clock), { name: 'ConfigError', message: /pushes .* damaged/ }, 'keys that are no pair');
  writeFileSync(join(data, 'secrets.json'), JSON.stringify({ ...grown, signingSeed: 'short' }));
  await t.rejects(openSecrets(data, clock), { name: 'ConfigError', message: /manifests .* damaged/ });
  writeFileSync(join(data, 'secrets.json'), JSON.stringify({ ...older, vapid }));
  t.match(await openSecrets(data, clock), { vapid, signingSeed: /^[\w-]{43}$/ }, 'a file of a version without manifests');

  writeFileSync(join(data, 'secrets.json'), '{}');
  await t.rejects(openSecrets(data, clock), { name: 'ConfigError', message: /damaged/ });
  writeFileSync(join(folder, 'file'), '');
  await t.rejects(openSecrets(join(folder, 'file'), clock), { name: 'ConfigError', message: /is not a folder/ });
  mkdirSync(join(folder, 'full', 'secrets.json'), { recursive: true });
  await t.rejects(openSecrets(join(folder, 'full'), clock), { name: 'ConfigError' });
});

t.test('[C2] an allow-list keeps origins as browsers send them, and refuses the rest with the entry named', async (t) => {
  const good: Record<string, string> = {
    'https://shop.example': 'https://shop.example', ' HTTPS://Shop.Example/ ': 'https://shop.example', 'https://shop.example:443': 'https://shop.example',
    'http://shop.example:8080': 'http://shop.example:8080', 'https://*.Example.com': 'https://*.example.com', 'https://*.example.com:8443': 'https://*.example.com:8443',
    'http://127.0.0.1:3000': 'http://127.0.0.1:3000', 'http://[::1]:3000': 'http://[::1]:3000', 'http://localhost': 'http://localhost', 'https://한국.example': 'https://xn--3e0b707e.example',
  };
  for (const [entry, kept] of Object.entries(good)) t.equal(normalOrigin(entry), kept, entry);
  for (const entry of ['', '*', 'https://*', 'http://*:80', 'null', 'shop.example', 'https://shop.example/path', 'https://shop.example?x', 'ftp://x', 'https://a b', 'https://*.com', 'https://*.com.',
    'https://*.127.0.0.1', 'https://x.*.example', 'https://user@shop.example', 'https://shop.example:99999', 'javascript:alert(1)', 'https://*.*.example.com']) {
    t.throws(() => normalOrigin(entry), { name: 'Problem', code: 'unprocessable' }, entry);
  }
  t.throws(() => normalOrigin('shop.example'), { message: /"shop\.example"/ });
});

t.test('[C2] origins match exactly or below a star, by table and by property', async (t) => {
  const allows = (entry: string, origin: string) => entriesFor(origin).includes(normalOrigin(entry));
  const table: [string, string, boolean][] = [
    ['https://shop.example', 'https://shop.example', true], ['https://shop.example', 'http://shop.example', false], ['https://shop.example', 'https://shop.example:444', false],
    ['https://shop.example', 'https://www.shop.example', false], ['https://shop.example', 'https://shop.example.evil.test', false], ['https://shop.example', 'https://evilshop.example', false],
    ['https://*.shop.example', 'https://www.shop.example', true], ['https://*.shop.example', 'https://a.b.shop.example', true], ['https://*.shop.example', 'https://shop.example', false],
    ['https://*.shop.example', 'https://evil-shop.example', false], ['https://*.shop.example', 'https://x.shop.example:8443', false], ['https://*.shop.example', 'http://x.shop.example', false],
    ['https://*.shop.example:8443', 'https://x.shop.example:8443', true], ['http://[::1]:3000', 'http://[::1]:3000', true], ['http://127.0.0.1:3000', 'http://127.0.0.1:3000', true],
    ['https://shop.example', 'null', false], ['https://shop.example', '', false], ['https://shop.example', 'https://shop.example/', false], ['https://shop.example', 'file://', false],
    ['https://*.shop.example', 'https://*.shop.example', false],
  ];
  for (const [entry, origin, expected] of table) t.equal(allows(entry, origin), expected, `${entry} ~ ${origin}`);

  const label = fc.stringMatching(/^[a-z][a-z0-9]{0,8}$/);
  const host = fc.array(label, { minLength: 2, maxLength: 5 });
  const port = fc.option(fc.integer({ min: 1024, max: 65_535 }));
  fc.assert(fc.property(host, host, port, (domain, sub, number) => {
    const end = number === null ? '' : `:${number}`;
    const base = domain.join('.');
    return allows(`https://${base}${end}`, `https://${base}${end}`)
      && allows(`https://*.${base}${end}`, `https://${sub.join('.')}.${base}${end}`)
      && !allows(`https://*.${base}${end}`, `https://${base}${end}`)
      && !allows(`https://*.${base}${end}`, `https://x${base}${end}`)
      && !allows(`https://*.${base}${end}`, `https://${base}.${sub.join('.')}${end}`) === !(sub.join('.') === base || sub.join('.').endsWith(`.${base}`));
  }));
  fc.assert(fc.property(fc.string(), (text) => Array.isArray(entriesFor(text))));
});

t.test('[D2] a visitor without a name gets one in their language', async (t) => {
  t.equal(animalName('en', () => 0), 'Amber Badger');
  t.equal(animalName('ko-KR', () => 0), '활기찬 오소리');
  for (const [header, language] of [['ko-KR,ko;q=0.9,en;q=0.8', 'ko'], ['en;q=0.5, ko;q=0.9', 'ko'], ['de,en;q=0.7,ko;q=0.3', 'en'], ['ko;q=0,en;q=0.1', 'en'], ['fr', 'en'], [undefined, 'en'], ['', 'en'], ['ko', 'ko']] as const) {
    t.equal(languageOf(header), language, String(header));
  }
  fc.assert(fc.property(fc.string(), fc.nat(), fc.nat(), (locale, a, b) => {
    const seeds = [a, b];
    return /^\S.* \S+$/.test(animalName(locale, (n) => seeds.pop()! % n));
  }));
});

t.test('[S18] an IPv6 customer is one address, however many it has', async (t) => {
  t.equal(addressClass('192.0.2.7'), '192.0.2.7');
  t.equal(addressClass('::ffff:192.0.2.7'), '192.0.2.7');
  t.equal(addressClass('2001:db8:0:7::1'), '2001:db8:0:7::/64');
  t.equal(addressClass('2001:0db8:0000:0007:aaaa:bbbb:cccc:dddd'), '2001:db8:0:7::/64');
  t.equal(addressClass('fe80::1%eth0'), 'fe80:0:0:0::/64');
  t.equal(addressClass('::1'), '0:0:0:0::/64');
});

t.test('[S15] a throttle says how long to wait, forgives, and forgets', async (t) => {
  const clock = fakeClock();
  const throttle = createThrottle({ clock, limit: 3, windowMs: 60_000 });
  t.same([1, 2, 3].map(() => throttle.take('a')), [0, 0, 0]);
  clock.advance(10_000);
  t.equal(throttle.take('a'), 50_000);
  t.equal(throttle.take('b'), 0);
  throttle.uncount('a');
  t.same([throttle.take('a') > 0, throttle.take('a') > 0], [false, true], 'one that does not count');
  throttle.uncount('nobody');
  throttle.forgive('a');
  t.equal(throttle.take('a'), 0);
  clock.advance(60_000);
  t.same([1, 2, 3, 4].map(() => throttle.take('b') > 0), [false, false, false, true]);
});

t.test('[S15] passwords: hashed with salt and cost, compared, refused when weak, never too many at once', async (t) => {
  const clock = fakeClock();
  const passwords = createPasswords({ clock, cost: { N: 16, r: 8, p: 1 } });
  const hash = await passwords.hash('correct horse battery');
  t.match(hash, /^scrypt\$16\$8\$1\$[\w-]{22}\$[\w-]{43}$/);
  t.not(await passwords.hash('correct horse battery'), hash);
  t.ok(await passwords.verify('correct horse battery', hash));
  t.notOk(await passwords.verify('correct horse batterY', hash));
  t.notOk(await passwords.verify('correct horse battery', null));
  t.ok(await passwords.verify('café au lait!', await passwords.hash('café au lait!')), 'one character, two spellings');
  const dearer = createPasswords({ clock, cost: { N: 32, r: 8, p: 1 } });
  t.ok(await dearer.verify('correct horse battery', hash), 'a hash keeps the cost that it was made with');
  for (const weak of ['short', 'password123', 'Password123!', '1234567890', 'aaaaaaaaaaaa', 'olive@example.com', 'OLIVE OWNER', 'qwertyuiop', '          x']) {
    t.throws(() => passwords.require(weak, ['olive@example.com', 'Olive Owner']), { code: 'weak_password' }, weak);
  }
  t.doesNotThrow(() => passwords.require('correct horse battery', ['olive@example.com']));
  t.doesNotThrow(() => passwords.require('오래된 소나무 아래', []));
  const results = await Promise.allSettled(Array.from({ length: 60 }, () => passwords.hash('correct horse battery')));
  const refused = results.filter((result) => result.status === 'rejected');
  t.equal(refused.length, 18, 'two work, forty wait');
  t.ok(refused.every(({ reason }) => reason instanceof Problem && reason.code === 'rate_limited'));
});

t.test('[S26] a refresh token that we did not make is nothing', async (t) => {
  const clock = fakeClock();
  const tokens = createRefreshTokens({ secret: 's'.repeat(40), clock });
  const first = tokens.first('session-1');
  t.equal(tokens.read(first)?.sessionId, 'session-1');
  t.equal(tokens.next(first), tokens.next(first), 'the successor is the same for two tabs');
  t.ok(tokens.read(tokens.next(first)));
  t.not(tokens.read(tokens.next(first))!.hash, tokens.read(first)!.hash);
  t.equal(createRefreshTokens({ secret: 'x'.repeat(40), clock }).read(first), null);
  fc.assert(fc.property(fc.oneof(fc.string(), fc.nat(first.length - 1).map((i) => `${first.slice(0, i)}~${first.slice(i + 1)}`)), (text) => tokens.read(text) === null));
});

t.test('[S1] the log keeps no secret, whatever is given to it', async (t) => {
  let log = '';
  const logger = createLogger('debug', { write: (line) => void (log += line) });
  const jwt = 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJlc2lnbmF0dXJl';
  logger.info({ req: { method: 'GET', headers: { authorization: `Bearer ${jwt}`, cookie: 'pc_refresh=hush' } } }, `see ${jwt}`);
  logger.error({ err: new Error(`at https://x/?token=hush-hush and postgres://me:hush@db/x`), password: 'hush', body: { token: 'hush', password: 'hush' } });
  logger.debug({ headers: { cookie: 'hush' } }, '01a1fd8b-94f0-74b5-a0df-1ba9237d8988.ZzW4Mit_7gmyleb83x_UKs6P.1YLfuAgL23GMASHNmOoF');
  t.notMatch(log, /hush|eyJ|ZzW4/);
  t.equal(log.trim().split('\n').length, 3);
  for (const line of log.trim().split('\n')) t.doesNotThrow(() => JSON.parse(line) as unknown);
});

t.test('[C10] what stands in a page is text, whatever it holds', async (t) => {
  t.equal(fill('<a b="{{x}}">{{y}}</a>', { x: '"><script>', y: "&'{{x}}" }), '<a b="&quot;&gt;&lt;script&gt;">&amp;&#39;{{x}}</a>');
  t.throws(() => fill('{{z}}', {}), /\{\{z\}\}/);
});
