import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import t from 'tap';
import { systemClock } from '../clock.ts';
import { blockedBy, parsePolicies } from '../sites/content-policy.ts';
import { readIdentity } from './identity.ts';

// The examples of docs/embedding.md, as they stand there.

const page = readFileSync(new URL('../../docs/embedding.md', import.meta.url), 'utf8');
const secret = 'pci_0123456789abcdef0123456789abcdef0123456789abcdef';
const user = { id: 'customer-77', name: '김하나', email: 'hana@example.com' };
const now = () => systemClock().now();

t.test('[S7] docs/embedding.md: what its examples sign is accepted', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'peer-consult-embedding-'));
  t.teardown(() => rmSync(folder, { recursive: true }));
  const load = async (name: string) => {
    const file = join(folder, `${name}.mjs`);
    writeFileSync(file, new RegExp(`^\`\`\`js test=${name}\n([^]*?)^\`\`\`$`, 'm').exec(page)![1]!);
    return import(pathToFileURL(file).href) as Promise<Record<string, (...given: unknown[]) => string>>;
  };
  const { signIdentity } = await load('sign-identity');
  t.same(readIdentity(signIdentity!(user, secret), secret, now()), { externalId: user.id, name: user.name, email: user.email });
  t.throws(() => readIdentity(signIdentity!(user, `${secret}x`), secret, now()), { code: 'unauthenticated' });
  const { signShort } = await load('sign-short');
  t.same(readIdentity(signShort!(user.id, secret), secret, now()), { externalId: user.id });
});

t.test('[S7] docs/embedding.md: the one in Python too', { skip: spawnSync('python3', ['--version']).status === 0 ? false : 'There is no python3 here.' }, async (t) => {
  const code = /^```python\n([^]*?)^```$/m.exec(page)![1]!;
  const token = execFileSync('python3', ['-c', `${code}\nimport sys\nprint(sign_identity(json.loads(sys.argv[1]), sys.argv[2]))`, JSON.stringify(user), secret], { encoding: 'utf8' }).trim();
  t.same(readIdentity(token, secret, now()), { externalId: user.id, name: user.name, email: user.email });
});

t.test('[A7] docs/embedding.md: the policy that it names is enough, and each part of it is needed', async (t) => {
  const policy = /script-src [^`]*?blob:/.exec(page)![0].replaceAll('\n', ' ');
  const server = 'https://consult.example.com';
  const needs = [
    { directive: 'script-src', target: server }, { directive: 'connect-src', target: server }, { directive: 'connect-src', target: 'wss://consult.example.com' },
    { directive: 'img-src', target: server }, { directive: 'media-src', target: 'blob:' },
  ] as const;
  const blocked = (text: string) => blockedBy(parsePolicies(`default-src 'none'; ${text}; trusted-types lit-html peer-consult`), needs, 'https://shop.example', ['lit-html', 'peer-consult']);
  t.same(blocked(policy), []);
  for (const part of policy.split(';')) t.not(blocked(policy.replace(part, '')).length, 0, part);
});
