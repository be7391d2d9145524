import fc from 'fast-check';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import t, { type Test } from 'tap';
import { readConfig } from '../config.ts';
import { fakeClock } from '../testing/fake-clock.ts';
import { createAddressRules, isAllowEntry } from './address-rules.ts';
import { createOutbound, OutboundError, type OutboundParts } from './outbound.ts';

/** A server on an address of this machine; gives its port. */
async function listening(t: Test, answer: RequestListener, host = '127.0.0.1', port = 0): Promise<number> {
  const server = createServer(answer).listen(port, host);
  await once(server, 'listening');
  t.teardown(() => new Promise((resolve) => {
    server.close(resolve);
    server.closeAllConnections();
  }));
  return (server.address() as AddressInfo).port;
}

const outboundWith = (parts: Partial<OutboundParts> = {}) => createOutbound({ clock: fakeClock(), allow: ['127.0.0.1'], ...parts });
const failureOf = async (promise: Promise<unknown>) => {
  try {
    await promise;
    return 'none';
  } catch (error) {
    return error instanceof OutboundError ? error.failure : error;
  }
};
const get = (url: string) => ({ method: 'GET', url } as const);

t.test('[S16] private, special and reserved addresses are none of the internet\'s, however they are written', async (t) => {
  const { isPublic } = createAddressRules([]);
  for (const address of ['0.0.0.0', '0.1.2.3', '10.0.0.1', '100.64.0.1', '100.100.100.200', '100.127.255.255', '127.0.0.1', '127.255.255.254', '168.63.129.16', '169.254.0.1', '169.254.169.254',
    '172.16.0.1', '172.31.255.255', '192.0.0.192', '192.0.2.1', '192.88.99.1', '192.168.0.1', '198.18.0.1', '198.19.255.255', '198.51.100.7', '203.0.113.9', '224.0.0.1', '239.255.255.255',
    '240.0.0.1', '255.255.255.255', '::', '::1', '::127.0.0.1', '::ffff:127.0.0.1', '::ffff:7f00:1', '::ffff:8.8.8.8', '::ffff:0:10.0.0.1', '64:ff9b::10.0.0.1', '64:ff9b::808:808', '64:ff9b:1::1',
    '100::1', '2001::1', '2001:0:7f00:1::', '2001:10::1', '2001:20::1', '2001:db8::1', '2002:7f00:1::', '2002:a00:1::1', '3fff::1', '4000::1', '5f00::1', 'fc00::1', 'fd00:ec2::254', 'fe80::1', 'fe80::1%eth0',
    'fec0::1', 'ff02::1', 'example.com', '', '1.2.3', '127.0.0.1.', 'x']) t.equal(isPublic(address), false, address);
  for (const address of ['1.1.1.1', '8.8.8.8', '9.255.255.255', '11.0.0.0', '93.184.216.34', '100.63.255.255', '100.128.0.0', '126.255.255.255', '128.0.0.1', '169.253.255.255', '169.255.0.0', '172.15.255.255',
    '172.32.0.0', '192.167.255.255', '192.169.0.0', '198.17.255.255', '198.20.0.0', '223.255.255.255', '2606:4700:4700::1111', '2001:4860:4860::8888', '2a00:1450:4001::1', '3ffe::1', '2001:200::1']) t.equal(isPublic(address), true, address);
});

