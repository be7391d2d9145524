import { createStore, type Readable } from '../widget/engine/store.ts';
import type { Session } from '../widget/engine/session-state.ts';
import { createRingTone } from '../widget/call/ring-tone.ts';
import { createChime } from './chime.ts';
import { createFaviconBadge } from './favicon-badge.ts';
import { isTeamRoom } from './room-name.ts';
import { t } from './texts/texts.ts';

/** What calls an agent to the panel when the eyes are elsewhere: the tab's title, its icon, and sounds. The banner is the call dock's. */
export interface Attention {
  readonly sounds: Readable<boolean>;
  chooseSounds(on: boolean): void;
  /** Writes the tab's title anew; `title` is what stands there when nothing calls. */
  show(title: string): void;
  dispose(): void;
}

const KEY = 'peer-consult:sounds';

/** Watches a session for ringing calls and new messages. */
export function createAttention(session: Session): Attention {
  const sounds = createStore(stored());
  const ring = createRingTone();
  const chime = createChime();
  const badge = createFaviconBadge();
  let title = document.title;
  let bell = false;

  function follow(): void {
    const { ringing, call, conversations } = session.state.value;
    const caller = ringing[0];
    // Conversations, not messages: three lines of one visitor are one thing to do.
    const unread = conversations.filter((conversation) => conversation.unread > 0).length;
    badge.show(unread + ringing.length);
    // Whoever is on the phone already is told by the banner, not by a bell in the ear of the other side.
    const wanted = Boolean(caller && !call && sounds.value);
    if (wanted !== bell) {
      bell = wanted;
      if (bell) ring.start();
      else ring.stop();
    }
    document.title = caller ? t('titleRinging', { name: caller.visitor.name }) : unread ? t('titleUnread', { count: unread, title }) : title;
  }

  const leave = [
    session.state.subscribe(follow),
    sounds.subscribe(follow),
    session.onMessage((message) => {
      const { conversations, self } = session.state.value;
      const amongAgents = conversations.some((each) => each.id === message.conversationId && isTeamRoom(each));
      const foreign = amongAgents ? message.author.id !== self?.id : message.author.kind !== 'agent';
      if (foreign && message.kind === 'text' && !document.hasFocus() && sounds.value) chime.play();
    }),
  ];

  return {
    sounds,
    chooseSounds(on) {
      sounds.set(on);
      try {
        localStorage.setItem(KEY, on ? 'on' : 'off');
      } catch {
        // Private windows may forbid storage; the choice then lasts as long as the page.
      }
    },
    show(next) {
      title = next;
      follow();
    },
    dispose() {
      for (const step of leave) step();
      ring.stop();
      badge.show(0);
      document.title = title;
    },
  };
}

function stored(): boolean {
  try {
    return localStorage.getItem(KEY) !== 'off';
  } catch {
    return true;
  }
}
