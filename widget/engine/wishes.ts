import type { Request, RequestType } from '../../protocol/client-frames.ts';
import type { Conversation, Named } from '../../protocol/shapes.ts';
import type { Reply } from '../../protocol/server-frames.ts';
import type { Contact, Outcome, Session, VisitorFacts } from './session-state.ts';
import { WireFailure, type Wire } from './wire.ts';

/** Wishes about conversations and about oneself that are one request each. */
export interface Wishes extends Pick<Session, 'assign' | 'tag' | 'transfer' | 'join' | 'leave' | 'pin' | 'takeover' | 'view' | 'rate' | 'transcript' | 'contact' | 'context'> {
  /** A new connection knows nothing of what ends with a connection: says it again. `other`: we are somebody else now. */
  greet(reply: Reply<'hello'>, other: boolean): void;
  /** Whether answers were given that the server may know only as long as the connection lives. */
  readonly contacted: boolean;
  /** The conversation is gone: nobody looks at it any more. */
  forget(conversationId: string): void;
}

/** What wishes need. */
export interface WishesOptions {
  wire: Wire;
  put(conversation: Conversation): void;
  /** There is nothing of it to be seen any more. */
  lost(conversationId: string): void;
  pins(pins: readonly string[]): void;
  viewers(conversationId: string, viewers: readonly Named[]): void;
  contactKnown(): void;
}

/** Makes them. */
export function createWishes({ wire, put, lost, pins, viewers, contactKnown }: WishesOptions): Wishes {
  const watched = new Set<string>();
  let contact: Contact | null = null;
  let facts: VisitorFacts = {};

  const ask = async <T extends RequestType>(type: T, fields: Request<T>, done: (reply: Reply<T>) => Outcome | void): Promise<Outcome> => {
    try {
      return done(await wire.request(type, fields)) ?? null;
    } catch (error) {
      return error instanceof WireFailure ? error.code : 'internal';
    }
  };
  const putIt = ({ conversation }: { conversation: Conversation }): void => put(conversation);

  const tellView = (conversationId: string, on: boolean): void => {
    void ask('conversation.view', { conversationId, on }, (reply) => viewers(conversationId, on ? reply.viewers : []));
  };
  const tellContact = (answers: Contact): Promise<Outcome> =>
    ask('visitor.contact', answers, () => {
      contact = answers;
      contactKnown();
    });
  const tellFacts = (told: VisitorFacts): void => {
    if (Object.keys(told).length > 0 && wire.connectionId !== null) void ask('visitor.context', told, () => undefined);
  };

  return {
    assign: (conversationId, assigneeId) => ask('conversation.assign', { conversationId, assigneeId }, putIt),
    tag: (conversationId, tagIds) => ask('conversation.tag', { conversationId, tagIds: [...tagIds] }, putIt),
    transfer: (conversationId, agentId, note) => ask('conversation.transfer', { conversationId, agentId, ...(note ? { note } : {}) }, putIt),
    join: (conversationId) => ask('conversation.join', { conversationId }, putIt),
    leave: (conversationId) =>
      ask('conversation.leave', { conversationId }, ({ conversation }) => {
        if (conversation) put(conversation);
        else lost(conversationId);
      }),
    pin: (conversationId, on) => ask('conversation.pin', { conversationId, on }, (reply) => pins(reply.pins)),
    takeover: (conversationId) => ask('conversation.takeover', { conversationId }, putIt),
    view(conversationId, on) {
      if (on) watched.add(conversationId);
      else watched.delete(conversationId);
      tellView(conversationId, on);
    },
    rate: (conversationId, rating) => ask('conversation.rate', { conversationId, ...rating }, putIt),
    transcript: (conversationId, email) => ask('conversation.transcript', { conversationId, ...(email ? { email } : {}) }, ({ mailed }) => (mailed ? null : 'mail_off')),
    contact: (answers) => tellContact({ ...contact, ...answers, ...(contact?.fields || answers.fields ? { fields: { ...contact?.fields, ...answers.fields } } : {}) }),
    context(told) {
      facts = { ...facts, ...told };
      tellFacts(told);
    },
    get contacted() {
      return contact !== null;
    },
    greet(reply, other) {
      if (other) contact = null;
      for (const conversationId of watched) tellView(conversationId, true);
      // The server keeps answers with the first message; before that they live as long as the connection.
      if (contact && reply.contactKnown !== true) void tellContact(contact);
      tellFacts(facts);
    },
    forget: (conversationId) => void watched.delete(conversationId),
  };
}
