// The floor that bench/messages.mjs measures against: the least that a chat server on `ws` can do. Two connections with the
// same ?pair= belong together; what one says goes to the other as it came, and the sender gets a short answer. Nothing is
// parsed, checked, numbered or stored. Prints its port.
import { WebSocketServer } from 'ws';

const server = new WebSocketServer({ host: '127.0.0.1', port: 0, perMessageDeflate: false });
const waiting = new Map();
const ack = Buffer.from('{"re":"0000000000","ok":true}');
const text = { binary: false };

server.on('listening', () => console.log(server.address().port));
server.on('connection', (socket, { url }) => {
  const other = waiting.get(url);
  if (other) {
    waiting.delete(url);
    socket.other = other;
    other.other = socket;
  } else {
    waiting.set(url, socket);
  }
  socket.on('message', (data) => {
    socket.other.send(data, text);
    socket.send(ack, text);
  });
});
