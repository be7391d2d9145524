import fastJsonStringify from 'fast-json-stringify';
import type { FastifySchemaCompiler, FastifySerializerCompiler } from 'fastify';
import type { TSchema } from 'typebox';
import { Compile } from 'typebox/compile';
import Format from 'typebox/format';
import { Value } from 'typebox/value';
import { isLanguage } from './languages.ts';

Format.Set('language', isLanguage);

// Digits and nothing else: 1.5, 1e1 and 0x10 are refused, not made to fit. No more of them than a number holds exactly.
const whole = /^-?\d{1,15}$/;
const booleans = new Map([['true', true], ['false', false], ['1', true], ['0', false]]);

/** What an address says in text, in the types of its schema; what cannot be read stays text, which the check then refuses. */
function readAddress(schema: TSchema, given: object): Record<string, unknown> {
  const { properties = {} } = schema as { properties?: Record<string, { type?: string }> };
  return Object.fromEntries(Object.entries(given).map(([name, text]: [string, unknown]) => {
    const type = Object.hasOwn(properties, name) ? properties[name]!.type : undefined;
    if (typeof text !== 'string') return [name, text];
    if (type === 'integer' && whole.test(text)) return [name, Number(text)];
    return [name, type === 'boolean' ? booleans.get(text) ?? text : text];
  }));
}

// Both are made of a schema when it is first needed: for all routes at once it would take most of a start, in which nobody is served.

/**
 * Checks what comes in by its schema. A body is taken as it is; of addresses, which are all text, numbers and booleans are
 * read and defaults filled in. What the schema does not name is left to the handlers, which do not look at it.
 */
export const checkBySchema: FastifySchemaCompiler<TSchema> = ({ schema, httpPart }) => {
  let check: ReturnType<typeof Compile<TSchema>> | null = null;
  return (given: unknown) => {
    check ??= Compile(schema);
    const value = httpPart === 'body' ? given : Value.Default(schema, readAddress(schema, given ?? {}));
    if (check.Check(value)) return { value };
    const [first] = check.Errors(value);
    // Where and why, but never the value: it may be a secret.
    const missing = first?.keyword === 'required' ? first.params.requiredProperties[0] : undefined;
    const place = `${httpPart ?? 'body'}${first?.instancePath ?? ''}${missing === undefined ? '' : `/${missing}`}`.replaceAll('/', '.');
    return { error: new Error(`${place} ${missing === undefined ? (first?.message ?? 'has the wrong shape') : 'is missing'}.`) };
  };
};

/** Writes an answer by its schema: what that does not name does not go out. */
export const writeBySchema: FastifySerializerCompiler<TSchema> = ({ schema }) => {
  let write: ((answer: unknown) => string) | null = null;
  return (answer: unknown) => {
    // What goes out was checked when it came in.
    write ??= fastJsonStringify(schema, { ajv: { formats: { language: true } } });
    return write(answer);
  };
};
