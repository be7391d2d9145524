import { PROBLEMS, type Code } from '../protocol/codes.ts';

/** A refusal with a stable code: use cases throw it, HTTP turns it into RFC 9457, the gateway into a nack. */
export class Problem extends Error {
  readonly code: Code;
  readonly retryAfterMs: number | undefined;

  constructor(code: Code, message?: string, retryAfterMs?: number) {
    super(message ?? PROBLEMS[code].message);
    this.name = 'Problem';
    this.code = code;
    this.retryAfterMs = retryAfterMs;
  }

  /** The HTTP status that goes with the code. */
  get status(): number {
    return PROBLEMS[this.code].status;
  }
}

/** Makes a Problem; `message` replaces the table's sentence where more can be said without giving a secret away. */
export function problem(code: Code, message?: string, retryAfterMs?: number): Problem {
  return new Problem(code, message, retryAfterMs);
}
