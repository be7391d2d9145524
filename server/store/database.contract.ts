import { and, asc, count, desc, eq, inArray, isNull, lt, max, or, sql, sum } from 'drizzle-orm';
import fc from 'fast-check';
import assert from 'node:assert/strict';
import { inspect } from 'node:util';
import type { Test } from 'tap';
import { isUniqueViolation, type Database } from './database.ts';
import { plainText } from './plain-text.ts';
import type { NewRow } from './tables.ts';

let made = 0;
/** A key that no other case has used. */
const key = (name: string) => `${name}-${process.pid}-${++made}`;
const organisation = (name = 'Acme'): NewRow<'organisations'> => ({ id: key('org'), name, createdAt: 1 });
const pause = () => new Promise<void>((resolve) => setImmediate(resolve));

/** What every Database must do, whichever engine is behind. `open` gives a new, empty one; the suite closes it. */
export async function databaseContract(t: Test, open: () => Promise<Database>): Promise<void> {
  const database = await open();
  const { q, tables } = database;
  const { organisations, consents, recordings, sites, calls, conversations } = tables;
  const namesOf = async (ids: string[]) =>
    (await q.select().from(organisations).where(inArray(organisations.id, ids)).orderBy(asc(organisations.name))).map(({ name }) => name);

  await t.test('[S4] every type of column gives back what was put into it', async () => {
    const text = fc.oneof(fc.string({ unit: 'binary' }), fc.string({ unit: 'grapheme' }), fc.constantFrom('', '\0', 'a\ud800', '\udfff\0x', "'; --", '😀'));
    const whole = fc.oneof(fc.maxSafeInteger(), fc.constantFrom(0, 2 ** 31, 2 ** 40, Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER));
    await fc.assert(fc.asyncProperty(text, whole, fc.boolean(), fc.jsonValue(), fc.option(whole), async (string, number, yes, value, maybe) => {
      const id = key('row');
      await q.insert(consents).values({
        id, organisationId: id, callId: id, memberKind: 'agent', memberId: 'm', granted: yes, textVersion: string, locale: 'en', createdAt: number,
      });
      const [consent] = await q.select().from(consents).where(and(eq(consents.id, id), eq(consents.textVersion, string), eq(consents.granted, yes)));
      assert.deepEqual(consent && [consent.textVersion, consent.createdAt, consent.granted], [plainText(string), number, yes]);
      await q.insert(sites).values({
        id, organisationId: id, name: string, publishableKey: id, origins: [string], settings: { value }, createdAt: 1, updatedAt: 1,
      });
      const [site] = await q.select({ origins: sites.origins, settings: sites.settings }).from(sites).where(eq(sites.id, id));
      assert.deepEqual(site, JSON.parse(JSON.stringify({ origins: [string], settings: { value } })));
      await q.insert(recordings).values({
        id, organisationId: id, callId: id, conversationId: id, state: 'recording', mimeType: 'audio/webm', startedAt: 1, bytes: maybe,
        gaps: [], attempts: 0, createdAt: 1, updatedAt: 1,
      });
      const [recording] = await q.select().from(recordings).where(eq(recordings.id, id));
      assert.deepEqual([recording?.bytes, recording?.sha256, recording?.gaps], [maybe, null, []]);
    }), { numRuns: 60 });
  });

  await t.test('[S4] counts, sums and expressions come as numbers', async (t) => {
    const org = key('org');
    await q.insert(recordings).values([2 ** 40, 5].map((bytes) => ({
      id: key('rec'), organisationId: org, callId: key('call'), conversationId: 'c', state: 'ready' as const, mimeType: 'a/b', startedAt: 7, bytes,
      gaps: [], attempts: 0, createdAt: 1, updatedAt: 1,
    })));
    const [row] = await q.select({
      count: count(), newest: max(recordings.startedAt), sum: sum(recordings.bytes).mapWith(Number),
      raw: sql<number>`coalesce(sum(${recordings.bytes}), 0)`, rawCount: sql<number>`count(*)`,
    }).from(recordings).where(eq(recordings.organisationId, org));
    t.strictSame(row, { count: 2, newest: 7, sum: 2 ** 40 + 5, raw: 2 ** 40 + 5, rawCount: 2 });
  });

  await t.test('[S4] insert, update, delete and upsert answer with the rows they touched', async (t) => {
    const row = organisation('one');
    t.strictSame(await q.insert(organisations).values(row).returning(), [{ ...row, settings: null }]);
    t.strictSame(await q.insert(organisations).values(row).onConflictDoNothing().returning(), []);
    const upserted = await q.insert(organisations).values({ ...row, name: 'two' })
      .onConflictDoUpdate({ target: organisations.id, set: { name: sql`excluded.name || ${'!'}` } }).returning({ name: organisations.name });
    t.strictSame(upserted, [{ name: 'two!' }]);
    t.strictSame(await q.update(organisations).set({ name: 'three' }).where(eq(organisations.id, 'nobody')).returning(), []);
    t.strictSame(await q.delete(organisations).where(eq(organisations.id, row.id)).returning({ id: organisations.id }), [{ id: row.id }]);
    t.strictSame(await namesOf([row.id]), []);
  });

  await t.test('[S4] pages by a composite key hold every row once, in the order of bytes', async () => {
    await fc.assert(fc.asyncProperty(fc.array(fc.tuple(fc.integer({ min: 1, max: 3 }), fc.string({ unit: fc.constantFrom('a', 'B', '-', 'é', '_') })), { maxLength: 12 }),
      fc.integer({ min: 1, max: 5 }), async (seeds, size) => {
        const org = key('org');
        const rows = seeds.map(([lastMessageAt, suffix], index) => ({
          id: `${suffix}${key('c')}${index}`, organisationId: org, siteId: 's', visitorId: 'v', status: 'closed' as const, lastSeq: 0, lastMessageAt,
          createdAt: 1, updatedAt: 1,
        }));
        if (rows.length > 0) await q.insert(conversations).values(rows);
        const seen: string[] = [];
        for (let last: { id: string; lastMessageAt: number } | undefined; ;) {
          const after = last && or(lt(conversations.lastMessageAt, last.lastMessageAt),
            and(eq(conversations.lastMessageAt, last.lastMessageAt), lt(conversations.id, last.id)));
          const page = await q.select().from(conversations).where(and(eq(conversations.organisationId, org), after))
            .orderBy(desc(conversations.lastMessageAt), desc(conversations.id)).limit(size);
          seen.push(...page.map(({ id }) => id));
          if (page.length < size) break;
          last = page.at(-1);
        }
        const byBytes = rows.toSorted((a, b) => b.lastMessageAt - a.lastMessageAt || Buffer.compare(Buffer.from(b.id), Buffer.from(a.id)));
        assert.deepEqual(seen, byBytes.map(({ id }) => id));
      }), { numRuns: 40 });
  });

  await t.test('[S4] joins give a row of each table, null where there is none', async (t) => {
    const org = organisation('joined');
    await q.insert(organisations).values(org);
    const rows = await q.select({ name: organisations.name, site: sites.name }).from(organisations)
      .leftJoin(sites, eq(sites.organisationId, organisations.id)).where(and(eq(organisations.id, org.id), isNull(sites.id)));
    t.strictSame(rows, [{ name: 'joined', site: null }]);
  });

  await t.test('[J18] atomic keeps all and gives the result of its work', async (t) => {
    const rows = [organisation('a'), organisation('b')];
    const result = await database.atomic(async (inner) => {
      await inner.insert(organisations).values(rows[0]!);
      await pause();
      await inner.insert(organisations).values(rows[1]!);
      return (await inner.select().from(organisations).where(inArray(organisations.id, rows.map(({ id }) => id)))).length;
    });
    t.equal(result, 2);
    t.strictSame(await namesOf(rows.map(({ id }) => id)), ['a', 'b']);
  });

  await t.test('[J18] a throw inside atomic leaves nothing and comes out as it was', async (t) => {
    const row = organisation();
    const thrown = new Error('no');
    await t.rejects(database.atomic(async (inner) => {
      await inner.insert(organisations).values(row);
      throw thrown;
    }), thrown);
    t.strictSame(await namesOf([row.id]), []);
  });

  await t.test('[J18] a failed query ends its transaction even if the error was caught', async (t) => {
    const row = organisation('first');
    const other = organisation('other');
    await q.insert(organisations).values(row);
    let afterwards: unknown;
    const failure = await database.atomic(async (inner) => {
      await inner.insert(organisations).values(other);
      await inner.insert(organisations).values(row).catch(() => {});
      afterwards = await inner.select().from(organisations).catch((error: unknown) => error);
    }).catch((error: unknown) => error);
    t.ok(isUniqueViolation(failure));
    t.match(afterwards, Error);
    t.strictSame(await namesOf([row.id, other.id]), ['first']);
  });

  await t.test('[J18] concurrent transactions do not mix: each is kept or dropped as a whole', async (t) => {
    const groups = Array.from({ length: 12 }, (_, group) => ({ fails: group % 3 === 0, rows: [0, 1, 2].map((part) => organisation(`${group}.${part}`)) }));
    await Promise.allSettled(groups.map(({ fails, rows }) => database.atomic(async (inner) => {
      for (const row of rows) {
        await inner.insert(organisations).values(row);
        await pause();
      }
      if (fails) throw new Error('no');
    })));
    for (const { fails, rows } of groups) {
      t.equal((await namesOf(rows.map(({ id }) => id))).length, fails ? 0 : 3);
    }
  });

  await t.test("[J18] a write beside a transaction survives that transaction's rollback", async (t) => {
    const dropped = organisation();
    const kept = organisation('kept');
    let beside: Promise<unknown> | undefined;
    let go = () => {};
    const started = new Promise<void>((resolve) => (go = resolve));
    const outside = started.then(() => (beside = q.insert(organisations).values(kept).execute()));
    await t.rejects(database.atomic(async (inner) => {
      await inner.insert(organisations).values(dropped);
      go();
      for (let i = 0; i < 5; i++) await pause();
      throw new Error('no');
    }), { message: 'no' });
    await outside;
    await beside;
    t.strictSame(await namesOf([dropped.id, kept.id]), ['kept']);
  });

  await t.test('[J18] the outer handle inside atomic is a loud error, and so is its handle afterwards', async (t) => {
    const cause = async (work: () => PromiseLike<unknown>) => {
      try {
        await work();
        return 'nothing was thrown';
      } catch (error) {
        return inspect(error);
      }
    };
    let late = database.q;
    await database.atomic(async (inner) => {
      late = inner;
      t.match(await cause(() => q.select().from(organisations)), /inside atomic/);
      t.match(await cause(() => Promise.all([q.insert(organisations).values(organisation())])), /inside atomic/);
      t.match(await cause(() => database.atomic(async () => {})), /inside atomic/);
      t.match(await cause(() => database.appendMessages([])), /inside atomic/);
      await inner.select().from(organisations).limit(1);
    });
    t.match(await cause(() => late.select().from(organisations)), /after its end/);
    await q.select().from(organisations).limit(1);
  });

  await t.test('[J18] what was started inside atomic and runs after it may use the outer handle', async (t) => {
    let later: Promise<unknown> | undefined;
    await database.atomic(async (inner) => {
      await inner.select().from(organisations).limit(1);
      later = new Promise((resolve) => setTimeout(resolve, 20)).then(() => q.select().from(organisations).limit(1));
    });
    await t.resolves(later!);
  });

  await t.test('[E4] of fifty who want to change one state, one wins', async (t) => {
    const id = key('call');
    await q.insert(calls).values({
      id, organisationId: 'o', siteId: 's', conversationId: id, visitorId: 'v', mode: 'audio', state: 'ringing', activeKey: id,
      startedByKind: 'visitor', startedById: 'v', startedByName: 'V', createdAt: 1,
    });
    const attempts = await Promise.all(Array.from({ length: 50 }, async (_, agent) => {
      const accept = (handle: typeof q) => handle.update(calls).set({ state: 'active', agentId: `agent-${agent}`, answeredAt: 2 })
        .where(and(eq(calls.id, id), eq(calls.state, 'ringing'))).returning({ agentId: calls.agentId });
      return agent % 2 ? accept(q) : database.atomic(async (inner) => accept(inner));
    }));
    const winners = attempts.flat();
    t.equal(winners.length, 1);
    t.strictSame(await q.select({ agentId: calls.agentId }).from(calls).where(eq(calls.id, id)), winners);
  });

  await t.test('[J7] a unique violation is known as such, another error is not; neither tells the values', async (t) => {
    const secret = 'pk_not_for_the_log';
    const site = (id: string): NewRow<'sites'> => ({
      id, organisationId: 'o', name: 'n', publishableKey: secret, origins: [], settings: {}, createdAt: 1, updatedAt: 1,
    });
    await q.insert(sites).values(site('unique-1'));
    const byKey = await q.insert(sites).values(site('unique-2')).then(() => null, (error: unknown) => error);
    const byId = await q.insert(sites).values(site('unique-1')).then(() => null, (error: unknown) => error);
    const inside = await database.atomic(async (inner) => inner.insert(sites).values(site('unique-3'))).then(() => null, (error: unknown) => error);
    const missing = await q.insert(sites).values({ ...site('unique-4'), name: null as unknown as string }).then(() => null, (error: unknown) => error);
    t.strictSame([byKey, byId, inside, missing].map(isUniqueViolation), [true, true, true, false]);
    for (const error of [byKey, byId, inside, missing]) t.notMatch(inspect(error, { depth: 9 }), secret);
    t.notOk(isUniqueViolation(new Error('unique')));
    t.notOk(isUniqueViolation(null));
  });

  await t.test('[S3] what looks like SQL stays a value', async (t) => {
    const row = organisation(`Robert'); DROP TABLE organisations; --"\\$1 ?`);
    await q.insert(organisations).values(row);
    t.strictSame(await q.select().from(organisations).where(eq(organisations.name, row.name)), [{ ...row, settings: null }]);
  });

  await t.test('[S4] check passes while open; a closed database refuses; closing twice is harmless', async (t) => {
    await database.check();
    await Promise.all([database.close(), database.close()]);
    await database.close();
    await t.rejects(database.check());
    await t.rejects(q.select().from(organisations).execute());
    await t.rejects(database.atomic(async () => {}));
    await t.rejects(database.appendMessages([]));
  });
}
