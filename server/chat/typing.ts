import type { Principal } from '../auth/principal.ts';
import type { Clock, Timer } from '../clock.ts';
import type { ConnectionListener } from '../gateway/frames.ts';
import type { Chat } from './chat.ts';

/** Who is writing where, so that the others are told of its end even by those who stop without a word. */
export interface Typing {
  /** This connection's writer began, goes on, or stopped. Throws `not_found` for whoever does not belong to the conversation. */
  set(principal: Principal, connectionId: string, conversationId: string, on: boolean, note?: boolean): Promise<void>;
  /** The connection is gone, and what it was writing with it. */
  left(connectionId: string): void;
}

/** Writing that is not repeated for so long has stopped, in ms. Clients repeat it every 3 s. */
export const TYPING_MS = 8_000;
// Nobody writes in more places at once; the oldest goes when a connection claims more.
const placesAtMost = 20;

/** Makes typing; nobody writes yet. */
export function createTyping({ chat, clock }: { chat: Pick<Chat, 'typing'>; clock: Pick<Clock, 'after'> }): Typing {
  const connections = new Map<string, Map<string, { timer: Timer; stop: () => void }>>();

  const forget = (connectionId: string, conversationId: string) => {
    const places = connections.get(connectionId);
    const place = places?.get(conversationId);
    if (!places || !place) return null;
    place.timer.cancel();
    places.delete(conversationId);
    if (places.size === 0) connections.delete(connectionId);
    return place;
  };
  const end = (connectionId: string, conversationId: string) => forget(connectionId, conversationId)?.stop();

  return {
    async set(principal, connectionId, conversationId, on, note) {
      await chat.typing(principal, conversationId, on, note);
      forget(connectionId, conversationId);
      if (!on) return;
      // Who has no part in it any more by then has nothing to stop.
      const stop = () => void chat.typing(principal, conversationId, false, note).catch(() => {});
      const places = connections.get(connectionId) ?? new Map<string, { timer: Timer; stop: () => void }>();
      connections.set(connectionId, places);
      places.set(conversationId, { stop, timer: clock.after(TYPING_MS, () => end(connectionId, conversationId)) });
      if (places.size > placesAtMost) end(connectionId, [...places.keys()][0]!);
    },
    left(connectionId) {
      for (const conversationId of [...(connections.get(connectionId)?.keys() ?? [])]) end(connectionId, conversationId);
    },
  };
}

/** What a connection writes ends with it. */
export function typingListener(typing: Typing): ConnectionListener {
  return { closed: ({ connectionId }) => typing.left(connectionId) };
}
