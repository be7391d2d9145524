import type { Request } from '../../protocol/client-frames.ts';
import { CLOSE } from '../../protocol/codes.ts';
import { Problem } from '../errors.ts';
import type { ConnectionListener, FrameContext } from '../gateway/frames.ts';
import type { Hub } from '../hub/hub.ts';
import type { Chat } from './chat.ts';
import { MessageGate } from './message-gate.ts';
import type { Pins } from './pins.ts';

// Messages read at a time while catching up.
const pageSize = 100;
// How often a message that was announced is looked for before it is left to the client to ask for it.
const patience = 5;

/**
 * Tells a connection its conversations, and then what it missed after each `lastSeq` of its `resume`: in order, each message
 * once, also while new ones arrive. Reads pages, and waits for the client to read them, so that no backlog fills the memory.
 */
export function createCatchUp({ chat, pins, hub }: {
  chat: Pick<Chat, 'snapshot' | 'history' | 'conversation'>; pins: Pick<Pins, 'of'>; hub: Pick<Hub, 'close'>;
}): ConnectionListener {
  const gates = new Map<string, MessageGate>();
  // The floor of a conversation is set by the first hello only: at a later one its live events are under way already.
  const fresh = new WeakSet<MessageGate>();

  const catchUp = async (context: FrameContext, gate: MessageGate, conversationId: string, lastSeq: number) => {
    const conversation = await chat.conversation(context.principal, conversationId);
    let seq = Math.min(lastSeq, conversation.lastSeq);
    let vain = 0;
    for (;;) {
      const { messages, more } = await chat.history(context.principal, { conversationId, after: seq, limit: pageSize });
      for (const message of messages) context.send('message', { message });
      seq = messages.at(-1)?.seq ?? seq;
      vain = messages.length === 0 ? vain + 1 : 0;
      // No await between this look and `settle`: what is published next finds the gate open.
      if (!more && (gate.newest(conversationId) <= seq || vain >= patience)) return gate.settle(conversationId, seq);
      if (!(await context.writable())) return;
      if (vain > 0) await new Promise(setImmediate);
    }
  };

  return {
    joined({ connectionId }, { resume = {} }) {
      const gate = new MessageGate();
      for (const conversationId of Object.keys(resume)) gate.hold(conversationId);
      gates.set(connectionId, gate);
      fresh.add(gate);
      return (event) => gate.passes(event);
    },
    async snapshot({ principal, connectionId }) {
      const pinned = principal.kind === 'agent' ? await pins.of(principal) : [];
      const conversations = await chat.snapshot(principal, pinned);
      const gate = gates.get(connectionId);
      if (gate && fresh.delete(gate)) {
        for (const { id, lastSeq } of conversations) if (!gate.holds(id)) gate.settle(id, lastSeq);
      }
      return { conversations, ...(principal.kind === 'agent' && { pins: pinned }) };
    },
    async opened(context, { resume = {} }: Request<'hello'>) {
      const gate = gates.get(context.connectionId);
      if (!gate) return;
      try {
        for (const [conversationId, lastSeq] of Object.entries(resume)) {
          try {
            await catchUp(context, gate, conversationId, lastSeq);
          } catch (error) {
            if (!(error instanceof Problem) || error.code !== 'not_found') throw error;
            gate.forget(conversationId);
          }
        }
      } catch (error) {
        // Going on would be a hole; the client comes back and resumes.
        hub.close(`connection:${context.connectionId}`, CLOSE.goingAway, 'missed messages could not be read; try again');
        throw error;
      }
    },
    closed({ connectionId }) {
      gates.delete(connectionId);
    },
  };
}
