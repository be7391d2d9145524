// A process to be killed: opens the database that its arguments name, appends messages as fast as they are acknowledged, and
// writes `seq clientId` for each acknowledgement. Ends by itself after as many as the third argument says.
//   node --import tsx append-until-killed.ts sqlite|postgres <file or url> [count]
import { writeSync } from 'node:fs';
import { createGroupCommit } from '../store/group-commit.ts';
import { openPostgres } from '../store/open-postgres.ts';
import { openSqlite } from '../store/open-sqlite.ts';
import { systemClock } from '../clock.ts';

const [engine, where, count = 'Infinity'] = process.argv.slice(2) as ['sqlite' | 'postgres', string, string?];
const clock = systemClock();
const database = await (engine === 'sqlite' ? openSqlite({ file: where }) : openPostgres({ url: where })).catch((error: Error) => {
  console.error(`${error.name}: ${error.message}`);
  process.exit(1);
});
const { conversations } = database.tables;
await database.q.insert(conversations).values({
  id: 'conversation', organisationId: 'org', siteId: 'site', visitorId: 'visitor', status: 'open', openKey: 'visitor', lastSeq: 0, lastMessageAt: 1,
  createdAt: 1, updatedAt: 1,
}).onConflictDoNothing();

const queue = createGroupCommit({ write: database.appendMessages });
let left = Number(count);
await Promise.all(Array.from({ length: 16 }, async () => {
  while (left-- > 0) {
    const clientId = clock.id();
    const result = await queue.add({
      organisationId: 'org', conversationId: 'conversation', id: clock.id(), clientId, author: { kind: 'visitor', id: 'visitor', name: 'V' }, kind: 'text',
      text: clientId, createdAt: clock.now(),
    });
    if (result.outcome === 'stored') writeSync(1, `${result.message.seq} ${clientId}\n`);
  }
}));
await database.close();
