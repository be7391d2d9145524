import { frame, ReadyReply, type FrameHandler } from '../gateway/frames.ts';
import type { Chat } from './chat.ts';
import type { Typing } from './typing.ts';
import type { Viewers } from './viewers.ts';

/** Chat over the socket. */
export function chatFrames({ chat, viewers, typing }: { chat: Chat; viewers: Viewers; typing: Typing }): FrameHandler[] {
  return [
    frame('message.send', 'both', async ({ conversationId, clientId, text, note, fileIds }, { principal, connectionId }) => {
      const { message, json } = await chat.send(principal, { conversationId, clientId, text, note, fileIds }, connectionId);
      return new ReadyReply(`{"conversationId":${JSON.stringify(message.conversationId)},"message":${json}}`);
    }),
    frame('history', 'both', (request, { principal }) => chat.history(principal, request)),
    frame('read', 'both', async ({ conversationId, seq }, { principal, connectionId }) => ({
      seq: await chat.read(principal, conversationId, seq, connectionId),
    })),
    frame('typing', 'both', async ({ conversationId, on, note }, { principal, connectionId }) => {
      await typing.set(principal, connectionId, conversationId, on, note);
      return {};
    }),
    frame('conversation.close', 'both', async ({ conversationId }, { principal }) => ({ conversation: await chat.close(principal, conversationId) })),
    frame('conversation.reopen', 'agent', async ({ conversationId }, { principal }) => ({ conversation: await chat.reopen(principal, conversationId) })),
    frame('conversation.assign', 'agent', async ({ conversationId, assigneeId }, { principal }) => ({
      conversation: await chat.change(principal, conversationId, { assigneeId }),
    })),
    frame('conversation.tag', 'agent', async ({ conversationId, tagIds }, { principal }) => ({
      conversation: await chat.change(principal, conversationId, { tagIds }),
    })),
    frame('conversation.takeover', 'agent', async ({ conversationId }, { principal }) => ({
      conversation: await chat.change(principal, conversationId, { assigneeId: principal.id, bot: false }),
    })),
    frame('conversation.view', 'agent', async ({ conversationId, on }, { principal, connectionId }) => ({
      viewers: await viewers.view(principal, connectionId, conversationId, on),
    })),
    frame('conversation.rate', 'visitor', async ({ conversationId, score, comment }, { principal }) => ({
      conversation: await chat.rate(principal, conversationId, { score, comment }),
    })),
  ];
}
