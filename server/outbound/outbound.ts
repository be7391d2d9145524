import { lookup } from 'node:dns/promises';
import { request as requestHttp, type IncomingMessage, type RequestOptions } from 'node:http';
import { request as requestHttps } from 'node:https';
import { isIP } from 'node:net';
import type { Clock } from '../clock.ts';
import { createAddressRules } from './address-rules.ts';

/** Why there is no answer: we do not speak to that address; nobody answers there; not in time; more than we wanted. */
export type OutboundFailure = 'address_refused' | 'unreachable' | 'timeout' | 'too_large';

/** A request that came to nothing. Its message is for people and holds nothing that the other side said. */
export class OutboundError extends Error {
  override name = 'OutboundError';
  readonly failure: OutboundFailure;
  /** The status, where the answer had begun (`too_large`). */
  readonly status: number | undefined;

  constructor(failure: OutboundFailure, message: string, status?: number) {
    super(message);
    this.failure = failure;
    this.status = status;
  }
}

/** What is asked of somebody. */
export interface OutboundRequest {
  method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'DELETE';
  url: string;
  headers?: Readonly<Record<string, string>>;
  body?: string | Buffer;
  /** So much of an answer is taken; a longer one is `too_large`. 64 KiB unless given. */
  maxBytes?: number;
  /** For all of it, DNS and redirects too. 10 s unless given, and never more. */
  timeoutMs?: number;
  /** So many redirects of a GET are followed, each checked like the first address: 0 unless given, 3 at most. */
  redirects?: number;
  /** Gives it up from outside (`unreachable`). */
  signal?: AbortSignal;
}

/** What came back. A redirect that was not followed is an answer like another. */
export interface OutboundAnswer {
  status: number;
  /** Names in lower case; several of one name are joined by a comma. */
  headers: Record<string, string>;
  body: Buffer;
  /** Where it came from in the end. */
  url: string;
}

/**
 * Speaks to addresses that other people give us: webhooks, pages to look at, push services. Only to the public internet (and what
 * OUTBOUND_ALLOW names), whatever DNS says; only by https (http where OUTBOUND_ALLOW names the host); without cookies (threats.md S16).
 */
export interface Outbound {
  /** Asks and waits for the whole answer. Rejects with an OutboundError. */
  request(request: OutboundRequest): Promise<OutboundAnswer>;
  /** Whether we would speak to that address now. Rejects with an OutboundError if not; nobody is asked but DNS. */
  check(url: string): Promise<void>;
  /** Gives up what is under way (`unreachable`), and takes no more. */
  close(): void;
}

/** What speaking to others needs. */
export interface OutboundParts {
  clock: Clock;
  /** Entries of OUTBOUND_ALLOW. */
  allow: readonly string[];
  /** All addresses of a host name; the system's resolver unless given. */
  resolve?: (host: string) => Promise<readonly string[]>;
}

const mostBytes = 64 * 1024;
const mostMs = 10_000;
const mostRedirects = 3;
const givenUp = () => new OutboundError('unreachable', 'The server ends.');
const redirecting = new Set([301, 302, 303, 307, 308]);

/** Where a request may go: the address as given, and the addresses that stand for its host. */
interface Target {
  url: URL;
  addresses: { address: string; family: number }[];
}

