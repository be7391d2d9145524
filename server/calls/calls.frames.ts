import { frame, type ConnectionListener, type FrameContext, type FrameHandler } from '../gateway/frames.ts';
import type { Sites } from '../sites/sites.ts';
import type { CallJoined, Calls } from './calls.ts';

/** The frames of calls. */
export function callsFrames(calls: Calls, sites: Pick<Sites, 'recorder'>): FrameHandler[] {
  const withRecorder = async (joined: CallJoined) => ({ ...joined, recorder: await sites.recorder(joined.call.siteId) });
  /** What a member takes up again or over; who else is in the call follows the reply. */
  const takenUp = async ({ members, ...joined }: CallJoined, context: FrameContext) => {
    if (members) context.send('call.members', { callId: joined.call.id, members });
    return withRecorder(joined);
  };
  return [
    frame('call.start', 'both', async ({ conversationId, mode, clientId }, caller) =>
      withRecorder(await calls.start(caller, { mode, ...(conversationId !== undefined && { conversationId }), ...(clientId !== undefined && { clientId }) }))),
    frame('call.accept', 'both', async ({ callId }, caller) => takenUp(await calls.accept(caller, callId), caller)),
    frame('queue.next', 'agent', (_, caller) => calls.next(caller)),
    frame('call.follow-up', 'visitor', async (left, { principal }) => ({ call: await calls.followUp(principal, left) })),
    frame('call.resume', 'both', async ({ callId }, caller) => takenUp(await calls.resume(caller, callId), caller)),
    frame('call.join', 'agent', ({ callId, talks }, caller) => calls.join(caller, callId, talks)),
    frame('call.leave', 'agent', ({ callId }, caller) => {
      calls.leave(caller, callId);
      return {};
    }),
    frame('call.link', 'both', async ({ callId, to, data }, caller) => {
      await calls.link(caller, callId, to, data);
      return {};
    }),
    frame('call.decline', 'both', async ({ callId }, caller) => ({ call: await calls.decline(caller, callId) })),
    frame('call.transfer', 'agent', async ({ callId, agentId }, caller) => ({ call: await calls.transfer(caller, callId, agentId) })),
    frame('call.quality', 'both', async ({ callId, quality }, caller) => {
      await calls.quality(caller, callId, quality);
      return {};
    }),
    frame('call.cancel', 'both', async ({ callId }, caller) => ({ call: await calls.cancel(caller, callId) })),
    frame('call.end', 'both', async ({ callId, reason }, caller) => ({ call: await calls.end(caller, callId, reason) })),
    frame('call.signal', 'both', async ({ callId, data, epoch }, caller) => {
      await calls.signal(caller, callId, data, epoch);
      return {};
    }),
    frame('call.media', 'both', async ({ callId, audio, video, screen, held }, caller) => {
      await calls.media(caller, callId, { audio, video, ...(screen !== undefined && { screen }), ...(held !== undefined && { held }) });
      return {};
    }),
    frame('call.video', 'both', async ({ callId, word }, caller) => {
      await calls.video(caller, callId, word);
      return {};
    }),
    frame('consent', 'both', async ({ callId, granted, textVersion, locale }, caller) =>
      ({ call: await calls.consent(caller, callId, { granted, textVersion, locale }) })),
  ];
}

/** What calls hang on a connection: the snapshot from which a client rings, and the way out. */
export function callsConnections(calls: Calls): ConnectionListener {
  return {
    snapshot: async (caller) => ({ calls: await calls.snapshot(caller) }),
    closed: ({ connectionId }, clean, silentMs) => calls.disconnected(connectionId, clean, silentMs),
  };
}
