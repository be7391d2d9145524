// fast-check, with the seed and the number of runs that stand in this module's address: tests import it in place of fast-check itself.
import fc from 'fast-check';

export * from 'fast-check';

const given = new URL(import.meta.url).searchParams;
fc.configureGlobal({ seed: Number(given.get('seed')) });
const more = Number(given.get('runs'));

/** What a property says of itself wins over the seed, and is multiplied in its runs. */
export const assert = (property, settings) => fc.assert(property, { ...settings, numRuns: (settings?.numRuns ?? 100) * more });

export default { ...fc, assert };
