import { and, asc, count, desc, eq, exists, gt, gte, inArray, isNotNull, isNull, lt, min, ne, or, sql, type SQL } from 'drizzle-orm';
import type { CallEndReason, CallMode, CallState, MediaQuality, PrincipalKind, RecordingState } from '../../protocol/shapes.ts';
import type { Place } from '../page-cursor.ts';
import type { Database } from '../store/database.ts';
import { isPaused } from '../recordings/pauses.ts';
import { holdsPart, partsLike } from '../store/holds-part.ts';
import type { NewRow, Row } from '../store/tables.ts';

/** A call with what is shown beside it. */
export interface CallRecord extends Row<'calls'> {
  visitorName: string;
  consents: { visitor?: boolean; agent?: boolean };
  recording: { id: string; state: RecordingState; paused: boolean; durationMs: number | null; held: boolean } | null;
}

/** Which calls a page holds (all that is said has to fit), and where it begins: behind the call `after`. */
export interface CallsFilter {
  visitorId?: string | undefined;
  agentId?: string | undefined;
  mode?: CallMode | undefined;
  /** From this moment on, ms since the epoch. */
  from?: number | undefined;
  /** Before this moment, ms since the epoch. */
  to?: number | undefined;
  siteId?: string | undefined;
  /** `missed`: ended without an answer. */
  outcome?: 'answered' | 'missed' | undefined;
  /** Whether a recording belongs to it. */
  recorded?: boolean | undefined;
  /** Whether something was left after it that is still to be seen to. */
  followUp?: 'open' | 'done' | undefined;
  /** Part of the visitor's or agent's name, or of a line of its conversation; of private notes only `withNotes`. */
  text?: string | undefined;
  withNotes?: boolean | undefined;
  /** The conversations that hold `text` in a line or in the visitor's name, if that is known already. */
  holding?: readonly string[] | undefined;
  /** `newest` unless said. */
  sort?: 'newest' | 'oldest' | undefined;
  /** Only these are looked at. */
  ids?: readonly string[] | undefined;
  after?: Place | undefined;
  limit: number;
}

/** Somebody's word about being recorded. */
export interface ConsentGiven {
  id: string;
  organisationId: string;
  callId: string;
  memberKind: PrincipalKind;
  memberId: string;
  granted: boolean;
  textVersion: string;
  locale: string;
  createdAt: number;
}

/** Calls in the database. Every change of state is a compare-and-set; its answer says who won. */
export interface CallsStore {
  /** False when the id is taken, or when the conversation has a live call. */
  insert(call: NewRow<'calls'>): Promise<boolean>;
  find(organisationId: string, id: string): Promise<CallRecord | null>;
  /** The call that rings or runs in a conversation. */
  liveIn(organisationId: string, conversationId: string): Promise<CallRecord | null>;
  /** Ringing → active. `agent` is who answers, null when the visitor does. False when it no longer rings. */
  accept(organisationId: string, id: string, agent: { id: string; name: string } | null, answeredAt: number): Promise<boolean>;
  /** A voice call that runs has pictures from now on. False when it has ended, or had them before. */
  showPictures(organisationId: string, id: string): Promise<boolean>;
  /** Another agent takes an active call over. False when it is over, or no longer `former`'s. */
  handOver(organisationId: string, id: string, former: string, agent: { id: string; name: string }): Promise<boolean>;
  /** Keeps one side's measurements, made of those that it told before. */
  keepQuality(organisationId: string, id: string, side: PrincipalKind, merge: (before: MediaQuality | undefined) => MediaQuality): Promise<void>;
  /** `from` → ended. False when it is no longer in `from`. The call owes its line afterwards. */
  end(organisationId: string, id: string, from: CallState, reason: CallEndReason, endedAt: number): Promise<boolean>;
  /** Calls that ended before `before` and whose line was not written. */
  owingLines(before: number): Promise<CallRecord[]>;
  /** The line of an ended call stands in its conversation. */
  lineWritten(id: string): Promise<void>;
  /** Every call that rings or runs, of every organisation. */
  live(): Promise<CallRecord[]>;
  /** What rings or runs for a visitor. */
  liveOfVisitor(organisationId: string, visitorId: string): Promise<CallRecord[]>;
  /** What rings or runs in an organisation. */
  liveOfOrganisation(organisationId: string): Promise<CallRecord[]>;
  /** The visitors' calls that ring in an organisation, who came first before. */
  waiting(organisationId: string): Promise<{ id: string; visitorId: string }[]>;
  /** How many of the visitors' calls were answered since a moment, and when the first of them was. */
  answersSince(organisationId: string, since: number): Promise<{ count: number; firstAt: number | null }>;
  /** Keeps the newest word of each member. */
  setConsent(consent: ConsentGiven): Promise<void>;
  /** Those of a conversation, oldest first. */
  ofConversation(organisationId: string, conversationId: string): Promise<CallRecord[]>;
  /** A page of an organisation's calls. */
  page(organisationId: string, filter: CallsFilter): Promise<CallRecord[]>;
}

