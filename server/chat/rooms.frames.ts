import { frame, type FrameHandler } from '../gateway/frames.ts';
import type { Chat } from './chat.ts';
import type { Pins } from './pins.ts';

/** Who takes part, who has it from now on, and what stands at the top, over the socket. */
export function roomsFrames({ chat, pins }: { chat: Pick<Chat, 'join' | 'leave' | 'transfer'>; pins: Pick<Pins, 'set'> }): FrameHandler[] {
  return [
    frame('conversation.join', 'agent', async ({ conversationId }, { principal }) => ({ conversation: await chat.join(principal, conversationId) })),
    frame('conversation.leave', 'agent', async ({ conversationId }, { principal }) => ({ conversation: await chat.leave(principal, conversationId) })),
    frame('conversation.transfer', 'agent', async ({ conversationId, agentId, note }, { principal }) => ({
      conversation: await chat.transfer(principal, conversationId, { agentId, note }),
    })),
    frame('conversation.pin', 'agent', async ({ conversationId, on }, { principal, connectionId }) => ({
      pins: await pins.set(principal, conversationId, on, connectionId),
    })),
  ];
}
