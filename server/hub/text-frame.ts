// Below this a payload's size stands in one byte, below the other in two.
const [oneByte, twoBytes] = [126, 65_536];

/**
 * A whole WebSocket text frame as a server sends it: unmasked, in one piece. Made once, it is the same bytes for every socket,
 * so that whoever writes it has neither a header to make nor a second piece to write.
 */
export function textFrame(text: string): Buffer {
  const size = Buffer.byteLength(text);
  const head = size < oneByte ? 2 : size < twoBytes ? 4 : 10;
  const frame = Buffer.allocUnsafe(head + size);
  frame[0] = 0x81;
  if (head === 2) {
    frame[1] = size;
  } else if (head === 4) {
    frame[1] = 126;
    frame.writeUInt16BE(size, 2);
  } else {
    frame[1] = 127;
    frame.writeUIntBE(0, 2, 2);
    frame.writeUIntBE(size, 4, 6);
  }
  frame.write(text, head);
  return frame;
}
