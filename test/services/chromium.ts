import { existsSync } from 'node:fs';
import { findProgram } from './processes.ts';

/** Finds the browser that the tests drive: `CHROMIUM`, or a Chromium or Chrome of this machine; null when there is none. */
export function findChromium(): string | null {
  if (process.env.CHROMIUM) return existsSync(process.env.CHROMIUM) ? process.env.CHROMIUM : null;
  const applications = ['/Applications/Google Chrome.app/Contents/MacOS/Google Chrome', '/Applications/Chromium.app/Contents/MacOS/Chromium'];
  return (
    findProgram('chromium') ?? findProgram('chromium-browser') ?? findProgram('google-chrome') ?? applications.find((path) => existsSync(path)) ?? null
  );
}

/** One sentence on what is missing and how to get it, or null when there is a browser. */
export function missing(): string | null {
  if (findChromium()) return null;
  return 'Chromium is missing: `apt-get install chromium` on Debian, Google Chrome on macOS, or say where it is with CHROMIUM=/path.';
}
