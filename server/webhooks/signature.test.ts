import fc from 'fast-check';
import { createHmac } from 'node:crypto';
import t from 'tap';
import { delayAfter, triesAtMost } from './backoff.ts';
import { secretText, signatureOf } from './signature.ts';

t.test('[C10] signatures are those of Standard Webhooks, by its published vector', async (t) => {
  // libraries/javascript/src/webhook.test.ts of standard-webhooks/standard-webhooks, "sign function works".
  const signed = { id: 'msg_p5jXN8AQM9LWM0D4loKWxJek', timestamp: 1614265330, body: '{"test": 2432232314}' };
  const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
  const expected = 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=';
  t.equal(signatureOf(signed, [secret]), expected);
  t.equal(signatureOf(signed, [secret, 'whsec_AAAA']).split(' ')[0], expected, 'several stand side by side, the newest first');
  t.equal(signatureOf(signed, [secret, 'whsec_AAAA']).split(' ').length, 2);
  for (const other of [{ ...signed, id: 'msg_x' }, { ...signed, timestamp: 1614265331 }, { ...signed, body: '{"test":2432232314}' }]) t.not(signatureOf(other, [secret]), expected);
});

t.test('[C10] a signature is over the bytes of the body, whatever they are', async () => {
  fc.assert(fc.property(fc.string({ unit: 'grapheme' }), fc.uint8Array({ minLength: 32, maxLength: 32 }), fc.nat(), (body, key, timestamp) => {
    const mac = createHmac('sha256', key).update(Buffer.concat([Buffer.from(`id.${timestamp}.`), Buffer.from(body)])).digest('base64');
    return signatureOf({ id: 'id', timestamp, body }, [secretText(Buffer.from(key))]) === `v1,${mac}`;
  }));
});

t.test('[C10] tries come at the planned times, a tenth more or less, and then no more', async (t) => {
  const planned = [5, 30, 120, 600, 3600, 18_000, 36_000, 50_400].map((seconds) => seconds * 1000);
  t.equal(triesAtMost, planned.length + 1);
  t.same(planned.map((_, index) => delayAfter(index + 1, 0.5)), planned);
  t.equal(delayAfter(triesAtMost, 0.5), null);
  fc.assert(fc.property(fc.integer({ min: 1, max: 8 }), fc.double({ min: 0, max: 1, noNaN: true }), (tries, chance) => {
    const delay = delayAfter(tries, chance)!;
    return delay >= planned[tries - 1]! * 0.9 - 1 && delay <= planned[tries - 1]! * 1.1 + 1;
  }));
});
