// What chance in the tests comes of: TEST_SEED and TEST_RUNS, which `npm test -- --seed … --runs …` sets.

/** The seed of this run: the same in every run that does not ask for another. */
export const testSeed = Number(process.env.TEST_SEED ?? 1);

/** How many times as many runs as they ask for properties get. */
export const testRuns = Number(process.env.TEST_RUNS ?? 1);

/** Where tests get `fast-check` from, relative to this folder: on Node and in the browser. */
export const seededFastCheck = `./seeded-fast-check.mjs?seed=${testSeed}&runs=${testRuns}`;
