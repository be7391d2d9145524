import { flatContext } from './flat-context.ts';
import { createStoredOutbox } from './outbox.ts';
import { readStored, tokenKey, writeStored } from './returning.ts';
import { createSession } from './session.ts';
import type { Session, SessionState } from './session-state.ts';
import { subjectOf } from './token-expiry.ts';
import { visitorIdentity } from './visitor-identity.ts';
import type { WireFailure } from './wire.ts';

/** A visitor's session on one site. */
export interface VisitorSession extends Session {
  /** Whether the customer's own server vouched for this visitor on this page. */
  readonly identified: boolean;
  /** Takes what the customer's own server signed. During a call it waits for the call's end: identifying may need another connection. */
  identify(proof: string): void;
  /** Whether a proof speaks of another customer than the one this browser's chat belongs to: `forget` first. */
  isSomebodyElse(proof: string): boolean;
  /** Tells the team what the page says of itself: flat values, anything else is left out. */
  setContext(values: unknown): void;
  /** Whether the visitor was asked for an address for the answer: that happens once. */
  readonly emailAsked: boolean;
  doneAskingEmail(): void;
  /** Forgets who the visitor is and what they had not sent yet. The session is over then. */
  forget(): Promise<void>;
}

/** What a visitor's session is made of. */
export interface VisitorSessionOptions {
  /** The server's address without a slash at the end. */
  server: string;
  siteKey: string;
  locale: () => string;
  /** What the customer's own server signed, if it did. */
  proof?: string;
  context?: unknown;
  /** A proof was not accepted; the chat goes on without. */
  refused?(failure: WireFailure): void;
}

/** Ties identity, outbox and session. Nothing happens before `connect`. */
export function createVisitorSession(options: VisitorSessionOptions): VisitorSession {
  const { server, siteKey, locale } = options;
  const identity = visitorIdentity({ server, siteKey, locale: locale() });
  const outbox = createStoredOutbox(`${server} ${siteKey}`);
  const askedKey = `${tokenKey({ server, siteKey })}:asked`;
  let emailAsked = false;
  let disposed = false;

  const isSomebodyElse = (proof: string): boolean => identity.subject !== null && identity.subject !== subjectOf(proof);
  const forgetAll = async (): Promise<void> => {
    identity.forget();
    writeStored(askedKey, null);
    await outbox.clear();
  };
  const refused = (failure: WireFailure): void => options.refused?.(failure);

  if (options.proof) {
    // Another customer has signed in at this browser since.
    if (isSomebodyElse(options.proof)) void forgetAll();
    identity.prove(options.proof, refused);
  }

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

  if (options.context !== undefined) session.context({ context: flatContext(options.context) });

  let leavePage: (() => void) | undefined;
  const follow = ({ link, site }: SessionState): void => {
    const on = link === 'online' && site?.pagesShown === true && !disposed;
    if (on === (leavePage !== undefined)) return;
    leavePage?.();
    leavePage = undefined;
    if (!on) return;
    let left = false;
    let unwatch: (() => void) | undefined;
    leavePage = () => {
      left = true;
      unwatch?.();
    };
    // Nobody waits for that: it need not be among what opens the chat. Where it does not come, agents see less.
    import('./page-facts.ts').then(({ tellPageFacts }) => (left ? undefined : (unwatch = tellPageFacts((facts) => session.context(facts)))), () => undefined);
  };
  const unfollow = session.state.subscribe(follow);

  const show = (proof: string): void => {
    identity.prove(proof, refused);
    if (session.state.value.link === 'idle') return;
    void identity.token({ fresh: false }).then(
      () => !disposed && identity.proven && session.reconnect(),
      // The link's next try shows it again.
      () => undefined,
    );
  };

  const leave = identity.onChange(() => session.reconnect());
  const dispose = (): void => {
    disposed = true;
    leave();
    unfollow();
    leavePage?.();
    session.dispose();
  };

  return Object.defineProperties({} as VisitorSession, {
    ...Object.getOwnPropertyDescriptors(session),
    identified: { get: () => identity.proven },
    identify: {
      value: (proof: string) => {
        const busy = ({ call }: SessionState): boolean => call !== null && call.phase !== 'ended';
        if (!busy(session.state.value)) return show(proof);
        const off = session.state.subscribe((state) => {
          if (busy(state)) return;
          off();
          if (!disposed) show(proof);
        });
      },
    },
    isSomebodyElse: { value: isSomebodyElse },
    setContext: { value: (values: unknown) => session.context({ context: flatContext(values) }) },
    emailAsked: { get: () => emailAsked || readStored(askedKey) !== null },
    doneAskingEmail: {
      value: () => {
        emailAsked = true;
        writeStored(askedKey, '1');
      },
    },
    dispose: { value: dispose },
    forget: {
      value: async () => {
        dispose();
        await forgetAll();
      },
    },
  });
}
