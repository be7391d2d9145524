import type { CallMember } from '../../../protocol/server-frames.ts';
import type { IceServer } from '../../../protocol/shapes.ts';
import { WireFailure, type Wire } from '../wire.ts';
import type { Errands } from './errands.ts';
import { linksStep, linkWord, noLinks, type LinkMedia, type LinksEffect, type LinksInput, type LinkWord } from './guest-links.ts';
import type { PathTiming } from './path-watch.ts';
import { createPeer, type NumberedSignal, type Peer, type Slot } from './peer.ts';
import { createPlayback, type Playback } from './playback.ts';
import { createSignalOutbox, type SignalOutbox } from './signal-outbox.ts';

/** Somebody whom a link leads to, as far as it is known here. */
export interface LinkedPerson {
  readonly key: string;
  readonly stream: MediaStream;
  readonly screen: MediaStream;
  /** Sound and pictures can come and go. */
  readonly up: boolean;
  /** What this person sends; null: not told yet. */
  readonly media: LinkMedia | null;
}

/** The connections of a call with guests, beside that of its two members: everybody's with every guest. */
export interface GuestMesh {
  /** Who is in the call now, as the server says. */
  members(members: readonly CallMember[]): void;
  readonly people: readonly LinkedPerson[];
  /** Sends another track at a place to all of them, or nothing. */
  send(slot: Slot, track: MediaStreamTrack | null): void;
  /** Tells all of them what is sent. Harmless when nothing has changed. */
  tell(media: LinkMedia): void;
  /** Whether they are heard at all: nobody is while the call is held. */
  listen(on: boolean): void;
  /** After a refusal: call it inside a click. */
  allow(): Promise<void>;
  setSpeaker(id: string): void;
  close(): void;
}

/** What a mesh is made of. */
export interface GuestMeshOptions {
  wire: Wire;
  errands: Errands;
  callId: string;
  isSelf(member: CallMember): boolean;
  local: MediaStream;
  /** What is sent at first, to whoever comes. */
  tracks(): Readonly<Record<Slot, MediaStreamTrack | null>>;
  iceServers: readonly IceServer[];
  relayOnly: boolean;
  /** Somebody's track, path or word has come or gone. */
  changed(): void;
  /** The browser plays nothing without a click. */
  blocked(): void;
  /** The server knows of no part of ours in this call. */
  outside?(): void;
  timing?: Partial<PathTiming>;
}

/** How old TURN credentials may be for another connection, in ms: far less than the server gives them. */
const CREDENTIALS_MS = 300_000;
/** Codes that say that this page is nobody in the call. */
const OUTSIDE = new Set(['call_over', 'forbidden']);

interface End {
  readonly stream: MediaStream;
  readonly screen: MediaStream;
  readonly playback: Playback;
  peer: Peer | null;
  outbox: SignalOutbox | null;
  /** Which try to open it is the newest: credentials may be on their way. */
  tries: number;
  early: NumberedSignal[];
  up: boolean;
  media: LinkMedia | null;
}

