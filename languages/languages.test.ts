import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import t from 'tap';
import { compareWords, readLanguages, splitLanguages } from '../scripts/languages.mjs';
import { removeFolder, temporaryFolder } from '../test/services/temporary-folder.ts';
import { en } from './en.ts';
import type { Language } from './language.ts';

const folder = import.meta.dirname;
const root = resolve(folder, '..');
const languages = readLanguages(folder);
const words = new Map(await Promise.all(languages.map(async ({ tag }) => {
  const module = (await import(`./${tag}.ts`)) as Record<string, Partial<Language>>;
  return [tag, module[tag]!] as const;
})));

/** Every word of a table with its whole name. */
function* leaves(table: object, path: readonly string[] = []): Generator<[name: string, word: unknown]> {
  for (const [key, word] of Object.entries(table)) {
    if (word !== null && typeof word === 'object' && !Array.isArray(word)) yield* leaves(word as object, [...path, key]);
    else yield [[...path, key].join('.'), word];
  }
}
/** What people may read of a word: of a function, what it says to two ways of asking. */
function said(name: string, word: unknown): string[] {
  if (typeof word === 'string') return [word];
  if (Array.isArray(word)) return word as string[];
  const call = word as (...given: unknown[]) => unknown;
  const given = name.startsWith('mail.')
    ? [[{ inviter: 'A', organisation: 'B', role: 'agent', link: 'https://c.example/', name: 'D', minutes: 5, agent: 'E', visitor: 'F', preview: 'G', site: 'H', text: 'I' }]]
    : [[1, 2], ['X', 'Y']];
  return given.flatMap((values) => {
    const answer = call(...values);
    return typeof answer === 'string' ? [answer] : [...leaves(answer as object)].flatMap(([, text]) => text as string | string[]);
  });
}
const holes = (text: string) => [...text.matchAll(/\{(\w+)\}/g)].map(([, name]) => name).sort();
const english = new Map(leaves(en));

t.test('[S1] no word is missing in any language, and none is left that English no longer has', async (t) => {
  for (const one of languages) t.strictSame(compareWords(languages[0]!, one), { missing: [], unknown: [] }, one.tag);
});

t.test('[S1] every word is one: not empty, of the same kind as in English, with the same holes, a list as long', async (t) => {
  for (const [tag, table] of words) {
    for (const [name, word] of leaves(table)) {
      const ours = english.get(name);
      const place = `${tag}.${name}`;
      t.equal(typeof word, typeof ours, place);
      for (const text of said(name, word)) t.ok(typeof text === 'string' && text.trim() !== '' && !text.includes('undefined'), place, { text });
      if (name.startsWith('panel.')) t.strictSame(holes(word as string), holes(ours as string), place);
      if (Array.isArray(ours)) t.equal((word as string[]).length, ours.length, place);
    }
  }
});

t.test('[S1] nothing was left in English', async (t) => {
  // Names, abbreviations and what only puts together what it is given.
  const theSame = /^(panel\.(appName|csv)|app\.name)$/;
  for (const [tag, table] of words) {
    if (tag === 'en') continue;
    const alike = [...leaves(table)].map(([name, word]) => ({ name, texts: said(name, word).join(' ') }))
      .filter(({ name, texts }) => !theSame.test(name) && texts === said(name, english.get(name)).join(' ') && /[A-Za-z]{3}/.test(texts.replaceAll(/\{\w+\}/g, '')));
    t.strictSame(alike.map(({ name, texts }) => `${name}: ${texts}`), [], tag);
  }
});

// A language of which somebody has written a first few words, with a helper of its own.
const japanese = `import type { Letter } from './letters.ts';
import type { Translation } from './language.ts';

const footer = '自動送信メールです。';

/** Japanese, begun. */
export const ja = {
  name: '日本語',
  launcher: { open: 'チャットを開く' },
  chat: { send: '送信', failed: { default: '送信できませんでした。' } },
  call: { cancel: 'キャンセル' },
  panel: { inbox: '受信トレイ' },
  mail: {
    test: ({ agent }: { agent: string }): Letter => ({ subject: 'メールは動作しています', heading: '動作しています', paragraphs: [\`\${agent}さん\`], footer }),
  },
  push: { message: (who: string) => \`\${who}さんからのメッセージ\` },
  names: { animals: ['カワウソ'] },
} satisfies Translation;
`;

