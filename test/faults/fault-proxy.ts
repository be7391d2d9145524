import { createServer, connect, type AddressInfo, type Socket } from 'node:net';
import type { Chance } from './chance.ts';
import { createFrameCutter } from './frames.ts';

/** `up` is from the client to the server, `down` from the server to the client. */
export type Direction = 'up' | 'down';

/** What happens to everything that passes in one direction, from now on. All zero: nothing. */
export interface Weather {
  /** Everything is so late, in ms; the order stays. */
  holdMs: number;
  /** Each frame is late by up to so many ms, each by itself: they overtake one another. */
  shuffleMs: number;
  /** How likely a frame comes a second time. */
  repeat: number;
  /** Frames arrive in crumbs. */
  split: boolean;
}

/** How a connection ends: reset, closed, or in the middle of a frame. */
export type Cut = 'reset' | 'end' | 'torn';

/** One client's way to the server. */
export interface FaultProxy {
  /** `http://127.0.0.1:…` */
  readonly url: string;
  weather(direction: Direction, weather: Partial<Weather>): void;
  /** Ends every connection. */
  cut(how: Cut): void;
  /** Half-open: from now on the present connections lose what goes this way, and nobody is told. */
  swallow(directions: readonly Direction[]): void;
  /** Refuses whoever comes, until told otherwise. */
  refuse(on: boolean): void;
  /** Accepts whoever comes and never answers, until told otherwise. */
  ignore(on: boolean): void;
  close(): Promise<void>;
}

const calm: Weather = { holdMs: 0, shuffleMs: 0, repeat: 0, split: false };

interface Line {
  lost: Set<Direction>;
  torn: boolean;
  destroy(): void;
}

/** Listens on a free port and leads to `target`. It knows the WebSocket's frames, so that it can handle them one by one. */
export async function createFaultProxy(target: { port: number }, chance: Chance): Promise<FaultProxy> {
  const weather: Record<Direction, Weather> = { up: calm, down: calm };
  const lines = new Set<Line>();
  const clients = new Set<Socket>();
  let refusing = false;
  let ignoring = false;

  const server = createServer({ noDelay: true, allowHalfOpen: true }, (client) => {
    client.on('error', () => client.destroy());
    clients.add(client);
    client.on('close', () => clients.delete(client));
    if (refusing) return void client.resetAndDestroy();
    if (ignoring) return void client.on('data', () => {});
    const upstream = connect({ port: target.port, host: '127.0.0.1', noDelay: true, allowHalfOpen: true });
    upstream.on('error', () => upstream.destroy());
    const line: Line = {
      lost: new Set(), torn: false,
      destroy() {
        lines.delete(line);
        for (const socket of [client, upstream]) socket.resetAndDestroy();
      },
    };
    lines.add(line);
    const ended = { up: false, down: false };
    const carry = (direction: Direction, from: Socket, to: Socket): void => {
      const flow = createFlow({ to, chance, weather: () => weather[direction], line });
      from.on('data', (chunk) => {
        if (!line.lost.has(direction)) flow.take(chunk);
      });
      const end = (): void => {
        if (ended[direction] || line.lost.has(direction)) return;
        ended[direction] = true;
        flow.end(() => {
          to.end();
          if (from.destroyed) to.destroySoon();
        });
      };
      from.on('end', end);
      from.on('close', () => {
        if (line.lost.has(direction)) return;
        end();
        if (to.destroyed) lines.delete(line);
      });
    };
    carry('up', client, upstream);
    carry('down', upstream, client);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));

  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    weather: (direction, fields) => void (weather[direction] = { ...calm, ...fields }),
    cut(how) {
      for (const line of lines) {
        if (how === 'torn') line.torn = true;
        else line.destroy();
      }
    },
    swallow(directions) {
      for (const line of lines) for (const direction of directions) line.lost.add(direction);
    },
    refuse: (on) => void (refusing = on),
    ignore: (on) => void (ignoring = on),
    async close() {
      for (const line of lines) line.destroy();
      for (const client of clients) client.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** One direction of one connection. */
function createFlow({ to, chance, weather, line }: { to: Socket; chance: Chance; weather(): Weather; line: Line }) {
  const cut = createFrameCutter();
  const pending: { bytes: Buffer; due: number }[] = [];
  let head: Buffer | null = Buffer.alloc(0);
  let first = true;
  let timer: ReturnType<typeof setTimeout> | undefined;
  /** Nothing new may leave before `floor`: a frame in crumbs is on its way. What keeps its place leaves at `last` or later. */
  let floor = 0;
  let last = 0;
  let whenEmpty: (() => void) | undefined;

  const write = (): void => {
    timer = undefined;
    const now = performance.now();
    while (pending.length > 0 && pending[0]!.due <= now) {
      const { bytes } = pending.shift()!;
      if (!to.destroyed && to.writable) to.write(bytes);
    }
    if (pending.length > 0) timer = setTimeout(write, Math.max(1, pending[0]!.due - now));
    else whenEmpty?.();
  };
  const put = (bytes: Buffer, due: number): void => {
    const at = pending.findLastIndex((other) => other.due <= due) + 1;
    pending.splice(at, 0, { bytes, due });
    last = Math.max(last, due);
    if (at > 0) return;
    clearTimeout(timer);
    write();
  };

  const pass = (bytes: Buffer, control: boolean): void => {
    if (line.torn) {
      to.write(bytes.subarray(0, Math.ceil(bytes.length / 2)), () => line.destroy());
      return;
    }
    const { holdMs, shuffleMs, repeat, split } = weather();
    const soonest = Math.max(performance.now() + holdMs, floor);
    // Nothing overtakes the greeting, and nothing comes behind a close.
    const keepsPlace = first || control || shuffleMs === 0;
    const due = keepsPlace ? Math.max(soonest, last) : soonest + chance.next() * shuffleMs;
    if (first) floor = due;
    if (split && !control) {
      let piece = Math.max(due, last);
      for (let at = 0; at < bytes.length; piece += 0.5) {
        const size = bytes.length > 400 ? 97 : chance.between(1, 60);
        put(bytes.subarray(at, at + size), piece);
        at += size;
      }
      floor = last;
    } else {
      put(bytes, due);
      if (!control && !first && chance.next() < repeat) put(bytes, due + chance.next() * 40);
    }
    first = false;
  };

  return {
    take(chunk: Buffer): void {
      if (head !== null) {
        head = Buffer.concat([head, chunk]);
        const end = head.indexOf('\r\n\r\n');
        if (end < 0) return;
        put(head.subarray(0, end + 4), performance.now());
        chunk = head.subarray(end + 4);
        head = null;
      }
      for (const { bytes, control } of cut(chunk)) pass(bytes, control);
    },
    end(done: () => void): void {
      whenEmpty = done;
      if (pending.length === 0) done();
    },
  };
}
