import { pino, type Logger } from 'pino';
import type { LogLevel } from './config.ts';

/** Where lines of the log go. */
export interface LogSink {
  write(line: string): void;
}

// Whatever was given to the log by mistake, in any field or message: JWTs, refresh and set-up tokens, passwords in addresses.
const secrets: readonly [RegExp, string][] = [
  [/eyJ[\w-]{4,}\.[\w-]{4,}\.[\w-]{4,}/g, '[token]'],
  [/[0-9a-f]{8}-[0-9a-f-]{27}\.[\w-]{20,}\.[\w-]{20,}/g, '[token]'],
  [/(token=)[\w.-]+/g, '$1[token]'],
  [/(\w+:\/\/[^\s/:@"]*:)[^\s/@"]+@/g, '$1[password]@'],
];

/** Lines of JSON, one an event, with secrets taken out. Addresses are logged without their query by those who log them. */
export function createLogger(level: LogLevel, sink: LogSink): Logger {
  return pino({
    level,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
    redact: { paths: ['req.headers', 'res.headers', 'headers', 'authorization', 'cookie', 'password', '*.password', 'token', '*.token'], censor: '[redacted]' },
    serializers: { req: ({ method, id }: { method?: string; id?: string }) => ({ method, id }) },
  }, {
    write(line: string) {
      sink.write(secrets.reduce((text, [pattern, replacement]) => text.replace(pattern, replacement), line));
    },
  });
}
