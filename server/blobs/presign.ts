import { createHash, createHmac } from 'node:crypto';
import { rfc3339 } from '../clock.ts';

/** What a request is signed with. */
export interface SigningCredentials {
  accessKeyId: string;
  secretAccessKey: string;
  region: string;
}

/**
 * A URL that lets whoever has it GET `url` (an S3 object, without a query) for `seconds` from `now` on (ms since the epoch): Signature
 * Version 4 in the query. `answer`: headers that the server shall answer with, as S3 names them in a query (`response-content-type`).
 * https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html
 */
export function presignedUrl(url: string, { accessKeyId, secretAccessKey, region }: SigningCredentials, { now, seconds, answer = {} }: {
  now: number;
  seconds: number;
  answer?: Readonly<Record<string, string>>;
}): string {
  const { host, origin, pathname } = new URL(url);
  const time = rfc3339(now).replaceAll(/[-:]|\.\d{3}/g, '');
  const day = time.slice(0, 8);
  const scope = `${day}/${region}/s3/aws4_request`;
  const query = Object.entries({
    ...answer,
    'X-Amz-Algorithm': 'AWS4-HMAC-SHA256', 'X-Amz-Credential': `${accessKeyId}/${scope}`, 'X-Amz-Date': time,
    'X-Amz-Expires': String(seconds), 'X-Amz-SignedHeaders': 'host',
  }).map(([name, value]) => `${encoded(name)}=${encoded(value)}`).sort().join('&');
  const request = ['GET', pathname, query, `host:${host}`, '', 'host', 'UNSIGNED-PAYLOAD'].join('\n');
  const text = ['AWS4-HMAC-SHA256', time, scope, createHash('sha256').update(request).digest('hex')].join('\n');
  const key = [day, region, 's3', 'aws4_request'].reduce<string | Buffer>((secret, part) => hmac(secret, part), `AWS4${secretAccessKey}`);
  return `${origin}${pathname}?${query}&X-Amz-Signature=${hmac(key, text).toString('hex')}`;
}

const hmac = (key: string | Buffer, text: string): Buffer => createHmac('sha256', key).update(text).digest();

/** As S3 counts it: everything but unreserved characters, which is a little more than encodeURIComponent does. */
const encoded = (text: string): string => encodeURIComponent(text).replaceAll(/[!'()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`);
