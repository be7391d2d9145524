import type { Call, CallMode } from '../../protocol/shapes.ts';
import type { VisitorPrincipal } from '../auth/principal.ts';
import type { Clock } from '../clock.ts';
import { Problem, problem } from '../errors.ts';
import type { Events } from '../events/events.ts';
import type { Hub } from '../hub/hub.ts';
import type { Presence } from '../presence/presence.ts';
import { membersOf, place } from './call-course.ts';
import { ownId } from '../own-id.ts';
import type { AboutCaller } from './call-rings.ts';
import type { Caller, CallJoined, CallsOptions } from './calls.ts';
import type { CallRecord, CallsStore } from './calls.store.ts';
import type { OneCallEach } from './one-call-each.ts';
import type { RingPlan } from './ring-turns.ts';
import type { WaitingLine } from './waiting-line.ts';

/** What starting a call needs. */
export interface StartCallOptions {
  store: Pick<CallsStore, 'insert' | 'find' | 'liveIn'>;
  hub: Pick<Hub, 'publish'>;
  events: Pick<Events, 'emit'>;
  clock: Clock;
  chat: Pick<CallsOptions['chat'], 'conversationOf' | 'member' | 'reopen'>;
  presence: Pick<Presence, 'agentsOnline' | 'seenBy'>;
  sites: CallsOptions['sites'];
  line: Pick<WaitingLine, 'place'>;
  about(call: Pick<CallRecord, 'organisationId' | 'visitorId' | 'createdAt'>): Promise<AboutCaller>;
  each: OneCallEach;
  /** Makes it ring; `plan` is null for an agent's call. */
  ring(call: CallRecord, plan: RingPlan | null, about?: AboutCaller): void;
  /** Says of a call about to get its row, once, whether it is still to be made to ring. */
  announce(callId: string): () => boolean;
  attach(call: CallRecord, caller: Caller): void;
  joined(call: CallRecord, caller: Caller): CallJoined;
  view(call: CallRecord): Call;
  failed: (error: unknown, what: string) => void;
}

/** Makes starting a call: the one way in which there comes to be one. */
export function createStartCall({ store, hub, events, clock, chat, presence, sites, line, about, each, ring, announce, attach, joined, view, failed }: StartCallOptions) {
  /** What a visitor is told of its waiting. */
  const waiting = async (call: CallRecord, visitor: VisitorPrincipal) => ({
    ...(await line.place(call)),
    ...(presence.agentsOnline(call.organisationId).length === 0 && (await presence.seenBy(visitor)) !== null && { nobodyThere: true }),
  });

  return async (caller: Caller, { conversationId, mode, clientId }: { conversationId?: string; mode: CallMode; clientId?: string }): Promise<CallJoined> => {
    const { principal } = caller;
    if (principal.kind === 'agent' && conversationId === undefined) throw problem('bad_request', 'An agent has to say which conversation.');
    if (principal.kind === 'visitor' && !(await sites.profile(principal.siteId)).calls[mode]) throw problem('forbidden', `This site takes no ${mode === 'audio' ? 'voice' : 'video'} calls.`);
    const conversation = conversationId === undefined
      ? await chat.conversationOf(principal as VisitorPrincipal) : await chat.member(principal, conversationId);
    if (conversation.visitorId === '') throw problem('unprocessable', 'Calls are with visitors; this is a room of the team.');
    const id = clientId === undefined ? clock.id() : ownId(principal, 'call', clientId);
    return each.enter(caller, id, () => begin(caller, { id, mode, conversation, named: conversationId !== undefined }));
  };

  async function begin(caller: Caller, { id, mode, conversation, named }: {
    id: string; mode: CallMode; conversation: Awaited<ReturnType<CallsOptions['chat']['member']>>; named: boolean;
  }): Promise<CallJoined> {
    const { principal, connectionId } = caller;
    const { organisationId } = principal;
    // All that has to be asked is asked before: from its row on the call may be answered or be over at any moment.
    const known = principal.kind === 'visitor'
      ? { plan: await sites.queue(conversation.siteId), about: await about({ organisationId, visitorId: principal.id, createdAt: clock.now() }) } : null;
    const stillRings = announce(id);
    const inserted = await store.insert({
      id, organisationId, siteId: conversation.siteId, conversationId: conversation.id,
      visitorId: conversation.visitorId, mode, state: 'ringing', activeKey: conversation.id,
      startedByKind: principal.kind, startedById: principal.id, startedByName: principal.name, createdAt: clock.now(),
      ...(principal.kind === 'agent' && { agentId: principal.id, agentName: principal.name }),
    }).catch((error: unknown) => {
      stillRings();
      throw error;
    });
    const call = await store.find(organisationId, id);
    const rings = stillRings();
    if (!inserted) {
      const live = call ?? (await store.liveIn(organisationId, conversation.id));
      if (live) hub.publish([`connection:${connectionId}`], { type: 'call.updated', call: view(live) });
      if (!call) throw problem('already_in_call');
    }
    if (call!.state === 'ended') return joined(call!, caller);
    // Said once more, of a call that a colleague has taken over meanwhile.
    if (principal.kind === 'agent' && call!.agentId !== principal.id) throw problem('call_over');
    attach(call!, caller);
    if (inserted) {
      if (rings) ring(call!, known?.plan ?? null, known?.about);
      hub.publish(membersOf(call!), { type: 'call.updated', call: view(call!) }, { except: connectionId });
      events.emit({ ...place(call!), type: 'call.started' });
      // A call is a word like any other: it opens the conversation again. Where that cannot be, it rings nevertheless.
      if (named) await chat.reopen(principal, conversation.id).catch((error: unknown) => void (error instanceof Problem || failed(error, 'reopening')));
    }
    return { ...joined(call!, caller), ...(principal.kind === 'visitor' && call!.state === 'ringing' && (await waiting(call!, principal))) };
  }
}
