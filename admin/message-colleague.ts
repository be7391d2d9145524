import type { Conversation } from '../protocol/shapes.ts';
import type { Session } from '../widget/engine/session-state.ts';
import type { Api } from './api.ts';
import { formatRoute, go } from './router.ts';
import { failureText } from './texts/texts.ts';
import { toast } from './toast.ts';

/** The address of a room of the team, in the list of such rooms. */
export const teamRoomAddress = (id: string | null): string => formatRoute('inbox', id, { kind: 'team' });

/** Opens the conversation with a colleague, which there is once. What goes wrong is told in a toast. */
export async function messageColleague(api: Pick<Api, 'send'>, session: Pick<Session, 'adopt'>, agentId: string): Promise<void> {
  try {
    const room = await api.send<Conversation>('PUT', `/v1/conversations/direct/${encodeURIComponent(agentId)}`);
    session.adopt([room]);
    go(teamRoomAddress(room.id));
  } catch (error) {
    toast(failureText(error), { bad: true });
  }
}
