import { setMaxListeners } from 'node:events';
import type { DeliveryAttempt } from '../../protocol/developers.ts';
import type { Audit } from '../audit/audit.ts';
import { rfc3339, type Clock } from '../clock.ts';
import { createQueue, type Queue } from '../jobs/queue.ts';
import { OutboundError, type Outbound } from '../outbound/outbound.ts';
import { delayAfter } from './backoff.ts';
import type { DeliveriesStore, DeliveryJob, Outcome } from './deliveries.store.ts';
import { signatureOf } from './signature.ts';

/** What came of one request to a webhook: an answer, or why there was none. */
export interface Result {
  status: number | null;
  /** Null: an answer 2xx; `status`: another one; otherwise why there was none. */
  error: string | null;
  /** All of it as far as it was taken. */
  body: Buffer;
}

/** What delivering needs. */
export interface DelivererParts {
  store: DeliveriesStore;
  outbound: Pick<Outbound, 'request'>;
  audit: Pick<Audit, 'record'>;
  clock: Clock;
  failed: (error: unknown, what: string) => void;
  /** Hears of every result before it is written down; what a bot said is in it. What it throws puts the delivery off. */
  heard(job: DeliveryJob, result: Result): Promise<void>;
  /** Switches a webhook off that is not worth asking any more. */
  disable(organisationId: string, webhookId: string): Promise<boolean>;
  /** A try was written down, however it went. */
  tried(deliveryId: string): void;
}

const answerBytes = 500;
const hopelessAfterMs = 5 * 24 * 3_600_000;
// As many slow webhooks as this hold up the others for as long as a request may take.
const parallel = 32;

/** Makes the queue that tells webhooks what happened, one event at a time each. */
export function createDeliverer({ store, outbound, audit, clock, failed, heard, disable, tried }: DelivererParts): Queue {
  const ending = new AbortController();
  setMaxListeners(parallel, ending.signal); // each request listens

  const ask = async ({ delivery, webhook }: DeliveryJob): Promise<Result> => {
    const now = clock.now();
    const timestamp = Math.floor(now / 1000);
    const secrets = [webhook.secret, ...(webhook.previousSecret !== null && (webhook.previousUntil ?? 0) > now ? [webhook.previousSecret] : [])];
    try {
      const { status, body } = await outbound.request({
        method: 'POST', url: webhook.url, body: delivery.payload, signal: ending.signal,
        headers: {
          'content-type': 'application/json; charset=utf-8', 'webhook-id': delivery.id, 'webhook-timestamp': String(timestamp),
          'webhook-signature': signatureOf({ id: delivery.id, timestamp, body: delivery.payload }, secrets),
        },
      });
      return { status, body, error: isGood(status) ? null : 'status' };
    } catch (error) {
      if (!(error instanceof OutboundError)) throw error;
      // Whoever answers 2xx has it, however long the answer.
      const taken = error.failure === 'too_large' && isGood(error.status ?? 0);
      return { status: error.status ?? null, body: Buffer.alloc(0), error: taken ? null : error.failure };
    }
  };
  const giveUp = async ({ delivery, webhook }: DeliveryJob, reason: string) => {
    if (!(await disable(webhook.organisationId, webhook.id))) return;
    audit.record({
      organisationId: webhook.organisationId, actor: { kind: 'system', id: '', name: '' }, action: 'webhook.disabled',
      target: { kind: 'webhook', id: webhook.id, name: webhook.name }, detail: { reason, deliveryId: delivery.id },
    });
  };

  const work = async (job: DeliveryJob) => {
    const { delivery, webhook } = job;
    const isTest = delivery.event === 'ping';
    const begun = clock.now();
    const result: Result = webhook.enabled || isTest ? await ask(job) : { status: null, error: 'disabled', body: Buffer.alloc(0) };
    if (ending.signal.aborted && result.status === null) return store.release(job); // it was we who gave up
    const now = clock.now();
    const good = result.error === null;
    await heard(job, result);
    const attempt: DeliveryAttempt = { at: rfc3339(begun), status: result.status, ms: now - begun, error: result.error, answer: result.body.subarray(0, answerBytes).toString('utf8') };
    const delay = isTest || result.status === 410 || result.error === 'disabled' ? null : delayAfter(delivery.attempts, clock.random(4).readUInt32BE() / 2 ** 32);
    const outcome: Outcome = good ? { state: 'delivered' } : delay === null ? { state: 'failed' } : { state: 'waiting', nextAt: now + delay };
    if (!(await store.end(job, attempt, outcome, now))) return;
    tried(delivery.id);
    if (isTest || result.error === 'disabled' || (good && webhook.failingSince === null)) return;
    const failingSince = await store.answersWell(webhook.id, good, now);
    if (result.status === 410) await giveUp(job, 'gone');
    else if (failingSince !== null && now - failingSince >= hopelessAfterMs) await giveUp(job, 'failing');
  };

  const queue = createQueue<DeliveryJob>({ store, work, clock, failed, name: 'webhook', parallel });
  return {
    ...queue,
    async close() {
      ending.abort();
      await queue.close();
    },
  };
}

const isGood = (status: number) => status >= 200 && status < 300;
