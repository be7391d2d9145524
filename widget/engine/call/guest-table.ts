import type { CallMember } from '../../../protocol/server-frames.ts';
import type { PrincipalKind } from '../../../protocol/shapes.ts';
import type { LinkMedia } from './guest-links.ts';
import type { GuestMesh, GuestMeshOptions } from './guest-mesh.ts';
import type { Slot } from './peer.ts';

/** Somebody who is in the call beside its two members. */
export interface GuestShown {
  readonly id: string;
  readonly name: string;
  /** `false`: only listens. */
  readonly talks: boolean;
}

/** A member's side of the guests of its call. Costs nothing until the first one comes: what connects to them is fetched then. */
export interface GuestTable {
  readonly shown: readonly GuestShown[];
  /** What comes in from them, for the recording. */
  streams(): readonly MediaStream[];
  /** The server's word on who is in the call. */
  members(members: readonly CallMember[]): void;
  /** The link to the server is a new one: guests whom it says nothing of for half a minute are gone, as after its restart. */
  doubt(): void;
  /** The call's own connection begins: from now on there is something to send. */
  begin(): void;
  send(slot: Slot, track: MediaStreamTrack | null): void;
  /** What this member sends, and whether anybody is to be heard. */
  mind(media: LinkMedia, open: boolean): void;
  allow(): Promise<void>;
  setSpeaker(id: string): void;
  close(): void;
}

/** What a table is made of. */
export interface GuestTableOptions extends Omit<GuestMeshOptions, 'iceServers' | 'relayOnly' | 'callId' | 'isSelf'> {
  kind: PrincipalKind;
  subject(): Pick<GuestMeshOptions, 'callId' | 'iceServers' | 'relayOnly'>;
}

/** As long as the server keeps a place for whoever is away, ms. */
const DOUBT_MS = 35_000;

/** Makes a table at which no guest sits. */
export function createGuestTable({ kind, subject, ...options }: GuestTableOptions): GuestTable {
  let all: readonly CallMember[] = [];
  let mesh: GuestMesh | null = null;
  let fetching = false;
  let begun = false;
  let closed = false;
  let speaker = '';
  let doubts: ReturnType<typeof setTimeout> | undefined;
  let minded: { media: LinkMedia; open: boolean } | null = null;

  const hand = (): void => {
    if (!mesh) return;
    if (speaker) mesh.setSpeaker(speaker);
    if (minded) {
      mesh.listen(minded.open);
      mesh.tell(minded.media);
    }
    mesh.members(all);
  };

  const seat = async (): Promise<void> => {
    if (mesh) return hand();
    if (fetching || !begun || closed || !all.some(({ guest }) => guest)) return;
    fetching = true;
    try {
      const { createGuestMesh } = await import('./guest-mesh.ts');
      if (closed) return;
      mesh = createGuestMesh({ ...options, ...subject(), isSelf: (member) => !member.guest && member.kind === kind });
      hand();
    } catch {
      // Without the chunk nobody hears the guests: the call itself goes on, and the next word about them tries again.
    } finally {
      fetching = false;
    }
  };

  const members = (now: readonly CallMember[]): void => {
    clearTimeout(doubts);
    all = now;
    void seat();
  };

  return {
    get shown() {
      return all.filter(({ guest }) => guest).map(({ id, name, talks }) => ({ id, name, talks }));
    },
    streams: () => mesh?.people.map(({ stream }) => stream) ?? [],
    members,
    doubt() {
      clearTimeout(doubts);
      if (!all.some(({ guest }) => guest)) return;
      doubts = setTimeout(() => {
        members(all.filter(({ guest }) => !guest));
        options.changed();
      }, DOUBT_MS);
    },
    begin() {
      begun = true;
      void seat();
    },
    send: (slot, track) => mesh?.send(slot, track),
    mind(media, open) {
      minded = { media, open };
      mesh?.listen(open);
      mesh?.tell(media);
    },
    allow: async () => mesh?.allow(),
    setSpeaker(id) {
      speaker = id;
      mesh?.setSpeaker(id);
    },
    close() {
      closed = true;
      clearTimeout(doubts);
      all = [];
      mesh?.close();
      mesh = null;
    },
  };
}
