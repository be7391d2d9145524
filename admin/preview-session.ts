import type { Conversation } from '../protocol/shapes.ts';
import type { SiteProfile } from '../protocol/site.ts';
import type { Line, SessionState } from '../widget/engine/session-state.ts';
import { createStore } from '../widget/engine/store.ts';
import type { VisitorSession } from '../widget/engine/visitor-session.ts';

/** What the preview of a site shows. */
export interface PreviewScene {
  site: SiteProfile;
  /** Whether somebody of the team is there; null: the site does not say. */
  online: boolean | null;
  /** Whether the visitor has written already; without it, what is asked and said before. */
  begun: boolean;
  /** The lines of the conversation, in turns, the visitor's first. */
  lines: readonly string[];
}

/** A session that plays a scene. */
export interface PreviewSession extends VisitorSession {
  show(scene: PreviewScene): void;
}

const ID = 'preview';
const VISITOR = { kind: 'visitor', id: 'visitor', name: '' } as const;

/**
 * A visitor's session without a server: the element in the preview shows a scene and sends nothing anywhere. What is written into
 * it appears and stays there.
 */
export function createPreviewSession(scene: PreviewScene): PreviewSession {
  let shown = scene;
  let written: string[] = [];
  const state = createStore<SessionState>(stateOf(scene, written));
  const draw = (): void => state.set(stateOf(shown, written));
  const nothing = (): void => undefined;
  const off = (): (() => void) => nothing;
  const done = async (): Promise<null> => null;
  return {
    state,
    show(next) {
      if (next.begun !== shown.begun) written = [];
      shown = next;
      draw();
    },
    send(text) {
      written = [...written, text];
      draw();
      return '';
    },
    // The answers to the questions before the chat: on to the conversation.
    async contact() {
      shown = { ...shown, begun: true };
      draw();
      return null;
    },
    retry: nothing, discard: () => null, fetchFile: () => Promise.reject(new Error('A preview has no files.')), load: nothing, loadEarlier: nothing, loadAround: async () => null, loadNewer: nothing, markRead: nothing, typing: nothing, closeConversation: nothing, reopenConversation: nothing,
    assign: done, tag: done, transfer: done, join: done, leave: done, pin: done, takeover: done, view: nothing, rate: done, transcript: done, context: nothing, setContext: nothing,
    startCall: nothing, acceptCall: nothing, declineCall: nothing, endCall: nothing, dismissCall: nothing, setPresence: nothing, adopt: nothing, onMessage: off,
    connect: nothing, disconnect: nothing, reconnect: nothing, dispose: nothing, forget: async () => undefined,
    identified: false, identify: nothing, isSomebodyElse: () => false, emailAsked: false, doneAskingEmail: nothing, callEngine: null,
    wire: {
      status: createStore('online' as const), connectionId: null, server: location.origin, serverNow: () => Date.now(), on: off, onHello: off, doubt: nothing,
      request: () => Promise.reject(new Error('A preview asks no server.')), token: () => Promise.reject(new Error('A preview has no token.')),
    },
  };
}

function stateOf({ site, online, begun, lines: words }: PreviewScene, written: readonly string[]): SessionState {
  const team = { kind: 'agent', id: 'team', name: site.name } as const;
  const said = begun ? words.map((text, index) => ({ text, author: index % 2 === 0 ? VISITOR : team })) : [];
  const start = Date.now() - 4 * 60_000;
  const lines = [...said, ...written.map((text) => ({ text, author: VISITOR }))].map(({ text, author }, index): Line => ({
    seq: index + 1, id: `line-${index}`, clientId: `line-${index}`, conversationId: ID, author, kind: 'text', text, createdAt: new Date(start + index * 45_000).toISOString(), state: 'sent',
  }));
  const at = new Date(start).toISOString();
  const conversation: Conversation = {
    id: ID, kind: 'visitor', siteId: site.id, visitor: { id: VISITOR.id, name: '' }, title: null, status: 'open', assignee: null, bot: null, closedAt: null, closedBy: null, rating: null,
    lastSeq: lines.length, readSeq: lines.length, unread: 0, visitorReadSeq: lines.length, agentsReadSeq: lines.length, preview: null, lastMessageAt: at, createdAt: at, updatedAt: at,
  };
  const there = lines.length > 0;
  return {
    link: 'online', self: VISITOR, site, presence: online === null ? null : { status: online ? 'online' : 'offline' }, contactKnown: begun, team: new Map(),
    conversations: there ? [conversation] : [], pins: [], threads: new Map([[there ? ID : '', { conversation: there ? conversation : null, lines, more: false, loading: false, typing: [] }]]),
    ringing: [], call: null, unread: 0, removed: new Set(), viewers: new Map(), visitors: new Map(), refusal: null,
  };
}
