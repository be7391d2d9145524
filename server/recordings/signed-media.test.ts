import Fastify from 'fastify';
import { join } from 'node:path';
import t from 'tap';
import { openBlobs } from '../blobs/open-blobs.ts';
import { httpErrors } from '../http-errors.ts';
import { staticPages } from '../static.ts';
import { consultation } from './testing/consultation.ts';

const s3 = { kind: 's3', endpoint: 'http://10.0.0.7:9000', region: 'us-east-1', bucket: 'calls', accessKeyId: 'KEY', secretAccessKey: 'hush-hush', signed: { endpoint: 'https://s3.example.com' } } as const;

/** Keeps bytes on disk and signs like S3: signing asks nobody. */
async function signingBlobs(folder: string) {
  const [disk, signer] = [await openBlobs({ kind: 'disk', folder }), await openBlobs(s3)];
  return { ...disk, signedUrl: signer.signedUrl, signedOrigin: signer.signedOrigin };
}

t.test('[G5] a player is sent to the object store by a URL of five minutes, which only who may hear the recording gets, and which is audited', async (t) => {
  const c = await consultation(t, { blobs: await signingBlobs(t.testdir()) });
  const { recordingId: id } = await c.start('agent');
  await c.put('agent', id, 1, 0, Buffer.from('sound'));
  await c.visitor.request('call.end', { callId: c.callId });
  await c.complete('agent', id, [{ segment: 1, chunks: 1 }]);
  await c.until(id, 'ready');
  const url = `/v1/recordings/${id}/media`;
  const { headers } = c.agent;

  for (const [query, disposition, action] of [['direct=1', /^inline; /, 'recording.played'], ['direct=1&download=1', /^attachment; /, 'recording.downloaded']] as const) {
    c.clock.advance(10_000);
    const answer = await c.app.inject({ url: `${url}?${query}`, headers: { ...headers, range: 'bytes=0-1' } });
    t.match([answer.statusCode, answer.headers['cache-control'], answer.body], [302, 'private, no-store', '']);
    const to = new URL(String(answer.headers.location));
    t.match([to.origin, to.pathname], ['https://s3.example.com', `/calls/recordings/${id}.webm`]);
    t.equal(to.searchParams.get('X-Amz-Expires'), '300');
    t.equal(to.searchParams.get('X-Amz-Date'), new Date(c.clock.now()).toISOString().replaceAll(/[-:]|\.\d+/g, ''));
    t.match(to.searchParams.get('response-content-type'), /^audio\/webm;codecs=opus$/);
    t.match(to.searchParams.get('response-content-disposition'), disposition);
    const audit = (await c.app.inject({ url: '/v1/audit?limit=5', headers })).json<{ items: { action: string; target: { id: string } }[] }>();
    t.match(audit.items[0], { action, target: { id } });
    t.notMatch(c.app.log(), to.searchParams.get('X-Amz-Signature')!, 'no log keeps it');
  }

  t.equal((await c.app.inject({ url, headers })).statusCode, 200, 'whoever does not ask for it gets bytes');
  t.equal((await c.app.inject({ url: `${url}?direct=0`, headers })).statusCode, 200);
  t.equal((await c.app.inject({ method: 'HEAD', url: `${url}?direct=1`, headers })).statusCode, 200, 'HEAD asks for facts, which are here');

  const stranger = await c.app.visitor();
  for (const of of [stranger.headers, {}]) {
    const refused = await c.app.inject({ url: `${url}?direct=1`, headers: of });
    t.ok(refused.statusCode === 404 || refused.statusCode === 401);
    t.equal(refused.headers.location, undefined);
  }
});

t.test('[G5] where the store signs nothing, the server gives the bytes', async (t) => {
  const c = await consultation(t);
  const { recordingId: id } = await c.start('agent');
  await c.put('agent', id, 1, 0, Buffer.from('sound'));
  await c.visitor.request('call.end', { callId: c.callId });
  await c.complete('agent', id, [{ segment: 1, chunks: 1 }]);
  await c.until(id, 'ready');
  t.equal((await c.app.inject({ url: `/v1/recordings/${id}/media?direct=1`, headers: c.agent.headers })).statusCode, 200);
  t.equal((await openBlobs({ ...s3, signed: undefined })).signedUrl('recordings/r.webm', { now: 0, seconds: 1, contentType: 'a/b', disposition: 'inline' }), null);
});

t.test('[G5] [S9] the panel plays from the origin of those URLs, and from no other', async (t) => {
  const folder = t.testdir({ widget: {}, admin: { 'index.html': '<!doctype html><title>Panel</title>' } });
  const policyFor = async (mediaOrigin: string | null) => {
    const app = Fastify();
    await app.register(httpErrors);
    await app.register(staticPages, { widgetFolder: join(folder, 'widget'), adminFolder: join(folder, 'admin'), ownOrigins: () => ['https://consult.example'], mediaOrigin });
    const policy = String((await app.inject({ url: '/admin/' })).headers['content-security-policy']);
    await app.close();
    return policy.split('; ').find((line) => line.startsWith('media-src'));
  };
  t.equal(await policyFor((await signingBlobs(folder)).signedOrigin), "media-src 'self' blob: data: https://s3.example.com");
  t.equal(await policyFor(null), "media-src 'self' blob: data:");
  const amazon = await openBlobs({ ...s3, endpoint: undefined, region: 'cn-north-1', signed: { endpoint: undefined } });
  t.equal(amazon.signedOrigin, 'https://s3.cn-north-1.amazonaws.com.cn');
});
