import type { CallMember } from '../../../protocol/server-frames.ts';
import type { NumberedSignal } from './peer.ts';

// Which connections a page has in a call with guests, as a pure machine. The two members of a call have their own (pairing.ts); everything
// else, guest to member and guest to guest, is a link of this kind. guest-mesh.ts does what it asks for.

/** What somebody in a call sends at this moment. */
export interface LinkMedia {
  audio: boolean;
  video: boolean;
  screen: boolean;
  held: boolean;
}

/** What two pages say to one another about their link. With neither `signal` nor `media` it is a greeting. */
export interface LinkWord {
  /** The sender's name for its end of the link: another one is another page, or another try. */
  page: string;
  /** The name of the other end as the sender knows it; null: not at all yet. */
  of: string | null;
  signal?: NumberedSignal;
  media?: LinkMedia;
}

/** One link. */
export interface GuestLink {
  readonly member: CallMember;
  /** Makes the first offer, and gives way when both offer at once: who came later. */
  readonly offers: boolean;
  readonly mine: string;
  readonly theirs: string | null;
}

/** All links of a page, by member. */
export interface GuestLinks {
  /** What this page's ends are named after. */
  readonly page: string;
  /** How many ends were named so far. */
  readonly named: number;
  readonly links: ReadonlyMap<string, GuestLink>;
}

/** What happens to links. */
export type LinksInput =
  | { type: 'members'; members: readonly CallMember[]; isSelf: (member: CallMember) => boolean }
  | { type: 'heard'; from: string; word: LinkWord }
  /** No way was found for too long: another try, with another name. */
  | { type: 'lost'; key: string };

/** What is to be done. */
export type LinksEffect =
  /** Say who we are. */
  | { type: 'greet'; key: string }
  /** Make a connection, in place of the one before. */
  | { type: 'open'; key: string }
  | { type: 'close'; key: string }
  /** The other end is there again: what may have been lost on the way is said once more. */
  | { type: 'renew'; key: string }
  | { type: 'signal'; key: string; signal: NumberedSignal }
  | { type: 'media'; key: string; media: LinkMedia };

/** The new links and what follows from them. */
export interface LinksStep {
  state: GuestLinks;
  effects: LinksEffect[];
}

/** No links yet. `page`: a name that no other page has. */
export function noLinks(page: string): GuestLinks {
  return { page, named: 0, links: new Map() };
}

/** How a member of a call is known, whatever its connection. */
export function keyOf({ kind, id }: Pick<CallMember, 'kind' | 'id'>): string {
  return `${kind}:${id}`;
}

/** The one step of the machine. */
export function linksStep(state: GuestLinks, input: LinksInput): LinksStep {
  switch (input.type) {
    case 'members':
      return follow(state, input.members, input.isSelf);
    case 'heard':
      return hear(state, input.from, input.word);
    case 'lost': {
      const link = state.links.get(input.key);
      if (!link) return { state, effects: [] };
      const again = { ...link, mine: `${state.page}.${state.named}` };
      return { state: { ...put(state, input.key, again), named: state.named + 1 }, effects: [{ type: 'greet', key: input.key }, ...opened(again, input.key)] };
    }
  }
}

function follow(state: GuestLinks, members: readonly CallMember[], isSelf: (member: CallMember) => boolean): LinksStep {
  const self = members.find(isSelf);
  // Whoever is not in the call has nothing to do with anybody in it.
  const wanted = self ? members.filter((member) => member !== self && (self.guest || member.guest)) : [];
  const links = new Map<string, GuestLink>();
  const effects: LinksEffect[] = [];
  let { named } = state;
  for (const key of state.links.keys()) if (!wanted.some((member) => keyOf(member) === key)) effects.push({ type: 'close', key });
  for (const member of wanted) {
    const key = keyOf(member);
    const old = state.links.get(key);
    if (!old) {
      links.set(key, { member, offers: offersTo(self!, member), mine: `${state.page}.${named++}`, theirs: null });
      if (member.connectionId) effects.push({ type: 'greet', key });
      continue;
    }
    links.set(key, { ...old, member });
    // The same page on another connection, or a fresh page: it answers the greeting as who it is.
    if (member.connectionId && member.connectionId !== old.member.connectionId) effects.push({ type: 'greet', key }, { type: 'renew', key });
  }
  return { state: { ...state, named, links }, effects };
}

/** Guests come later than members. Of two guests both have to think the same, whoever came first. */
function offersTo(self: CallMember, other: CallMember): boolean {
  return self.guest && (!other.guest || self.id > other.id);
}

function hear(state: GuestLinks, from: string, word: LinkWord): LinksStep {
  // From a connection that we have not heard of (yet): when we do, we greet, and it says again who it is.
  const [key, link] = [...state.links].find(([, { member }]) => member.connectionId === from) ?? [];
  if (!key || !link) return { state, effects: [] };
  const effects: LinksEffect[] = [];
  const fresh = word.page !== link.theirs;
  const known = word.of === link.mine;
  const next = fresh ? { ...link, theirs: word.page } : link;
  if (!known) effects.push({ type: 'greet', key });
  if (fresh) effects.push(...opened(next, key));
  // What was meant for an earlier end of ours leads nowhere.
  if (known && word.signal !== undefined) effects.push({ type: 'signal', key, signal: word.signal });
  else if (known && word.media) effects.push({ type: 'media', key, media: word.media });
  else if (known && !fresh) effects.push({ type: 'renew', key });
  return { state: fresh ? put(state, key, next) : state, effects };
}

function opened({ theirs }: GuestLink, key: string): LinksEffect[] {
  return theirs === null ? [] : [{ type: 'open', key }];
}

function put(state: GuestLinks, key: string, link: GuestLink): GuestLinks {
  return { ...state, links: new Map(state.links).set(key, link) };
}

/** A word as it came over the wire; null: it is none. Another page's software wrote it. */
export function linkWord(data: unknown): LinkWord | null {
  const { page, of, signal, media } = (data ?? {}) as Record<string, unknown>;
  if (typeof page !== 'string' || !page || (of !== null && typeof of !== 'string')) return null;
  const said = (name: keyof LinkMedia): boolean => (media as Record<string, unknown>)[name] === true;
  return {
    page,
    of,
    ...(signal === null || (typeof signal === 'object' && signal) ? { signal: signal as NumberedSignal } : {}),
    ...(typeof media === 'object' && media ? { media: { audio: said('audio'), video: said('video'), screen: said('screen'), held: said('held') } } : {}),
  };
}
