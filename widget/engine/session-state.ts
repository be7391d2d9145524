import type { Call, Conversation, Message, Named, PresenceStatus, TeamPresence } from '../../protocol/shapes.ts';
import type { SiteProfile } from '../../protocol/site.ts';
import type { LinkStatus, Wire } from './wire.ts';
import type { Readable } from './store.ts';
import type { CallEngine, CallView } from './call/call-engine.ts';

/** A message as a view shows it: from the server, or our own that is still on its way. */
export interface Line extends Omit<Message, 'seq' | 'id'> {
  /** Null while the server has not numbered it. */
  seq: number | null;
  id: string | null;
  /** `sending` waits or is on its way; `failed` was refused (`failure` says why) and stays until retried or discarded. */
  state: 'sending' | 'sent' | 'failed';
  failure?: string;
}

/** One conversation as a view shows it. Lines are in order: numbered ones by `seq`, then those on their way. */
export interface Thread {
  /** Null: a visitor's conversation that does not exist yet. */
  conversation: Conversation | null;
  lines: readonly Line[];
  /** Whether older lines may be loaded, and whether that is under way. */
  more: boolean;
  loading: boolean;
  /** Names of those who are typing. */
  typing: readonly Named[];
}

/** Everything that views of a session show. */
export interface SessionState {
  link: LinkStatus;
  self: { kind: 'visitor' | 'agent'; id: string; name: string } | null;
  /** Visitors: the site and whether somebody is there (null: hidden or not known yet). */
  site: SiteProfile | null;
  presence: TeamPresence | null;
  /** Agents: colleagues by id. */
  team: ReadonlyMap<string, { id: string; name: string; status: PresenceStatus }>;
  /** Newest first. */
  conversations: readonly Conversation[];
  /** By conversation id; a visitor's not yet existing one under ''. */
  threads: ReadonlyMap<string, Thread>;
  /** Calls that ring for this member now. */
  ringing: readonly Call[];
  /** The call this member is in. */
  call: CallView | null;
  /** Unread messages over all conversations. */
  unread: number;
  /** Why the server will not have us (link `refused`): a code of protocol/codes.ts. */
  refusal: string | null;
}

/** What views talk to. Wishes never throw: what went wrong appears in the state. */
export interface Session {
  readonly state: Readable<SessionState>;
  connect(): void;
  disconnect(): void;
  /** Drops the connection and makes a new one, with the token of then. */
  reconnect(): void;
  /** Shows it as *sending* at once and sees to it that it arrives, over reconnects. Returns its clientId. */
  send(text: string, conversationId?: string): string;
  retry(clientId: string): void;
  /** Takes a failed line off the screen; returns its text for the composer. */
  discard(clientId: string): string | null;
  /** Sees to it that a thread's newest lines are there. */
  load(conversationId: string): void;
  loadEarlier(conversationId: string): void;
  /** Moves the own read cursor to the newest line. Call it when the thread is really on screen and focused. */
  markRead(conversationId: string): void;
  typing(conversationId: string, on: boolean): void;
  /** A visitor ends its own conversation; an agent's word ends anybody's. */
  closeConversation(conversationId: string): void;
  reopenConversation(conversationId: string): void;
  startCall(options: { mode: 'audio' | 'video'; conversationId?: string; consent: boolean }): void;
  acceptCall(call: Call, options: { consent: boolean }): void;
  declineCall(call: Call): void;
  /** Hangs up, or cancels what rings or has not even begun to. */
  endCall(): void;
  /** Takes an ended call off the screen. */
  dismissCall(): void;
  /** Agents: how they want to be seen. Repeated after each reconnect. */
  setPresence(status: PresenceStatus): void;
  /** Takes in conversations that came over HTTP (older pages of a list, search hits). */
  adopt(conversations: readonly Conversation[]): void;
  /** Calls `receive` for each message that arrives over the link, own ones included. Returns the way out. */
  onMessage(receive: (message: Message) => void): () => void;
  /** The link, for what has no wish of its own here. Views leave it alone. */
  readonly wire: Wire;
  /** Ends the link, the call and every timer. What is unsent stays stored. */
  dispose(): void;
  /** The engine of the call that runs, for mute, camera, hang-up; null before the first call. */
  readonly callEngine: CallEngine | null;
}
