import type { AgentPrincipal } from '../auth/principal.ts';
import type { Clock } from '../clock.ts';
import { problem } from '../errors.ts';
import type { Hub } from '../hub/hub.ts';
import type { Chat } from './chat.ts';
import type { PinsStore } from './pins.store.ts';

/** The conversations that an agent keeps at the top of its list, the same in all its tabs and browsers. */
export interface Pins {
  /** Their ids, the latest first. */
  of(agent: Pick<AgentPrincipal, 'id' | 'organisationId'>): Promise<string[]>;
  /**
   * Pins one, or no longer; gives all that are pinned then. The other tabs hear of it, `except` names the connection that asked.
   * Throws `pin_limit` for the sixth, `not_found` for one that the agent does not see.
   */
  set(agent: AgentPrincipal, conversationId: string, on: boolean, except?: string): Promise<string[]>;
}

/** So many conversations can be pinned. */
export const PINS_AT_MOST = 5;

/** Makes pins. */
export function createPins({ store, chat, hub, clock }: {
  store: PinsStore; chat: Pick<Chat, 'member'>; hub: Pick<Hub, 'publish'>; clock: Pick<Clock, 'now'>;
}): Pins {
  return {
    of: ({ organisationId, id }) => store.of(organisationId, id),
    async set(agent, conversationId, on, except) {
      const { id, organisationId } = agent;
      await chat.member(agent, conversationId);
      if (!on) await store.remove(organisationId, id, conversationId);
      else {
        const outcome = await store.add(organisationId, id, conversationId, PINS_AT_MOST, clock.now());
        if (outcome !== 'pinned') throw problem(outcome === 'full' ? 'pin_limit' : 'not_found');
      }
      const pins = await store.of(organisationId, id);
      hub.publish([`agent:${id}`], { type: 'pins.updated', pins }, except === undefined ? undefined : { except });
      return pins;
    },
  };
}
