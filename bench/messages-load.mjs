// The load of bench/messages.mjs, a process of its own. It speaks WebSocket by hand over plain TCP (frames made beforehand with
// a mask of zeros, answers told apart by one byte), so that on two cores it is the server that is saturated, not this.
import { randomFillSync } from 'node:crypto';
import { connect } from 'node:net';

/** A connection whose handshake is done. `receive` gets each text frame's place in a buffer. */
function open({ port, path, headers }) {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true });
    const self = { socket, receive: () => {} };
    let rest = null;
    let upgraded = false;
    socket.on('error', reject);
    socket.on('close', () => {
      if (!self.ending) throw new Error('The server closed a connection.');
    });
    socket.on('data', (chunk) => {
      let data = rest ? Buffer.concat([rest, chunk]) : chunk;
      rest = null;
      if (!upgraded) {
        const end = data.indexOf('\r\n\r\n');
        if (end < 0) return void (rest = data);
        if (!data.subarray(0, 12).equals(Buffer.from('HTTP/1.1 101'))) return reject(new Error(data.toString()));
        upgraded = true;
        resolve(self);
        data = data.subarray(end + 4);
      }
      let at = 0;
      while (at + 2 <= data.length) {
        let size = data[at + 1] & 0x7f;
        let head = 2;
        if (size === 126) {
          if (at + 4 > data.length) break;
          size = data.readUInt16BE(at + 2);
          head = 4;
        } else if (size === 127) {
          if (at + 10 > data.length) break;
          size = Number(data.readBigUInt64BE(at + 2));
          head = 10;
        }
        if (at + head + size > data.length) break;
        if ((data[at] & 15) === 8) throw new Error(`closed with ${data.readUInt16BE(at + head)} ${data.toString('utf8', at + head + 2, at + head + size)}`);
        if ((data[at] & 15) === 1) self.receive(data, at + head, size);
        at += head + size;
      }
      if (at < data.length) rest = data.subarray(at);
    });
    socket.write(`GET ${path} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n`
      + `Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n${headers}\r\n`);
  });
}

/** A client's text frame, masked with zeros. */
function frame(text) {
  const body = Buffer.from(text);
  const head = body.length < 126 ? Buffer.from([0x81, 0x80 | body.length, 0, 0, 0, 0])
    : Buffer.from([0x81, 0x80 | 126, body.length >> 8, body.length & 255, 0, 0, 0, 0]);
  return Buffer.concat([head, body]);
}

const ask = (connection, request) => new Promise((resolve, reject) => {
  connection.receive = (data, at, size) => {
    const answer = JSON.parse(data.toString('utf8', at, at + size));
    if (answer.re !== request.id) return;
    if (answer.ok) resolve(answer);
    else reject(new Error(JSON.stringify(answer)));
  };
  connection.socket.write(frame(JSON.stringify(request)));
});

const id = '0000000000';
const clientId = '00000000-0000-7000-8000-000000000000';
const digits = Buffer.from('0123456789abcdef');
const entropy = Buffer.alloc(65_536);
let used = entropy.length;
let lastTime = 0;
let timeDigits = Buffer.alloc(12);
let counter = 0;

/** Makes the UUID at `at` a new one: of version 7, which grows with time, as the element makes them. */
function newId(buffer, at) {
  const now = Date.now();
  if (now > lastTime) {
    lastTime = now;
    timeDigits = Buffer.from(now.toString(16).padStart(12, '0'));
    counter = 0;
  } else {
    counter = (counter + 1) & 0xfff;
  }
  timeDigits.copy(buffer, at, 0, 8);
  timeDigits.copy(buffer, at + 9, 8, 12);
  for (let n = 0; n < 3; n += 1) buffer[at + 15 + n] = digits[(counter >> (4 * (2 - n))) & 15];
  if (used + 6 > entropy.length) {
    randomFillSync(entropy);
    used = 0;
  }
  for (let n = 0; n < 6; n += 1) {
    const byte = entropy[used++];
    buffer[at + 24 + 2 * n] = digits[byte >> 4];
    buffer[at + 25 + 2 * n] = digits[byte & 15];
  }
}

