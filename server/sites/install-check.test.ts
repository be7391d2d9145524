import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import t from 'tap';
import type { InstallCheck } from '../../protocol/site.ts';
import { testApp } from '../testing/test-app.ts';

t.test('[A7] [S16] the install check: what is on a page, and what keeps it from working', async (t) => {
  let page: { status?: number; headers?: Record<string, string>; html?: string } = {};
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(request.url!);
    response.writeHead(page.status ?? 200, { 'content-type': 'text/html; charset=utf-8', ...page.headers }).end(page.html ?? '');
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.teardown(() => new Promise((resolve) => { server.close(resolve); server.closeAllConnections(); }));
  const shop = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  const app = await testApp({ outboundAllow: ['127.0.0.1'], config: { publicOrigin: 'https://consult.example', rateLimits: false } });
  t.teardown(() => app.close());
  const { headers, site } = await app.owner();
  const key = site.publishableKey;
  const check = async (url: string) => (await app.inject({ method: 'POST', url: `/v1/sites/${site.id}/check-install`, headers, payload: { url } })).json<InstallCheck & { code?: string }>();
  const script = '<script type="module" src="https://consult.example/peer-consult.js"></script>';
  const tag = `<peer-consult site-key="${key}"></peer-consult>`;

  t.match(await check(`${shop}/`), { result: 'origin_missing', detail: new RegExp(shop) });
  t.same(asked, [], 'a page that is not on the list is not asked');
  await app.inject({ method: 'PATCH', url: `/v1/sites/${site.id}`, headers, payload: { origins: ['https://consult.example', shop, 'http://10.1.2.3'] } });

  const look = async (html: string, more: typeof page = {}) => {
    page = { html, ...more };
    return check(`${shop}/a?b=c#d`);
  };
  t.same(await look(`${script}${tag}`), { url: `${shop}/a?b=c`, status: 200, result: 'found', csp: [], detail: 'The tag is there.' });
  t.equal(asked.at(-1), '/a?b=c');
  t.match(await look(`<SCRIPT src='https://consult.example/peer-consult.js?v=1' TYPE=module></SCRIPT><Peer-Consult SITE-KEY=${key}>`), { result: 'found' });
  t.match(await look('<p>Nothing</p>'), { result: 'no_tag' });
  t.match(await look(`<!-- ${tag} -->${script}<template>${tag}</template><script>'${tag}'</script>`), { result: 'no_tag' });
  t.match(await look(tag), { result: 'no_script' });
  t.match(await look(`${tag}<script src="https://consult.example/peer-consult.js"></script>`), { result: 'no_script' }, 'no module');
  t.match(await look(`${script}<peer-consult site-key="pk_other">`), { result: 'wrong_key', detail: /another site/ });
  t.match(await look(`${script}<peer-consult>`), { result: 'wrong_key', detail: /no site-key/ });
  t.match(await look(`${script}<peer-consult site-key="pk_other"></peer-consult>${tag}`), { result: 'found' }, 'one of two');
  t.match(await look('{}', { headers: { 'content-type': 'application/json' } }), { result: 'no_tag' });
  t.match(await look('', { status: 500 }), { result: 'unreachable', status: 500 });

  const policy = { headers: { 'content-security-policy': "default-src 'self'; style-src 'none'; connect-src https://consult.example" } };
  t.match(await look(`${script}${tag}`, policy), {
    result: 'found', detail: /Content-Security-Policy/,
    csp: ['default-src https://consult.example', 'connect-src wss://consult.example', 'default-src blob:'],
  });
  const meta = "<meta http-equiv='Content-Security-Policy' content=\"script-src 'self'; connect-src *; img-src *; media-src blob:\">";
  t.match(await look(`${meta}${script}${tag}`), { csp: ['script-src https://consult.example'] });
  t.match(await look(`${script}${tag}`, { headers: { 'content-security-policy-report-only': "default-src 'none'" } }), { csp: [] });

  // A redirect is followed, but not out of the list.
  t.match(await look('', { status: 302, headers: { location: 'https://10.1.2.3/' } }), { result: 'refused' }, 'nor to where nobody may lead us');
  t.match(await check('http://10.1.2.3/'), { result: 'refused' }, 'private, though on the list');
  t.match(await check('https://consult.example/demo'), { result: 'found', url: 'https://consult.example/demo', csp: [] }, 'our own demo is not asked over the network');
  for (const url of ['shop', 'ftp://x.example/', 'https://u:p@x.example/', 'javascript:alert(1)']) t.equal((await check(url)).code, 'unprocessable', url);
});

t.test('[S18] pages are looked at some times a minute, and no more', async (t) => {
  const app = await testApp();
  t.teardown(() => app.close());
  const { headers, site } = await app.owner();
  const check = () => app.inject({ method: 'POST', url: `/v1/sites/${site.id}/check-install`, headers, payload: { url: 'https://nowhere.example/' } });
  for (let left = 20; left > 0; left--) t.equal((await check()).statusCode, 200);
  t.match((await check()).json(), { code: 'rate_limited' });
});
