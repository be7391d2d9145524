import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { testApp, testSetupToken } from '../../server/testing/test-app.ts';
import { prepareMessage, type Appended, type NewMessage } from '../../server/store/append.ts';
import type { Database } from '../../server/store/database.ts';
import { openSqlite } from '../../server/store/open-sqlite.ts';

// The server with one seam broken on purpose: what the storm has to find. The product has no such switch; the storage is wrapped here.
//   DATA_DIR=… PORT=… node --import tsx broken-server.ts ack-before-commit|no-dedupe

/** Says that messages are stored, and stores them a moment later. */
function ackBeforeCommit(database: Database): Database {
  const laterMs = 1_500;
  const known = new Map<string, { lastSeq: number; byClientId: Map<string, Appended> }>();
  let storing: Promise<unknown> = Promise.resolve();
  const learn = async (conversationId: string) => {
    const rows = await database.q.select().from(database.tables.messages);
    const own = rows.filter((row) => row.conversationId === conversationId);
    const conversation = {
      lastSeq: Math.max(0, ...own.map(({ seq }) => seq)),
      byClientId: new Map(own.map((message): [string, Appended] => [message.clientId, { outcome: 'stored', message, duplicate: true, reopened: false }])),
    };
    known.set(conversationId, conversation);
    return conversation;
  };
  const append = async (batch: readonly NewMessage[]): Promise<Appended[]> => {
    const results: Appended[] = [];
    const fresh: NewMessage[] = [];
    for (const message of batch) {
      const conversation = known.get(message.conversationId) ?? await learn(message.conversationId);
      const first = conversation.byClientId.get(message.clientId);
      if (first) {
        results.push(first);
        continue;
      }
      const { row } = prepareMessage(message);
      row.seq = ++conversation.lastSeq;
      conversation.byClientId.set(message.clientId, { outcome: 'stored', message: row, duplicate: true, reopened: false });
      results.push({ outcome: 'stored', message: row, duplicate: false, reopened: false });
      fresh.push(message);
    }
    storing = Promise.all([storing, new Promise((resolve) => setTimeout(resolve, laterMs))]).then(() => database.appendMessages(fresh));
    return results;
  };
  return { ...database, appendMessages: append };
}

/** Forgets that a `clientId` names a message. */
function noDedupe(database: Database): Database {
  let count = 0;
  return {
    ...database,
    async appendMessages(batch) {
      const results = await database.appendMessages(batch.map((message) => ({ ...message, clientId: `${message.clientId.slice(0, 40)}-${process.pid}-${++count}` })));
      return results.map((result, at) => (result.outcome === 'stored' ? { ...result, message: { ...result.message, clientId: batch[at]!.clientId } } : result));
    },
  };
}

const ways: Record<string, (database: Database) => Database> = { 'ack-before-commit': ackBeforeCommit, 'no-dedupe': noDedupe };
const folder = process.env.DATA_DIR!;
const database = await openSqlite({ file: join(folder, 'peer-consult.db') });
writeFileSync(join(folder, 'setup-token'), testSetupToken);
const app = await testApp({ database: ways[process.argv[2]!]!(database), config: { rateLimits: false } });
process.once('SIGTERM', () => void app.close().then(() => process.exit(0)));
await app.fastify.listen({ host: '127.0.0.1', port: Number(process.env.PORT) });