t.test('[S16] every address agrees with the plain arithmetic of the ranges', async () => {
  const { isPublic } = createAddressRules([]);
  const ranges4: [number, number][] = ([[0x00000000, 8], [0x0a000000, 8], [0x64400000, 10], [0x7f000000, 8], [0xa9fe0000, 16], [0xac100000, 12], [0xc0000000, 24], [0xc0000200, 24],
    [0xc0586300, 24], [0xc0a80000, 16], [0xc6120000, 15], [0xc6336400, 24], [0xcb007100, 24], [0xe0000000, 4], [0xf0000000, 4], [0xa83f8110, 32]]);
  const dotted = (number: number) => [24, 16, 8, 0].map((shift) => (number >>> shift) & 255).join('.');
  const within4 = (number: number) => ranges4.some(([net, bits]) => Math.floor(number / 2 ** (32 - bits)) === Math.floor(net / 2 ** (32 - bits)));
  const near = fc.tuple(fc.constantFrom(...ranges4), fc.integer({ min: -2, max: 2 }), fc.boolean()).map(([[net, bits], by, end]) => (net + (end ? 2 ** (32 - bits) : 0) + by + 2 ** 32) % 2 ** 32);
  fc.assert(fc.property(fc.oneof(fc.integer({ min: 0, max: 2 ** 32 - 1 }), near), (number) => isPublic(dotted(number)) === !within4(number)), { numRuns: 2000 });

  const written = (value: bigint) => Array.from({ length: 8 }, (_, index) => ((value >> BigInt(112 - 16 * index)) & 0xffffn).toString(16)).join(':');
  const ranges6: [bigint, bigint][] = [[0x2001_0000n << 96n, 23n], [0x2001_0db8n << 96n, 32n], [0x2002_0000n << 96n, 16n], [0x3fff_0000n << 96n, 20n]];
  const inside = (value: bigint, net: bigint, bits: bigint) => value >> (128n - bits) === net >> (128n - bits);
  const whole = fc.bigInt({ min: 0n, max: 2n ** 128n - 1n });
  const edges = fc.tuple(fc.constantFrom(...ranges6, [0x2000n << 112n, 3n] as [bigint, bigint]), fc.bigInt({ min: -2n, max: 2n }), fc.boolean())
    .map(([[net, bits], by, end]) => (net + (end ? 2n ** (128n - bits) : 0n) + by + 2n ** 128n) % 2n ** 128n);
  const global = whole.map((value) => (value >> 3n) | (1n << 125n));
  fc.assert(fc.property(fc.oneof(whole, global, edges), (value) =>
    isPublic(written(value)) === (inside(value, 0x2000n << 112n, 3n) && !ranges6.some(([net, bits]) => inside(value, net, bits)))), { numRuns: 2000 });
  // An IPv4 address in an IPv6 coat goes nowhere, not even a public one.
  fc.assert(fc.property(fc.integer({ min: 0, max: 2 ** 32 - 1 }), fc.constantFrom('::', '::ffff:', '::ffff:0:', '64:ff9b::'), (number, coat) => !isPublic(coat + dotted(number))));
  fc.assert(fc.property(fc.integer({ min: 0, max: 2 ** 32 - 1 }), (number) => !isPublic(`2002:${(number >>> 16).toString(16)}:${(number & 0xffff).toString(16)}::1`)));
});

t.test('[S16] what the operator lets in is that and no more', async (t) => {
  const rules = createAddressRules(['hook.internal', '10.1.0.0/16', '127.0.0.1', 'fd00:1::/32', '::1']);
  t.same(['hook.internal', 'HOOK.internal.', '10.1.2.3', '127.0.0.1', 'fd00:1:2::3', '::1'].map((host) => rules.allowsHost(host)), Array.from({ length: 6 }, () => true));
  t.same(['x.hook.internal', 'internal', '10.2.0.1', '127.0.0.2', 'fd00:2::1', '::2', '0.0.0.0'].map((host) => rules.allowsHost(host)), Array.from({ length: 7 }, () => false));
  t.same(readConfig({ OUTBOUND_ALLOW: ' hook.internal , 10.0.0.0/8,::1,, my_service' }, '/srv').outboundAllow, ['hook.internal', '10.0.0.0/8', '::1', 'my_service']);
  t.same(readConfig({}, '/srv').outboundAllow, []);
  for (const wrong of ['http://x', '10.0.0.0/33', '::1/129', 'a b', '10.0.0', '*.example.com', 'x:80', '10.0.0.0/', '1.2.3.4.5', 'a..b', '-a']) {
    t.equal(isAllowEntry(wrong), false, wrong);
    t.throws(() => readConfig({ OUTBOUND_ALLOW: `ok.example,${wrong}` }, '/srv'), { name: 'ConfigError', message: /^OUTBOUND_ALLOW holds / }, wrong);
  }
});

t.test('[S16] addresses that point inside are refused before anybody is connected to', async (t) => {
  let asked = 0;
  const port = await listening(t, (_request, response) => void response.end(String(++asked)));
  const resolve = async (host: string) => host === 'many.example' ? ['93.184.216.34', '127.0.0.1'] : host === 'mapped.example' ? ['::ffff:127.0.0.1'] : host === 'public.example' ? ['93.184.216.34'] : ['127.0.0.1'];
  const outbound = outboundWith({ allow: [], resolve });
  for (const url of [`http://127.0.0.1:${port}`, `https://127.0.0.1:${port}/x`, `http://2130706433:${port}`, `http://0x7f.1:${port}`, `http://0177.0.0.1:${port}`, `http://127.1:${port}`, `http://[::1]:${port}`,
    `http://[::ffff:127.0.0.1]:${port}`, `http://[::ffff:7f00:1]:${port}`, `http://0:${port}`, `http://0.0.0.0:${port}`, `http://[::]:${port}`, `https://localhost:${port}`, `https://inside.example:${port}`,
    `https://inside.example.:${port}`, `https://many.example:${port}`, `https://mapped.example:${port}`, 'http://169.254.169.254/latest/meta-data', 'http://[fd00:ec2::254]/', 'http://public.example/',
    'https://user:pass@public.example/', 'https://user@public.example/', 'ftp://public.example/', 'file:///etc/passwd', 'gopher://x', 'data:text/plain,x', 'nonsense', '', '//public.example', `http://①②⑦.0.0.1:${port}`]) {
    t.equal(await failureOf(outbound.request(get(url))), 'address_refused', url);
    t.equal(await failureOf(outbound.check(url)), 'address_refused', url);
  }
  t.equal(asked, 0, 'nobody was asked');
  t.equal(await failureOf(outbound.check('https://public.example/hook')), 'none');
});

