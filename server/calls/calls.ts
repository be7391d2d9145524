import type { Call, CallLine, CallMode, IceServer, MediaQuality, Message, VideoWord } from '../../protocol/shapes.ts';
import type { CallMember, EventOf } from '../../protocol/server-frames.ts';
import type { SiteProfile } from '../../protocol/site.ts';
import type { Audit } from '../audit/audit.ts';
import type { AgentPrincipal, Asker, Principal, VisitorPrincipal } from '../auth/principal.ts';
import type { Clock, Timer } from '../clock.ts';
import { problem } from '../errors.ts';
import type { Events } from '../events/events.ts';
import type { Hub, Topic } from '../hub/hub.ts';
import type { Presence } from '../presence/presence.ts';
import type { Search } from '../search/search.ts';
import { createCallCourse, membersOf, RING_MS, type CallObserver } from './call-course.ts';
import { createCallFollowUps, type CallFollowUps } from './call-follow-ups.ts';
import type { CallFollowUpsStore } from './call-follow-ups.store.ts';
import { createCallGuests } from './call-guests.ts';
import { createCallNext } from './call-next.ts';
import { createCallRings, type AboutCaller } from './call-rings.ts';
import { createCallQuality } from './call-quality.ts';
import { createCallTransfers } from './call-transfer.ts';
import { createCallLegs } from './call-legs.ts';
import { createCallPictures } from './call-pictures.ts';
import { createCallSides, LEASES, other, type CallSides } from './call-sides.ts';
import { isMember, type CallEvent, type HangupReason } from './call-state.ts';
import { callForStaff, callView, situationOf } from './call-view.ts';
import { createCallsHistory, type CallsHistory } from './calls-history.ts';
import type { CallRecord, CallsStore } from './calls.store.ts';
import type { IceServers } from './ice-servers.ts';
import type { RingPlan } from './ring-turns.ts';
import { createOneCallEach } from './one-call-each.ts';
import { createStartCall } from './start-call.ts';
import type { WaitingChatsStore } from './waiting-chats.store.ts';
import { createWaitingLine } from './waiting-line.ts';
import { createWaitingList, type WaitingList, type WaitingListOptions } from './waiting-list.ts';
import type { RecordingLight } from './recording-light.ts';

/** A call with what is shown beside it. */
export type { CallRecord } from './calls.store.ts';
/** How often lines that a failure kept from being written are tried again, in ms. */
const REPAIR_MS = 30_000;

/** What calls need of chat. */
export interface CallsChat {
  conversationOf(visitor: VisitorPrincipal): Promise<{ id: string; organisationId: string; siteId: string; visitorId: string }>;
  member(principal: Principal, conversationId: string): Promise<{ id: string; organisationId: string; siteId: string; visitorId: string }>;
  /** Gives the conversation to a colleague. */
  transfer(by: AgentPrincipal, conversationId: string, to: { agentId: string }): Promise<unknown>;
  /** Writes what the visitor says. */
  send(visitor: VisitorPrincipal, draft: { conversationId?: string; clientId: string; text: string }): Promise<unknown>;
  /** Harmless when it is open; `conflict` when its visitor has another open one. */
  reopen(principal: Principal, conversationId: string): Promise<unknown>;
  addCallLine(line: {
    conversationId: string; organisationId: string; author: { kind: 'visitor' | 'agent'; id: string; name: string }; line: CallLine; clientId: string;
  }): Promise<Message>;
}

/** Who sends a frame, and over which connection. */
export interface Caller {
  principal: Principal;
  connectionId: string;
}

/** The reply of start, accept and resume. */
export interface CallJoined {
  call: Call;
  iceServers: IceServer[];
  relayOnly?: true;
  position?: number;
  etaMs?: number;
  nobodyThere?: boolean;
  peerConnectionId: string | null;
  /** Everybody in it, to be told by `call.members` after the reply. */
  members?: CallMember[];
}

/** The reply of join. */
export interface CallEntered {
  call: Call;
  iceServers: IceServer[];
  relayOnly?: true;
  members: CallMember[];
}

