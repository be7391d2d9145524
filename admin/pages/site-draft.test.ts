import { expect } from '@esm-bundle/chai';
import fc from 'fast-check';
import { siteWith } from '../testing/sites.ts';
import { ringPlan } from './ring-plan.ts';
import { changeOf, conflictsOf, draftOf, fieldKey, minutesOf, problemsOf, profileOf, tidy, type SiteDraft } from './site-draft.ts';

const site = siteWith();
const before = draftOf(site);
const change = (settings: Partial<SiteDraft['settings']>, name = before.name): SiteDraft => ({ name, settings: { ...before.settings, ...settings } });

describe('draft of a site', () => {
  it('[C9] what was not touched is not sent, whatever the order of its keys', () => {
    expect(changeOf(before, before)).to.equal(null);
    const { look } = before.settings;
    expect(changeOf(before, change({ look: { launcherText: look.launcherText, position: look.position, theme: look.theme, accent: look.accent } }))).to.equal(null);
    expect(changeOf(before, change({ greeting: 'Hi' }, 'Shop 2'))).to.deep.equal({ name: 'Shop 2', settings: { greeting: 'Hi' } });
  });

  it('a conflict is what both have changed, to something else', () => {
    const mine = changeOf(before, change({ greeting: 'mine', rating: false }))!;
    expect(conflictsOf(before, change({ greeting: 'theirs', statusText: 'theirs' }), mine)).to.deep.equal(['greeting']);
    expect(conflictsOf(before, change({ greeting: 'mine' }), mine)).to.deep.equal([]);
    expect(conflictsOf(before, before, mine)).to.deep.equal([]);
  });

  it('[C9] says what is wrong, by the field', () => {
    const wrong = problemsOf(change({
      privacyUrl: 'javascript:alert(1)', look: { ...before.settings.look, accent: 'red' }, retention: { closeAfter: 0, purgeAfterClose: 1.5, recordings: null },
      routing: { mode: 'round_robin', capacity: 0 }, recorder: { who: 'both', sliceSeconds: 76, video: true },
      queue: { ringSeconds: 9, callBack: true, groups: [{ agentIds: [], seconds: 4 }, { agentIds: ['a1'], seconds: Number.NaN }] }, files: { enabled: true, maxMiB: 101 },
      hours: { ...before.settings.hours, week: [{ day: 1, from: '09:00', to: '09:00' }, { day: 2, from: '09:00', to: '13:00' }, { day: 2, from: '12:00', to: '18:00' }], holidays: [{ date: '', name: '' }, { date: '2026-12-25', name: '' }, { date: '2026-12-25', name: '' }] },
      preChat: { enabled: true, fields: [{ key: 'a', label: ' ', kind: 'text', required: false, choices: [] }, { key: 'b', label: 'Topic', kind: 'choice', required: false, choices: ['one', ' '] }] },
    }, '  '));
    expect(Object.fromEntries(wrong)).to.deep.equal({
      name: 'missing', privacyUrl: 'httpsOnly', 'look.accent': 'colour', 'retention.closeAfter': 'days', 'retention.purgeAfterClose': 'days', 'routing.capacity': 'capacity', 'files.maxMiB': 'fileSize', 'queue.ringSeconds': 'ringSeconds', 'queue.groups.0.agentIds': 'groupEmpty', 'queue.groups.0.seconds': 'groupSeconds', 'queue.groups.1.seconds': 'groupSeconds', 'recorder.sliceSeconds': 'slice',
      'hours.week.1': 'sameTime', 'hours.week.2': 'overlap', 'hours.holidays.0': 'dateMissing', 'hours.holidays.2': 'dateTwice', 'preChat.0.label': 'labelMissing', 'preChat.1.choices': 'choicesMissing',
    });
    expect(problemsOf(before).size).to.equal(0);
  });

  it('[E1] a group whose turn would come after the ringing is told so; who rings when is one plan', () => {
    const queue = { ringSeconds: 60, callBack: true, groups: [{ agentIds: ['a1'], seconds: 20 }, { agentIds: ['a2', 'a3'], seconds: 40 }, { agentIds: ['a4'], seconds: 10 }] };
    expect([...problemsOf(change({ queue })).keys()]).to.deep.equal(['queue.groups.2.agentIds']);
    expect(ringPlan(queue)).to.deep.equal([{ at: 0, agentIds: ['a1'] }, { at: 20, agentIds: ['a2', 'a3'] }]);
    expect(ringPlan({ ...queue, ringSeconds: 71 }).at(-1), 'after the last group: everybody').to.deep.equal({ at: 70, agentIds: null });
    expect(ringPlan({ ...queue, groups: [] })).to.deep.equal([{ at: 0, agentIds: null }]);
  });

  it('hours that go past midnight are fine, and so are two stretches that meet', () => {
    const week = [{ day: 5, from: '09:00', to: '12:00' }, { day: 5, from: '12:00', to: '14:00' }, { day: 5, from: '22:00', to: '02:00' }, { day: 6, from: '00:00', to: '24:00' }];
    expect(problemsOf(change({ hours: { ...before.settings.hours, week } })).size).to.equal(0);
    expect(minutesOf('24:00')).to.equal(1440);
  });

  it('keys of questions fit the contract and are never taken twice', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ maxLength: 60 }), { maxLength: 8 }), (labels) => {
        const keys: string[] = [];
        for (const label of labels) keys.push(fieldKey(label, keys));
        for (const key of keys) expect(key).to.match(/^[a-z][a-z0-9_]{0,31}$/);
        expect(new Set(keys).size).to.equal(keys.length);
      }),
    );
    expect(fieldKey('Your phone number', [])).to.equal('your_phone_number');
    expect(fieldKey('전화번호', ['field'])).to.equal('field_2');
  });

  it('goes out tidy: no blanks around, no choices where none are asked', () => {
    const draft = tidy(change({ preChat: { enabled: true, fields: [{ key: 'a', label: ' Name ', kind: 'text', required: true, choices: ['left over'] }] } }, ' Shop '));
    expect(draft.name).to.equal('Shop');
    expect(draft.settings.preChat.fields).to.deep.equal([{ key: 'a', label: 'Name', kind: 'text', required: true, choices: [] }]);
  });

  it('a preview never breaks over what is half typed', () => {
    const profile = profileOf(site, change({ look: { ...before.settings.look, accent: '#12' }, preChat: { enabled: true, fields: [{ key: 'a', label: '', kind: 'text', required: false, choices: [] }] } }, ''), false);
    expect(profile.look.accent).to.equal(null);
    expect(profile.preChat).to.deep.equal([]);
    expect(profile.name).to.equal(site.name);
    expect(profile.hours.open).to.equal(false);
  });
});
