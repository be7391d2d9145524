import fc from 'fast-check';
import { createHmac } from 'node:crypto';
import t from 'tap';
import { Problem } from '../errors.ts';
import { identityMs, readIdentity, skewMs } from './identity.ts';

const secret = 'pci_the-secret-of-a-site-that-is-long-enough';
const now = Date.UTC(2026, 5, 1);
const seconds = Math.floor(now / 1000);
const part = (value: unknown) => Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');
const jwt = (claims: unknown, header: unknown = { alg: 'HS256', typ: 'JWT' }, key = secret, hash = 'sha256') => {
  const text = `${part(header)}.${part(claims)}`;
  return `${text}.${createHmac(hash, key).update(text).digest('base64url')}`;
};
const plain = (id: string, end: number | string, key = secret) => `${id}.${end}.${createHmac('sha256', key).update(`${id}.${end}`).digest('hex')}`;
const good = { sub: 'u-1', exp: seconds + 600 };
const refusal = (text: string, at = now) => {
  try {
    readIdentity(text, secret, at);
    return 'accepted';
  } catch (error) {
    if (error instanceof Problem) return error.code;
    throw error;
  }
};

t.test('[S7] a JWT by the site\'s secret says who somebody is', async (t) => {
  t.same(readIdentity(jwt(good), secret, now), { externalId: 'u-1' });
  t.same(readIdentity(jwt({ ...good, name: ' Ada ', email: 'ada@example.com', locale: 'KO-kr', iat: seconds, role: 'admin' }), secret, now), { externalId: 'u-1', name: 'Ada', email: 'ada@example.com', locale: 'ko-KR' });
  t.same(readIdentity(jwt({ ...good, email: 'Ada <ada@example.com>' }), secret, now), { externalId: 'u-1' }, 'an address alone');
  t.same(readIdentity(jwt({ ...good, name: 5, email: 'nobody', locale: '??' }), secret, now), { externalId: 'u-1' }, 'what is none is left out');
  t.equal(readIdentity(jwt({ ...good, name: 'x'.repeat(200) }), secret, now).name?.length, 80);
  t.same(readIdentity(jwt({ ...good, sub: '한'.repeat(128) }), secret, now).externalId, '한'.repeat(128));
  t.equal(refusal(jwt({ ...good, exp: seconds })), 'token_expired');
  t.equal(refusal(jwt({ ...good, exp: seconds + (identityMs + skewMs) / 1000 })), 'accepted', 'an hour, and a minute for the clocks');
  for (const [name, text] of Object.entries({
    'another secret': jwt(good, undefined, `${secret}x`), 'no algorithm': jwt(good, { alg: 'none' }), 'none, unsigned': `${part({ alg: 'none' })}.${part(good)}.`,
    'another hash': jwt(good, { alg: 'HS512' }, secret, 'sha512'), 'said to be HS256': jwt(good, undefined, secret, 'sha512'), 'a critical header': jwt(good, { alg: 'HS256', crit: ['b64'], b64: false }),
    'no header': jwt(good, 'x'), 'an array for claims': jwt([good]), 'no claims': jwt('x'), 'no id': jwt({ exp: good.exp }), 'a number for an id': jwt({ ...good, sub: 5 }), 'an empty id': jwt({ ...good, sub: ' ' }),
    'a long id': jwt({ ...good, sub: 'x'.repeat(129) }), 'no end': jwt({ sub: 'u-1' }), 'a text for an end': jwt({ ...good, exp: String(good.exp) }), 'an end too far': jwt({ ...good, exp: seconds + identityMs / 1000 + 61 }),
    'made in the future': jwt({ ...good, iat: seconds + 3600 }), 'not before': jwt({ ...good, nbf: seconds + 3600 }), 'U+0000': jwt({ ...good, sub: 'a\0' }), 'half a character': jwt({ ...good, sub: '\ud800' }),
    nothing: '', dots: '..', garbage: 'a.b.c', 'two parts': 'a.b', 'a fourth part': `${jwt(good)}.x`, 'an infinite end': jwt(`{"sub":"u-1","exp":1e999}`),
  })) t.equal(refusal(text), 'unauthenticated', name);
});

t.test('[S7] the short form: id, end and HMAC', async (t) => {
  t.same(readIdentity(plain('u.1.2', seconds + 60), secret, now), { externalId: 'u.1.2' }, 'dots in the id');
  t.same(readIdentity(plain('u-1', seconds + 60).toUpperCase().replace('U-1', 'u-1'), secret, now), { externalId: 'u-1' });
  t.equal(refusal(plain('u-1', seconds)), 'token_expired');
  t.equal(refusal(plain('u-1', seconds + 7200)), 'unauthenticated');
  t.equal(refusal(plain('u-1', seconds + 60, 'other')), 'unauthenticated');
  t.equal(refusal(plain('u-1', seconds + 60).replace('u-1', 'u-2')), 'unauthenticated', 'for somebody else');
  t.equal(refusal(plain('u-1', seconds + 60).replace(`${seconds + 60}`, `${seconds + 61}`)), 'unauthenticated', 'for longer');
  t.equal(refusal(plain(' ', seconds + 60)), 'unauthenticated');
  t.equal(refusal(plain('x'.repeat(129), seconds + 60)), 'unauthenticated');
});

t.test('[S7] nothing but what was signed is accepted, and nothing breaks', async () => {
  const valid = jwt(good);
  fc.assert(fc.property(fc.oneof(fc.string({ maxLength: 200 }), fc.tuple(fc.nat(valid.length - 1), fc.integer({ min: 33, max: 126 })).map(([at, code]) => valid.slice(0, at) + String.fromCharCode(code) + valid.slice(at + 1))), (text) => {
    const code = refusal(text);
    // The last character of base64url holds bits that mean nothing; the texts differ, so it is not the same token.
    return text === valid ? code === 'accepted' : code !== 'accepted';
  }), { numRuns: 500 });
  fc.assert(fc.property(fc.string({ minLength: 1, maxLength: 40, unit: 'grapheme' }), fc.integer({ min: 1, max: 3600 }), (id, ahead) => {
    const code = refusal(plain(id, seconds + ahead));
    return code === (id.trim() === '' || id.includes('\0') ? 'unauthenticated' : 'accepted');
  }), { numRuns: 200 });
});
