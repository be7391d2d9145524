import { expect } from '@esm-bundle/chai';
import { strengthOf } from './password-strength.ts';

describe('strength of a password', () => {
  it('[B13] short ones, common ones, regular ones and the own name are weak; a phrase is strong', () => {
    expect(strengthOf('')).to.equal(0);
    expect(strengthOf('Xy7!')).to.equal(1);
    for (const weak of ['password123', 'aaaaaaaaaaaa', '1234567890', 'abcdefghijkl', 'qwertyuiop1']) expect(strengthOf(weak), weak).to.equal(2);
    expect(strengthOf('ada.lovelace!9', ['ada.lovelace'])).to.equal(2);
    expect(strengthOf('tree lamp oaks')).to.be.greaterThan(2);
    expect(strengthOf('correct horse battery staple 7')).to.equal(4);
    expect(strengthOf('참나무 식탁은 네 개 남았다')).to.be.greaterThan(2);
  });
});
