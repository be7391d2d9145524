import { Worker } from 'node:worker_threads';

/** A worker thread. */
export type Thread = Worker;

/**
 * Starts the thread whose main is the built file `main` (`….js`); when run from source, its TypeScript, which tsx then reads. One that
 * needs more than `heapMegabytes` of JavaScript's memory ends, and does not take the server along.
 */
export function startThread(main: URL, workerData: unknown, heapMegabytes: number): Thread {
  const options = { workerData, resourceLimits: { maxOldGenerationSizeMb: heapMegabytes } };
  if (!import.meta.url.endsWith('.ts')) return new Worker(main, options);
  // A worker does not inherit the loader that its parent was started with, so it registers its own.
  const tsx = import.meta.resolve('tsx/esm/api');
  const source = main.href.replace(/\.js$/, '.ts');
  const start = `import(${JSON.stringify(tsx)}).then((tsx) => tsx.register()).then(() => import(${JSON.stringify(source)}))`;
  return new Worker(start, { ...options, eval: true, execArgv: [] });
}
