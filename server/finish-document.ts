import { PROBLEMS, type Code } from '../protocol/codes.ts';
import { ProblemBody } from '../protocol/http.ts';

/** An operation of an OpenAPI document, as far as it is looked at here. */
interface Operation {
  operationId?: string;
  description?: string;
  security?: Record<string, unknown>[];
  parameters?: unknown[];
  requestBody?: { content?: Record<string, unknown> };
  responses: Record<string, { description?: string; $ref?: string; content?: unknown }>;
  'x-may'?: readonly string[];
  /** Codes that follow from nothing else; they become answers and go. */
  'x-refuses'?: readonly Code[];
}

/** What a document is made into: every operation named, its refusals told apart by status and code. */
export interface Document {
  paths?: Record<string, Record<string, Operation>>;
  components?: { schemas?: Record<string, unknown>; responses?: Record<string, unknown> };
}

const wentWell: Record<string, string> = { 200: 'As asked.', 201: 'Made.', 202: 'Taken on.', 204: 'Done; there is nothing to say.', 206: 'The stretch that was asked for.' };
const statusOf = (code: Code) => String(PROBLEMS[code].status);
const isCode = (text: string): text is Code => Object.hasOwn(PROBLEMS, text);

/**
 * Adds to a collected document what follows from the operations themselves: `operationId` (method and address, so that it is as
 * stable as they are), and each refusal by its status with the codes that it may have. Besides what a secured address or a body
 * brings with it, those are the codes that the description names.
 */
export function finishDocument<T extends object>(given: T): T {
  const document = given as Document;
  document.components = {
    ...document.components,
    schemas: { ...document.components?.schemas, Problem: JSON.parse(JSON.stringify(ProblemBody)) as object },
    responses: { Refused: problemAnswer('Refused; `code` says why.'), Failed: problemAnswer('Failed on our side; `internal`, or `unavailable`, which is worth another try.') },
  };
  for (const [path, methods] of Object.entries(document.paths ?? {})) {
    for (const [method, collected] of Object.entries(methods)) {
      // A route of two methods (HEAD beside GET) was collected as one thing twice.
      const operation = methods[method] = { ...collected };
      operation.operationId = operationId(method, path);
      for (const [status, answer] of Object.entries(operation.responses)) if (answer.description === 'Default Response') answer.description = wentWell[status] ?? 'The answer.';
      const codes = new Map<string, Code[]>();
      for (const code of codesOf(path, operation)) codes.set(statusOf(code), [...(codes.get(statusOf(code)) ?? []), code]);
      delete operation['x-refuses'];
      const refusals = [...codes].filter(([status]) => !(status in operation.responses)).sort(([a], [b]) => Number(a) - Number(b));
      operation.responses = {
        ...operation.responses, ...Object.fromEntries(refusals.map(([status, ofStatus]) => [status, problemAnswer(ofStatus.map((code) => `\`${code}\`: ${PROBLEMS[code].message}`).join(' '), ofStatus)])),
        '4XX': { $ref: '#/components/responses/Refused' }, '5XX': { $ref: '#/components/responses/Failed' },
      };
    }
  }
  return given;
}

/** `GET /v1/visitors/{id}/timeline` is `getVisitorsByIdTimeline`. */
function operationId(method: string, path: string): string {
  const words = path.replace(/^\/v1/, '').split('/').flatMap((part) => (part.startsWith('{') ? ['by', part.slice(1, -1)] : part.split('-')));
  return method + words.map((word) => word.slice(0, 1).toUpperCase() + word.slice(1)).join('');
}

function codesOf(path: string, { description = '', security, parameters, requestBody, 'x-may': may = [], 'x-refuses': refuses = [] }: Operation): Set<Code> {
  const codes: Code[] = [...(path.startsWith('/v1/') ? ['rate_limited' as const] : []), ...refuses];
  if (security?.length) codes.push('unauthenticated', 'token_expired', 'forbidden');
  if (may.includes('visitor')) codes.push('origin_forbidden');
  if (parameters?.length || requestBody) codes.push('bad_request');
  if (path.includes('{')) codes.push('not_found');
  if (requestBody) codes.push('too_large');
  if (requestBody?.content?.['application/json']) codes.push('unsupported_media_type');
  return new Set([...codes, ...[...description.matchAll(/`(\w+)`/g)].map(([, word]) => word!).filter(isCode)]);
}

function problemAnswer(description: string, codes: readonly Code[] = []): object {
  const examples = Object.fromEntries(codes.map((code) => [code, { value: { type: `/docs#${code}`, title: PROBLEMS[code].message, status: PROBLEMS[code].status, code } }]));
  return { description, content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' }, ...(codes.length > 0 && { examples }) } } };
}