// `activeKey` holds the conversation's id while the call lives, which makes it the only one there. From the end until its
// line is written it holds this instead, so that a crash in between is found and repaired.
const owing = (id: string) => `line:${id}`;

/** Calls in a database of either engine. */
export function createCallsStore({ q, tables, atomic }: Pick<Database, 'q' | 'tables' | 'atomic'>): CallsStore {
  const { calls, visitors, recordings, consents, messages } = tables;

  const select = async (where: SQL | undefined, options: { limit?: number; oldest?: boolean } = {}): Promise<CallRecord[]> => {
    const query = q.select({
      call: calls, visitorName: visitors.name,
      recordingId: recordings.id, recordingState: recordings.state, durationMs: recordings.durationMs, pauses: recordings.pauses, hold: recordings.legalHold,
    }).from(calls)
      .leftJoin(visitors, eq(visitors.id, calls.visitorId))
      .leftJoin(recordings, eq(recordings.callId, calls.id))
      .where(where).orderBy(...(options.oldest ? [asc(calls.createdAt), asc(calls.id)] : [desc(calls.createdAt), desc(calls.id)]));
    const rows = await (options.limit === undefined ? query : query.limit(options.limit));
    if (rows.length === 0) return [];
    const given = await q.select({ callId: consents.callId, memberKind: consents.memberKind, memberId: consents.memberId, granted: consents.granted })
      .from(consents).where(inArray(consents.callId, rows.map((row) => row.call.id)));
    return rows.map(({ call, visitorName, recordingId, recordingState, durationMs, pauses, hold }) => {
      const said = (kind: PrincipalKind, id: string | null) =>
        given.find((consent) => consent.callId === call.id && consent.memberKind === kind && consent.memberId === id)?.granted;
      const visitor = said('visitor', call.visitorId);
      const agent = said('agent', call.agentId);
      return {
        ...call, visitorName: visitorName ?? '',
        consents: { ...(visitor !== undefined && { visitor }), ...(agent !== undefined && { agent }) },
        recording: recordingId !== null && recordingState !== null ? { id: recordingId, state: recordingState, paused: call.state !== 'ended' && isPaused(pauses), durationMs, held: hold !== null } : null,
      };
    });
  };
  const first = async (where: SQL | undefined) => (await select(where, { limit: 1 }))[0] ?? null;
  // Few calls live at a time, and this is the index that finds just them; the rest of a condition is judged here, lest a
  // planner prefer the index of all the calls that an organisation ever had.
  const hasKey = gt(calls.activeKey, '');
  const live = () => select(and(hasKey, ne(calls.state, 'ended')));

  return {
    async insert(call) {
      return (await q.insert(calls).values(call).onConflictDoNothing().returning({ id: calls.id })).length > 0;
    },
    find: (organisationId, id) => first(and(eq(calls.id, id), eq(calls.organisationId, organisationId))),
    liveIn: (organisationId, conversationId) => first(and(eq(calls.activeKey, conversationId), eq(calls.organisationId, organisationId))),
    async accept(organisationId, id, agent, answeredAt) {
      const changed = await q.update(calls)
        .set({ state: 'active', answeredAt, ...(agent && { agentId: agent.id, agentName: agent.name }) })
        .where(and(eq(calls.id, id), eq(calls.organisationId, organisationId), eq(calls.state, 'ringing'))).returning({ id: calls.id });
      return changed.length > 0;
    },
    async showPictures(organisationId, id) {
      const changed = await q.update(calls).set({ mode: 'video' })
        .where(and(eq(calls.id, id), eq(calls.organisationId, organisationId), eq(calls.state, 'active'), eq(calls.mode, 'audio'))).returning({ id: calls.id });
      return changed.length > 0;
    },
    async handOver(organisationId, id, former, agent) {
      const changed = await q.update(calls).set({ agentId: agent.id, agentName: agent.name })
        .where(and(eq(calls.id, id), eq(calls.organisationId, organisationId), eq(calls.state, 'active'), eq(calls.agentId, former))).returning({ id: calls.id });
      return changed.length > 0;
    },
    keepQuality: (organisationId, id, side, merge) => atomic(async (q) => {
      const row = and(eq(calls.id, id), eq(calls.organisationId, organisationId));
      // Writing comes first: it locks the row, and both sides tell at the same moment.
      const [now] = await q.update(calls).set({ quality: sql`${calls.quality}` }).where(row).returning({ quality: calls.quality });
      if (now) await q.update(calls).set({ quality: { ...now.quality, [side]: merge(now.quality?.[side]) } }).where(row);
    }),
    async end(organisationId, id, from, endReason, endedAt) {
      const changed = await q.update(calls).set({ state: 'ended', endReason, endedAt, activeKey: owing(id) })
        .where(and(eq(calls.id, id), eq(calls.organisationId, organisationId), eq(calls.state, from))).returning({ id: calls.id });
      return changed.length > 0;
    },
    owingLines: (before) => select(and(hasKey, eq(calls.state, 'ended'), lt(calls.endedAt, before))),
    async lineWritten(id) {
      await q.update(calls).set({ activeKey: null }).where(and(eq(calls.id, id), eq(calls.state, 'ended')));
    },
    live,
    liveOfVisitor: async (organisationId, visitorId) =>
      (await live()).filter((call) => call.organisationId === organisationId && call.visitorId === visitorId),
    liveOfOrganisation: async (organisationId) => (await live()).filter((call) => call.organisationId === organisationId),
    waiting: async (organisationId) => q.select({ id: calls.id, visitorId: calls.visitorId }).from(calls)
      .where(and(hasKey, eq(calls.organisationId, organisationId), eq(calls.state, 'ringing'), eq(calls.startedByKind, 'visitor')))
      .orderBy(asc(calls.createdAt), asc(calls.id)),
    async answersSince(organisationId, since) {
      // What was answered since then began an hour before at most, for so long a call rings; the index knows when they began.
      const [row] = await q.select({ count: count(), firstAt: min(calls.answeredAt) }).from(calls).where(and(
        eq(calls.organisationId, organisationId), gte(calls.createdAt, since - 3_600_000), gte(calls.answeredAt, since), eq(calls.startedByKind, 'visitor'),
      ));
      return { count: Number(row?.count ?? 0), firstAt: row?.firstAt == null ? null : Number(row.firstAt) };
    },
    async setConsent(consent) {
      const { granted, textVersion, locale, createdAt } = consent;
      await q.insert(consents).values(consent).onConflictDoUpdate({
        target: [consents.callId, consents.memberKind, consents.memberId], set: { granted, textVersion, locale, createdAt },
      });
    },
    ofConversation: (organisationId, conversationId) =>
      select(and(eq(calls.organisationId, organisationId), eq(calls.conversationId, conversationId)), { oldest: true }),
    page(organisationId, { visitorId, agentId, mode, from, to, siteId, outcome, recorded, followUp, text, withNotes = false, holding, ids, sort, after, limit }) {
      const oldest = sort === 'oldest';
      const conditions: (SQL | undefined)[] = [eq(calls.organisationId, organisationId)];
      if (visitorId !== undefined) conditions.push(eq(calls.visitorId, visitorId));
      if (agentId !== undefined) conditions.push(eq(calls.agentId, agentId));
      if (mode !== undefined) conditions.push(eq(calls.mode, mode));
      if (from !== undefined) conditions.push(gte(calls.createdAt, from));
      if (to !== undefined) conditions.push(lt(calls.createdAt, to));
      if (siteId !== undefined) conditions.push(eq(calls.siteId, siteId));
      if (outcome === 'answered') conditions.push(isNotNull(calls.answeredAt));
      if (outcome === 'missed') conditions.push(and(eq(calls.state, 'ended'), isNull(calls.answeredAt)));
      if (recorded !== undefined) conditions.push(recorded ? isNotNull(recordings.id) : isNull(recordings.id));
      if (followUp !== undefined) conditions.push(isNotNull(calls.followUp), followUp === 'open' ? isNull(calls.followedUpAt) : isNotNull(calls.followedUpAt));
      if (ids) conditions.push(inArray(calls.id, [...ids]));
      if (text !== undefined) {
        const patterns = partsLike(text);
        const said = holding ? inArray(calls.conversationId, [...holding]) : exists(q.select({ one: sql`1` }).from(messages)
          .where(and(eq(messages.conversationId, calls.conversationId), withNotes ? undefined : ne(messages.kind, 'note'), holdsPart(messages.text, patterns))));
        conditions.push(or(holdsPart(visitors.name, patterns), holdsPart(calls.agentName, patterns), said));
      }
      if (after) {
        const beyond = oldest ? gt : lt;
        conditions.push(or(beyond(calls.createdAt, after.at), and(eq(calls.createdAt, after.at), beyond(calls.id, after.id))));
      }
      return select(and(...conditions), { limit, oldest });
    },
  };
}
