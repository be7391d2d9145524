import type { Look } from '../../protocol/site.ts';

/** Where a snippet goes. */
export type Stack = 'html' | 'npm' | 'react' | 'vue' | 'svelte' | 'angular' | 'wordpress';

/** The stacks in the order of their tabs. */
export const STACKS: Readonly<Record<Stack, string>> = { html: 'HTML', npm: 'npm', react: 'React', vue: 'Vue', svelte: 'Svelte', angular: 'Angular', wordpress: 'WordPress' };

/** One thing to paste, with where. */
export interface Snippet {
  /** A file's name or a place, e.g. `index.html`. */
  file: string;
  code: string;
}

/** What stands in a snippet. */
export interface SnippetParts {
  server: string;
  siteKey: string;
  look: Look;
}

/** Escapes a text for a double-quoted attribute of HTML, of JSX, and of a template in a template literal, whatever it is (criterion A7). */
export function escapeAttribute(value: string): string {
  return value.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll("'", '&#39;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('{', '&#123;').replaceAll('}', '&#125;')
    .replaceAll('`', '&#96;').replaceAll('$', '&#36;').replaceAll('\\', '&#92;');
}

/** Escapes a text for a single-quoted string of JavaScript or PHP that may stand in a page's script. */
function escapeString(value: string): string {
  return value.replaceAll('\\', '\\\\').replaceAll("'", "\\'").replaceAll('\n', '\\n').replaceAll('\r', '\\r').replaceAll('</', '<\\/');
}

/** What of the look an attribute can say; what the site says anyway is left out. */
function attributesOf({ siteKey, look }: SnippetParts): [name: string, value: string][] {
  return [
    ['site-key', siteKey],
    ...(look.theme === 'auto' ? [] : [['theme', look.theme] as [string, string]]),
    ...(look.position === 'bottom-left' ? [['position', 'left'] as [string, string]] : []),
  ];
}

/** The tag as every HTML takes it. */
export function tag(parts: SnippetParts): string {
  const attributes = attributesOf(parts).map(([name, value]) => ` ${name}="${escapeAttribute(value)}"`).join('');
  return `<peer-consult${attributes}></peer-consult>`;
}

const accentRule = ({ look }: SnippetParts): string => (look.accent === null ? '' : `peer-consult {\n  --peer-consult-accent: ${/^#[0-9a-f]{6}$/i.test(look.accent) ? look.accent : '#3a4fd0'};\n}`);

/** Everything that has to be pasted for one stack. */
export function snippets(stack: Stack, parts: SnippetParts): Snippet[] {
  const script = `${parts.server}/peer-consult.js`;
  const load = `<script type="module" src="${escapeAttribute(script)}"></script>`;
  const rule = accentRule(parts);
  const style = rule ? [{ file: 'CSS', code: rule }] : [];
  const element = tag(parts);
  switch (stack) {
    case 'html':
      return [{ file: 'HTML', code: `${load}\n${element}` }, ...style];
    case 'npm':
      return [
        {
          file: 'main.js',
          code: `// Nothing to install: the element comes from your server and so always fits it. Bundlers leave this import alone.\nawait import(/* @vite-ignore */ /* webpackIgnore: true */ '${escapeString(script)}');\n\nconst consult = document.createElement('peer-consult');\n${attributesOf(parts).map(([name, value]) => `consult.setAttribute('${name}', '${escapeString(value)}');`).join('\n')}\ndocument.body.append(consult);`,
        },
        ...style,
      ];
    case 'react':
      return [
        { file: 'index.html', code: load },
        { file: 'App.jsx', code: `export function Consult() {\n  return ${element.replace('></peer-consult>', ' />')};\n}` },
        ...style,
      ];
    case 'vue':
      return [
        { file: 'index.html', code: load },
        { file: 'vite.config.js', code: `import vue from '@vitejs/plugin-vue';\n\nexport default {\n  plugins: [vue({ template: { compilerOptions: { isCustomElement: (tag) => tag === 'peer-consult' } } })],\n};` },
        { file: 'App.vue', code: `<template>\n  ${element}\n</template>` },
        ...style,
      ];
    case 'svelte':
      return [{ file: 'app.html', code: load }, { file: '+layout.svelte', code: element }, ...style];
    case 'angular':
      return [
        { file: 'index.html', code: load },
        { file: 'app.component.ts', code: `import { Component, CUSTOM_ELEMENTS_SCHEMA } from '@angular/core';\n\n@Component({\n  selector: 'app-root',\n  schemas: [CUSTOM_ELEMENTS_SCHEMA],\n  template: \`${element}\`,\n})\nexport class AppComponent {}` },
        ...style,
      ];
    case 'wordpress':
      return [
        { file: 'functions.php', code: `add_action('wp_footer', function () {\n  ?>\n  ${load}\n  ${element}\n  <?php\n});` },
        ...style,
      ];
  }
}

/** The sources that a site's own Content-Security-Policy has to name, directive by directive. */
export function policy(server: string): string {
  const socket = server.replace(/^http/, 'ws');
  return [`script-src ${server};`, `connect-src ${server} ${socket};`, `img-src ${server};`, 'media-src blob:;'].join('\n');
}

/** How the customer's own server vouches for somebody: a JWT, HS256, a few minutes of life. The secret is read from the environment: one that is pasted into code ends in a repository. */
export function signingExamples(): Snippet[] {
  return [
    {
      file: 'Node.js',
      code: `import { createHmac } from 'node:crypto';\n\nconst encode = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');\n\nexport function identityFor(user) {\n  const head = encode({ alg: 'HS256', typ: 'JWT' });\n  const body = encode({ sub: user.id, name: user.name, email: user.email, exp: Math.floor(Date.now() / 1000) + 300 });\n  const signature = createHmac('sha256', process.env.PEER_CONSULT_SECRET).update(\`\${head}.\${body}\`).digest('base64url');\n  return \`\${head}.\${body}.\${signature}\`;\n}`,
    },
    {
      file: 'Python',
      code: `import jwt, os, time\n\ndef identity_for(user):\n    claims = {"sub": user.id, "name": user.name, "email": user.email, "exp": int(time.time()) + 300}\n    return jwt.encode(claims, os.environ["PEER_CONSULT_SECRET"], algorithm="HS256")`,
    },
    { file: 'JavaScript', code: "document.querySelector('peer-consult').identify(token);" },
  ];
}