t.test('[S16] DNS is asked once, and what it said then is what is connected to', async (t) => {
  const seen: string[] = [];
  const note = (name: string) => (request: IncomingMessage, response: ServerResponse) => {
    seen.push(`${name} ${request.headers.host ?? ''}`);
    response.end('ok');
  };
  const port = await listening(t, note('checked'));
  await listening(t, note('rebound'), '127.0.0.2', port);
  let lookups = 0;
  const outbound = outboundWith({ allow: ['127.0.0.1'], resolve: async () => (lookups++ === 0 ? ['127.0.0.1'] : ['127.0.0.2']) });
  const answer = await outbound.request(get(`http://hook.example:${port}/path?q=1#f`));
  t.equal(answer.body.toString(), 'ok');
  t.equal(lookups, 1);
  t.same(seen, [`checked hook.example:${port}`], 'the name goes into Host, the address is the checked one');
  t.equal(await failureOf(outbound.request(get(`http://hook.example:${port}`))), 'address_refused', 'and is checked anew the next time');
  const broken = outboundWith({ resolve: async () => { throw new Error('ENOTFOUND'); } });
  t.equal(await failureOf(broken.request(get('https://nowhere.example'))), 'unreachable');
  t.equal(await failureOf(outboundWith({ resolve: async () => [] }).request(get('https://nowhere.example'))), 'unreachable');
  t.equal(await failureOf(outboundWith({ resolve: async () => ['not an address'] }).request(get('https://nowhere.example'))), 'address_refused');
});

t.test('[S16] an address that does not answer is tried no longer than the others of the same host', async (t) => {
  const port = await listening(t, (_request, response) => void response.end('second'));
  const outbound = outboundWith({ allow: ['127.0.0.0/8'], resolve: async () => ['127.0.0.3', '127.0.0.1'] });
  t.equal((await outbound.request(get(`http://two.example:${port}`))).body.toString(), 'second');
});

t.test('[S16] requests carry our name, no cookies, and what they were given', async (t) => {
  const seen: { headers: IncomingMessage['headers']; method: string | undefined; body: string }[] = [];
  const port = await listening(t, (request, response) => {
    const pieces: Buffer[] = [];
    request.on('data', (piece: Buffer) => void pieces.push(piece)).on('end', () => {
      seen.push({ headers: request.headers, method: request.method, body: Buffer.concat(pieces).toString() });
      response.writeHead(201, { 'set-cookie': ['a=1', 'b=2'], 'x-answer': 'yes' }).end('made');
    });
  });
  const outbound = outboundWith();
  for (let round = 0; round < 2; round++) {
    const answer = await outbound.request({ method: 'POST', url: `http://127.0.0.1:${port}/hook?x=1`, headers: { 'content-type': 'application/json', 'webhook-id': 'x' }, body: '{"한":1}' });
    t.match(answer, { status: 201, headers: { 'x-answer': 'yes', 'set-cookie': 'a=1, b=2' }, url: `http://127.0.0.1:${port}/hook?x=1` });
    t.equal(answer.body.toString(), 'made');
  }
  for (const { headers, method, body } of seen) {
    t.match(headers, { 'user-agent': 'Peer-Consult', 'content-length': '9', 'content-type': 'application/json', 'webhook-id': 'x', 'accept-encoding': 'identity' });
    t.same([headers.cookie, headers.authorization, method, body], [undefined, undefined, 'POST', '{"한":1}']);
  }
});

