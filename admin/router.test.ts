import { expect } from '@esm-bundle/chai';
import { formatRoute, parseRoute } from './router.ts';

describe('router', () => {
  it('[B2] a deep link survives: what is written is read back', () => {
    for (const id of ['018f-1', 'ä/ö?#&', '한글']) {
      const route = parseRoute(formatRoute('inbox', id, { visitor: 'a b&c' }));
      expect(route.page).to.equal('inbox');
      expect(route.id).to.equal(id);
      expect(route.query.get('visitor')).to.equal('a b&c');
    }
  });

  it('anything unknown or malformed is the inbox', () => {
    for (const fragment of ['', '#', '#/', '#/nowhere', '#/inbox/%E0%A4%A', 'x']) expect(parseRoute(fragment).page).to.equal('inbox');
    expect(parseRoute('#/inbox/%E0%A4%A').id).to.equal(null);
  });

  it('[P1] addresses of earlier versions lead to where their page is now', () => {
    expect(parseRoute('#/install').page).to.equal('sites');
    for (const fragment of ['#/constructor', '#/__proto__', '#/toString']) expect(parseRoute(fragment).page).to.equal('inbox');
  });

  it('[S1] the set-up token is read from the fragment', () => {
    expect(parseRoute('#/setup?token=abc-_1').query.get('token')).to.equal('abc-_1');
  });
});
