import { expect } from '@esm-bundle/chai';
import fc from 'fast-check';
import { accentColours, contrast, rgbOf, wearAccent } from './accent.ts';

const colour = fc.integer({ min: 0, max: 0xffffff }).map((value) => `#${value.toString(16).padStart(6, '0')}`);
const between = (one: string, other: string): number => contrast(rgbOf(one)!, rgbOf(other)!);

describe('accent', () => {
  it('[A11] on any colour text has at least 4.5:1, and its ink has it on every surface and on its soft area', () => {
    fc.assert(
      fc.property(colour, (accent) => {
        const made = accentColours(accent)!;
        expect(between(made.accent, made.onAccent)).to.be.at.least(4.5);
        for (const surface of ['#ffffff', '#f5f5f8', '#e9e9ef', made.soft.light]) expect(between(made.ink.light, surface), `${accent} ${surface}`).to.be.at.least(4.5);
        for (const surface of ['#17181c', '#1f2127', '#2a2d35', made.soft.dark]) expect(between(made.ink.dark, surface), `${accent} ${surface}`).to.be.at.least(4.5);
      }),
      { numRuns: 2_000 },
    );
  });

  it('[A11] known contrasts, a colour that fits stays as it is', () => {
    expect(contrast([255, 255, 255], [0, 0, 0])).to.equal(21);
    expect(between('#767676', '#ffffff')).to.be.closeTo(4.54, 0.01);
    expect(accentColours('#3a4fd0')).to.include({ accent: '#3a4fd0', onAccent: '#ffffff' });
    expect(accentColours('#3a4fd0')!.ink.light).to.equal('#3a4fd0');
    expect(accentColours('#ffd400')).to.include({ onAccent: '#000000' });
    expect(accentColours('#FC0')!.accent).to.equal('#ffcc00');
  });

  it('[A11] [S9] what is no colour changes nothing', () => {
    for (const value of ['', 'red', '#12', '#12345', 'url(x)', '#fff;color:red', 'javascript:1']) expect(accentColours(value), value).to.equal(null);
    const element = document.createElement('div');
    wearAccent(element, '#ff0000');
    expect(element.style.getPropertyValue('--pc-own-accent')).to.equal('#ff0000');
    wearAccent(element, 'red; --x: 1');
    expect(element.getAttribute('style') ?? '').to.equal('');
  });
});
