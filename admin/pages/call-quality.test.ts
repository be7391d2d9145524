import { expect } from '@esm-bundle/chai';
import { html } from 'lit';
import type { MediaQuality } from '../../protocol/shapes.ts';
import { violations } from '../testing/axe.ts';
import { call } from '../testing/fake-session.ts';
import { clear, show, words } from '../testing/stage.ts';
import { chooseLanguage } from '../texts/texts.ts';
import './call-quality.ts';

describe('quality of a call', () => {
  beforeEach(() => chooseLanguage('en'));
  afterEach(clear);
  const good: MediaQuality = { rttMs: 40, jitterMs: 3, lossPercent: 0.2, concealedPercent: 0, relayed: false, drops: [] };
  const open = (quality: { visitor?: MediaQuality; agent?: MediaQuality } | undefined) =>
    show(html`<consult-admin-call-quality .call=${call('k1', { ...(quality && { quality }), visitor: { id: 'v', name: 'Mina' } })}></consult-admin-call-quality>`);

  it('[E9] the worse side gives the word, and the figures of each stand behind it', async () => {
    const root = await open({ visitor: { ...good, rttMs: 900, lossPercent: 12, relayed: true, drops: [{ fromMs: 1, toMs: 2 }] }, agent: good });
    const shown = root.querySelector('consult-admin-call-quality')?.shadowRoot ?? root.shadowRoot!;
    expect(words(shown.querySelector('summary')!).trim()).to.equal('Connection: poor');
    expect(shown.querySelector('details')!.open).to.equal(false);
    shown.querySelector('summary')!.click();
    expect(words(shown.querySelector('details')!)).to.contain('Mina').and.to.contain('900 ms').and.to.contain('12 %').and.to.contain('through a relay').and.to.contain('Poor moments').and.to.contain('40 ms').and.to.contain('direct');
    expect(await violations(root)).to.deep.equal([]);
  });

  it('[E9] one side alone is told alone, and nothing where nobody measured', async () => {
    const one = await open({ agent: good });
    expect(words(one)).to.contain('very good').and.not.to.contain('Mina');
    clear();
    expect(words(await open(undefined)).trim()).to.equal('');
  });
});
