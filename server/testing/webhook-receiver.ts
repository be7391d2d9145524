import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A request as it came. */
export interface Received {
  headers: IncomingHttpHeaders;
  body: string;
  /** The body, read. */
  told: { type: string; timestamp: string; data: Record<string, unknown> };
}

/** What a receiver answers; `never`: it says nothing at all. */
export type ReceiverAnswer = { status?: number; body?: string; headers?: Record<string, string> } | 'never';

/** Somebody's server on this machine that takes webhooks. */
export interface WebhookReceiver {
  url: string;
  received: Received[];
  /** Says what to answer from now on; a function is asked for each request. */
  answer(how: ReceiverAnswer | ((request: Received) => ReceiverAnswer | Promise<ReceiverAnswer>)): void;
  /** Resolves when so many have come in all. */
  count(atLeast: number): Promise<void>;
  close(): Promise<void>;
}

/** Starts a receiver on a free port of 127.0.0.1. */
export async function webhookReceiver(): Promise<WebhookReceiver> {
  const received: Received[] = [];
  const waiting: { atLeast: number; resolve: () => void }[] = [];
  let how: Parameters<WebhookReceiver['answer']>[0] = {};
  const server = createServer((request, response) => {
    const pieces: Buffer[] = [];
    request.on('data', (piece: Buffer) => void pieces.push(piece)).on('end', () => {
      const body = Buffer.concat(pieces).toString('utf8');
      const one: Received = { headers: request.headers, body, told: JSON.parse(body) as Received['told'] };
      received.push(one);
      for (const { atLeast, resolve } of waiting) if (received.length >= atLeast) resolve();
      void Promise.resolve(typeof how === 'function' ? how(one) : how).then((answer) => {
        if (answer !== 'never') response.writeHead(answer.status ?? 200, answer.headers).end(answer.body ?? '');
      });
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`, received,
    answer: (next) => void (how = next),
    count: (atLeast) => (received.length >= atLeast ? Promise.resolve() : new Promise((resolve) => void waiting.push({ atLeast, resolve }))),
    close: () => new Promise((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    }),
  };
}

/** Whether a request was signed with this secret, worked out without our own code. */
export function isSignedWith({ headers, body }: Received, secret: string): boolean {
  const mac = createHmac('sha256', Buffer.from(secret.replace('whsec_', ''), 'base64')).update(`${String(headers['webhook-id'])}.${String(headers['webhook-timestamp'])}.${body}`).digest('base64');
  return String(headers['webhook-signature']).split(' ').includes(`v1,${mac}`);
}