/** Calls: who rings, who answers, what passes between the two, and how it ends. Problems are refusals with a wire code. */
export interface Calls extends CallsHistory, CallFollowUps, Pick<WaitingList, 'waiting'> {
  /**
   * Rings the other side. With the same `clientId` again: the same call. `already_in_call` when the conversation has a live one, or the agent,
   * `forbidden` for a visitor whose site takes no calls of that mode.
   */
  start(caller: Caller, request: { conversationId?: string; mode: CallMode; clientId?: string }): Promise<CallJoined>;
  /** Answers. One wins; for everybody else the call is `call_over`. `already_in_call` for an agent who is in another one. */
  accept(caller: Caller, callId: string): Promise<CallJoined>;
  /** Answers the call that waits longest, see createCallNext. */
  next(caller: Caller): Promise<CallJoined>;
  /** Agents came or went: calls may ring at others now. */
  teamChanged(organisationId: string): void;
  /** Lets an agent who may be a guest of a colleague's running call, see CallGuests. */
  join(caller: Caller, callId: string, talks: boolean): Promise<CallEntered>;
  /** The caller is no guest of the call any more, unless another connection of it is. */
  leave(caller: Caller, callId: string): void;
  /** Relays between a guest and one other connection in the same call. */
  link(caller: Caller, callId: string, to: string, data: unknown): Promise<void>;
  /** Everything of an account or of a sign-in is being closed. */
  revoked(topic: Topic): void;
  /** This connection carries the caller's side from now on. */
  resume(caller: Caller, callId: string): Promise<CallJoined>;
  decline(caller: Caller, callId: string): Promise<Call>;
  /** Keeps how the caller's media went. */
  quality(caller: Caller, callId: string, told: MediaQuality): Promise<void>;
  /** Rings a colleague who may take the caller's running call over; null takes that back. */
  transfer(caller: Caller, callId: string, agentId: string | null): Promise<Call>;
  cancel(caller: Caller, callId: string): Promise<Call>;
  end(caller: Caller, callId: string, reason?: HangupReason): Promise<Call>;
  /** Relays to the other member's connection alone. `unavailable` while that one is away. */
  signal(caller: Caller, callId: string, data: unknown, epoch?: number): Promise<void>;
  /** Relays what the caller sends: microphone, camera, screen. */
  media(caller: Caller, callId: string, media: Omit<EventOf<'call.media'>, 'callId' | 'from'>): Promise<void>;
  /** Passes on a word about pictures in a voice call; `forbidden` for a visitor who asks where the site takes no video calls. */
  video(caller: Caller, callId: string, word: VideoWord): Promise<void>;
  /** Notes a member's word about being recorded. */
  consent(caller: Caller, callId: string, consent: { granted: boolean; textVersion: string; locale: string }): Promise<Call>;
  /** The active call that this connection carries a side of; for recordings. */
  carried(caller: Caller, callId: string): Promise<CallRecord>;
  /** Who hears of a call that is under way: every connection of its two members, and its guests. */
  members(call: CallRecord): Topic[];
  /** What rings for the principal, and what it is in; the connection counts as open from here on. */
  snapshot(caller: Caller): Promise<Call[]>;
  /** The connection is gone. `clean`: its page was left or reloaded. `silentMs`: how long it had been silent before. */
  disconnected(connectionId: string, clean: boolean, silentMs?: number): Promise<void>;
  observe(observer: CallObserver): void;
  /** Takes up what an earlier process left: rings on, gives everybody time to come back, writes lines that are owed. */
  recover(): Promise<void>;
  /** Takes every timer back. */
  close(): void;
}

/** What calls are made of. */
export interface CallsOptions {
  store: CallsStore;
  followUps: CallFollowUpsStore;
  waitingChats: WaitingChatsStore;
  hub: Hub;
  events: Pick<Events, 'emit'>;
  clock: Clock;
  audit: Pick<Audit, 'record'>;
  chat: CallsChat;
  presence: Pick<Presence, 'agentsOnline' | 'seenBy'>;
  sites: { profile(siteId: string): Promise<Pick<SiteProfile, 'calls' | 'callBack'>>; queue(siteId: string): Promise<RingPlan> };
  visitors: WaitingListOptions['visitors'];
  iceServers: IceServers;
  light: RecordingLight;
  /** Finds conversations by what was said; without it lists look through the messages themselves. */
  search?: Pick<Search, 'conversationsHolding'>;
  /** Told of what failed behind somebody's back and will be tried again. */
  failed: (error: unknown, what: string) => void;
}

