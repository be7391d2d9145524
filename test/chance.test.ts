import fc from 'fast-check';
import t from 'tap';
import { testSeed } from './faults/chance.ts';

t.test('[T2] properties draw what they drew yesterday, unless somebody asks for other chances', (t) => {
  t.equal(fc.readConfigureGlobal().seed, testSeed(), 'the seed is given to every file');
  const times = Number(process.env.TEST_RUNS ?? 1);
  let runs = 0;
  fc.assert(fc.property(fc.nat(), () => void runs++), { numRuns: 7 });
  t.equal(runs, 7 * times);
  fc.assert(fc.property(fc.nat(), () => void runs++));
  t.equal(runs, 107 * times);
  t.end();
});