/** Times of what is under way, first in first out. */
class Times {
  constructor() {
    this.list = new Float64Array(1024);
    this.head = 0;
    this.tail = 0;
  }

  push(time) {
    if (this.tail - this.head === this.list.length) {
      const larger = new Float64Array(2 * this.list.length);
      for (let n = this.head; n < this.tail; n += 1) larger[n - this.head] = this.list[n % this.list.length];
      this.tail -= this.head;
      this.head = 0;
      this.list = larger;
    }
    this.list[this.tail++ % this.list.length] = time;
  }

  take() {
    return this.list[this.head++ % this.list.length];
  }
}

const pairs = [];
let run = null;

// What differs from way to way: where the door is, what a message looks like, and which frames answer and deliver it.
const ways = {
  relay: {
    path: (n) => `/?pair=${n}`,
    template: (_, text) => JSON.stringify({ id, type: 'message.send', conversationId: clientId, clientId, text }),
    answers: (data, at) => data[at + 2] === 114, // {"re":…
    delivers: () => true,
  },
  server: {
    path: () => '/v1/socket',
    headers: (origin) => `Sec-WebSocket-Protocol: peer-consult.v1\r\nOrigin: ${origin}\r\n`,
    async greet(connection, token) {
      await ask(connection, { id: 'hello', type: 'hello', token });
    },
    first: async (writer) => (await ask(writer, { id: 'first', type: 'message.send', clientId: crypto.randomUUID(), text: 'first' })).conversationId,
    template: (conversationId, text) => JSON.stringify({ id, type: 'message.send', conversationId, clientId, text }),
    ping: frame('{"id":"p","type":"ping"}'),
    answers(data, at) {
      if (data[at + 2] !== 114 || data[at + 7] !== 48) return false; // {"re":"0…
      if (data[at + 24] !== 116) throw new Error(`Refused; is the machine too busy for this rate? ${data.toString('utf8', at, at + 200)}`); // …"ok":true
      return true;
    },
    delivers: (data, at) => data[at + 9] === 109, // {"type":"message"…
  },
  // Engine.IO 4 and Socket.IO 5 by hand: 0 open, 2 ping, 3 pong, 40 connect, 42 event, 43 acknowledgement.
  socketio: {
    path: (n) => `/socket.io/?EIO=4&transport=websocket&pair=${n}`,
    greet: (connection) => new Promise((resolve) => {
      connection.receive = (data, at) => {
        if (data[at] === 52 && data[at + 1] === 48) resolve();
      };
      connection.socket.write(frame('40'));
    }),
    template: (_, text) => `420["m",${JSON.stringify({ clientId, text })}]`,
    ping: frame('3'), // what it waits for after its own ping; more of them do no harm
    answers: (data, at) => data[at] === 52 && data[at + 1] === 51,
    delivers: (data, at) => data[at] === 52 && data[at + 1] === 50,
  },
};

async function connected({ port, kind, origin }, n, token) {
  const way = ways[kind];
  const connection = await open({ port, path: way.path(n), headers: way.headers?.(origin) ?? '' });
  await way.greet?.(connection, token);
  // Readers have nothing to say, and writers wait while the others have their turn: both would be taken for dead.
  if (way.ping) setInterval(() => connection.socket.write(way.ping), 20_000);
  return connection;
}

/** Does `work` for each token, twenty at a time. */
async function forEach(tokens, work) {
  let next = 0;
  await Promise.all(Array.from({ length: 20 }, async () => {
    while (next < tokens.length) {
      const n = next++;
      await work(n, tokens[n]);
    }
  }));
}

