import t from 'tap';

// The counts of `npm test` stand on this reader: it must not lose a failure.

interface Totals {
  passed: number;
  failed: number;
  skipped: number;
  crashed: string | null;
  files: { name: string; passed: number; failed: number }[];
}
const { tapResults } = (await import(new URL('../scripts/tap-results.mjs', import.meta.url).href)) as {
  tapResults(print: (line: string) => void): { input: NodeJS.WritableStream; done: Promise<Totals> };
};

async function read(tap: string): Promise<Totals & { lines: string }> {
  const lines: string[] = [];
  const { input, done } = tapResults((line) => lines.push(line));
  input.end(tap);
  return { ...(await done), lines: lines.join('\n') };
}

t.test('[npm test] counts titled tests, not assertions, and looks into groups', async (t) => {
  const totals = await read(`TAP version 14
# Subtest: a.test.ts
    # Subtest: group
        # Subtest: [X1] one
            ok 1 - yes
            ok 2 - yes
            1..2
        ok 1 - [X1] one
        # Subtest: [X2] two
            not ok 1 - no
              ---
              diff: |
                -1
                +2
              at:
                fileName: a.ts
                lineNumber: 7
                columnNumber: 3
              ...
            1..1
        not ok 2 - [X2] two
        1..2
    not ok 1 - group
    ok 2 - later # SKIP no database
    1..2
not ok 1 - a.test.ts
1..1
`);
  t.match(totals, { passed: 1, failed: 1, skipped: 1, crashed: null, files: [{ name: 'a.test.ts', passed: 1, failed: 1 }] });
  t.match(totals.lines, /✗ a\.test\.ts › group › \[X2\] two\n.*no\n.*at a\.ts:7:3\n\s+-1\n\s+\+2/);
});

t.test('[npm test] a file that dies, runs nothing or fails outside of a test is a failure', async (t) => {
  t.match(await read('TAP version 14\n# Subtest: a.test.ts\n    1..0\nnot ok 1 - a.test.ts\n  ---\n  exitCode: 1\n  ...\n1..1\n'), { passed: 0, failed: 1 });
  t.match(await read('TAP version 14\n# Subtest: a.test.ts\n    1..0 # no tests found\nok 1 - a.test.ts # SKIP no tests found\n1..1\n'), { passed: 0, failed: 1, skipped: 0 });
  t.match(await read('TAP version 14\n# Subtest: a.test.ts\n    # Subtest: x\n        ok 1 - y\n        1..1\n    ok 1 - x\n    not ok 2 - plain\n    1..2\nnot ok 1 - a.test.ts\n1..1\n'), { passed: 1, failed: 1 });
  t.match(await read('TAP version 14\nBail out! no more\n'), { crashed: /no more/ });
});

t.test('[npm test] a test that only skips is skipped', async (t) => {
  const totals = await read('TAP version 14\n# Subtest: a.test.ts\n    # Subtest: x\n        ok 1 - needs root # SKIP\n        1..1\n    ok 1 - x\n    1..1\nok 1 - a.test.ts\n1..1\n');
  t.match(totals, { passed: 0, failed: 0, skipped: 1 });
});
