import { startThread, type Thread } from './start-thread.ts';

/** Runs jobs in threads, one at a time. */
export interface ThreadJobs<Task, Answer> {
  /** Waits its turn; resolves to what the thread said when the thread is gone. Rejects when it ended without a word. */
  run(task: Task): Promise<Answer>;
  /** Ends the job that runs and rejects those that wait. */
  close(): Promise<void>;
}

/**
 * Jobs for threads whose main is the built file `main`: each has a thread of its own, so that its memory goes with it, and two never
 * run at a time. `name` stands in what it throws: *The merge's thread ended with 1.*
 */
export function createThreadJobs<Task, Answer extends object>({ name, main, heapMegabytes }: { name: string; main: URL; heapMegabytes: number }): ThreadJobs<Task, Answer> {
  let running: Thread | null = null;
  let closed = false;
  let turn: Promise<unknown> = Promise.resolve();

  const runNow = (task: Task): Promise<Answer> => new Promise((resolve, reject) => {
    if (closed) {
      reject(new Error(`The ${name} runner is closed.`));
      return;
    }
    const thread = startThread(main, task, heapMegabytes);
    running = thread;
    let answer: Answer | null = null;
    let crash: Error | null = null;
    thread.once('message', (message: Answer) => (answer = message));
    thread.once('error', (error: Error) => (crash = error));
    // Settled only when the thread is gone, so that two never run at a time.
    thread.once('exit', (code) => {
      running = null;
      if (answer) resolve(answer);
      else reject(crash ?? new Error(closed ? `The ${name} runner was closed.` : `The ${name}'s thread ended with ${code}.`));
    });
  });

  return {
    run(task) {
      const run = turn.then(() => runNow(task));
      turn = run.catch(() => undefined); // whoever asked hears of it; the next one has its turn
      return run;
    },
    async close() {
      closed = true;
      await running?.terminate();
      await turn;
    },
  };
}
