import { expect } from '@esm-bundle/chai';
import fc from 'fast-check';
import { STACKS, policy, signingExamples, snippets, tag, type SnippetParts, type Stack } from './site-snippets.ts';

const plain: SnippetParts = { server: 'https://consult.example.com', siteKey: 'pk_1', look: { accent: null, theme: 'auto', position: 'bottom-right', launcherText: '' } };
const stacks = Object.keys(STACKS) as Stack[];

/** Reads markup without running any of it. */
function parse(markup: string): DocumentFragment {
  const template = document.createElement('template');
  template.innerHTML = markup;
  return template.content;
}

describe('snippets', () => {
  it('[A7] the plain one is the two lines of the contract', () => {
    expect(snippets('html', plain)).to.deep.equal([
      { file: 'HTML', code: '<script type="module" src="https://consult.example.com/peer-consult.js"></script>\n<peer-consult site-key="pk_1"></peer-consult>' },
    ]);
  });

  it('[A7] whatever stands in a value, the tag has exactly it as its attribute and nothing else', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 40 }), (siteKey) => {
        const content = parse(tag({ ...plain, siteKey }));
        expect(content.childNodes).to.have.length(1);
        const element = content.querySelector('peer-consult')!;
        // HTML itself turns these into others, before any escaping.
        expect(element.getAttribute('site-key')).to.equal(siteKey.replaceAll('\0', '\uFFFD').replace(/\r\n?/g, '\n'));
        expect(element.attributes).to.have.length(1);
      }),
    );
  });

  it('[A7] no markup lets a value out of where it belongs', () => {
    const siteKey = `pk_"'\`><img src=x onerror=alert(1)></script><?php evil() ?>\${evil()}{{evil()}}{evil()}\\`;
    for (const stack of stacks.filter((each) => each !== 'npm')) {
      for (const { code, file } of snippets(stack, { ...plain, siteKey })) {
        expect(code, `${stack} ${file}`).not.to.contain('<img').and.not.to.contain('${evil').and.not.to.contain('{evil').and.not.to.contain('{{evil').and.not.to.contain('<?php evil');
      }
    }
  });

  it('[A7] the script for bundlers keeps the value a string', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ maxLength: 30 }), async (siteKey) => {
        const [{ code } = { code: '' }] = snippets('npm', { ...plain, siteKey });
        const line = code.split('\n').find((each) => each.includes("setAttribute('site-key'"))!;
        const script = `const seen = []; const consult = { setAttribute: (name, value) => seen.push(value) }; ${line} export default seen;`;
        const run = (await import(`data:text/javascript,${encodeURIComponent(script)}`)) as { default: string[] };
        expect(run.default).to.deep.equal([siteKey]);
      }),
      { numRuns: 40 },
    );
  });

  it('[A11] theme, corner and accent of the look come along, as attributes and as a custom property', () => {
    const look = { accent: '#b45309', theme: 'dark', position: 'bottom-left', launcherText: '' } as const;
    for (const stack of stacks) {
      const all = snippets(stack, { ...plain, look }).map(({ code }) => code).join('\n');
      expect(all, stack).to.contain('--peer-consult-accent: #b45309').and.to.match(/theme['"=, ]+dark/).and.to.match(/position['"=, ]+left/);
    }
    expect(snippets('html', { ...plain, look: { ...look, accent: '#fff;} body{display:none' } }).map(({ code }) => code).join()).not.to.contain('display:none');
  });

  it('[A10] the policy names every source that the element needs, the socket too', () => {
    expect(policy('https://c.example').split('\n')).to.deep.equal(['script-src https://c.example;', 'connect-src https://c.example wss://c.example;', 'img-src https://c.example;', 'media-src blob:;']);
    expect(policy('http://127.0.0.1:8080')).to.contain('ws://127.0.0.1:8080');
  });

  it('examples of signing read the secret from the environment', () => {
    expect(signingExamples().map(({ code }) => code).join('\n')).to.contain('process.env.PEER_CONSULT_SECRET').and.to.contain('os.environ["PEER_CONSULT_SECRET"]').and.to.contain('HS256').and.to.contain('identify(token)');
  });
});
