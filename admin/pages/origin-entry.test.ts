import { expect } from '@esm-bundle/chai';
import { originEntry, originProblems } from './origin-entry.ts';

describe('entries of the allow-list', () => {
  it('[C2] are kept as browsers send them', () => {
    for (const [entry, origin] of [
      [' https://Shop.Example/ ', 'https://shop.example'], ['https://shop.example:443', 'https://shop.example'], ['http://127.0.0.1:8080', 'http://127.0.0.1:8080'],
      ['https://*.Example.com', 'https://*.example.com'], ['http://localhost:3000', 'http://localhost:3000'], ['https://[::1]:8080', 'https://[::1]:8080'],
    ]) expect(originEntry(entry!), entry).to.deep.equal({ origin });
  });

  it('[A7] what is wrong is said by the entry', () => {
    for (const [entry, problem] of [
      ['*', 'everything'], ['https://*', 'everything'], ['shop.example', 'scheme'], ['ftp://shop.example', 'scheme'], ['javascript:alert(1)', 'scheme'], ['https://shop.example/path', 'path'], ['https://shop.example?x', 'path'],
      ['https://', 'host'], ['https://a b', 'host'], ['https://user@shop.example', 'host'], ['https://shop.example:99999', 'host'], ['https://*.com', 'starTop'], ['https://*.127.0.0.1', 'starNumber'],
    ]) expect(originEntry(entry!), entry).to.deep.equal({ problem });
    expect([...originProblems(['https://a.example', '', 'nonsense', 'https://A.example/'])]).to.deep.equal([[2, 'scheme'], [3, 'twice']]);
  });
});
