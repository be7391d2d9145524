import { expect } from '@esm-bundle/chai';
import { WireFailure } from '../../widget/engine/wire.ts';
import { chooseLanguage, duration, failureText, language, preferred, t, when } from './texts.ts';
import { en } from './en.ts';
import { ko } from './ko.ts';
import { manageEn } from './manage-en.ts';
import { manageKo } from './manage-ko.ts';
import { workEn } from './work-en.ts';
import { workKo } from './work-ko.ts';
import { sitesEn } from './sites-en.ts';
import { sitesKo } from './sites-ko.ts';

describe('texts of the panel', () => {
  const before = language.value;
  afterEach(() => chooseLanguage(before));

  it('[S1] both languages have every text, with the same holes to fill', () => {
    expect(Object.keys(ko).sort()).to.deep.equal(Object.keys(en).sort());
    const holes = (text: string) => [...text.matchAll(/\{(\w+)\}/g)].map(([, name]) => name).sort();
    for (const key of Object.keys(en) as (keyof typeof en)[]) expect(holes(ko[key]), key).to.deep.equal(holes(en[key]));
  });

  it('[S1] no text is taken by two pages', () => {
    // What one file has, another would silently replace.
    for (const [all, part] of [[en, manageEn], [ko, manageKo], [en, workEn], [ko, workKo], [en, sitesEn], [ko, sitesKo]] as [Record<string, string>, Record<string, string>][]) {
      for (const key of Object.keys(part)) expect(all[key], key).to.equal(part[key]);
    }
  });

  it('[S1] speaks the browser’s language where it can', () => {
    expect(preferred(['fr-FR', 'ko-KR', 'en'])).to.equal('ko');
    expect(preferred(['en-GB', 'ko'])).to.equal('en');
    expect(preferred(['de'])).to.equal('en');
    expect(preferred([])).to.equal('en');
  });

  it('fills holes with text, never with patterns', () => {
    chooseLanguage('en');
    expect(t('conversationWith', { name: '$& {count} <b>' })).to.equal('Conversation with $& {count} <b>');
  });

  it('every failure has words, with the time to wait where there is one', () => {
    chooseLanguage('en');
    expect(failureText(new WireFailure('rate_limited', '', 6500))).to.contain('7 s');
    expect(failureText(new WireFailure('never_heard_of', ''))).to.contain('never_heard_of');
    expect(failureText(new TypeError('x'))).to.contain('client');
  });

  it('writes lengths and times as people read them', () => {
    expect([duration(0), duration(61_000), duration(3_723_000), duration(59_600)]).to.deep.equal(['0:00', '1:01', '1:02:03', '1:00']);
    chooseLanguage('en');
    const now = new Date(2026, 10, 21, 15, 0).getTime();
    expect(when(new Date(2026, 10, 21, 9, 5).toISOString(), now)).to.match(/9:05/);
    expect(when(new Date(2026, 2, 1, 9, 5).toISOString(), now)).to.equal('Mar 1');
    expect(when(new Date(2025, 2, 1, 9, 5).toISOString(), now)).to.equal('Mar 1, 2025');
  });
});
