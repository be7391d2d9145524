import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import fastifyPlugin from 'fastify-plugin';
import { STATUS_CODES, type IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { PROBLEMS, type Code } from '../protocol/codes.ts';
import type { ProblemBody } from '../protocol/http.ts';
import { Problem, problem } from './errors.ts';

/** RFC 9457 for a problem. */
export function problemBody({ code, status, message, retryAfterMs }: Problem): ProblemBody {
  const detail = message === PROBLEMS[code].message ? undefined : message;
  return {
    type: `/docs#${code}`, title: PROBLEMS[code].message, status, code,
    ...(detail !== undefined && { detail }), ...(retryAfterMs !== undefined && { retryAfterMs: Math.ceil(retryAfterMs) }),
  };
}

// What the framework and its plugins refuse by a bare status.
const codeOfStatus: Partial<Record<number, Code>> = {
  401: 'unauthenticated', 403: 'forbidden', 404: 'not_found', 405: 'method_not_allowed', 409: 'conflict', 410: 'gone', 413: 'too_large',
  415: 'unsupported_media_type', 416: 'range_not_satisfiable', 422: 'unprocessable', 429: 'rate_limited', 503: 'unavailable',
};
// Sentences of the framework that say more than ours and repeat nothing of the request.
const sentences: Record<string, string> = {
  FST_ERR_CTP_EMPTY_JSON_BODY: 'The body is empty, but its type says JSON.',
  FST_ERR_CTP_INVALID_JSON_BODY: 'The body is not JSON.',
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: 'The body is not as long as its Content-Length says.',
  FST_ERR_BAD_URL: 'The address is malformed.',
};

/** So much of a refused body is still read, bytes. */
export const DRAINED_BYTES = 64 * 1024 * 1024;

/** Whatever was thrown, as a problem. Null: a defect of ours, whose words stay inside. */
export function problemOf(error: unknown): Problem | null {
  if (error instanceof Problem) return error;
  if (!(error instanceof Error)) return null;
  const { statusCode, code } = error as FastifyError;
  if (code === 'FST_ERR_VALIDATION') return problem('bad_request', error.message);
  if (statusCode === undefined || statusCode < 400 || (statusCode >= 500 && statusCode !== 503)) return null;
  return problem(codeOfStatus[statusCode] ?? 'bad_request', sentences[code]);
}

/** Answers every error, unknown address and wrong method with a problem. A defect is logged, and only it. */
export const httpErrors = fastifyPlugin(async (app: FastifyInstance) => {
  const routes: { methods: string[]; pattern: RegExp }[] = [];
  app.addHook('onRoute', ({ method, url }) => {
    const source = url.replaceAll(/[.+?^${}()|[\]\\]/g, '\\$&').replaceAll(/:[A-Za-z]+/g, '[^/]+').replaceAll('*', '.*');
    if (url !== '*') routes.push({ methods: [method].flat(), pattern: new RegExp(`^${source}$`) });
  });
  app.setErrorHandler(answerError);
  app.setNotFoundHandler(async (request, reply) => {
    const path = request.url.replace(/\?.*$/, '');
    const methods = new Set(routes.filter(({ pattern }) => pattern.test(path)).flatMap((route) => route.methods));
    if (methods.size === 0 || methods.has(request.method)) return answer(reply, problem('not_found'));
    reply.header('allow', [...methods].join(', '));
    return answer(reply, problem('method_not_allowed'));
  });
}, { name: 'http-errors' });

/** Turns an error into its answer. */
export function answerError(error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const known = problemOf(error);
  // The framework hangs up on a body that is too large, and a client that still sends sees a broken pipe instead of the answer.
  // What is left of a moderate one is read and thrown away.
  if (known?.code === 'too_large' && Number(request.headers['content-length']) <= DRAINED_BYTES) reply.removeHeader('connection');
  if (!known) request.log.error({ err: error, requestId: request.id, method: request.method, route: request.routeOptions?.url }, 'A request failed.');
  return answer(reply, known ?? problem('internal'));
}

function answer(reply: FastifyReply, refusal: Problem): FastifyReply {
  if (refusal.retryAfterMs !== undefined && !reply.hasHeader('retry-after')) reply.header('retry-after', Math.ceil(refusal.retryAfterMs / 1000));
  if (refusal.status === 401) reply.header('www-authenticate', 'Bearer');
  for (const header of ['content-length', 'etag', 'last-modified']) reply.removeHeader(header);
  return reply.code(refusal.status).type('application/problem+json; charset=utf-8').header('cache-control', 'no-store')
    .send(JSON.stringify(problemBody(refusal)));
}

/** Answers what is not even HTTP, or comes too slowly, or with too large a head; then hangs up. */
export function answerBrokenClient(error: Error & { code?: string }, socket: Duplex & { parser?: IncomingMessage }): void {
  if (error.code === 'ECONNRESET' || socket.destroyed || !socket.writable) return void socket.destroy();
  const body = JSON.stringify(problemBody(problem('bad_request', 'This is not a well-formed HTTP request.')));
  const status = error.code === 'HPE_HEADER_OVERFLOW' ? 431 : error.code === 'ERR_HTTP_REQUEST_TIMEOUT' ? 408 : 400;
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nContent-Type: application/problem+json; charset=utf-8\r\n`
    + `Content-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`);
}
