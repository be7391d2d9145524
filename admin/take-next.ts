import type { Call } from '../protocol/shapes.ts';
import type { Session } from '../widget/engine/session-state.ts';
import { WireFailure } from '../widget/engine/wire.ts';
import type { Api } from './api.ts';
import { whoWaits, type Waiting } from './pages/waiting.ts';
import { formatRoute, go } from './router.ts';
import { problemText, t } from './texts/texts.ts';
import { toast } from './toast.ts';
import { waitingLineOf } from './waiting-line.ts';

/** Who waits now, as far as a panel knows. */
export function waitingNow(api: Api, session: Session): Waiting[] {
  return whoWaits({ ...session.state.value, ...waitingLineOf(api, session).value });
}

/**
 * Takes whoever is next: the call that waits longest, which the server chooses so that two agents who press at once never get the same, or
 * else the conversation that waits longest. Leads there.
 */
export async function takeNext(api: Api, session: Session, consent: boolean): Promise<void> {
  if (busy(session)) return;
  try {
    const { call } = await session.wire.request('queue.next', {});
    session.acceptCall(call, { consent });
    giveBack(session, call);
    go(formatRoute('inbox', call.conversationId));
  } catch (error) {
    const code = error instanceof WireFailure ? error.code : 'internal';
    if (code !== 'nobody_waiting') return toast(problemText(code), { bad: true });
    const chat = waitingNow(api, session).find(({ kind }) => kind === 'chat');
    if (chat) await takeChat(session, chat.conversationId);
    else toast(t('queueEmptyTitle'));
  }
}

/** Answers a call that waits, and leads there. */
export function takeCall(session: Session, call: Call, consent: boolean): void {
  if (busy(session)) return;
  session.acceptCall(call, { consent });
  go(formatRoute('inbox', call.conversationId));
}

/** Whether the agent is in a call here, which is beside every page; says so. One that goes on elsewhere the server judges. */
function busy({ state: { value: { call } } }: Session): boolean {
  const talking = call !== null && call.phase !== 'ended' && call.phase !== 'away';
  if (talking) toast(t('error_already_in_call'), { bad: true });
  return talking;
}

/** Takes a conversation that waits, and leads there. */
export async function takeChat(session: Session, conversationId: string): Promise<void> {
  const code = await session.assign(conversationId, session.state.value.self?.id ?? null);
  if (code) toast(code === 'conflict' ? t('takenTooLate') : problemText(code), { bad: true });
  else go(formatRoute('inbox', conversationId));
}

/** The server has given us this call already: one that ends here before it began, e.g. for want of a microphone, is over for its visitor too. */
function giveBack(session: Session, { id }: Call): void {
  const leave = session.state.subscribe(({ call }) => {
    if (call?.phase === 'preparing') return;
    leave();
    if (call === null || (call.phase === 'ended' && call.endReason !== 'visitor_hangup')) session.wire.request('call.end', { callId: id, reason: call?.trouble ? 'media_failed' : 'hangup' }).catch(() => undefined);
  });
}
