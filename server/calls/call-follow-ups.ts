import type { Request } from '../../protocol/client-frames.ts';
import type { SiteProfile } from '../../protocol/site.ts';
import type { Call } from '../../protocol/shapes.ts';
import { textLength } from '../../protocol/version.ts';
import type { Asker, StaffPrincipal, VisitorPrincipal } from '../auth/principal.ts';
import type { Clock } from '../clock.ts';
import { Problem, problem } from '../errors.ts';
import type { Events } from '../events/events.ts';
import type { Hub } from '../hub/hub.ts';
import { place, type CallCourse } from './call-course.ts';
import { callForStaff } from './call-view.ts';
import type { CallFollowUpsStore } from './call-follow-ups.store.ts';
import type { CallRecord, CallsStore } from './calls.store.ts';

/** For so long after a call something may be left, in ms. */
export const FOLLOW_UP_MS = 24 * 3_600_000;
const textAtMost = 1000;

/** What callers whom nobody answered leave, and the team's seeing to it. */
export interface CallFollowUps {
  /**
   * Keeps a wish to be called back, or a message, and tells the team. A call that rings still is given up by it. The same again does nothing.
   * `conflict` for a call that was answered, that an agent began, that is long over, or after which something else was left.
   */
  followUp(visitor: VisitorPrincipal, left: Request<'call.follow-up'>): Promise<Call>;
  /** The team has seen to it, or has not after all. `conflict` when nothing was left. */
  followedUp(staff: StaffPrincipal, callId: string, done: boolean): Promise<Call>;
}

/** What follow-ups need. */
export interface CallFollowUpsOptions {
  store: Pick<CallsStore, 'find'>;
  followUps: CallFollowUpsStore;
  course: Pick<CallCourse, 'settle'>;
  chat: { send(visitor: VisitorPrincipal, draft: { conversationId?: string; clientId: string; text: string }): Promise<unknown> };
  sites: { profile(siteId: string): Promise<Pick<SiteProfile, 'callBack'>> };
  hub: Pick<Hub, 'publish'>;
  events: Pick<Events, 'emit'>;
  clock: Clock;
  visible(principal: Asker, callId: string): Promise<CallRecord>;
  view(call: CallRecord): Call;
}

/** Makes the use cases of what is left after calls. */
export function createCallFollowUps({ store, followUps, course, chat, sites, hub, events, clock, visible, view }: CallFollowUpsOptions): CallFollowUps {
  const tell = (call: CallRecord) => hub.publish([`agents:${call.organisationId}`, `visitor:${call.visitorId}`], { type: 'call.updated', call: view(call) });

  /** A line of the visitor's own, so that all that follows from one (inbox, mail, push) follows from this. No words of ours: we do not know its language. */
  const write = async (visitor: VisitorPrincipal, call: CallRecord, { kind, contact, text }: { kind: string; contact: string; text: string }) => {
    const lines = kind === 'callback' ? [`☎ ${contact}`, text] : [text, contact];
    const draft = { clientId: `follow-up:${call.id}`, text: lines.filter((line) => line !== '').join('\n') };
    try {
      await chat.send(visitor, { ...draft, conversationId: call.conversationId });
    } catch (error) {
      // It was closed, and the visitor has another open one.
      if (!(error instanceof Problem) || error.code !== 'conversation_closed') throw error;
      await chat.send(visitor, draft);
    }
  };

  return {
    async followUp(visitor, { callId, kind, ...said }) {
      const found = await visible(visitor, callId);
      const left = { kind, ...fit(kind, said) };
      if (kind === 'callback' && !(await sites.profile(found.siteId)).callBack) throw problem('forbidden', 'This site calls nobody back.');
      if (found.startedByKind !== 'visitor') throw problem('conflict', 'It was not the visitor who called.');
      const { call: over } = await course.settle(found, { type: 'no_answer' });
      if (over.answeredAt !== null) throw problem('conflict', 'The call was answered.');
      const now = clock.now();
      if (over.endedAt === null || over.endedAt + FOLLOW_UP_MS < now) throw problem('conflict', 'The call was too long ago.');
      const first = await followUps.leave(over.organisationId, callId, { ...left, at: now });
      const call = (await store.find(over.organisationId, callId)) ?? over;
      const kept = call.followUp;
      if (kept?.kind !== left.kind || kept.contact !== left.contact || kept.text !== left.text) throw problem('conflict', 'Something else was left after this call.');
      await write(visitor, call, left);
      if (first) {
        tell(call);
        events.emit({ ...place(call), type: 'call.follow_up' });
      }
      return view(call);
    },
    async followedUp(staff, callId, done) {
      const found = await visible(staff, callId);
      if (found.followUp && (found.followedUpAt !== null) === done) return callForStaff(found, view(found));
      if (!found.followUp) throw problem('conflict', 'Nothing was left after this call.');
      const { doneBy: _, ...left } = found.followUp;
      await followUps.done(found.organisationId, callId, done ? clock.now() : null, done ? { ...left, doneBy: { id: staff.id, name: staff.name } } : left);
      const call = (await store.find(found.organisationId, callId)) ?? found;
      tell(call);
      return callForStaff(call, view(call));
    },
  };
}

function fit(kind: 'callback' | 'message', { contact = '', text = '' }: { contact?: string | undefined; text?: string | undefined }): { contact: string; text: string } {
  const left = { contact: contact.trim().replaceAll(/\s+/g, ' '), text: text.trim() };
  if (kind === 'callback' && left.contact === '') throw problem('unprocessable', 'contact is missing: where should somebody call?');
  if (kind === 'message' && left.text === '') throw problem('unprocessable', 'text is missing.');
  if (textLength(left.text) > textAtMost) throw problem('unprocessable', `text must have ${textAtMost} characters at most.`);
  return left;
}
