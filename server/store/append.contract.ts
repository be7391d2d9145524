import { and, asc, eq } from 'drizzle-orm';
import fc from 'fast-check';
import assert from 'node:assert/strict';
import type { Test } from 'tap';
import { previewLength, type Appended, type NewMessage } from './append.ts';
import type { Database } from './database.ts';
import { createGroupCommit } from './group-commit.ts';
import type { NewRow } from './tables.ts';

let made = 0;
const key = (name: string) => `${name}-${process.pid}-${++made}`;

/** What appending must do on every engine. The suite closes the database that `open` gives. */
export async function appendContract(t: Test, open: () => Promise<Database>): Promise<void> {
  const database = await open();
  const { q, tables: { conversations, messages, reads } } = database;

  const conversation = async (extra: Partial<NewRow<'conversations'>> = {}) => {
    const id = key('conversation');
    const visitorId = extra.visitorId ?? key('visitor');
    const row: NewRow<'conversations'> = {
      id, organisationId: 'org', siteId: 'site', visitorId, status: 'open', openKey: visitorId, lastSeq: 0, lastMessageAt: 1, createdAt: 1,
      updatedAt: 1, ...extra,
    };
    await q.insert(conversations).values(row);
    return { id, visitorId };
  };
  const closed = { status: 'closed', openKey: null, closedAt: 5 } as const;
  const message = (conversationId: string, extra: Partial<NewMessage> = {}): NewMessage => ({
    organisationId: 'org', conversationId, id: key('message'), clientId: key('client'), author: { kind: 'visitor', id: 'v', name: 'Vi' }, kind: 'text',
    text: 'hello', createdAt: 100, ...extra,
  });
  const append = async (item: NewMessage) => (await database.appendMessages([item]))[0]!;
  const stored = (result: Appended | undefined) => {
    if (result?.outcome !== 'stored') throw new Error(`expected a stored message, got ${result?.outcome}`);
    return result;
  };
  const rowOf = async (id: string) => (await q.select().from(conversations).where(eq(conversations.id, id)))[0]!;
  const linesOf = (id: string) => q.select().from(messages).where(eq(messages.conversationId, id)).orderBy(asc(messages.seq));

  await t.test('[J18] a message takes the next seq, becomes the preview and moves its author’s read cursor', async (t) => {
    const { id } = await conversation();
    const first = message(id, { text: 'x'.repeat(previewLength - 1) + '😀', data: { a: [1, null, '\0'] } });
    const result = stored(await append(first));
    const expected = {
      conversationId: id, seq: 1, id: first.id, clientId: first.clientId, organisationId: 'org', authorKind: 'visitor', authorId: 'v', authorName: 'Vi',
      kind: 'text', text: first.text, data: first.data, createdAt: 100,
    };
    t.strictSame(result, { outcome: 'stored', message: expected, duplicate: false, reopened: false });
    t.strictSame(await linesOf(id), [expected]);
    const system = stored(await append(message(id, { author: { kind: 'system', id: '', name: '' }, kind: 'call', text: '', data: null, createdAt: 101 })));
    t.equal(system.message.seq, 2);
    t.match(await rowOf(id), { lastSeq: 2, lastMessageAt: 101, updatedAt: 101, preview: { seq: 2, kind: 'call', authorKind: 'system', text: '', data: null } });
    t.strictSame(await q.select().from(reads).where(eq(reads.conversationId, id)), [
      { conversationId: id, memberKind: 'visitor', memberId: 'v', organisationId: 'org', readSeq: 1, updatedAt: 100 },
    ]);
    const one = await conversation();
    await append({ ...first, conversationId: one.id });
    t.equal((await rowOf(one.id)).preview!.text, 'x'.repeat(previewLength - 1), 'half a character is not kept');
  });

  await t.test('[J7] the same clientId again gives the first message and changes nothing', async (t) => {
    const { id } = await conversation();
    const first = message(id, { data: { n: 1 } });
    const { message: row } = stored(await append(first));
    const before = await rowOf(id);
    const again = await append({ ...first, id: 'another', text: 'changed', createdAt: 999, reopen: true });
    t.strictSame(again, { outcome: 'stored', message: row, duplicate: true, reopened: false });
    t.strictSame(await rowOf(id), before);
    const other = await conversation();
    t.notOk(stored(await append({ ...first, conversationId: other.id })).duplicate, 'it counts within a conversation');
  });

  await t.test('[J7] repetitions and several messages of a conversation may stand in one batch', async (t) => {
    const { id } = await conversation();
    const [a, b] = [message(id, { text: 'a' }), message(id, { text: 'b', author: { kind: 'agent', id: 'ag', name: 'Ag' } })];
    const results = (await database.appendMessages([a, a, b, { ...a, text: 'c' }])).map(stored);
    t.strictSame(results.map((result) => [result.message.seq, result.message.text, result.duplicate]), [[1, 'a', false], [1, 'a', true], [2, 'b', false], [1, 'a', true]]);
    t.equal((await linesOf(id)).length, 2);
    t.equal((await rowOf(id)).lastSeq, 2);
  });

  await t.test('[S4] one bad message does not fail the others; a foreign or unknown conversation is missing', async (t) => {
    const { id } = await conversation();
    const circle: Record<string, unknown> = {};
    circle.self = circle;
    const results = await database.appendMessages([
      message('nowhere'), message(id, { organisationId: 'somebody else' }), message(id, { visitorId: 'somebody else' }), message(id, { text: 5 as unknown as string }), message(id, { data: circle }),
      message(id, { createdAt: Number.NaN }), message(id, { author: { kind: 'agent', id: null as unknown as string, name: '' } }), message(id, { text: 'a\0b\ud800' }),
    ]);
    t.strictSame(results.map(({ outcome }) => outcome), ['missing', 'missing', 'missing', 'failed', 'failed', 'failed', 'failed', 'stored']);
    t.equal(stored(results.at(-1)).message.text, 'a\uFFFDb\uFFFD');
    t.strictSame((await linesOf(id)).map(({ seq, text }) => [seq, text]), [[1, 'a\uFFFDb\uFFFD']]);
    t.strictSame((await database.appendMessages([message(id, { text: 5 as unknown as string })])).map(({ outcome }) => outcome), ['failed']);
    t.strictSame(await database.appendMessages([]), []);
  });

  await t.test('[CH4] writing into a closed conversation opens it again, once; a repetition does not', async (t) => {
    const { id, visitorId } = await conversation(closed);
    const silent = stored(await append(message(id)));
    t.strictSame([silent.reopened, (await rowOf(id)).status], [false, 'closed']);
    const item = message(id, { reopen: true, createdAt: 200 });
    const results = (await database.appendMessages([item, message(id, { reopen: true, createdAt: 201 }), item])).map(stored);
    t.strictSame(results.map(({ reopened, message: { seq } }) => [reopened, seq]), [[true, 2], [false, 3], [false, 2]]);
    t.match(await rowOf(id), { status: 'open', openKey: visitorId, closedAt: null, updatedAt: 201, lastSeq: 3 });
    await q.update(conversations).set(closed).where(eq(conversations.id, id));
    t.ok(stored(await append(item)).duplicate);
    t.equal((await rowOf(id)).status, 'closed');
  });

  await t.test('[CH4] a visitor never gets a second open conversation by writing into a closed one', async (t) => {
    const visitorId = key('visitor');
    const old = await conversation({ visitorId, ...closed });
    await conversation({ visitorId });
    const results = await database.appendMessages([message(old.id, { reopen: true }), message(old.id, { reopen: true }), message(old.id)]);
    t.strictSame(results.map(({ outcome }) => outcome), ['conflict', 'conflict', 'stored']);
    t.match(await rowOf(old.id), { status: 'closed', openKey: null, lastSeq: 1 });
    const two = key('visitor');
    const [a, b] = [await conversation({ visitorId: two, ...closed }), await conversation({ visitorId: two, ...closed })];
    const both = await Promise.all([append(message(a.id, { reopen: true })), append(message(b.id, { reopen: true }))]);
    t.strictSame(both.map(({ outcome }) => outcome).sort(), ['conflict', 'stored']);
  });

  await t.test('[J18] under concurrency seq has no hole, and every repetition meets the same message', async (t) => {
    const ids = await Promise.all(Array.from({ length: 4 }, async () => (await conversation()).id));
    const items = Array.from({ length: 120 }, (_, n) => message(ids[n % 4]!, { clientId: `c${Math.floor(n / 2) % 23}`, author: { kind: 'agent', id: `a${n % 3}`, name: '' } }));
    const batches = [...items.slice(0, 40).map((item) => [item]), items.slice(40), items.toReversed()];
    const results = await Promise.all(batches.map((batch) => database.appendMessages(batch)));
    const seqs = new Map<string, number>();
    let firsts = 0;
    for (const result of results.flat().map(stored)) {
      const name = `${result.message.conversationId} ${result.message.clientId}`;
      if (!result.duplicate) firsts++;
      assert.equal(seqs.get(name) ?? result.message.seq, result.message.seq);
      seqs.set(name, result.message.seq);
    }
    t.equal(firsts, seqs.size);
    for (const id of ids) {
      const lines = await linesOf(id);
      t.strictSame(lines.map(({ seq }) => seq), lines.map((_, index) => index + 1));
      t.equal((await rowOf(id)).lastSeq, lines.length);
      for (const member of await q.select().from(reads).where(eq(reads.conversationId, id))) {
        assert.equal(member.readSeq, lines.findLast(({ authorId }) => authorId === member.memberId)?.seq);
      }
    }
  });

  await t.test('[J18] a read cursor only moves forward', async (t) => {
    const { id } = await conversation();
    await append(message(id));
    await q.update(reads).set({ readSeq: 50 }).where(eq(reads.conversationId, id));
    await append(message(id));
    t.strictSame(await q.select({ readSeq: reads.readSeq }).from(reads).where(and(eq(reads.conversationId, id), eq(reads.memberId, 'v'))), [{ readSeq: 50 }]);
  });

  await t.test('[J18] any sequence of batches ends as if the messages had come one by one', async () => {
    const item = fc.record({ to: fc.integer({ min: 0, max: 3 }), client: fc.integer({ min: 0, max: 6 }), author: fc.constantFrom('visitor', 'agent', 'system'), reopen: fc.boolean() });
    await fc.assert(fc.asyncProperty(fc.array(fc.array(item, { maxLength: 8 }), { maxLength: 4 }), async (batches) => {
      // 0 and 1 belong to one visitor and are closed, 2 is open, 3 does not exist.
      const visitorId = key('visitor');
      const ids = [(await conversation({ visitorId, ...closed })).id, (await conversation({ visitorId, ...closed })).id, (await conversation()).id, 'nowhere'];
      const model = ids.map((_, index) => ({ lines: [] as string[], open: index === 2 }));
      for (const batch of batches) {
        const results = await database.appendMessages(batch.map(({ to, client, author, reopen }) =>
          message(ids[to]!, { clientId: `k${client}`, author: { kind: author, id: author, name: '' }, reopen })));
        const expected = batch.map(({ to, client, reopen }) => {
          const state = model[to]!;
          if (to === 3) return 'missing';
          if (state.lines.includes(`k${client}`)) return `${state.lines.indexOf(`k${client}`) + 1} duplicate`;
          const opens = reopen && !state.open;
          if (opens && model[1 - to]?.open) return 'conflict';
          if (opens) state.open = true;
          return `${state.lines.push(`k${client}`)}${opens ? ' reopened' : ''}`;
        });
        assert.deepEqual(results.map((result) => result.outcome !== 'stored' ? result.outcome
          : `${result.message.seq}${result.duplicate ? ' duplicate' : ''}${result.reopened ? ' reopened' : ''}`), expected);
      }
      for (const [index, state] of model.entries()) {
        if (index === 3) continue;
        assert.deepEqual((await linesOf(ids[index]!)).map(({ clientId }) => clientId), state.lines);
        const row = await rowOf(ids[index]!);
        assert.deepEqual([row.status, row.lastSeq, row.preview?.seq], [state.open ? 'open' : 'closed', state.lines.length, state.lines.length || undefined]);
      }
    }), { numRuns: 60 });
  });

  await t.test('[J14] a program answers until somebody of the team writes, and takes nothing that people have', async (t) => {
    const bot = { kind: 'bot', id: 'b', name: 'Robo' } as const;
    const agent = { kind: 'agent', id: 'a', name: 'Ada' } as const;
    const { id } = await conversation();
    t.equal(stored(await append(message(id, { author: bot, kind: 'note' }))).bot, undefined, 'a note is no answer');
    t.equal(stored(await append(message(id, { author: bot, createdAt: 101 }))).bot, 'began');
    t.match(await rowOf(id), { botId: 'b', botName: 'Robo', handedOverAt: null, firstAnswerAt: null });
    t.equal(stored(await append(message(id, { author: { ...bot, id: 'c' } }))).bot, undefined, 'one at a time');
    t.equal(stored(await append(message(id, { author: agent, kind: 'note' }))).bot, undefined);
    t.equal(stored(await append(message(id, { author: agent, createdAt: 105 }))).bot, 'ended');
    t.match(await rowOf(id), { botId: null, botName: null, handedOverAt: 105 });
    t.equal(stored(await append(message(id, { author: bot }))).bot, undefined, 'it was handed over');
    t.strictSame((await q.select().from(reads).where(eq(reads.conversationId, id))).map(({ memberKind }) => memberKind), ['agent'], 'programs have no cursor');
    const taken = await conversation({ assigneeId: 'a' });
    t.equal(stored(await append(message(taken.id, { author: bot }))).bot, undefined, 'somebody has it');
    const again = await conversation({ ...closed, handedOverAt: 3, closedBy: agent });
    await append(message(again.id, { reopen: true }));
    t.match(await rowOf(again.id), { status: 'open', closedBy: null, handedOverAt: null }, 'opened again, it begins anew');
  });

  await t.test('[J14] what visitors may know has no trace of private notes, and firsts are firsts, however lines are mixed and batched', async () => {
    const line = fc.record({
      author: fc.constantFrom('visitor', 'agent', 'bot', 'system'), kind: fc.constantFrom('text', 'note', 'call'),
    });
    await fc.assert(fc.asyncProperty(fc.array(fc.array(line, { minLength: 1, maxLength: 4 }), { maxLength: 5 }), async (batches) => {
      const { id } = await conversation();
      const said: { seq: number; author: string; kind: string; at: number }[] = [];
      let at = 1000;
      for (const batch of batches) {
        await database.appendMessages(batch.map(({ author, kind }) => {
          said.push({ seq: said.length + 1, author, kind, at: ++at });
          return message(id, { author: { kind: author, id: author, name: author }, kind, text: `${said.length}`, createdAt: at });
        }));
      }
      const row = await rowOf(id);
      const visible = said.filter(({ kind }) => kind !== 'note');
      const last = visible.at(-1);
      const hidden = said.at(-1)?.kind === 'note';
      const texts = said.filter(({ kind }) => kind === 'text');
      const first = texts.find(({ author }) => author === 'visitor');
      const answer = first && texts.find(({ author, seq }) => ['agent', 'bot'].includes(author) && seq > first.seq);
      assert.deepEqual(
        [row.lastSeq, row.visibleSeq, row.visiblePreview?.seq, row.preview?.seq, row.notes, row.lastMessageAt, row.updatedAt, row.firstMessageAt, row.firstAnswerAt],
        [said.length, hidden ? last?.seq ?? 0 : null, hidden ? last?.seq : undefined, said.at(-1)?.seq, (said.length - visible.length) || null, last?.at ?? 1, last?.at ?? 1,
          first?.at ?? null, answer?.at ?? null]);
    }), { numRuns: 60 });
  });

  await t.test('[J18] behind a group commit a crowd shares a few commits', async (t) => {
    const ids = await Promise.all(Array.from({ length: 10 }, async () => (await conversation()).id));
    let commits = 0;
    const queue = createGroupCommit<NewMessage, Appended>({ write: (batch) => (commits++, database.appendMessages(batch)) });
    const results = await Promise.all(Array.from({ length: 300 }, (_, n) => queue.add(message(ids[n % 10]!))));
    t.ok(results.every(({ outcome }) => outcome === 'stored'));
    t.ok(commits <= 3, `${commits} commits`);
  });

  await database.close();
}
