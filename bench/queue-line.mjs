// The visitors who wait in bench/queue.mjs, in a process of their own: each on its own connection, with a call that rings. Against the floor
// they only hold their connections. Says `ready` when all are in the line.
import { WebSocket } from 'ws';

const sockets = [];

process.on('message', async ({ url, origin, tokens, calls }) => {
  for (let at = 0; at < tokens.length; at += 25) await Promise.all(tokens.slice(at, at + 25).map((token) => join({ url, origin, token, calls })));
  process.send({ ready: tokens.length });
});

function join({ url, origin, token, calls }) {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(url, ...(calls ? ['peer-consult.v1', { origin }] : []));
    sockets.push(socket);
    socket.once('error', reject);
    if (!calls) return socket.once('open', resolve);
    socket.on('open', () => {
      socket.send(JSON.stringify({ id: 'h', type: 'hello', token }));
      socket.send(JSON.stringify({ id: 'c', type: 'call.start', mode: 'audio' }));
      setInterval(() => socket.send('{"id":"p","type":"ping"}'), 20_000).unref();
    });
    socket.on('message', (data, binary) => {
      const frame = binary ? '' : data.toString('latin1', 0, 400);
      if (!frame.includes('"re":"c"')) return;
      if (frame.includes('"ok":true')) resolve();
      else reject(new Error(frame));
    });
  });
}
