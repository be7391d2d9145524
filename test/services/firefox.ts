import { existsSync } from 'node:fs';
import { findProgram } from './processes.ts';

/** Finds a Firefox as its makers ship it: `FIREFOX`, or one of this machine; null when there is none. */
export function findFirefox(): string | null {
  if (process.env.FIREFOX) return existsSync(process.env.FIREFOX) ? process.env.FIREFOX : null;
  const application = '/Applications/Firefox.app/Contents/MacOS/firefox';
  return findProgram('firefox-esr') ?? findProgram('firefox') ?? (existsSync(application) ? application : null);
}

/** One sentence on what is missing and how to get it, or null when there is a Firefox. */
export function missing(): string | null {
  if (findFirefox()) return null;
  return 'Firefox is missing: `apt-get install firefox-esr` on Debian, Firefox on macOS, or say where it is with FIREFOX=/path.';
}
