import { expect } from '@esm-bundle/chai';
import fc from 'fast-check';
import type { CallMember } from '../../../protocol/server-frames.ts';
import { keyOf, linksStep, linkWord, noLinks, type GuestLinks, type LinkWord, type LinksEffect, type LinksInput } from './guest-links.ts';

const member = (id: string, fields: Partial<CallMember> = {}): CallMember => ({ connectionId: `k-${id}`, kind: id === 'v' ? 'visitor' : 'agent', id, name: id, guest: id !== 'v' && id !== 'a', talks: true, ...fields });
const pair = [member('v'), member('a')];
const is = (id: string) => (each: CallMember): boolean => each.id === id;
const shown = (effects: readonly LinksEffect[]): string[] => effects.map(({ type, key }) => `${type} ${key}`);

describe('links of a call with guests', () => {
  it('[F9] members link with every guest and not with each other; guests with everybody; who came later offers', () => {
    const all = [...pair, member('g1'), member('g2')];
    const of = (id: string): string[] => [...linksStep(noLinks(id), { type: 'members', members: all, isSelf: is(id) }).state.links].map(([key, { offers }]) => `${key}${offers ? ' offers' : ''}`);
    expect(of('v')).to.deep.equal(['agent:g1', 'agent:g2']);
    expect(of('a')).to.deep.equal(['agent:g1', 'agent:g2']);
    expect(of('g1')).to.deep.equal(['visitor:v offers', 'agent:a offers', 'agent:g2']);
    expect(of('g2')).to.deep.equal(['visitor:v offers', 'agent:a offers', 'agent:g1 offers']);
    expect([...linksStep(noLinks('v'), { type: 'members', members: pair, isSelf: is('v') }).state.links]).to.deep.equal([]);
  });

  it('[F9] the same page on another connection keeps its link; a fresh page gets a fresh one; who goes loses it', () => {
    const known = linksStep(linksStep(noLinks('v'), { type: 'members', members: [...pair, member('g')], isSelf: is('v') }).state, { type: 'heard', from: 'k-g', word: { page: 'g.0', of: 'v.0' } });
    expect(shown(known.effects)).to.deep.equal(['open agent:g']);
    const moved = linksStep(known.state, { type: 'members', members: [...pair, member('g', { connectionId: 'k-2' })], isSelf: is('v') });
    expect(shown(moved.effects)).to.deep.equal(['greet agent:g', 'renew agent:g']);
    expect(shown(linksStep(moved.state, { type: 'heard', from: 'k-2', word: { page: 'g.0', of: 'v.0', signal: null } }).effects)).to.deep.equal(['signal agent:g']);
    expect(shown(linksStep(moved.state, { type: 'heard', from: 'k-g', word: { page: 'g.0', of: 'v.0', signal: null } }).effects), 'from the connection before').to.deep.equal([]);
    expect(shown(linksStep(moved.state, { type: 'heard', from: 'k-2', word: { page: 'other.0', of: null } }).effects)).to.deep.equal(['greet agent:g', 'open agent:g']);
    expect(shown(linksStep(moved.state, { type: 'members', members: pair, isSelf: is('v') }).effects)).to.deep.equal(['close agent:g']);
    expect(shown(linksStep(moved.state, { type: 'members', members: [member('a')], isSelf: is('v') }).effects), 'not in the call oneself').to.deep.equal(['close agent:g']);
    const away = linksStep(moved.state, { type: 'members', members: [...pair, member('g', { connectionId: null })], isSelf: is('v') });
    expect(away.effects).to.deep.equal([]);
    expect(away.state.links.get('agent:g')).to.include({ theirs: 'g.0' });
  });

  it('[F9] a word that is none changes nothing', () => {
    for (const data of [null, 7, 'hello', {}, { page: '' , of: null }, { page: 'x' }, { page: 'x', of: 3 }, { page: 1, of: null }]) expect(linkWord(data)).to.equal(null);
    expect(linkWord({ page: 'x', of: null, signal: null })).to.deep.equal({ page: 'x', of: null, signal: null });
    expect(linkWord({ page: 'x', of: 'y', signal: 'z', media: { audio: true, held: 'yes' } })).to.deep.equal({ page: 'x', of: 'y', media: { audio: true, video: false, screen: false, held: false } });
  });

  it('[F9] whatever is lost, late, begun anew or given up on, both ends come to one pair of connections, and stop talking about it', () => {
    const act = fc.constantFrom('deliver', 'lose', 'page', 'reconnect', 'lost a', 'lost b', 'go', 'come');
    fc.assert(fc.property(fc.array(act, { maxLength: 40 }), (acts) => {
      const room = twoEnds();
      for (const each of acts) room.act(each);
      room.act('come');
      room.act('reconnect');
      room.settle();
      const [v, g] = room.opened();
      expect(v, 'both have one').to.match(/^v\d*\.\d+\+g\d*\.\d+$/);
      expect(g!.split('+').reverse().join('+')).to.equal(v);
    }), { numRuns: 300, seed: 20261121 });
  });
});

