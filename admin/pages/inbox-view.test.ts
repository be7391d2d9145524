import { expect } from '@esm-bundle/chai';
import fc from 'fast-check';
import { conversation } from '../testing/fake-session.ts';
import { INBOX_VIEWS, countViews, fits, inView, isNarrowed, pinnedFirst, readInboxQuery, tagChanges, viewOf, writeInboxQuery } from './inbox-view.ts';

const tag = (id: string) => ({ id, name: id, colour: 'grey' as const });
const named = (id: string) => ({ id, name: id });
const words = fc.string({ minLength: 1, maxLength: 12 }).filter((text) => text.trim() === text);
const query = fc.record({
  kind: fc.constantFrom('visitor' as const, 'team' as const),
  status: fc.constantFrom('open' as const, 'closed' as const), assignee: fc.option(words), site: fc.option(words), tag: fc.option(words), unread: fc.boolean(),
  text: fc.oneof(fc.constant(''), words),
});

describe('inbox view', () => {
  it('[P1] a query survives its way through the address, whatever it holds', () => {
    fc.assert(fc.property(query, (before) => {
      const search = new URLSearchParams(writeInboxQuery(before)).toString();
      expect(readInboxQuery(new Map(new URLSearchParams(search)))).to.deep.equal(before);
    }));
  });

  it('[P3] every view is the view of its own query, and keeps the other filters', () => {
    fc.assert(fc.property(query, fc.constantFrom(...INBOX_VIEWS), (before, view) => {
      const after = inView(before, view);
      expect(viewOf(after, 'me-1')).to.equal(view);
      expect([after.site, after.tag, after.unread, after.text]).to.deep.equal([before.site, before.tag, before.unread, before.text]);
    }));
  });

  it('[P3] mine, unassigned, all and closed hold what they say', () => {
    const mine = conversation('1', { assignee: named('a1') });
    const other = conversation('2', { assignee: named('a2') });
    const free = conversation('3');
    const closed = conversation('4', { status: 'closed', assignee: named('a1') });
    const of = (view: (typeof INBOX_VIEWS)[number]) => [mine, other, free, closed].filter((each) => fits(each, inView(readInboxQuery(new Map()), view), 'a1')).map(({ id }) => id);
    expect(of('mine')).to.deep.equal(['1']);
    expect(of('unassigned')).to.deep.equal(['3']);
    expect(of('all')).to.deep.equal(['1', '2', '3']);
    expect(of('closed')).to.deep.equal(['4']);
    expect(countViews([mine, other, free, closed], 'a1')).to.deep.equal({ mine: 1, unassigned: 1, all: 3, team: 0 });
  });

  it('[P3] rooms of the team and conversations with visitors never stand in one list; of the team’s the unread ones are counted', () => {
    const direct = conversation('d', { kind: 'direct', unread: 2 });
    const group = conversation('g', { kind: 'group', title: 'Kiln', unread: 0 });
    const guest = conversation('v');
    for (const view of INBOX_VIEWS.filter((each) => each !== 'team')) expect([direct, group].some((each) => fits(each, inView(readInboxQuery(new Map()), view), 'a1'))).to.equal(false);
    const team = inView({ ...readInboxQuery(new Map()), site: 's9', tag: 't9' }, 'team');
    expect([direct, group, guest].filter((each) => fits(each, team, 'a1')).map(({ id }) => id)).to.deep.equal(['d', 'g']);
    expect([direct, group].filter((each) => fits(each, { ...team, unread: true }, 'a1')).map(({ id }) => id)).to.deep.equal(['d']);
    expect(isNarrowed(team, 'a1')).to.equal(false);
    expect(countViews([direct, group, guest], 'a1')).to.deep.equal({ mine: 0, unassigned: 1, all: 1, team: 1 });
  });

  it('[P4] what is pinned comes first, in the order of the pins; nothing is lost or doubled', () => {
    fc.assert(fc.property(fc.uniqueArray(words, { maxLength: 12 }), fc.uniqueArray(words, { maxLength: 5 }), (ids, pins) => {
      const sorted = pinnedFirst(ids.map((id) => conversation(id)), pins).map(({ id }) => id);
      expect([...sorted].sort()).to.deep.equal([...ids].sort());
      const first = pins.filter((id) => ids.includes(id));
      expect(sorted.slice(0, first.length)).to.deep.equal(first);
      expect(sorted.slice(first.length)).to.deep.equal(ids.filter((id) => !pins.includes(id)));
    }));
  });

  it('[P3] site, tag and unread narrow a view; nobody’s conversation is no agent’s', () => {
    const one = conversation('1', { siteId: 's2', tags: [tag('t1')], unread: 0 });
    const all = readInboxQuery(new Map());
    expect(fits(one, { ...all, site: 's2' }, 'a1')).to.equal(true);
    expect(fits(one, { ...all, site: 's1' }, 'a1')).to.equal(false);
    expect(fits(one, { ...all, tag: 't1' }, 'a1')).to.equal(true);
    expect(fits(one, { ...all, tag: 't2' }, 'a1')).to.equal(false);
    expect(fits(one, { ...all, unread: true }, 'a1')).to.equal(false);
    expect(fits(one, { ...all, assignee: 'me' }, undefined)).to.equal(false);
    expect(isNarrowed(all, 'a1')).to.equal(false);
    expect(isNarrowed(inView(all, 'mine'), 'a1')).to.equal(false);
    expect(isNarrowed({ ...all, assignee: 'a2' }, 'a1')).to.equal(true);
  });

  it('one tag is added to many without taking any that is there', () => {
    const changes = tagChanges([conversation('1', { tags: [tag('a')] }), conversation('2'), conversation('3', { tags: [tag('a')] }), conversation('4', { tags: [tag('b'), tag('a')] })], tag('b'));
    expect(changes.map(({ ids, tagIds }) => [ids.join(), tagIds.join()])).to.deep.equal([['1,3,4', 'a,b'], ['2', 'b']]);
  });
});
