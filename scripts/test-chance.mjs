// Preloaded into every test file (`--import`): its `fast-check` is that of seeded-fast-check.mjs.
// A landing must not be a lottery, so chance is the same in every run; `npm test -- --seed random --runs 20 <words>` looks for more.
import { register } from 'node:module';
import { seededFastCheck } from './test-seed.mjs';

const own = new URL(seededFastCheck, import.meta.url).href;
register(`data:text/javascript,${encodeURIComponent(`
  export const resolve = (name, context, next) => name === 'fast-check' && !context.parentURL?.startsWith('${own.split('?', 1)[0]}')
    ? { url: '${own}', format: 'module', shortCircuit: true }
    : next(name, context);`)}`);
