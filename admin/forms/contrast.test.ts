import { expect } from '@esm-bundle/chai';
import fc from 'fast-check';
import { contrast, inkOn } from './contrast.ts';

const colour = fc.integer({ min: 0, max: 0xffffff }).map((value) => `#${value.toString(16).padStart(6, '0')}`);

describe('contrast', () => {
  it('[P11] is what WCAG says it is', () => {
    expect(contrast('#000000', '#ffffff')).to.equal(21);
    expect(contrast('#777777', '#ffffff')).to.be.closeTo(4.48, 0.01);
    expect(contrast('nonsense', '#ffffff')).to.equal(1);
  });

  it('[A11] one of the two inks can be read on every colour', () => {
    fc.assert(
      fc.property(colour, colour, (one, other) => {
        expect(contrast(one, other)).to.equal(contrast(other, one)).and.to.be.within(1, 21);
        expect(inkOn(one).ratio).to.be.greaterThan(4);
      }),
    );
  });
});
