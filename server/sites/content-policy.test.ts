import t from 'tap';
import { blockedBy, parsePolicies, type PolicyNeed } from './content-policy.ts';

const server = 'https://consult.example';
const needs = (nonce?: string): PolicyNeed[] => [
  { directive: 'script-src', target: server, nonce }, { directive: 'connect-src', target: server }, { directive: 'connect-src', target: 'wss://consult.example' },
  { directive: 'img-src', target: server }, { directive: 'media-src', target: 'blob:' },
];
const blocked = (policy: string, nonce?: string, origin = 'https://shop.example') => blockedBy(parsePolicies(policy), needs(nonce), origin, ['lit-html', 'peer-consult']);
const all = ['script-src https://consult.example', 'connect-src https://consult.example', 'connect-src wss://consult.example', 'img-src https://consult.example', 'media-src blob:'];

t.test('[A7] a policy is read as browsers read it, and the answer says what to add', async (t) => {
  t.same(blocked(''), [], 'no policy');
  t.same(blocked("style-src 'self'; frame-ancestors 'none'"), [], 'nothing that concerns us');
  t.same(blocked("default-src 'self'"), [...new Set(all.map((one) => `default-src ${one.split(' ')[1]}`))], 'default-src stands for all');
  t.same(blocked("script-src 'self'; connect-src 'self'; img-src 'self'; media-src 'self'"), all);
  t.same(blocked('default-src https: wss: blob:'), []);
  t.same(blocked('default-src * blob:'), []);
  t.same(blocked('default-src *'), ['default-src blob:'], 'a star is no blob');
  t.same(blocked("default-src 'none'; script-src https://consult.example; connect-src https://consult.example wss://consult.example; img-src *.example; media-src blob:"), []);
  t.same(blocked('connect-src https://consult.example'), ['connect-src wss://consult.example'], 'https allows no socket');
  t.same(blocked('connect-src consult.example'), [], 'a host without a scheme allows both');
  t.same(blocked('script-src https://consult.example:8443 http://consult.example/peer-consult.js'), ['script-src https://consult.example'], 'another port, a path');
  t.same(blocked('script-src https://CONSULT.example/'), []);
  t.same(blocked("script-src 'nonce-abc'"), ['script-src https://consult.example']);
  t.same(blocked("script-src 'nonce-abc' 'strict-dynamic'", 'abc'), []);
  t.same(blocked("script-src https://consult.example 'strict-dynamic'"), ['script-src https://consult.example'], 'then hosts do not count');
  t.same(blocked("script-src 'self'; script-src-elem https://consult.example"), [], 'the nearer one');
  t.same(blocked("img-src *, img-src 'self'"), ['img-src https://consult.example'], 'each of several has to allow it');
  t.same(blocked('img-src a; img-src *'), ['img-src https://consult.example'], 'the first of two of a name');
  t.same(blocked("require-trusted-types-for 'script'; trusted-types default lit-html"), ['trusted-types peer-consult']);
  t.same(blocked('trusted-types *'), []);
});

t.test('[A7] a page on the server\'s own origin, and over http at home', async (t) => {
  const own = (policy: string, origin: string) => blockedBy(parsePolicies(policy), [{ directive: 'script-src', target: origin }, { directive: 'connect-src', target: origin }, { directive: 'connect-src', target: origin.replace(/^http/, 'ws') }], origin, []);
  t.same(own("default-src 'self'", 'https://consult.example'), []);
  t.same(own("default-src 'self'", 'http://127.0.0.1:8080'), []);
  t.same(own("default-src 'self'", 'https://consult.example:8443'), []);
  t.same(own('default-src http://127.0.0.1:8080 ws://127.0.0.1:8080', 'http://127.0.0.1:8080'), []);
});
