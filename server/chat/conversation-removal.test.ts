import { eq } from 'drizzle-orm';
import t from 'tap';
import type { StaffPrincipal } from '../auth/principal.ts';
import { createEvents } from '../events/events.ts';
import { createRecordingsStore } from '../recordings/recordings.store.ts';
import type { Database } from '../store/database.ts';
import { eachEngine } from '../testing/each-engine.ts';
import { fakeClock } from '../testing/fake-clock.ts';
import { furnish } from '../testing/furnish.ts';
import { createChat, type ChatParts } from './chat.ts';
import { createChatStore } from './chat.store.ts';
import { createConversationRemovalStore } from './conversation-removal.store.ts';
import { createConversationWorkStore } from './conversation-work.store.ts';
import { createRoomsStore } from './rooms.store.ts';
import { createTransferStore } from './transfer.store.ts';
import { noFiles } from '../testing/no-files.ts';

const owner: StaffPrincipal = { kind: 'agent', id: 'boss', name: 'Boss', organisationId: 'org', role: 'owner', sessionId: 's', expiresAt: Infinity };
const id = 'c1';

function chatOver(database: Database, parts: Partial<ChatParts> = {}) {
  const clock = fakeClock();
  const published: unknown[] = [];
  const audited: object[] = [];
  const erased: string[] = [];
  const failures: string[] = [];
  const chat = createChat({
    store: createChatStore(database), workStore: createConversationWorkStore(database), removalStore: createConversationRemovalStore(database), roomsStore: createRoomsStore(database), transferStore: createTransferStore(database), clock,
    hub: { publish: (topics, event) => void published.push([topics, event]) }, events: createEvents({ failed: () => {} }), visitors: { ensure: async () => () => {} },
    sites: { byId: async () => null }, audit: { record: (what) => void audited.push(what) }, eraseRecording: async (recording) => void erased.push(recording.id), files: noFiles,
    failed: (_, what) => void failures.push(what), ...parts,
  });
  return { chat, clock, published, audited, erased, failures };
}

async function furnished(database: Database, more: Partial<{ status: 'open' | 'closed'; closedAt: number }> = {}) {
  const { q, tables } = database;
  for (const [own, organisationId] of [[id, 'org'], ['c2', 'org'], ['c3', 'other']] as const) {
    await furnish(database, { id: own, organisationId, agentId: owner.id, now: 1000 + Number(own.slice(1)) }).catch(() => {});
    await q.insert(tables.conversations).values({
      id: own, organisationId, siteId: own, visitorId: own, status: 'closed', lastSeq: 1, lastMessageAt: 1, createdAt: 1, updatedAt: 1, closedAt: 5,
      ...(own === id ? more : {}),
    }).onConflictDoUpdate({ target: tables.conversations.id, set: { status: 'closed', openKey: null, closedAt: 5, ...(own === id ? more : {}) } });
    const line = { organisationId, conversationId: own, seq: 2, id: `${own}-2`, clientId: `${own}-2`, authorKind: 'agent' as const, authorId: 'a', authorName: 'A', kind: 'note' as const, text: 'x', createdAt: 1 };
    await q.insert(tables.messages).values(line);
    await q.insert(tables.reads).values({ organisationId, conversationId: own, memberKind: 'agent', memberId: 'a', readSeq: 1, updatedAt: 1 });
    await q.insert(tables.conversationTags).values({ organisationId, conversationId: own, tagId: 't', createdAt: 1 });
    await q.insert(tables.calls).values({
      id: `call-${own}`, organisationId, siteId: own, conversationId: own, visitorId: own, mode: 'audio', state: 'ended', startedByKind: 'visitor', startedById: own, startedByName: '', createdAt: 1, endedAt: 2,
    });
    await q.insert(tables.consents).values({
      id: `consent-${own}`, organisationId, callId: `call-${own}`, memberKind: 'visitor', memberId: own, granted: true, textVersion: '1', locale: 'en', createdAt: 1,
    });
    await q.insert(tables.recordings).values({
      id: `recording-${own}`, organisationId, callId: `call-${own}`, conversationId: own, state: 'ready', mimeType: 'audio/webm', startedAt: 1, gaps: [], attempts: 0,
      blobKey: `blob-${own}`, createdAt: 1, updatedAt: 1,
    });
  }
}