/** Makes the use cases of calls. */
export function createCalls({ store, followUps: followUpsStore, waitingChats, hub, events, clock, audit, chat, presence, sites, visitors, iceServers, light, search, failed }: CallsOptions): Calls {
  const legs = createCallLegs({ clock, expired: (callId, side) => course.lost(callId, side) });
  const observers: CallObserver[] = [];
  const line = createWaitingLine({ store, hub, clock, failed });
  const rings = createCallRings({
    hub, clock, legs: { engaged: () => new Set([...legs.engaged(), ...guests.engaged()]) }, presence,
    turned: (call, agentIds) => observers.forEach((observer) => observer.turned?.(call, agentIds)),
  });
  const live = (call: CallRecord) => hub.publish([`agents:${call.organisationId}`], { type: 'call.live', call: callForStaff(call, view(call), guests.of(call.id)), live: call.state === 'active' });
  const course = createCallCourse({
    line, rings, store, hub, events, clock, legs, light, live, observers, failed, addCallLine: (line) => chat.addCallLine(line), guests: { ended: (call) => guests.ended(call) },
  });
  let repair: Timer | null = null;

  const background = (what: string, work: Promise<unknown>) => void work.catch((error: unknown) => failed(error, what));
  const view = (call: CallRecord) => callView(call, light.isOn(call.id));
  /** The call, if it is the principal's to see. */
  const visible = async (principal: Asker, callId: string): Promise<CallRecord> => {
    const call = await store.find(principal.organisationId, callId);
    if (!call || (principal.kind === 'visitor' && call.visitorId !== principal.id)) throw problem('not_found');
    return call;
  };

  const sides: CallSides = createCallSides({ hub, legs, course, observers, visible, view, failed, guests: { seated: (call, by) => guests.seated(call, by), memberAway: (id) => guests.memberAway(id) } });
  const guests = createCallGuests({
    hub, clock, audit, legs, sides, visible, view,
    changed(call) {
      live(call);
      rings.review(call.organisationId);
    },
  });
  const everybody = (call: CallRecord): Topic[] => [...membersOf(call), ...guests.topics(call.id)];
  const pictures = createCallPictures({
    store, hub, sides, sites, view, everybody,
    shown(call) {
      guests.renew(call);
      live(call);
    },
  });
  const history = createCallsHistory({ store, search, visible, view, guestsOf: guests.of });
  const { attach } = sides;
  const list = createWaitingList({ store, chats: waitingChats, rings, visitors, view, clock });
  const followUps = createCallFollowUps({ store, followUps: followUpsStore, course, chat, sites, hub, events, clock, visible, view });
  const transfers = createCallTransfers({
    store, hub, clock, audit, legs, sides, presence, observers, visible, view, failed, everybody, visiting: guests.ofAgent, assign: (by, conversationId, to) => chat.transfer(by, conversationId, to),
  });
  observers.push({ ended: async (call) => transfers.ended(call.id) });

  const each = createOneCallEach({
    legs: { ofAgent: (id) => [...legs.ofAgent(id), ...guests.ofAgent(id)] }, find: store.find,
    show({ principal, connectionId }, call) {
      // A guest has no call to return to.
      if (call.agentId === principal.id) hub.publish([`connection:${connectionId}`], { type: 'call.updated', call: view(call), engaged: true });
    },
  });

  const relays = (principalId: string) => {
    const { expiresAt: _, ...minted } = iceServers.mint(principalId);
    return minted;
  };
  const joined = (call: CallRecord, { principal }: Caller): CallJoined => ({
    call: view(call), ...relays(principal.id),
    peerConnectionId: legs.of(call.id, other(principal.kind))?.connectionId ?? null,
  });

  /** Makes it ring, for as long as is right; with `about` agents are told of it. */
  const ring = (call: CallRecord, plan: RingPlan | null, about?: AboutCaller): void => {
    course.ring(call, plan === null ? RING_MS : plan.ringSeconds * 1000);
    if (plan !== null) rings.begin(call, plan, about);
    else rings.review(call.organisationId);
  };

  const leave = async (caller: Caller, callId: string, event: CallEvent): Promise<Call> => {
    const { call } = await course.settle(await visible(caller.principal, callId), event);
    return view(call);
  };

  const answer: Calls['accept'] = async (caller, callId) => {
    const { principal, connectionId } = caller;
    const found = await visible(principal, callId);
    const taken = await transfers.accept(caller, found);
    if (taken) {
      // Whoever handed it over is free from now on.
      rings.review(taken.organisationId);
      live(taken);
      return { ...joined(taken, caller), ...(guests.of(callId).length > 0 && { members: guests.members(taken) }) };
    }
    const { call, decision } = await course.settle(found, { type: 'accept', by: principal }, principal.name);
    if (decision.verdict === 'settled') {
      // Accepted before by the same member. Another tab of it lost; a repeated frame, or a new connection, did not.
      const leg = legs.of(callId, principal.kind);
      if (leg?.connectionId && leg.connectionId !== connectionId) throw problem('call_over');
      attach(call, caller);
      return joined(call, caller);
    }
    if (call.state === 'ended') throw problem('call_over');
    attach(call, caller);
    const starter = legs.of(callId, other(principal.kind))?.connectionId;
    if (starter) {
      hub.publish([`connection:${starter}`], {
        type: 'call.updated', call: view(call), peerConnectionId: connectionId, peerPresent: true,
        iceServers: iceServers.mint(call.startedById).iceServers,
      });
    }
    hub.publish([`${call.startedByKind}:${call.startedById}`], { type: 'call.updated', call: view(call) }, { except: starter ?? connectionId });
    const rang: Topic[] = principal.kind === 'agent' ? [`agents:${call.organisationId}`] : [`visitor:${principal.id}`];
    hub.publish(rang, { type: 'call.updated', call: view(call), answeredElsewhere: true }, { except: connectionId });
    if (principal.kind === 'agent') {
      hub.publish(rang, { type: 'queue.removed', callId, reason: 'answered' });
      line.moved(call.organisationId);
      rings.review(call.organisationId);
    }
    return joined(call, caller);
  };

  return {
    members: everybody,
    async join(caller, callId, talks) {
      const { call, members } = await each.enter(caller, callId, () => guests.join(caller, callId, talks));
      return { call: callForStaff(call, view(call), guests.of(callId)), ...relays(caller.principal.id), members };
    },
    leave: guests.leave,
    link: guests.link,
    revoked: guests.revoked,
    start: createStartCall({ store, hub, events, clock, chat, presence, sites, line, about: list.about, each, attach, joined, view, ring, announce: course.announce, failed }),
    accept: (caller, callId) => each.enter(caller, callId, () => answer(caller, callId)),
    next: createCallNext({ store, rings, each, answer }),
    ...followUps,
    waiting: list.waiting,
    teamChanged: (organisationId) => rings.review(organisationId),

    async resume(caller, callId) {
      const { principal } = caller;
      const call = await visible(principal, callId);
      if (!isMember(situationOf(call), principal)) throw problem(call.state === 'ringing' ? 'forbidden' : 'call_over');
      if (call.state === 'ended') throw problem('call_over');
      if (call.state === 'ringing' && call.startedByKind !== principal.kind) throw problem('conflict', 'The call rings; accept it.');
      attach(call, caller);
      // Guests may have come and gone while it was away.
      return { ...joined(call, caller), ...(call.state === 'active' && { members: guests.members(call) }) };
    },

    async decline({ principal }, callId) {
      const found = await visible(principal, callId);
      if (transfers.decline(principal, callId)) return view(found);
      const unwilling = rings.unwilling(callId);
      const waiting = presence.agentsOnline(found.organisationId).some((id) => id !== principal.id && !unwilling.has(id));
      const { call, decision } = await course.settle(found, { type: 'decline', by: principal, lastRinging: !waiting });
      if (decision.verdict === 'silence') {
        rings.decline(callId, principal.id);
      }
      return view(call);
    },

    transfer: transfers.offer,
    quality: createCallQuality({ store, clock, visible, observers }),
    cancel: (caller, callId) => leave(caller, callId, { type: 'cancel', by: caller.principal }),
    end: (caller, callId, reason = 'hangup') => leave(caller, callId, { type: 'end', by: caller.principal, reason }),

    async signal(caller, callId, data, epoch) {
      const peer = await sides.peerOf(caller, callId);
      hub.publish([peer], { type: 'call.signal', callId, from: caller.connectionId, data, ...(epoch !== undefined && { epoch }) });
    },
    async media(caller, callId, media) {
      const peer = await sides.peerOf(caller, callId);
      hub.publish([peer], { type: 'call.media', callId, from: caller.connectionId, ...media });
    },
    video: pictures,

    async consent({ principal, connectionId }, callId, { granted, textVersion, locale }) {
      const before = await visible(principal, callId);
      if (!isMember(situationOf(before), principal)) throw problem('forbidden');
      if (granted && before.state === 'ended') throw problem('call_over');
      await store.setConsent({
        id: clock.id(), organisationId: before.organisationId, callId, memberKind: principal.kind, memberId: principal.id,
        granted, textVersion, locale, createdAt: clock.now(),
      });
      const call = (await store.find(before.organisationId, callId)) ?? before;
      if (!granted) for (const observer of observers) await observer.consentRevoked?.(call);
      hub.publish(everybody(call), { type: 'call.updated', call: view(call) }, { except: connectionId });
      // Agents see before they answer whether it may be recorded.
      if (call.state === 'ringing') rings.changed(call);
      return view(call);
    },

    async carried(caller, callId) {
      const call = await sides.carried(caller, callId);
      if (call.state !== 'active') throw problem('conflict', 'The call has not been answered yet.');
      return call;
    },
    ...history,

    async snapshot({ principal, connectionId }) {
      sides.opened(connectionId);
      if (principal.kind === 'visitor') return (await store.liveOfVisitor(principal.organisationId, principal.id)).map(view);
      const calls = await store.liveOfOrganisation(principal.organisationId);
      return calls.filter((call) => call.agentId === principal.id || transfers.isOffered(principal, call.id)
        || (call.state === 'ringing' && rings.isRung(call.id, principal.id))).map((call) => transfers.seen(principal, call));
    },
    async disconnected(connectionId, clean, silentMs = 0) {
      guests.disconnected(connectionId, clean, silentMs);
      transfers.somebodyLeft();
      await sides.disconnected(connectionId, clean, silentMs);
    },
    observe: (observer) => void observers.push(observer),

    async recover() {
      repair ??= clock.every(REPAIR_MS, () => background('call lines', course.writeOwedLines(clock.now() - REPAIR_MS)));
      await course.writeOwedLines(clock.now() + 1);
      const plans = new Map<string, RingPlan>();
      for (const { siteId } of await store.live()) plans.set(siteId, plans.get(siteId) ?? (await sites.queue(siteId)));
      const live = await store.live();
      for (const call of live) {
        course.remember(call);
        if (call.state === 'ringing') ring(call, call.startedByKind === 'agent' ? null : plans.get(call.siteId) ?? null);
        if (call.state === 'active' || call.startedByKind === 'visitor') legs.lease(call.id, 'visitor', call.visitorId, LEASES.restart);
        if (call.agentId !== null) legs.lease(call.id, 'agent', call.agentId, LEASES.restart);
      }
      for (const organisationId of new Set(live.map((call) => call.organisationId))) rings.review(organisationId);
    },
    close() {
      repair?.cancel();
      transfers.close();
      guests.close();
      course.close();
      rings.close();
      legs.close();
    },
  };
}
