import type { Request } from '../../protocol/client-frames.ts';
import type { Call, Conversation, File, Message, Named, PageView, PresenceStatus, TeamPresence } from '../../protocol/shapes.ts';
import type { SiteProfile } from '../../protocol/site.ts';
import type { LinkStatus, Wire } from './wire.ts';
import type { Readable } from './store.ts';
import type { CallEngine, CallView } from './call/call-engine.ts';

/** A file of an own line that is on its way. */
export interface Upload {
  id: string;
  name: string;
  type: string;
  bytes: Blob;
  /** From 0 to 1, which it is when the server has it. */
  progress: number;
}

/** A message as a view shows it: from the server, or our own that is still on its way. */
export interface Line extends Omit<Message, 'seq' | 'id'> {
  /** Null while the server has not numbered it. */
  seq: number | null;
  id: string | null;
  /** `sending` waits or is on its way; `failed` was refused (`failure` says why) and stays until retried or discarded. */
  state: 'sending' | 'sent' | 'failed';
  failure?: string;
  /** Its files, until the server has numbered it. */
  uploads?: readonly Upload[];
  /** The server wants a pause: when it goes on by itself, ms since the epoch by this clock. */
  resumesAt?: number;
}

/** One conversation as a view shows it. Lines are in order: numbered ones by `seq`, then those on their way. */
export interface Thread {
  /** Null: a visitor's conversation that does not exist yet. */
  conversation: Conversation | null;
  lines: readonly Line[];
  /** Whether older lines may be loaded, and whether that is under way. */
  more: boolean;
  loading: boolean;
  /** The lines are a part from the middle: there are newer ones that are not shown. */
  newer?: boolean;
  /** Names of those who are typing. */
  typing: readonly Named[];
}

/** What became of a wish: null when it was done, or else the code of the refusal (protocol/codes.ts, `offline`, `timeout`). */
export type Outcome = string | null;
/** What a visitor answers before the chat, or leaves for the answer. */
export type Contact = Request<'visitor.contact'>;
/** Where a visitor is, with which browser, and what the page says of itself. */
export type VisitorFacts = Request<'visitor.context'>;

/** Everything that views of a session show. */
export interface SessionState {
  link: LinkStatus;
  self: { kind: 'visitor' | 'agent'; id: string; name: string } | null;
  /** Visitors: the site and whether somebody is there (null: hidden or not known yet). */
  site: SiteProfile | null;
  presence: TeamPresence | null;
  /** Visitors: whether the questions before the chat are answered. */
  contactKnown: boolean;
  /** Agents: colleagues by id. */
  team: ReadonlyMap<string, { id: string; name: string; status: PresenceStatus }>;
  /** Newest first. An agent's hold rooms of the team too: views tell them apart by `kind`. */
  conversations: readonly Conversation[];
  /** Agents: what they pinned, the latest first. */
  pins: readonly string[];
  /** By conversation id; a visitor's not yet existing one under ''. */
  threads: ReadonlyMap<string, Thread>;
  /** Calls that ring for this member now. */
  ringing: readonly Call[];
  /** The call this member is in. */
  call: CallView | null;
  /** Unread messages over all conversations. */
  unread: number;
  /** Conversations that were deleted since this session knew them. They are in no list any more. */
  removed: ReadonlySet<string>;
  /** Agents: which colleagues have a conversation open, by its id. Known for those that `view` was called for; never oneself. */
  viewers: ReadonlyMap<string, readonly Named[]>;
  /** Agents: who came, left or went to another page since this session began, by the visitor's id. What came over HTTP is older. */
  visitors: ReadonlyMap<string, { online: boolean; page: PageView | null }>;
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
  /** Shows it as *sending* at once and sees to it that it arrives, over reconnects. Returns its clientId. `note`: agents, for colleagues only.
   * `files` go first; the text may then be empty. */
  send(text: string, conversationId?: string, options?: { note?: boolean; files?: readonly globalThis.File[] }): string;
  retry(clientId: string): void;
  /** The bytes of a file of a message. Rejects with a `WireFailure`. */
  fetchFile(file: File): Promise<Blob>;
  /** Takes a line off the screen that failed or whose files are still on their way; returns its text for the composer. */
  discard(clientId: string): string | null;
  /** Sees to it that a thread's newest lines are there, and on show. */
  load(conversationId: string): void;
  loadEarlier(conversationId: string): void;
  /** Shows the lines around one of them, until `load`. */
  loadAround(conversationId: string, seq: number): Promise<Outcome>;
  /** Adds what comes after lines that are a part from the middle. */
  loadNewer(conversationId: string): void;
  /** Moves the own read cursor to the newest line. Call it when the thread is really on screen and focused. */
  markRead(conversationId: string): void;
  typing(conversationId: string, on: boolean): void;
  /** A visitor ends its own conversation; an agent's word ends anybody's. */
  closeConversation(conversationId: string): void;
  reopenConversation(conversationId: string): void;
  /** Agents: gives a conversation to somebody, or to nobody (null). */
  assign(conversationId: string, assigneeId: string | null): Promise<Outcome>;
  /** Agents: replaces its tags. */
  tag(conversationId: string, tagIds: readonly string[]): Promise<Outcome>;
  /** Agents: gives it to a colleague, with a private note at will. */
  transfer(conversationId: string, agentId: string, note?: string): Promise<Outcome>;
  /** Agents: take part in a visitor's conversation. */
  join(conversationId: string): Promise<Outcome>;
  /** Agents: take part no longer. Who leaves a group sees it no more. */
  leave(conversationId: string): Promise<Outcome>;
  /** Agents: keeps it at the top of the own list, or no longer. `pin_limit`: there are five already. */
  pin(conversationId: string, on: boolean): Promise<Outcome>;
  /** Agents: takes it from a bot. */
  takeover(conversationId: string): Promise<Outcome>;
  /** Agents: it is on screen, or no longer; repeated after each reconnect. Colleagues are in `viewers`. */
  view(conversationId: string, on: boolean): void;
  /** Visitors: what they thought of a closed conversation, 1 (bad) to 5. */
  rate(conversationId: string, rating: { score: number; comment?: string }): Promise<Outcome>;
  /** The conversation by mail: visitors to their `email`, agents to the visitor's. `mail_off`: the server sends none. */
  transcript(conversationId: string, email?: string): Promise<Outcome>;
  /** Visitors: answers to the questions before the chat; later ones add to earlier ones. */
  contact(answers: Contact): Promise<Outcome>;
  /** Visitors: tells the team, now and after each reconnect; each part that is given replaces what was told of it. */
  context(facts: VisitorFacts): void;
  /** `listen`: without a microphone, which can be turned on later. */
  startCall(options: { mode: 'audio' | 'video'; conversationId?: string; consent: boolean; listen?: boolean }): void;
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
