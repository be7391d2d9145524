// Reads the TAP that `tap` writes, prints one line a test, and counts.
// A test is a titled subtest without subtests of its own; a failing assertion outside of any counts as one too.
import { Parser } from 'tap-parser';

/** @returns {{ input: NodeJS.WritableStream, done: Promise<{ passed: number, failed: number, skipped: number, crashed: string | null, broken: string[], files: { name: string, ms: number, passed: number, failed: number }[] }> }} */
export function tapResults(print = console.log) {
  // `broken`: what failed, once more for the end of the log; `files`: how long each took, ms, and its own counts.
  const totals = { passed: 0, failed: 0, skipped: 0, crashed: null, broken: [], files: [] };
  const input = new Parser();
  const extra = new Map();

  const report = (outcome, path, failures = []) => {
    const [file, ...titles] = path;
    if (outcome === 'skipped') {
      totals.skipped++;
      print(`  - ${titles.join(' › ')} (skipped${failures[0] ? `: ${failures[0]}` : ''})`);
    } else if (outcome === 'passed') {
      totals.passed++;
      print(`  ✓ ${titles.join(' › ')}`);
    } else {
      totals.failed++;
      const text = [`  ✗ ${[file, ...titles].join(' › ')}`, ...failures.map((failure) => indent(failure, 6))].join('\n');
      totals.broken.push(text);
      print(text);
    }
  };

  /** Follows one level; `path` is the file's name and the titles down to here. */
  let before = totals;
  const watch = (parser, path) => {
    const level = { last: null, failures: [], skips: [], children: 0, points: 0, failedInside: false };
    parser.on('child', (child) => {
      const childPath = [...path, child.name || '(no title)'];
      if (path.length === 0) {
        print(child.name);
        before = { ...totals };
      }
      level.last = { name: child.name, path: childPath, level: watch(child, childPath) };
      level.children++;
    });
    parser.on('extra', (line) => {
      if (path.length > 0 && line.trim()) extra.set(path[0], (extra.get(path[0]) ?? '') + line);
    });
    parser.on('bailout', (reason) => {
      totals.crashed ??= `bailed out: ${reason}`;
    });
    parser.on('assert', (point) => {
      level.points++;
      const child = level.last && level.last.name === point.name ? level.last : null;
      level.last = null;
      if (!child) {
        if (point.skip) level.skips.push(typeof point.skip === 'string' ? point.skip : point.name);
        else if (!point.ok && !point.todo) level.failures.push(describe(point));
        return;
      }
      const inner = child.level;
      const isFile = path.length === 0;
      const skips = point.skip && point.skip !== 'no tests found' ? [point.skip === true ? '' : point.skip] : inner.skips;
      if (inner.children === 0 && skips.length > 0 && skips.length >= inner.points) {
        report('skipped', isFile ? [...child.path, 'all of it'] : child.path, skips);
      } else if (inner.children === 0 && inner.points === 0 && isFile && point.ok) {
        report('failed', [...child.path, 'no test ran']);
      } else if (inner.children === 0 && !isFile) {
        for (const skip of inner.skips) report('skipped', [...child.path, skip]);
        if (point.ok) report('passed', child.path);
        else report('failed', child.path, inner.failures.length > 0 ? inner.failures : [describe(point)]);
      } else {
        for (const skip of inner.skips) report('skipped', [...child.path, skip]);
        finishGroup();
      }
      if (!point.ok) level.failedInside = true;
      if (isFile) totals.files.push({ name: child.path[0], ms: point.time ?? 0, passed: totals.passed - before.passed, failed: totals.failed - before.failed });

      /** What a file or a group says besides its tests. */
      function finishGroup() {
        if (inner.failures.length > 0) {
          report('failed', [...child.path, '(outside of any test)'], inner.failures);
        } else if (!point.ok && !point.todo && !inner.failedInside) {
          report('failed', [...child.path, '(as a whole)'], [describe(point), (isFile && extra.get(point.name)) || '']);
        } else if (inner.children === 0 && inner.points > 0 && point.ok) {
          report('passed', [...child.path, 'all of it']);
        }
      }
    });
    return level;
  };
  watch(input, []);

  const done = new Promise((resolve) => {
    input.on('complete', (results) => {
      if (!results.ok && totals.failed === 0) totals.crashed ??= 'tap reports a failure outside of any test';
      resolve(totals);
    });
  });
  return { input, done };
}

/** All that tap says about a failing assertion. */
function describe({ name, diag }) {
  const lines = [name];
  const { at, diff, stack, source, ...rest } = diag ?? {};
  if (at?.fileName) lines.push(`at ${at.fileName}:${at.lineNumber}:${at.columnNumber}`);
  if (diff) lines.push(diff.trimEnd());
  for (const [key, value] of Object.entries(rest)) {
    if (['stdio', 'cwd', 'externalID', 'command', 'args', 'compare'].includes(key)) continue;
    lines.push(`${key}: ${typeof value === 'string' ? value : JSON.stringify(value, null, 1)}`);
  }
  if (stack) lines.push(stack.trimEnd());
  if (source) lines.push(source.trimEnd());
  return lines.join('\n');
}

function indent(text, by) {
  return text
    .split('\n')
    .map((line) => ' '.repeat(by) + line)
    .join('\n');
}