t.test('[S16] redirects are answers, unless asked for; then each is checked like the first address', async (t) => {
  const port: number = await listening(t, (request, response) => {
    const to = new URL(request.url!, 'http://x').searchParams.get('to');
    if (to === null) return void response.end('arrived');
    response.writeHead(302, { location: to }).end('elsewhere');
  });
  const other = await listening(t, (_request, response) => void response.end('secret'), '127.0.0.2');
  const outbound = outboundWith();
  const base = `http://127.0.0.1:${port}`;
  const by = (to: string) => `${base}/?to=${encodeURIComponent(to)}`;
  t.match(await outbound.request(get(by('/'))), { status: 302, headers: { location: '/' } });
  t.match(await outbound.request({ ...get(by('/there')), redirects: 1 }), { status: 200, url: `${base}/there` });
  t.match(await outbound.request({ ...get(by(by(by(by('/'))))), redirects: 99 }), { status: 302 }, 'three at most');
  t.match(await outbound.request({ ...get(by(by(by('/')))), redirects: 99 }), { status: 200 });
  t.match(await outbound.request({ method: 'POST', url: by('/'), redirects: 3 }), { status: 302 }, 'what is sent is not sent on');
  for (const to of [`http://127.0.0.2:${other}/`, 'http://169.254.169.254/', 'file:///etc/passwd', 'http://[::1]/']) t.equal(await failureOf(outbound.request({ ...get(by(to)), redirects: 3 })), 'address_refused', to);
  t.equal(await failureOf(outbound.request({ ...get(by('http://')), redirects: 3 })), 'unreachable');
});

t.test('[S16] time and size have caps, and what runs can be given up', async (t) => {
  const clock = fakeClock();
  let hung = 0;
  const waiting: (() => void)[] = [];
  const closed: Promise<unknown>[] = [];
  const port = await listening(t, (request, response) => {
    closed.push(new Promise((resolve) => void request.socket.on('close', resolve)));
    if (request.url === '/large') {
      response.writeHead(200);
      const more = () => { while (!response.destroyed && response.write(Buffer.alloc(16_384))); response.once('drain', more); };
      return more();
    }
    if (request.url === '/exact') return void response.end(Buffer.alloc(64 * 1024));
    if (request.url === '/broken') return void response.writeHead(200, { 'content-length': '100' }).write('half', () => request.socket.destroy());
    hung++;
    if (request.url === '/slow') response.write('a drop');
    waiting.shift()?.();
  });
  const arrived = () => new Promise<void>((resolve) => void waiting.push(resolve));
  const url = (path: string) => get(`http://127.0.0.1:${port}${path}`);
  const outbound = outboundWith({ clock });
  const large = await outbound.request(url('/large')).catch((error: unknown) => error as OutboundError);
  t.match(large, { failure: 'too_large', status: 200 });
  t.equal((await outbound.request(url('/exact'))).body.length, 64 * 1024);
  t.equal(await failureOf(outbound.request({ ...url('/exact'), maxBytes: 64 * 1024 - 1 })), 'too_large');
  t.equal(await failureOf(outbound.request(url('/broken'))), 'unreachable');
  t.equal(await failureOf(outbound.request(get('http://127.0.0.1:1/'))), 'unreachable');
  t.equal(await failureOf(outbound.request(get(`https://127.0.0.1:${port}/`))), 'unreachable', 'what speaks no TLS');
  closed.length = 0;
  for (const [path, timeoutMs, ms] of [['/never', undefined, 10_000], ['/slow', undefined, 10_000], ['/never', 60_000, 10_000], ['/never', 2000, 2000]] as const) {
    const there = arrived();
    let ended = false;
    const failure = failureOf(outbound.request({ ...url(path), ...(timeoutMs !== undefined && { timeoutMs }) })).finally(() => void (ended = true));
    await there;
    clock.advance(ms - 1);
    await new Promise((resolve) => void setImmediate(resolve));
    t.equal(ended, false, `${path} has ${ms} ms`);
    clock.advance(1);
    t.equal(await failure, 'timeout');
  }
  await Promise.all(closed); // the connections are gone too
  t.equal(hung, 4);
  const stuck = createOutbound({ clock, allow: [], resolve: () => new Promise(() => {}) });
  const failure = failureOf(stuck.request(get('https://stuck.example')));
  clock.advance(10_000);
  t.equal(await failure, 'timeout', 'DNS counts too');

  const one = new AbortController();
  const begun = arrived();
  const given = failureOf(outbound.request({ ...url('/never'), signal: one.signal }));
  await begun;
  one.abort();
  t.equal(await given, 'unreachable', 'one of them');
  t.equal(await failureOf(outbound.request({ ...url('/exact'), signal: one.signal })), 'unreachable');
  const there = arrived();
  const under = failureOf(outbound.request(url('/never')));
  await there;
  outbound.close();
  t.equal(await under, 'unreachable');
  t.equal(await failureOf(outbound.request(url('/exact'))), 'unreachable', 'and takes no more');
});
