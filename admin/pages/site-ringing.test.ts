import { expect } from '@esm-bundle/chai';
import { html } from 'lit';
import { parseRoute } from '../router.ts';
import { violations } from '../testing/axe.ts';
import { agent, fakeApiOf, page } from '../testing/people.ts';
import { defaultSettings, siteWith } from '../testing/sites.ts';
import { all, clear, control, one, press, pressable, settle, show, type, words } from '../testing/stage.ts';
import { chooseLanguage } from '../texts/texts.ts';
import './site-page.ts';

const team = page(agent('a1', 'Ada'), agent('a2', 'Ben'), agent('a3', 'Cho'), agent('a4', 'Gone', { status: 'disabled' }));

async function open(section: string, queue = defaultSettings.queue) {
  const site = siteWith({ settings: { ...defaultSettings, queue } });
  const api = fakeApiOf('owner', { '/v1/sites/s1': site, '/v1/agents': team, 'PATCH /v1/sites/s1': site });
  const element = await show(html`<main><consult-admin-site-page .api=${api} siteId="s1" .route=${parseRoute(`#/sites/s1?section=${section}`)}></consult-admin-site-page></main>`);
  all(element, 'consult-admin-site-preview').forEach((preview) => preview.remove());
  return { api, element, saved: () => api.asked.filter((asked) => asked.startsWith('PATCH')).at(-1) };
}

/** Chooses somebody in the open list of a group. */
async function choose(element: HTMLElement, number: number, name: string): Promise<void> {
  await press(element, `Choose people for group ${number}`);
  const list = all(element, 'consult-admin-site-ring-group')[number - 1]!.shadowRoot!.querySelector('consult-admin-choice-list')!;
  all(list, '[role=option]').find((option) => words(option).includes(name))!.click();
  await settle();
}

describe('who is rung', () => {
  const before = location.href;
  beforeEach(() => chooseLanguage('en'));
  afterEach(() => {
    clear();
    history.replaceState(null, '', before);
  });

  it('[E1] groups are made, filled and put in order by buttons alone, and saved as they stand', async () => {
    const { element, saved } = await open('ringing');
    expect(words(element)).to.contain('No groups: everybody is rung at once.');
    await press(element, 'Add group');
    await choose(element, 1, 'Ada');
    await press(element, 'Add group');
    await choose(element, 2, 'Ben');
    const offered = all(all(element, 'consult-admin-site-ring-group')[1]!, '[role=option]').map((option) => option.querySelector('.label')!.textContent);
    expect(offered, 'whoever is in another group, or no longer there, is not offered').to.deep.equal(['Ben', 'Cho']);
    await type(all<HTMLInputElement>(element, 'input').filter((input) => input.labels?.[0]?.textContent?.includes('Seconds before'))[1]!, '15');
    await press(element, 'Move Group 2 up');
    expect(words(one(element, '.plan')).replace(/\s+/g, ' ')).to.match(/0 s Ben 15 s Ada as well 35 s Everybody who is free 60 s Nobody has answered/);
    await press(element, 'Save');
    expect(saved()).to.equal('PATCH /v1/sites/s1 {"settings":{"queue":{"ringSeconds":60,"groups":[{"agentIds":["a2"],"seconds":15},{"agentIds":["a1"],"seconds":20}],"callBack":true}}}');
    expect(await violations(element)).to.deep.equal([]);
  });

  it('[E1] what makes no sense is said where it stands, and nothing is sent', async () => {
    const { element, saved } = await open('ringing', { ringSeconds: 60, groups: [{ agentIds: ['a1', 'zz'], seconds: 20 }], callBack: false });
    expect(words(element)).to.contain('No longer in the team').and.to.contain('the caller can leave a message').and.not.to.contain('or ask to be called back');
    await press(element, 'Take Ada out of group 1');
    await press(element, 'Take No longer in the team out of group 1');
    await type(control(element, 'Seconds until nobody answered'), '5');
    await press(element, 'Save');
    expect(saved()).to.equal(undefined);
    expect(words(element)).to.contain('A whole number from 10 to 3600').and.to.contain('Choose at least one person, or remove the group.');
    expect(await violations(element)).to.deep.equal([]);
    await type(control(element, 'Seconds until nobody answered'), '30');
    await press(element, 'Remove Group 1');
    control(element, 'Let them ask to be called back').click();
    await settle();
    await press(element, 'Save');
    expect(saved()).to.equal('PATCH /v1/sites/s1 {"settings":{"queue":{"ringSeconds":30,"groups":[],"callBack":true}}}');
  });

  it('[G3] who records, in which slices and what, with what it means', async () => {
    const { element, saved } = await open('calls');
    expect(words(element)).to.contain('the visitor’s stands by');
    const who = control<HTMLSelectElement>(element, 'Who records');
    who.value = 'agent';
    who.dispatchEvent(new Event('change', { bubbles: true }));
    await settle();
    expect(words(element)).to.contain('Spares the visitor’s connection');
    control(element, 'Record the pictures of video calls').click();
    await settle();
    await type(control(element, 'Seconds per slice'), '80');
    await press(element, 'Save');
    expect(saved()).to.equal(undefined);
    expect(control(element, 'Seconds per slice').getAttribute('aria-invalid')).to.equal('true');
    await type(control(element, 'Seconds per slice'), '4');
    await press(element, 'Save');
    expect(saved()).to.equal('PATCH /v1/sites/s1 {"settings":{"recorder":{"who":"agent","sliceSeconds":4,"video":false}}}');
    expect(await violations(element)).to.deep.equal([]);
    // Where nothing is recorded there is nothing to set.
    control(element, 'Record calls').click();
    await settle();
    expect(() => pressable(element, 'Who records')).to.throw();
    expect(all(element, 'consult-admin-site-recorder')).to.have.length(0);
  });
});
