import { createStoredOutbox } from './outbox.ts';
import { createSession } from './session.ts';
import type { Session } from './session-state.ts';
import { visitorIdentity } from './visitor-identity.ts';

/** A visitor's session on one site. */
export interface VisitorSession extends Session {
  /** Forgets who the visitor is and what they had not sent yet. The session is over then. */
  forget(): Promise<void>;
}

/** Ties identity, outbox and session. Nothing happens before `connect`. */
export function createVisitorSession(options: { server: string; siteKey: string; locale: () => string }): VisitorSession {
  const { server, siteKey, locale } = options;
  const identity = visitorIdentity({ server, siteKey, locale: locale() });
  const outbox = createStoredOutbox(`${server} ${siteKey}`);
  const session = createSession({
    kind: 'visitor',
    server,
    locale,
    outbox,
    // Who never wrote has nothing unsent: the database need not even be opened.
    restore: () => identity.returning,
    token: (wish) => identity.token(wish),
    renewed: (token) => identity.renewed(token),
    acting: () => identity.keep(),
    client: { name: 'peer-consult-widget', version: '0.1.0' },
  });
  const leave = identity.onChange(() => session.reconnect());
  const dispose = (): void => {
    leave();
    session.dispose();
  };
  return Object.defineProperties({} as VisitorSession, {
    ...Object.getOwnPropertyDescriptors(session),
    dispose: { value: dispose },
    forget: {
      value: async () => {
        dispose();
        identity.forget();
        await outbox.clear();
      },
    },
  });
}
