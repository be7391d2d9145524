import { createSocket, type Socket as UdpSocket } from 'node:dgram';
import { createServer, connect, type Socket } from 'node:net';

/** What happens to what browsers send: how late it is, and which share (0 to 1) of the datagrams is lost. TCP would send those again: there it only is late. */
export interface Weather {
  delayMs: number;
  loss: number;
}

/** A port of the hub that leads to a port of its 127.0.0.1. */
export interface SlowLine {
  port: number;
  /** Datagrams that were passed on and lost, on their way from the browsers. */
  counts(): { passed: number; lost: number };
  close(): Promise<void>;
}

// Not every kernel has netem, which would do this to whole interfaces: this is the same, in user space, on any machine.

/** UDP, for what goes to the TURN server. */
export async function slowDatagrams({ host, to, weather }: { host: string; to: number; weather: Weather }): Promise<SlowLine> {
  const counts = { passed: 0, lost: 0 };
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
    if (Math.random() < weather.loss) return void counts.lost++;
    counts.passed++;
    const upstream = upstreamOf(address, port);
    setTimeout(() => void upstream.then((socket) => socket.send(bytes)), weather.delayMs);
  });
  front.on('error', () => undefined);
  await new Promise<void>((resolve) => front.bind(0, host, resolve));
  return {
    port: front.address().port,
    counts: () => counts,
    async close() {
      front.close();
      for (const socket of await Promise.all(clients.values())) socket.close();
    },
  };
}

/** TCP, for what goes to the server: on the same port as there. */
export async function slowStreams({ host, to, weather }: { host: string; to: number; weather: Weather }): Promise<SlowLine> {
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
    client.on('data', (bytes) => setTimeout(() => upstream.writable && upstream.write(bytes), weather.delayMs));
    client.on('close', () => setTimeout(() => upstream.end(), weather.delayMs));
    upstream.on('data', (bytes) => client.write(bytes));
    upstream.on('close', () => client.end());
  });
  await new Promise<void>((resolve) => server.listen(to, host, resolve));
  return {
    port: to,
    counts: () => ({ passed: 0, lost: 0 }),
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
