import { Compile, type Validator } from 'typebox/compile';
import { REQUESTS, type Request, type RequestType } from '../../protocol/client-frames.ts';
import { problem } from '../errors.ts';
import type { FrameHandler, FrameRule } from './frames.ts';

/** A handler with its compiled check. */
export interface Route {
  type: RequestType;
  may: FrameRule;
  check: Validator;
  handle: FrameHandler['handle'];
}

/** Which handler answers which type. */
export type Routes = ReadonlyMap<string, Route>;

/** Compiles the table of handlers. Throws when a type has two of them, or none of the three rules. */
export function createRoutes(handlers: readonly FrameHandler[]): Routes {
  const routes = new Map<string, Route>();
  for (const { type, may, handle } of handlers) {
    if (routes.has(type)) throw new Error(`Two handlers answer ${type}.`);
    if (may !== 'visitor' && may !== 'agent' && may !== 'both') throw new Error(`The frame ${type} does not say who may send it.`);
    routes.set(type, { type, may, check: Compile(REQUESTS[type]), handle });
  }
  return routes;
}

const helloCheck: Validator = Compile(REQUESTS.hello);

/** A hello's fields. Throws `unauthenticated` when there is no token in it, `bad_request` when anything else is wrong. */
export function checkHello(frame: unknown): Request<'hello'> {
  const { token } = frame as { token?: unknown };
  if (typeof token !== 'string' || token === '') throw problem('unauthenticated');
  return fitted(helloCheck, frame as object) as Request<'hello'>;
}

/**
 * A frame that fits its check: itself, or else without the optional fields that are null, because typed clients write null for
 * what they leave out. Throws `bad_request`.
 */
export function fitted(check: Validator, frame: object): object {
  if (check.Check(frame)) return frame;
  const { required = [] } = check.Type() as { required?: readonly string[] };
  const bare = Object.fromEntries(Object.entries(frame).filter(([name, value]) => value !== null || required.includes(name)));
  if (check.Check(bare)) return bare;
  throw malformed(check, bare);
}

/** The refusal of a frame that does not fit, saying where and why. Never repeats a value: it may be a secret. */
function malformed(check: Validator, frame: unknown) {
  const [first] = check.Errors(frame);
  if (!first) return problem('bad_request');
  const params = first.params as { requiredProperties?: string[] };
  const field = first.keyword === 'required' ? `${first.instancePath}/${params.requiredProperties?.[0] ?? ''}` : first.instancePath;
  const fault = first.keyword === 'required' ? 'is missing' : first.message;
  return problem('bad_request', `${field === '' ? 'The request' : field.slice(1).replaceAll('/', '.')} ${fault}.`.slice(0, 300));
}

/** What a frame says; undefined when it is no JSON text. */
export function parseFrame(data: Buffer, binary: boolean): unknown {
  if (binary) return undefined;
  try {
    return JSON.parse(data.toString()) as unknown;
  } catch {
    return undefined;
  }
}

/** Whether this may stand in a reply's `re`. */
export function isRequestId(id: unknown): id is string {
  return typeof id === 'string' && id.length > 0 && id.length <= 64;
}
