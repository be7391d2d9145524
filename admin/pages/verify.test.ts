import { expect } from '@esm-bundle/chai';
import { html } from 'lit';
import { chainOf } from '../../protocol/evidence-check.ts';
import { violations } from '../testing/axe.ts';
import { all, clear, control, one, press, show, type, until, words } from '../testing/stage.ts';
import { chooseLanguage, t, type Language } from '../texts/texts.ts';
import './verify.ts';

const encode = (bytes: ArrayBuffer | Uint8Array): string => btoa(String.fromCharCode(...new Uint8Array(bytes))).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
const hex = async (text: string): Promise<string> => [...new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text)))].map((byte) => byte.toString(16).padStart(2, '0')).join('');

/** A recording of the text and its manifest, signed by a new key. */
async function evidence(text: string) {
  const pair = (await crypto.subtle.generateKey('Ed25519', true, ['sign', 'verify'])) as CryptoKeyPair;
  const { x } = await crypto.subtle.exportKey('jwk', pair.publicKey);
  const keyId = encode(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(`{"crv":"Ed25519","kty":"OKP","x":"${x}"}`)));
  const segments = [{ segment: 1, chunks: [[0, text.length, await hex(text)]] as [number, number, string][] }];
  const manifest = {
    version: 1, recordingId: 'r1', startedAt: '2026-11-21T08:00:00.000Z', file: { sha256: await hex(text), bytes: text.length, durationMs: 61_000 }, gaps: [], consents: [{ granted: true }, { granted: true }],
    segments, chain: await chainOf('r1', segments, hex),
  };
  const part = (value: object) => encode(new TextEncoder().encode(JSON.stringify(value)));
  const signed = `${part({ alg: 'EdDSA', jwk: { kty: 'OKP', crv: 'Ed25519', x } })}.${part(manifest)}`;
  const jws = `${signed}.${encode(await crypto.subtle.sign('Ed25519', pair.privateKey, new TextEncoder().encode(signed)))}`;
  return { keyId, jws, file: new File([text], 'call.webm', { type: 'audio/webm' }), manifest: new File([JSON.stringify({ keyId, manifest, jws })], 'manifest.json') };
}

function choose(page: HTMLElement, id: string, file: File): void {
  const transfer = new DataTransfer();
  transfer.items.add(file);
  one<HTMLInputElement>(page, `#${id}`).files = transfer.files;
}

async function said(page: HTMLElement): Promise<string> {
  await until(() => !one<HTMLButtonElement>(page, 'button[type="submit"]').disabled);
  return words(page);
}

describe('verify', () => {
  beforeEach(() => chooseLanguage('en'));
  afterEach(clear);

  it('[G4] a recording and its manifest are checked without any server, and what was changed is told', async () => {
    const { file, manifest, keyId } = await evidence('the whole talk');
    const page = await show(html`<consult-admin-verify></consult-admin-verify>`);
    await press(page, 'Check');
    expect(words(page)).to.contain('Choose both files.');

    choose(page, 'recording', file);
    choose(page, 'manifest', manifest);
    await press(page, 'Check');
    expect(await said(page)).to.contain('It is what the server vouched for.').and.to.contain(`compare it: ${keyId}`).and.to.contain('2 consents');

    await type(control(page, 'Fingerprint of the key'), keyId);
    await press(page, 'Check');
    expect(await said(page)).to.contain('as expected');

    choose(page, 'recording', new File(['the whole talc'], 'call.webm'));
    await press(page, 'Check');
    expect(await said(page)).to.contain('Something was changed.').and.to.contain('does not hold');

    choose(page, 'manifest', file);
    await press(page, 'Check');
    expect(await said(page)).to.contain('This is not the manifest of a recording');
  });

  it('[P11] it is clean for axe, in both languages', async () => {
    const { file, manifest } = await evidence('x');
    for (const language of ['en', 'ko'] satisfies Language[]) {
      await chooseLanguage(language);
      const page = await show(html`<consult-admin-verify></consult-admin-verify>`);
      choose(page, 'recording', file);
      choose(page, 'manifest', manifest);
      await press(page, t('verifySubmit'));
      await said(page);
      expect(all(page, 'dd').length).to.equal(4);
      expect(await violations(page)).to.deep.equal([]);
      clear();
    }
  });
});
