import { Worker } from 'node:worker_threads';
import type { Answer, Order, PersonSettings, TabView, Written } from './orders.ts';

/** A person in a worker. */
export interface Person {
  readonly settings: PersonSettings;
  /** Everything that was written, in the order of writing. */
  readonly written: Written[];
  /** By `clientId`: what the server has answered for. */
  readonly acknowledged: Set<string>;
  order(order: Order): void;
  /** What each tab shows, and how much lies in the outbox. */
  report(): Promise<{ tabs: TabView[]; outbox: number }>;
  end(): Promise<void>;
}

/** Starts a person's device; resolves when its tabs are open. */
export async function startPerson(settings: PersonSettings, freshToken: () => Promise<string>): Promise<Person> {
  // Inside of tap every thread would be given tap's loaders.
  const { NODE_OPTIONS: _, ...env } = process.env;
  const worker = new Worker(new URL('./person.mjs', import.meta.url), { workerData: settings, execArgv: [], env });
  const written: Written[] = [];
  const acknowledged = new Set<string>();
  const reports = new Map<number, (report: { tabs: TabView[]; outbox: number }) => void>();
  let asked = 0;
  let failure: Error | null = null;
  await new Promise<void>((resolve, reject) => {
    worker.on('error', (error) => {
      failure = error as Error;
      reject(failure);
    });
    worker.on('message', (answer: Answer) => {
      switch (answer.is) {
        case 'ready':
          return resolve();
        case 'token-wanted':
          return void freshToken().then((token) => worker.postMessage({ do: 'token', token } satisfies Order), () => undefined);
        case 'written':
          return void written.push(answer.message);
        case 'acknowledged':
          return void acknowledged.add(answer.clientId);
        case 'report':
          reports.get(answer.id)?.(answer);
          return void reports.delete(answer.id);
      }
    });
  });
  return {
    settings, written, acknowledged,
    order: (order) => worker.postMessage(order),
    report() {
      if (failure) throw failure;
      const id = ++asked;
      return new Promise((resolve, reject) => {
        worker.once('error', reject);
        const frozen = setTimeout(() => reject(new Error(`The device of ${settings.name} hangs.`)), 120_000);
        reports.set(id, (report) => {
          clearTimeout(frozen);
          worker.off('error', reject);
          resolve(report);
        });
        worker.postMessage({ do: 'report', id } satisfies Order);
      });
    },
    end: async () => void (await worker.terminate()),
  };
}