async function prepare({ bytes, ...target }) {
  const way = ways[target.kind];
  const text = 'x'.repeat(bytes);
  await forEach(target.tokens, async (n, token) => {
    const writer = await connected(target, n, token);
    const conversationId = await way.first?.(writer);
    const reader = await connected(target, n, token); // comes after the first message, so that none but the counted ones reach it
    const template = frame(way.template(conversationId, text));
    const pair = { writer, reader, template, idAt: template.indexOf(clientId, template.indexOf('clientId')), sent: new Times(), travelling: new Times() };
    writer.receive = (data, at) => {
      if (way.answers(data, at)) run?.acked(performance.now() - pair.sent.take(), pair);
    };
    reader.receive = (data, at) => {
      if (way.delivers(data, at)) run?.delivered(performance.now() - pair.travelling.take());
    };
    pairs.push(pair);
  });
}

function send(pair, planned) {
  const data = Buffer.allocUnsafe(pair.template.length);
  pair.template.copy(data);
  newId(data, pair.idAt);
  pair.sent.push(planned);
  pair.travelling.push(planned);
  pair.writer.socket.write(data);
}

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const underWay = () => pairs.some(({ sent, travelling }) => sent.head < sent.tail || travelling.head < travelling.tail);

/** Closed loop: every writer has `window` messages under way, always. */
async function saturate({ seconds, window }) {
  let [acks, deliveries] = [0, 0];
  let going = true;
  const touched = new Set();
  // What the answers of one read allow is written at once: one write for each connection and turn.
  const refill = () => {
    for (const pair of touched) {
      pair.writer.socket.cork();
      for (; pair.due > 0; pair.due -= 1) send(pair, performance.now());
      pair.writer.socket.uncork();
    }
    touched.clear();
  };
  run = {
    acked(_, pair) {
      acks += 1;
      if (!going) return;
      pair.due = (pair.due ?? 0) + 1;
      if (touched.size === 0) setImmediate(refill);
      touched.add(pair);
    },
    delivered() {
      deliveries += 1;
    },
  };
  const start = performance.now();
  for (const pair of pairs) for (let n = 0; n < window; n += 1) send(pair, start);
  await pause(seconds * 1000);
  const result = { acks, deliveries, ms: performance.now() - start };
  process.send({ done: result });
  going = false;
  while (underWay()) await pause(10);
  run = null;
}

/** Open loop: messages leave at planned times, whatever the server does, and their time counts from the plan. */
async function pace({ seconds, rate }) {
  const [acks, deliveries] = [[], []];
  run = { acked: (ms) => void acks.push(ms), delivered: (ms) => void deliveries.push(ms) };
  const start = performance.now();
  const count = Math.round(seconds * rate);
  for (let n = 0; n < count;) {
    const now = performance.now();
    for (; n < count && start + (n * 1000) / rate <= now; n += 1) send(pairs[(n * 7919) % pairs.length], start + (n * 1000) / rate);
    if (n < count) await new Promise(start + (n * 1000) / rate - performance.now() > 2 ? (resolve) => setTimeout(resolve, 1) : setImmediate);
  }
  for (let tries = 0; underWay() && tries < 3000; tries += 1) await pause(10);
  const at = (list, share) => list[Math.min(list.length - 1, Math.floor(list.length * share))];
  const sorted = [acks, deliveries].map((list) => list.sort((a, b) => a - b));
  process.send({ done: Object.fromEntries(['ack', 'delivery'].flatMap((name, n) => [50, 95, 99].map((share) => [`${name}${share}`, at(sorted[n], share / 100)]))) });
  run = null;
}

process.on('message', async ({ idle: target, prepare: parts, saturate: load, pace: plan, end }) => {
  if (target) process.send({ ready: await forEach(target.tokens, (n, token) => connected(target, n, token)) ?? true });
  if (parts) process.send({ ready: await prepare(parts) ?? true });
  if (load) {
    await saturate(load);
    process.send({ idle: true });
  }
  if (plan) {
    await pace(plan);
    process.send({ idle: true });
  }
  if (end) process.exit(0);
});
process.on('disconnect', () => process.exit(0));
