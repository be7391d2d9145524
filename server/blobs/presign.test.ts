import t from 'tap';
import { presignedUrl } from './presign.ts';

// Amazon's own example: https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html
const example = { accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY', region: 'us-east-1' };

t.test('[G5] a URL is signed as in the example of the specification', async (t) => {
  const url = presignedUrl('https://examplebucket.s3.amazonaws.com/test.txt', example, { now: Date.UTC(2013, 4, 24), seconds: 86_400 });
  t.equal(new URL(url).searchParams.get('X-Amz-Signature'), 'aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404');
});

t.test('[G5] the secret is not in it, and what the answer shall say is part of what is signed', async (t) => {
  const sign = (type: string) => presignedUrl('https://s3.example.com/bucket/recordings/r.webm', example, { now: 1_700_000_000_000, seconds: 300, answer: { 'response-content-type': type } });
  const { searchParams, origin, pathname } = new URL(sign("video/webm;codecs='vp8', opus*"));
  t.strictSame([origin, pathname], ['https://s3.example.com', '/bucket/recordings/r.webm']);
  t.equal(searchParams.get('response-content-type'), "video/webm;codecs='vp8', opus*");
  t.equal(searchParams.get('X-Amz-Expires'), '300');
  t.notMatch(sign('a/b'), example.secretAccessKey);
  t.not(new URL(sign('a/b')).searchParams.get('X-Amz-Signature'), new URL(sign('a/c')).searchParams.get('X-Amz-Signature'));
});