/** Makes the way out. */
export function createOutbound({ clock, allow, resolve = resolveBySystem }: OutboundParts): Outbound {
  const rules = createAddressRules(allow);
  const underWay = new Set<() => void>();
  let closed = false;

  /** Resolves the host once and looks at every address; what is connected to afterwards is one of these (no rebinding). */
  const aim = async (text: string): Promise<Target> => {
    const url = parse(text);
    const host = url.hostname.replace(/^\[|\]$/g, '');
    let found: readonly string[];
    try {
      found = isIP(host) ? [host] : await resolve(host);
    } catch {
      throw new OutboundError('unreachable', `DNS knows no address of ${host}.`);
    }
    if (found.length === 0) throw new OutboundError('unreachable', `DNS knows no address of ${host}.`);
    const named = rules.allowsHost(host);
    const wrong = found.find((address) => !named && !rules.allowsAddress(address) && !rules.isPublic(address));
    if (wrong !== undefined) throw new OutboundError('address_refused', `${host} is not on the public internet.`);
    if (url.protocol === 'http:' && !named && !found.every((address) => rules.allowsAddress(address))) {
      throw new OutboundError('address_refused', 'The address has to begin with https://.');
    }
    return { url, addresses: found.map((address) => ({ address, family: isIP(address) })) };
  };

  /** Runs `work` with an end: whatever `onEnd` collects is ended by the time cap or by `close`. */
  const within = async <T>(ms: number, signal: AbortSignal | undefined, work: (onEnd: (end: (error: OutboundError) => void) => void) => Promise<T>): Promise<T> => {
    if (closed || signal?.aborted) throw givenUp();
    let over: OutboundError | null = null;
    let end: (error: OutboundError) => void = () => {};
    const ended = new Promise<never>((_resolve, reject) => {
      end = (error) => {
        over ??= error;
        reject(error);
      };
    });
    const enders: ((error: OutboundError) => void)[] = [];
    const stop = (error: OutboundError) => {
      end(error);
      for (const ender of enders) ender(error);
    };
    const timer = clock.after(ms, () => stop(new OutboundError('timeout', `No answer within ${ms} ms.`)));
    const giveUp = () => stop(givenUp());
    underWay.add(giveUp);
    signal?.addEventListener('abort', giveUp);
    const running = work((ender) => {
      enders.push(ender);
      if (over) ender(over);
    });
    try {
      return await Promise.race([running, ended]);
    } finally {
      timer.cancel();
      underWay.delete(giveUp);
      signal?.removeEventListener('abort', giveUp);
      running.catch(() => {}); // whoever lost the race is heard no more
      ended.catch(() => {});
    }
  };

  return {
    async request({ timeoutMs = mostMs, maxBytes = mostBytes, redirects = 0, signal, ...asked }) {
      return within(Math.min(timeoutMs, mostMs), signal, async (onEnd) => {
        let address = asked.url;
        for (let followed = 0; ; followed++) {
          const target = await aim(address);
          const answer = await exchange(target, asked, maxBytes, onEnd);
          const further = redirecting.has(answer.status) && asked.method === 'GET' && followed < Math.min(redirects, mostRedirects) ? answer.headers.location : undefined;
          if (further === undefined) return { ...answer, url: target.url.href };
          const next = resolved(further, target.url);
          if (!next) throw new OutboundError('unreachable', 'It redirects to what is no address.');
          address = next.href;
        }
      });
    },
    check: (url) => within(mostMs, undefined, async () => void (await aim(url))),
    close() {
      closed = true;
      for (const giveUp of underWay) giveUp();
    },
  };
}

function parse(text: string): URL {
  const url = resolved(text);
  if (!url || !/^https?:$/.test(url.protocol) || url.hostname === '') throw new OutboundError('address_refused', 'It has to be an address like https://example.com/path.');
  if (url.username !== '' || url.password !== '') throw new OutboundError('address_refused', 'The address must not hold a name or a password.');
  return url;
}

function resolved(text: string, base?: URL): URL | null {
  try {
    return new URL(text, base);
  } catch {
    return null;
  }
}

/** One request on a connection of its own, to one of the addresses that were checked. */
function exchange({ url, addresses }: Target, { method, headers, body }: OutboundRequest, maxBytes: number, onEnd: (end: (error: OutboundError) => void) => void): Promise<Omit<OutboundAnswer, 'url'>> {
  return new Promise((resolve, reject) => {
    const options: RequestOptions = {
      method, agent: false,
      headers: {
        'user-agent': 'Peer-Consult', accept: '*/*', 'accept-encoding': 'identity', ...headers,
        ...(body !== undefined && { 'content-length': Buffer.byteLength(body) }), connection: 'close',
      },
      // Asked instead of DNS, which may say something else by now.
      lookup: (_host, { all }, done) => {
        if (all) done(null, addresses);
        else done(null, addresses[0]!.address, addresses[0]!.family);
      },
    };
    const taken = (answer: IncomingMessage) => {
      const status = answer.statusCode ?? 0;
      const pieces: Buffer[] = [];
      let size = 0;
      answer.on('data', (piece: Buffer) => {
        size += piece.length;
        if (size > maxBytes) {
          reject(new OutboundError('too_large', `The answer is longer than ${maxBytes} bytes.`, status));
          asking.destroy();
        } else pieces.push(piece);
      });
      answer.on('end', () => resolve({ status, headers: flat(answer.headers), body: Buffer.concat(pieces) }));
      answer.on('error', () => reject(new OutboundError('unreachable', 'The answer broke off.')));
    };
    const asking = (url.protocol === 'https:' ? requestHttps : requestHttp)(url, options, taken);
    asking.on('error', (error: NodeJS.ErrnoException) => reject(new OutboundError('unreachable', `No connection: ${reasonOf(error)}.`)));
    onEnd((error) => {
      reject(error);
      asking.destroy();
    });
    asking.end(body);
  });
}

/** What went wrong, by its code alone: the words of an error may repeat what the other side sent. */
function reasonOf(error: NodeJS.ErrnoException): string {
  const inner = error instanceof AggregateError ? error.errors.find((one): one is NodeJS.ErrnoException => one instanceof Error) : undefined;
  return inner?.code ?? error.code ?? 'it broke off';
}

function flat(headers: IncomingMessage['headers']): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).flatMap(([name, value]) => (value === undefined ? [] : [[name, Array.isArray(value) ? value.join(', ') : value]])));
}

async function resolveBySystem(host: string): Promise<string[]> {
  return (await lookup(host, { all: true, verbatim: true })).map(({ address }) => address);
}
