// The main of a process that is there to be killed: one life of the server on a folder, whose clock its parent moves by messages.
import { join } from 'node:path';
import { openBlobs } from '../../server/blobs/open-blobs.ts';
import { openSqlite } from '../../server/store/open-sqlite.ts';
import { beginLife, type Life } from './life.ts';

/** What the parent says. */
export type Order = { begin: { folder: string; now: number } } | { advance: number } | { slowly: boolean };
/** What the process says. */
export type Word = { url: string } | { advanced: number } | { merging: true };

const say = (word: Word): void => void process.send!(word);
let life: Life | undefined;
let slowly = false;

process.on('message', (order: Order) => {
  if ('slowly' in order) slowly = order.slowly;
  else if ('advance' in order) {
    life!.advance(order.advance);
    say({ advanced: life!.now() });
  } else void begin(order.begin);
});
process.on('disconnect', () => process.exit(0));

async function begin({ folder, now }: { folder: string; now: number }): Promise<void> {
  const estate = { database: await openSqlite({ file: join(folder, 'mortal.db') }), blobs: await openBlobs({ kind: 'disk', folder: join(folder, 'blobs') }) };
  life = await beginLife(estate, now, () => {
    if (!slowly) return 'on';
    say({ merging: true });
    return 'slowly';
  });
  say({ url: life.url });
}
