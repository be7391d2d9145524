import type { Page } from 'playwright-core';

/** Writes down what a page says and hears, for whoever has to find out later why a test failed. */
export function keepDiary(page: Page): () => string {
  const began = Date.now();
  const lines: string[] = [];
  const note = (...words: unknown[]): void => {
    lines.push(`${String(Date.now() - began).padStart(7)} ${words.join(' ').slice(0, 600)}`);
  };
  page.on('console', (message) => note('console', message.type(), message.text()));
  page.on('pageerror', (error) => note('error', error.stack ?? error.message));
  page.on('requestfailed', (request) => note('failed', request.method(), request.url(), request.failure()?.errorText));
  page.on('websocket', (socket) => {
    note('socket', socket.url());
    socket.on('framesent', ({ payload }) => note('→', payload));
    socket.on('framereceived', ({ payload }) => note('←', payload));
    socket.on('close', () => note('socket closed'));
  });
  return () => lines.join('\n');
}
