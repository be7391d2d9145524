import type { ServerEvent } from '../../protocol/server-frames.ts';

/**
 * Gives one connection each message once and in order while it is told what it missed.
 *
 * Messages of a conversation that is being caught up are kept back: they are durable before they are published, so that
 * whoever reads them from the database meets them there. Only the greatest `seq` seen is remembered, however many come.
 */
export class MessageGate {
  private readonly catchingUp = new Map<string, number>();
  private readonly known = new Map<string, number>();

  /** Keeps back the conversation's messages until `settle` or `forget`. */
  hold(conversationId: string): void {
    this.catchingUp.set(conversationId, 0);
  }

  /** Whether the conversation's messages are kept back. */
  holds(conversationId: string): boolean {
    return this.catchingUp.has(conversationId);
  }

  /** The greatest `seq` kept back so far. */
  newest(conversationId: string): number {
    return this.catchingUp.get(conversationId) ?? 0;
  }

  /** The client has, or has been sent, everything up to `seq`; what comes later passes. */
  settle(conversationId: string, seq: number): void {
    this.catchingUp.delete(conversationId);
    this.known.set(conversationId, seq);
  }

  /** The conversation is none of the client's. */
  forget(conversationId: string): void {
    this.catchingUp.delete(conversationId);
  }

  /** Whether a live event may go to the client. */
  passes(event: ServerEvent): boolean {
    if (event.type !== 'message') return true;
    const { conversationId, seq } = event.message;
    const newest = this.catchingUp.get(conversationId);
    if (newest !== undefined) {
      if (seq > newest) this.catchingUp.set(conversationId, seq);
      return false;
    }
    return seq > (this.known.get(conversationId) ?? 0);
  }
}
