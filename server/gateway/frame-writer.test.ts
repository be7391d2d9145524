import fc from 'fast-check';
import assert from 'node:assert/strict';
import type { Socket } from 'node:net';
import t from 'tap';
import { FrameWriter } from './frame-writer.ts';

function fakeSocket() {
  const self = { writable: true, writes: [] as Buffer[], corked: 0, write: (data: Buffer) => self.writes.push(data), cork: () => void (self.corked += 1), uncork: () => void (self.corked -= 1) };
  return self;
}

await t.test('[J19] a turn’s frames go to the socket in their order, small ones in one write, large ones uncopied, and nothing stays behind', async () => {
  const turn = fc.array(fc.integer({ min: 1, max: 40_000 }), { maxLength: 6 });
  fc.assert(fc.property(fc.array(turn, { maxLength: 5 }), (turns) => {
    const socket = fakeSocket();
    const writer = new FrameWriter(socket as unknown as Socket);
    let byte = 0;
    for (const sizes of turns) {
      const frames = sizes.map((size) => Buffer.alloc(size, ++byte % 256));
      assert.deepEqual(frames.map((frame) => writer.add(frame)), frames.map((_, n) => n === 0), 'the first of a turn says so');
      const total = sizes.reduce((sum, size) => sum + size, 0);
      assert.equal(writer.bytes, total);
      socket.writes.length = 0;
      writer.flush();
      assert.equal(writer.bytes, 0);
      assert.ok(Buffer.concat(socket.writes).equals(Buffer.concat(frames)));
      assert.equal(socket.writes.length, total === 0 ? 0 : total <= 65_536 ? 1 : frames.length);
      assert.equal(socket.corked, 0);
    }
  }));
});

await t.test('[WS12] what is for a socket that has ended is dropped', async (t) => {
  const socket = fakeSocket();
  const writer = new FrameWriter(socket as unknown as Socket);
  writer.add(Buffer.alloc(3));
  socket.writable = false;
  writer.flush();
  t.strictSame([socket.writes.length, writer.bytes], [0, 0]);
});