/** Makes a mesh without links; `members` opens them. */
export function createGuestMesh(options: GuestMeshOptions): GuestMesh {
  const { wire, errands, callId, relayOnly } = options;
  let state = noLinks(crypto.randomUUID().slice(0, 8));
  let { iceServers } = options;
  let mintedAt = performance.now();
  let told: LinkMedia | null = null;
  let listening = true;
  let speaker = '';
  let closed = false;
  const ends = new Map<string, End>();

  const feed = (input: LinksInput): void => {
    if (closed) return;
    const next = linksStep(state, input);
    state = next.state;
    for (const effect of next.effects) run(effect);
  };

  const endOf = (key: string): End => {
    let end = ends.get(key);
    if (!end) {
      end = { stream: new MediaStream(), screen: new MediaStream(), playback: createPlayback((blocked) => blocked && options.blocked()), peer: null, outbox: null, tries: 0, early: [], up: false, media: null };
      if (speaker) end.playback.setSpeaker(speaker).catch(() => undefined);
      ends.set(key, end);
    }
    return end;
  };

  /** What goes to the other end; null while it is away. */
  const addressed = (key: string, say: Partial<LinkWord>): { callId: string; to: string; data: LinkWord } | null => {
    const link = state.links.get(key);
    return link?.member.connectionId ? { callId, to: link.member.connectionId, data: { page: link.mine, of: link.theirs, ...say } } : null;
  };

  const insist = (what: 'greet' | 'media', key: string, say: Partial<LinkWord>): void => {
    const fields = addressed(key, say);
    if (fields) errands.insist(`link ${what} ${callId} ${key}`, 'call.link', fields);
  };

  const run = (effect: LinksEffect): void => {
    const { key } = effect;
    switch (effect.type) {
      case 'greet':
        insist('greet', key, {});
        break;
      case 'open':
        void open(key, endOf(key));
        break;
      case 'renew': {
        const end = endOf(key);
        end.outbox?.flush();
        end.peer?.renew(null);
        if (told) insist('media', key, { media: told });
        break;
      }
      case 'signal': {
        const end = endOf(key);
        if (end.peer) end.peer.receive(effect.signal);
        else end.early.push(effect.signal);
        break;
      }
      case 'media':
        endOf(key).media = effect.media;
        mind(endOf(key));
        options.changed();
        break;
      case 'close':
        shut(key);
        options.changed();
        break;
    }
  };

  const open = async (key: string, end: End): Promise<void> => {
    const turn = ++end.tries;
    end.peer?.close();
    end.outbox?.close();
    end.peer = end.outbox = null;
    end.early = [];
    end.up = false;
    await freshen();
    if (closed || end.tries !== turn || ends.get(key) !== end) return;
    const link = state.links.get(key)!;
    const outbox = createSignalOutbox(async (signal) => {
      const fields = addressed(key, { signal: signal as NumberedSignal });
      if (!fields) throw new WireFailure('unavailable', 'The other end is away.');
      await wire.request('call.link', fields).catch((failure: unknown) => {
        if (failure instanceof WireFailure && OUTSIDE.has(failure.code)) options.outside?.();
        throw failure;
      });
    });
    const peer = createPeer({
      polite: link.offers, offers: link.offers, local: options.local, tracks: options.tracks(), remote: end.stream, remoteScreen: end.screen, iceServers, relayOnly,
      say: (signal) => outbox.push(signal, 0),
      path: (path) => void onPath(key, end, peer, path),
      changed() {
        mind(end);
        end.playback.play(end.stream);
        options.changed();
      },
      ...(options.timing ? { timing: options.timing } : {}),
    });
    [end.peer, end.outbox] = [peer, outbox];
    for (const signal of end.early.splice(0)) peer.receive(signal);
    peer.begin();
    if (told) insist('media', key, { media: told });
    options.changed();
  };

  const onPath = async (key: string, end: End, peer: Peer, path: 'up' | 'down' | 'lost'): Promise<void> => {
    if (end.peer !== peer) return;
    end.up = path === 'up';
    options.changed();
    if (path === 'lost') return feed({ type: 'lost', key });
    // A guest sees a small picture: the way out is the other member's first.
    if (path === 'up') await peer.limit('low').catch(() => undefined);
    if (path !== 'down' || !(await freshen()) || end.peer !== peer) return;
    peer.renew(iceServers);
  };

  /** Takes other credentials where the old ones have aged; says whether it did. */
  const freshen = async (): Promise<boolean> => {
    if (performance.now() - mintedAt < CREDENTIALS_MS) return false;
    try {
      const answer = await fetch(`${wire.server}/v1/ice-servers`, { credentials: 'omit', headers: { authorization: `Bearer ${await wire.token()}` } });
      if (!answer.ok) return false;
      ({ iceServers } = (await answer.json()) as { iceServers: IceServer[] });
      mintedAt = performance.now();
      return true;
    } catch {
      // Most calls need no relay: the old ones may do.
      return false;
    }
  };

  /** Whom nobody may hear is silent in the recording too: it takes the same tracks. A camera that is off would leave its last picture. */
  const mind = (end: End): void => {
    const open = listening && !end.media?.held;
    for (const track of end.stream.getAudioTracks()) track.enabled = open;
    for (const track of end.stream.getVideoTracks()) track.enabled = open && end.media?.video === true;
    for (const track of end.screen.getTracks()) track.enabled = open && end.media?.screen === true;
  };

  const shut = (key: string): void => {
    const end = ends.get(key);
    ends.delete(key);
    for (const what of ['greet', 'media']) errands.forget(`link ${what} ${callId} ${key}`);
    end?.outbox?.close();
    end?.playback.stop();
    end?.peer?.close();
  };

  const leave = wire.on('call.link', (event) => {
    const word = event.callId === callId ? linkWord(event.data) : null;
    if (word) feed({ type: 'heard', from: event.from, word });
  });

  return {
    members: (members) => feed({ type: 'members', members, isSelf: options.isSelf }),
    get people() {
      return [...ends].map(([key, { stream, screen, up, media }]) => ({ key, stream, screen, up, media }));
    },
    send(slot, track) {
      for (const { peer } of ends.values()) peer?.send(slot, track).catch(() => undefined);
    },
    tell(media) {
      if (told && told.audio === media.audio && told.video === media.video && told.screen === media.screen && told.held === media.held) return;
      told = media;
      for (const [key, { peer }] of ends) if (peer) insist('media', key, { media });
    },
    listen(on) {
      if (on === listening) return;
      listening = on;
      for (const end of ends.values()) mind(end);
    },
    async allow() {
      await Promise.all([...ends.values()].map(({ playback }) => playback.allow()));
    },
    setSpeaker(id) {
      speaker = id;
      for (const { playback } of ends.values()) playback.setSpeaker(id).catch(() => undefined);
    },
    close() {
      if (closed) return;
      closed = true;
      leave();
      for (const key of [...ends.keys()]) shut(key);
      for (const key of state.links.keys()) shut(key);
    },
  };
}

