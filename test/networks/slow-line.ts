import { createSocket, type Socket as UdpSocket } from 'node:dgram';
import { createServer, connect, type Socket } from 'node:net';
import type { Readable, Writable } from 'node:stream';

/** What happens to what browsers send: how late it is, and which share (0 to 1) of the datagrams is lost. TCP would send those again: there it only is late. */
export interface Weather {
  delayMs: number;
  loss: number;
}

/** Nothing happens to it. */
export const calm: Weather = { delayMs: 0, loss: 0 };

/** A port of the hub that leads to a port of its 127.0.0.1. */
export interface SlowLine {
  port: number;
  /** Datagrams that were passed on and lost since it was made, on their way from the browsers. */
  counts(): { passed: number; lost: number };
  close(): Promise<void>;
}

/** `weather` is looked at for each piece: whoever changes it changes the line. */
interface LineOptions {
  host: string;
  /** The port there; any free one unless told. */
  port?: number;
  to: number;
  weather: Weather;
}

// Not every kernel has netem, which would do this to whole interfaces: this is the same, in user space, on any machine.

/** UDP, for what goes to the TURN server. */
export async function slowDatagrams({ host, port: wanted = 0, to, weather }: LineOptions): Promise<SlowLine> {
  const counts = { passed: 0, lost: 0 };
  const lose = dice();
  const front = createSocket('udp4');
  const clients = new Map<string, Promise<UdpSocket>>();
  const upstreamOf = (address: string, port: number): Promise<UdpSocket> => {
    const key = `${address}:${port}`;
    const known = clients.get(key);
    if (known) return known;
    const made = new Promise<UdpSocket>((resolve) => {
      const socket = createSocket('udp4');
      socket.on('message', (bytes) => front.send(bytes, port, address));
      // The other end is gone for a moment or for good: a datagram more that is lost.
      socket.on('error', () => undefined);
      // Connected, so that it hears the TURN server alone: whatever it relays may be sent to this very address.
      socket.connect(to, '127.0.0.1', () => resolve(socket));
    });
    clients.set(key, made);
    return made;
  };
  front.on('message', (bytes, { address, port }) => {
    if (lose() < weather.loss) return void counts.lost++;
    counts.passed++;
    const upstream = upstreamOf(address, port);
    const pass = (): void => void upstream.then((socket) => socket.send(bytes));
    if (weather.delayMs > 0) setTimeout(pass, weather.delayMs);
    else pass();
  });
  front.on('error', () => undefined);
  await new Promise<void>((resolve) => front.bind(wanted, host, resolve));
  return {
    port: front.address().port,
    counts: () => ({ ...counts }),
    async close() {
      front.close();
      for (const socket of await Promise.all(clients.values())) socket.close();
    },
  };
}

/** TCP, for what goes to the server, and to the TURN server over TLS. */
export async function slowStreams({ host, port: wanted = 0, to, weather }: LineOptions): Promise<SlowLine> {
  const sockets = new Set<Socket>();
  const keep = (socket: Socket): void => {
    sockets.add(socket);
    socket.on('error', () => socket.destroy());
    socket.on('close', () => sockets.delete(socket));
  };
  const server = createServer({ noDelay: true }, (client) => {
    const upstream = connect({ port: to, host: '127.0.0.1', noDelay: true });
    keep(client);
    keep(upstream);
    lead(client, upstream, weather);
    lead(upstream, client, calm);
  });
  await new Promise<void>((resolve) => server.listen(wanted, host, resolve));
  const address = server.address();
  return {
    port: typeof address === 'object' && address ? address.port : wanted,
    counts: () => ({ passed: 0, lost: 0 }),
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Leads all of a stream into another, in its order, each piece as late as the weather has it when it comes. */
function lead(from: Readable, into: Writable, weather: Weather): void {
  let before = Promise.resolve();
  const then = (act: () => void): void => {
    const due = new Promise<void>((done) => (weather.delayMs > 0 ? void setTimeout(done, weather.delayMs) : done()));
    before = Promise.all([before, due]).then(() => void (into.writable && act()));
  };
  from.on('data', (bytes: Buffer) => then(() => into.write(bytes)));
  from.on('close', () => then(() => into.end()));
}

/** Numbers between 0 and 1, the same ones in every run (mulberry32). */
function dice(): () => number {
  let state = 71;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
