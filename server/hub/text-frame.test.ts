import fc from 'fast-check';
import assert from 'node:assert/strict';
import type { EventEmitter } from 'node:events';
import t from 'tap';
import * as ws from 'ws';
import { textFrame } from './text-frame.ts';

// Which ws exports, and its types do not know.
const { Receiver } = ws as unknown as { Receiver: new (options: object) => EventEmitter & { write(bytes: Buffer): void } };

/** What a WebSocket client reads of these bytes. */
function readAll(bytes: Buffer): string[] {
  const got: string[] = [];
  const receiver = new Receiver({ isServer: false, maxPayload: 0, skipUTF8Validation: false, allowSynchronousEvents: true });
  receiver.on('message', (data: Buffer, binary: boolean) => void got.push(`${binary} ${data.toString()}`));
  receiver.on('error', (error: Error) => void got.push(String(error)));
  receiver.write(bytes);
  return got;
}

await t.test('[WS1] any text is a frame that a client reads as it was, also several in one piece', async (t) => {
  fc.assert(fc.property(fc.array(fc.string({ unit: 'binary', maxLength: 300 }), { minLength: 1, maxLength: 5 }), (texts) => {
    assert.deepEqual(readAll(Buffer.concat(texts.map(textFrame))), texts.map((text) => `false ${text}`));
  }));
  for (const size of [0, 125, 126, 65_535, 65_536, 200_000]) {
    t.strictSame(readAll(textFrame('x'.repeat(size))), [`false ${'x'.repeat(size)}`], `${size} bytes`);
    t.strictSame(readAll(textFrame('가'.repeat(size / 3))), [`false ${'가'.repeat(size / 3)}`]);
  }
});
