/** A JSON Schema as OpenAPI 3.1 has it, as far as our documents use it. */
export interface JsonSchema {
  type?: string | string[];
  const?: unknown;
  enum?: unknown[];
  examples?: unknown[];
  example?: unknown;
  anyOf?: JsonSchema[];
  oneOf?: JsonSchema[];
  allOf?: JsonSchema[];
  properties?: Record<string, JsonSchema>;
  required?: string[];
  items?: JsonSchema;
  minItems?: number;
  minLength?: number;
  maxLength?: number;
  pattern?: string;
  format?: string;
  minimum?: number;
}

// One of these fits every pattern that the protocol uses; a new pattern that none fits is a loud error below.
const candidates = [
  'x', 'name', 'somebody@example.com', 'https://shop.example/page', '01a1fd8b-94f0-74b5-a0df-1ba9237d8988', '#336699', '09:00', '2026-01-31',
  '2026-01-31T12:00:00.000Z', 'audio/webm;codecs=opus', 'en', 'message.created',
];

/** The smallest value that a schema takes; with `full`, one with every optional property. For requests that nothing is wrong with. */
export function exampleOf(schema: JsonSchema, full = false): unknown {
  if (schema.examples?.length) return schema.examples[0];
  if (schema.example !== undefined) return schema.example;
  if ('const' in schema) return schema.const;
  if (schema.enum) return schema.enum[0];
  const union = schema.anyOf ?? schema.oneOf;
  if (union) return exampleOf(union[0]!, full);
  if (schema.allOf) return Object.assign({}, ...schema.allOf.map((part) => exampleOf(part, full))) as object;
  switch (Array.isArray(schema.type) ? schema.type[0] : schema.type) {
    case 'object': {
      const names = Object.keys(schema.properties ?? {}).filter((name) => full || schema.required?.includes(name));
      return Object.fromEntries(names.map((name) => [name, exampleOf(schema.properties![name]!, full)]));
    }
    case 'array': return Array.from({ length: Math.max(schema.minItems ?? 0, full ? 1 : 0) }, () => exampleOf(schema.items ?? {}, full));
    case 'string': return textFor(schema);
    case 'integer':
    case 'number': return schema.minimum ?? 0;
    case 'boolean': return false;
    case 'null': return null;
    default: return {};
  }
}

function textFor({ pattern, format, minLength = 0, maxLength = Infinity }: JsonSchema): string {
  if (format === 'date-time') return '2026-01-31T12:00:00.000Z';
  const fits = candidates.map((text) => text.padEnd(minLength, 'x')).find((text) => text.length <= maxLength && (pattern === undefined || new RegExp(pattern, 'u').test(text)));
  if (fits === undefined) throw new Error(`No example fits the pattern ${pattern}; add one to schema-example.ts.`);
  return fits;
}
