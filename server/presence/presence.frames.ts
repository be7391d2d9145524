import { frame, type ConnectionListener, type FrameHandler } from '../gateway/frames.ts';
import type { Presence } from './presence.ts';

/** Presence over the socket. */
export function presenceFrames(presence: Presence): FrameHandler[] {
  return [
    frame('presence.set', 'agent', ({ status }, { principal }) => {
      presence.set(principal, status);
      return { status };
    }),
  ];
}

/** Connections of agents count; every hello is told how things stand. */
export function presenceListener(presence: Presence): ConnectionListener {
  return {
    joined({ principal, connectionId }) {
      if (principal.kind === 'agent') presence.arrived(principal, connectionId);
      return undefined;
    },
    async snapshot({ principal }) {
      return principal.kind === 'agent' ? { team: await presence.team(principal.organisationId) } : { presence: await presence.seenBy(principal) };
    },
    closed({ principal, connectionId }, _clean, silentMs) {
      if (principal.kind === 'agent') presence.left(principal.id, connectionId, silentMs);
    },
  };
}