/** A visitor and a guest, and the words between them, which a test delivers or loses. */
function twoEnds() {
  let pages = 0;
  let connections = 0;
  let there = true;
  const connection = { v: 'v0', g: 'g0' };
  const states: Record<'v' | 'g', GuestLinks> = { v: noLinks('v'), g: noLinks('g') };
  const opened: Record<'v' | 'g', string | null> = { v: null, g: null };
  const way: { to: 'v' | 'g'; at: string; from: string; word: LinkWord }[] = [];
  const other = { v: 'g', g: 'v' } as const;

  const feed = (side: 'v' | 'g', input: LinksInput): void => {
    const { state, effects } = linksStep(states[side], input);
    states[side] = state;
    for (const effect of effects) {
      const link = state.links.get(effect.key);
      if (effect.type === 'open') opened[side] = `${link!.mine}+${link!.theirs}`;
      if (effect.type === 'close') opened[side] = null;
      if (effect.type === 'greet' && link?.member.connectionId) way.push({ to: other[side], at: link.member.connectionId, from: connection[side], word: { page: link.mine, of: link.theirs } });
    }
  };
  const tell = (): void => {
    const members = [member('v', { connectionId: connection.v }), member('a'), ...(there ? [member('g', { connectionId: connection.g })] : [])];
    feed('v', { type: 'members', members, isSelf: is('v') });
    if (there) feed('g', { type: 'members', members, isSelf: is('g') });
  };
  const deliver = (): void => {
    const next = way.shift();
    // A connection that is gone gets nothing.
    if (next && connection[next.to] === next.at && (next.to === 'v' || there)) feed(next.to, { type: 'heard', from: next.from, word: next.word });
  };
  tell();
  return {
    act(what: string) {
      if (what === 'deliver') deliver();
      if (what === 'lose') way.shift();
      if (what === 'lost a') feed('v', { type: 'lost', key: keyOf({ kind: 'agent', id: 'g' }) });
      if (what === 'lost b' && there) feed('g', { type: 'lost', key: keyOf({ kind: 'visitor', id: 'v' }) });
      if (what === 'page' || what === 'reconnect') {
        connection.g = `g${++connections}`;
        if (what === 'page') {
          states.g = noLinks(`g${++pages}`);
          opened.g = null;
        }
        tell();
      }
      if (what === 'go' || what === 'come') {
        there = what === 'come';
        if (!there) {
          states.g = noLinks(`g${++pages}`);
          opened.g = null;
        }
        tell();
      }
    },
    settle() {
      for (let steps = 0; way.length > 0; steps++) {
        if (steps > 100) throw new Error('They never stop.');
        deliver();
      }
    },
    opened: () => [opened.v, opened.g],
  };
}