t.test('[S1] a language is one file: what is there is said, the rest in English, and each missing word is named', async (t) => {
  const copy = temporaryFolder('languages');
  t.teardown(() => removeFolder(copy));
  for (const file of readdirSync(folder).filter((name) => name.endsWith('.ts'))) cpSync(join(folder, file), join(copy, file));
  writeFileSync(join(copy, 'ja.ts'), japanese);
  const all = readLanguages(copy);
  t.strictSame(all.map(({ tag }) => tag), ['en', 'ja', ...languages.map(({ tag }) => tag).filter((tag) => tag !== 'en')]);

  const { missing, unknown } = compareWords(all[0]!, all[1]!);
  const written = ['name', 'launcher.open', 'chat.send', 'chat.failed.default', 'call.cancel', 'panel.inbox', 'mail.test', 'push.message', 'names.animals'];
  t.strictSame(missing, [...english.keys()].filter((name) => !written.includes(name)));
  t.strictSame(unknown, []);
  writeFileSync(join(copy, 'ja.ts'), japanese.replace("send: '送信'", "sned: '送信'"));
  const again = compareWords(all[0]!, readLanguages(copy)[1]!);
  t.ok(again.missing.includes('chat.send'));
  t.strictSame(again.unknown, ['chat.sned']);

  writeFileSync(join(copy, 'ja.ts'), japanese.replace("name: '日本語',", "...{ name: '日本語' },"));
  t.throws(() => splitLanguages(copy), /is no `name: words`/);
  writeFileSync(join(copy, 'ja.ts'), japanese.replace('const ja =', 'const jp ='));
  t.throws(() => readLanguages(copy), /has no `export const ja/);
});

t.test('[S1] a third language dropped into the folder is in widget, panel, site settings, mails and pushes, with nothing else touched', { timeout: 290_000 }, async (t) => {
  const house = temporaryFolder('languages-house');
  t.teardown(() => removeFolder(house));
  const skipped = /\/(node_modules|split|dist)$|\.webmanifest$/;
  for (const room of ['languages', 'protocol', 'server', 'widget', 'admin', 'scripts', 'package.json', 'tsconfig.json', 'vite.config.ts']) {
    cpSync(join(root, room), join(house, room), { recursive: true, filter: (path) => !skipped.test(path) });
  }
  symlinkSync(join(root, 'node_modules'), join(house, 'node_modules'));
  writeFileSync(join(house, 'languages/ja.ts'), japanese);
  mkdirSync(join(house, 'try'));
  writeFileSync(join(house, 'try/say.ts'), `
import { Compile } from 'typebox/compile';
import { InvitationBody, MePatch } from '../protocol/team.ts';
import { SitePatch } from '../protocol/site.ts';
import { checkBySchema } from '../server/validation.ts';
import { languageOf } from '../server/languages.ts';
import { preferencesOf } from '../server/auth/preferences.ts';
import { defaultSettings } from '../server/sites/site-settings.ts';
import { animalName } from '../server/visitors/animal-name.ts';
import { transcriptText } from '../server/chat/transcript.ts';
import { pushTexts } from '../server/push/push-texts.ts';
import { mail } from '../languages/split/mail.ts';
import { LANGUAGE_NAMES } from '../languages/split/language-names.ts';
const taken = (schema: never, value: unknown) => !('error' in (checkBySchema({ schema, method: 'POST', url: '/', httpPart: 'body' } as never)(value) as object));
console.log(JSON.stringify({
  names: LANGUAGE_NAMES, accepted: languageOf('fr, ja;q=0.9, en;q=0.5'), preferred: preferencesOf({ settings: { locale: 'ja' } } as never).locale, sites: defaultSettings.languages,
  invitation: ['ja', 'xx', 'JA', 'ja-JP'].map((locale) => taken(InvitationBody as never, { email: 'a@b.example', role: 'agent', locale })),
  me: ['ja', 'xx', null].map((locale) => taken(MePatch as never, { preferences: { locale } })),
  site: [['ja', 'en'], ['xx']].map((languages) => taken(SitePatch as never, { settings: { languages } })),
  mail: mail.ja.test({ agent: 'Ada' }), english: mail.ja.password_reset({ name: 'Ada', link: 'https://a.example/', minutes: 9 }).subject,
  push: [pushTexts.ja.message('Ada'), pushTexts.ja.answer], animal: animalName('ja', () => 0),
  transcript: transcriptText({ conversation: { visitor: { name: 'Ada' }, createdAt: '' } as never, messages: [], calls: [], locale: 'ja', timeZone: 'UTC' }).split('\\n')[0],
}));
`);
  const run = (args: string[]) => {
    // Without tap's own loaders, which it would put into every node process below.
    const { status, stdout, stderr } = spawnSync('env', ['-u', 'NODE_OPTIONS', process.execPath, ...args], { cwd: house, encoding: 'utf8', env: { ...process.env, NODE_ENV: 'production' } });
    t.equal(status, 0, args.join(' '), { stdout, stderr });
    return stdout;
  };
  run(['scripts/languages.mjs']);
  const sayings = JSON.parse(run(['--import', 'tsx', 'try/say.ts'])) as unknown;
  t.strictSame(sayings, {
    names: { en: 'English', ja: '日本語', ko: '한국어' }, accepted: 'ja', preferred: 'ja', sites: ['en', 'ja', 'ko'],
    invitation: [true, false, false, false], me: [true, false, true], site: [true, false],
    mail: { subject: 'メールは動作しています', heading: '動作しています', paragraphs: ['Adaさん'], footer: '自動送信メールです。' }, english: en.mail.password_reset({ name: '', link: '', minutes: 9 }).subject,
    push: ['Adaさんからのメッセージ', 'Answer'], animal: `${en.names.adjectives[0]} カワウソ`, transcript: en.transcript.head('Ada'),
  });

  run(['node_modules/vite/bin/vite.js', 'build', '--logLevel', 'error']);
  run(['node_modules/vite/bin/vite.js', 'build', '--mode', 'admin', '--logLevel', 'error']);
  const built = (place: string) => readdirSync(join(house, place)).filter((name) => name.endsWith('.js')).map((name) => ({ name, text: readFileSync(join(house, place, name), 'utf8') }));
  const element = built('dist/widget');
  for (const [section, word] of [['chat', '送信'], ['call', 'キャンセル']] as const) {
    t.strictSame(element.filter(({ text }) => text.includes(word)).map(({ name }) => name.replace(/-[\w-]{8}\.js$/, '')), [`peer-consult-ja-${section}`], `${section}: a chunk of its own`);
  }
  const [launcher] = element.filter(({ name }) => name === 'peer-consult.js');
  t.match(launcher!.text, 'チャットを開く', 'the button has its few words at hand: it asks nobody for them');
  t.match(launcher!.text, '채팅 열기');
  t.notMatch(launcher!.text, /送信|보내기/, 'and none of the chat\'s');
  const panel = built('dist/admin/assets');
  t.equal(panel.filter(({ text }) => text.includes('受信トレイ')).length, 1, 'the panel has its words in a chunk of their own');
  t.ok(panel.some(({ text }) => text.includes('日本語') && text.includes('한국어')), 'the choice of languages offers it');
  const manifest = JSON.parse(readFileSync(join(house, 'dist/admin/manifest.ja.webmanifest'), 'utf8')) as object;
  t.match(manifest, { lang: 'ja', name: en.app.name, shortcuts: [{ name: '受信トレイ' }, { name: en.panel.queue }] });
});
