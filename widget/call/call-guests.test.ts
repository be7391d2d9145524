import { expect } from '@esm-bundle/chai';
import { call as callKo } from '../../languages/split/ko-call.ts';
import { axeViolations } from '../testing/axe-violations.ts';
import { loadCallTexts } from '../texts/call-texts.ts';
import './call-guests.ts';

describe('who is in a call beside its two members', () => {
  const kim = { id: 'g1', name: '김민수', talks: false };
  let room: HTMLElement;
  beforeEach(() => {
    room = document.createElement('div');
    room.style.cssText = 'inline-size:320px;background:#15171d';
    document.body.append(room);
  });
  afterEach(() => room.remove());

  it('[F9] is seen while they are there, and said when they come, talk and go; in Korean and English, with no fault of access', async () => {
    const element = document.createElement('peer-consult-call-guests');
    const root = (): ShadowRoot => element.shadowRoot!;
    const shown = (): string[] => [...root().querySelectorAll('li')].map((each) => each.textContent!.trim());
    const said = (): string => root().querySelector('[role=status]')!.textContent!;
    const now = async (guests: typeof element.guests): Promise<void> => {
      element.guests = guests;
      await element.updateComplete;
    };
    room.append(element);
    await element.updateComplete;
    expect(root().querySelector('ul')).to.equal(null);
    expect([said(), root().querySelector('[aria-live=polite]') !== null]).to.deep.equal(['', true]);

    await now([kim]);
    expect([shown(), said()]).to.deep.equal([['김민수 is listening'], '김민수 is listening']);
    expect(await axeViolations(element)).to.deep.equal([]);
    await now([{ ...kim }]);
    await now([{ ...kim, talks: true }, { id: 'g2', name: 'Ada', talks: false }]);
    expect(said()).to.equal('김민수 has joined the call · Ada is listening');
    expect(shown()).to.deep.equal(['김민수 has joined the call', 'Ada is listening']);
    expect(await axeViolations(element)).to.deep.equal([]);

    await loadCallTexts('ko');
    element.locale = 'ko';
    await now([{ ...kim, talks: true }]);
    expect([shown(), said()]).to.deep.equal([[callKo.guests.talks('김민수')], callKo.guests.left('Ada')]);
    await now([{ ...kim, name: '아주 긴 이름을 가진 사람이 여기 있어도 자리를 넘지 않아요'.repeat(3) }]);
    expect(element.scrollWidth).to.be.at.most(320);
    await now([]);
    expect(root().querySelector('ul')).to.equal(null);
  });
});
