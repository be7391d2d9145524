// A reporter for @web/test-runner that prints one line a test and writes the counts to the file WTR_RESULTS.
import { writeFileSync } from 'node:fs';
import { relative } from 'node:path';

/** @returns {import('@web/test-runner').Reporter} */
export function wtrReporter(file) {
  const totals = { passed: 0, failed: 0, skipped: 0, crashed: null };

  const walk = (suite, path) => {
    for (const test of suite.tests) {
      const title = [...path, test.name].join(' › ');
      if (test.skipped) {
        totals.skipped++;
        console.log(`  - ${title} (skipped)`);
      } else if (test.passed) {
        totals.passed++;
        console.log(`  ✓ ${title}`);
      } else {
        totals.failed++;
        console.log(`  ✗ ${title}`);
        if (test.error) printError(test.error);
      }
    }
    for (const inner of suite.suites) walk(inner, [...path, inner.name]);
  };

  return {
    reportTestFileResults({ sessionsForTestFile, testFile }) {
      console.log(relative(process.cwd(), testFile));
      for (const session of sessionsForTestFile) {
        const before = totals.passed + totals.failed + totals.skipped;
        const failedBefore = totals.failed;
        if (session.testResults) walk(session.testResults, []);
        for (const error of session.errors ?? []) printError(error);
        const ran = totals.passed + totals.failed + totals.skipped > before;
        if (!ran || (session.passed === false && totals.failed === failedBefore)) {
          totals.failed++;
          console.log(`  ✗ ${ran ? 'the file failed outside of its tests' : 'no test ran'}`);
          for (const url of session.request404s ?? []) console.log(`      404 ${url}`);
        }
        if (totals.failed > failedBefore) for (const log of session.logs ?? []) console.log('      log:', ...log);
      }
    },
    stop() {
      writeFileSync(file, JSON.stringify(totals));
    },
  };
}

function printError({ name, message, stack, expected, actual }) {
  const lines = [`${name ? `${name}: ` : ''}${message}`];
  if (expected !== undefined || actual !== undefined) lines.push(`expected: ${expected}`, `actual:   ${actual}`);
  if (stack) lines.push(stack);
  for (const line of lines.join('\n').split('\n')) console.log(`      ${line}`);
}