await eachEngine(t, async (t, open) => {
  const nothing = [0, 0, 0, 0, 0, 0, 0, 0];
  const rowsOf = async (database: Database, own: string) => {
    const { q, tables: { conversations, messages, participants, pins, reads, conversationTags, calls, consents } } = database;
    return [
      (await q.select().from(conversations).where(eq(conversations.id, own))).length, (await q.select().from(messages).where(eq(messages.conversationId, own))).length,
      (await q.select().from(reads).where(eq(reads.conversationId, own))).length,
      (await q.select().from(conversationTags).where(eq(conversationTags.conversationId, own))).length,
      (await q.select().from(participants).where(eq(participants.conversationId, own))).length, (await q.select().from(pins).where(eq(pins.conversationId, own))).length,
      (await q.select().from(calls).where(eq(calls.conversationId, own))).length, (await q.select().from(consents).where(eq(consents.callId, `call-${own}`))).length,
    ];
  };

  await t.test('[I7][M3][C6] a closed conversation goes with all that hangs on it, and nothing else does; everybody is told, and it is audited', async (t) => {
    const database = await open();
    await furnished(database);
    t.notOk((await rowsOf(database, id)).includes(0), 'there is some of everything');
    const others = [await rowsOf(database, 'c2'), await rowsOf(database, 'c3')];
    const { chat, published, audited, erased } = chatOver(database);
    await t.rejects(chat.remove(owner, 'org', 'c3'), { code: 'not_found' }, 'another organisation\'s');
    await chat.remove(owner, 'org', id);
    t.strictSame(await rowsOf(database, id), nothing);
    t.strictSame([await rowsOf(database, 'c2'), await rowsOf(database, 'c3')], others);
    t.ok(erased.includes(`recording-${id}`));
    t.strictSame(published.at(-1), [[`visitor:${id}`, 'agents:org'], { type: 'conversation.removed', conversationId: id }]);
    t.match(audited, [{ action: 'conversation.deleted', actor: { id: 'boss' }, target: { id } }]);
    await t.rejects(chat.conversation(owner, id), { code: 'not_found' });
    await t.rejects(chat.remove(owner, 'org', id), { code: 'not_found' });
    await t.rejects(chat.sendAs({ organisationId: 'org', conversationId: id, author: { kind: 'bot', id: 'b', name: 'B' }, clientId: 'x'.repeat(20), text: 'late' }), { code: 'not_found' });
    t.strictSame(await rowsOf(database, id), nothing, 'a late line makes nothing of it');
  });

  await t.test('[I7] what is open, or in which a call goes on, stays as it is', async (t) => {
    const database = await open();
    await furnished(database, { status: 'open' });
    const { chat, audited } = chatOver(database);
    const before = await rowsOf(database, id);
    await t.rejects(chat.remove(owner, 'org', id), { code: 'not_closed' });
    await database.q.update(database.tables.conversations).set({ status: 'closed' }).where(eq(database.tables.conversations.id, id));
    await database.q.update(database.tables.calls).set({ state: 'active', activeKey: id }).where(eq(database.tables.calls.id, `call-${id}`));
    await t.rejects(chat.remove(owner, 'org', id), { code: 'conflict' });
    await t.rejects(chat.remove(null, 'org', id), { code: 'conflict' }, 'not even by the server itself');
    t.notOk(await chat.removeClosedBefore('org', id, 100));
    t.strictSame(await rowsOf(database, id), before);
    t.strictSame(audited, []);
  });

  await t.test('[M2][M3] the server removes an open one too, for somebody who asks to be forgotten; by age only what is old enough', async (t) => {
    const database = await open();
    await furnished(database);
    const { chat } = chatOver(database);
    t.notOk(await chat.removeClosedBefore('org', id, 5));
    t.ok(await chat.removeClosedBefore('org', id, 6));
    t.notOk(await chat.removeClosedBefore('org', id, 6), 'gone already');
    await database.q.update(database.tables.conversations).set({ status: 'open' }).where(eq(database.tables.conversations.id, 'c2'));
    await chat.remove(null, 'org', 'c2');
    t.strictSame(await rowsOf(database, 'c2'), nothing);
  });

  await t.test('[M3][G12] bytes that a crash or a broken store left are known as doomed, and nobody plays them', async (t) => {
    const database = await open();
    await furnished(database);
    const { chat, failures } = chatOver(database, { eraseRecording: () => Promise.reject(new Error('the store is away')) });
    await chat.remove(owner, 'org', id);
    const recordings = createRecordingsStore(database);
    t.ok((await recordings.doomed()).some((row) => row.id === `recording-${id}` && row.blobKey === `blob-${id}`));
    t.ok(failures.includes(`removal of recording-${id}`));
    t.strictSame(await recordings.ofConversation('org', id), []);
  });
});
