import { Worker, type WorkerOptions } from 'node:worker_threads';

/**
 * Starts a worker thread from a file of ours, given without its ending as an address (`new URL('./worker', import.meta.url)`):
 * JavaScript when built; TypeScript when run from source, which tsx then reads.
 */
export function startWorker(file: URL, options: WorkerOptions = {}): Worker {
  if (!import.meta.url.endsWith('.ts')) return new Worker(new URL(`${file.href}.js`), options);
  // A worker does not inherit the loader that its parent was started with, so it registers its own.
  const tsx = import.meta.resolve('tsx/esm/api');
  const start = `import(${JSON.stringify(tsx)}).then((tsx) => tsx.register()).then(() => import(${JSON.stringify(`${file.href}.ts`)}))`;
  return new Worker(start, { ...options, eval: true, execArgv: [] });
}
