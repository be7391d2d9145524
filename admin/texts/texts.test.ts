import { expect } from '@esm-bundle/chai';
import { WireFailure } from '../../widget/engine/wire.ts';
import { chooseLanguage, duration, failureText, language, languageName, preferred, t, when, wordsOf } from './texts.ts';

describe('texts of the panel', () => {
  const before = language.value;
  afterEach(() => chooseLanguage(before));

  it('[S1] a language is spoken when its words have come; the last choice wins', async () => {
    await chooseLanguage('ko');
    expect([t('inbox'), document.documentElement.lang]).to.deep.equal(['받은 상담', 'ko']);
    const korean = chooseLanguage('ko');
    const english = chooseLanguage('en');
    await Promise.all([korean, english]);
    expect([t('inbox'), document.documentElement.lang]).to.deep.equal(['Inbox', 'en']);
    expect((await wordsOf('ko')).inbox).to.equal('받은 상담');
    expect((await wordsOf('xx')).inbox).to.equal('Inbox');
    expect([languageName('ko'), languageName('xx')]).to.deep.equal(['한국어', 'xx']);
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
