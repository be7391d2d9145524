// The floor that bench/queue.mjs measures against: what one connection says goes to every listener (?listen) as it came. Nothing is parsed,
// checked or stored. Prints its port.
import { WebSocketServer } from 'ws';

const server = new WebSocketServer({ host: '127.0.0.1', port: 0, perMessageDeflate: false });
const listeners = new Set();
const text = { binary: false };

server.on('listening', () => console.log(server.address().port));
server.on('connection', (socket, { url }) => {
  if (url.includes('listen')) listeners.add(socket);
  socket.on('message', (data) => {
    for (const listener of listeners) listener.send(data, text);
  });
});
