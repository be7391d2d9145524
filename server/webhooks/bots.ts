import { Compile } from 'typebox/compile';
import { BotAnswer } from '../../protocol/developers.ts';
import type { Author } from '../../protocol/shapes.ts';
import { Problem } from '../errors.ts';
import type { Result } from './deliverer.ts';
import type { DeliveryJob } from './deliveries.store.ts';
import type { WebhooksStore } from './webhooks.store.ts';

/** What programs may do in a conversation; chat does it. */
export interface BotChat {
  /** Writes a line in the program's name. The same `clientId` again writes nothing. */
  sendAs(line: { organisationId: string; conversationId: string; author: { kind: 'bot'; id: string; name: string }; clientId: string; text: string }): Promise<unknown>;
  /** People take over: the program is asked no more, the agents are told as of a new conversation; `reason` becomes a note for them. Harmless when they have. */
  handOver(organisationId: string, conversationId: string, by: Author, reason: string): Promise<unknown>;
}

/** Webhooks whose answers speak. */
export interface Bots {
  /** Lets the program say what it answered to a visitor, and people take over where it wishes so or cannot. */
  heard(job: DeliveryJob, result: Result): Promise<void>;
}

/** What bots need. */
export interface BotsParts {
  store: Pick<WebhooksStore, 'mayAnswer'>;
  chat: BotChat;
}

const answers = Compile(BotAnswer);
const failuresAtMost = 3;
// Counts of conversations; whoever is forgotten begins anew.
const remembered = 10_000;

/** Makes the bots. */
export function createBots({ store, chat }: BotsParts): Bots {
  /** How often in a row a program failed in a conversation. */
  const failures = new Map<string, number>();

  const fails = (conversationId: string, tries: number) => {
    if (failures.size >= remembered) failures.delete(failures.keys().next().value!);
    const inARow = (failures.get(conversationId) ?? 0) + 1;
    failures.set(conversationId, inARow);
    return Math.max(inARow, tries);
  };

  return {
    async heard({ delivery, webhook }, { error, body }) {
      const conversationId = webhook.bot && webhook.enabled ? conversationIn(delivery.event, delivery.payload) : null;
      if (conversationId === null) return;
      const { organisationId } = webhook;
      const author = { kind: 'bot', id: webhook.id, name: webhook.name } as const;
      const mayAnswer = () => store.mayAnswer(organisationId, webhook.id, conversationId);
      const handOver = (reason: string) => chat.handOver(organisationId, conversationId, author, reason);
      if (error !== null) {
        const tooOften = fails(conversationId, delivery.attempts) >= failuresAtMost;
        // Somebody waits for an answer: one that does not come in time is as good as none.
        if ((tooOften || error === 'timeout') && await mayAnswer()) await handOver('');
        return;
      }
      failures.delete(conversationId);
      const { replies = [], handover = false, reason = '' } = answerIn(body);
      for (const [index, { text }] of replies.entries()) {
        if (!(await mayAnswer())) return; // somebody of the team was quicker
        try {
          await chat.sendAs({ organisationId, conversationId, author, clientId: `bot:${delivery.id}:${index}`, text });
        } catch (refusal) {
          // What it says cannot be said (empty after trimming, the conversation is over): that is no reason to ask it again.
          if (!(refusal instanceof Problem) || refusal.code === 'unavailable') throw refusal;
        }
      }
      if (handover && await mayAnswer()) await handOver(reason);
    },
  };
}

/** The conversation in which a program may answer this: a new one, or one in which its visitor wrote. */
function conversationIn(event: string, payload: string): string | null {
  if (event !== 'conversation.created' && event !== 'message.created') return null;
  const { data } = JSON.parse(payload) as { data: { conversation?: { id: string }; message?: { conversationId: string; author: { kind: string }; kind: string } } };
  if (data.message) return data.message.author.kind === 'visitor' && data.message.kind === 'text' ? data.message.conversationId : null;
  return data.conversation?.id ?? null;
}

function answerIn(body: Buffer): BotAnswer {
  try {
    const answer: unknown = JSON.parse(body.toString('utf8'));
    return answers.Check(answer) ? answer : {};
  } catch {
    return {};
  }
}
