import { Type, type Static } from 'typebox';
import { page, PageQuery } from './http.ts';
import { Conversation, Id, Message } from './shapes.ts';

// Full-text search over the messages of an organisation.

/**
 * What is looked for. Every word of `q` has to stand in the message, as written and anywhere in a word (`환불` finds `환불해주세요`),
 * whatever its case; words between double quotes stand next to one another.
 */
export const SearchQuery = Type.Interface([PageQuery], {
  q: Type.String({ minLength: 1, maxLength: 200, pattern: '\\S' }),
  conversation: Type.Optional(Id),
  visitor: Type.Optional(Id),
  site: Type.Optional(Id),
  from: Type.Optional(Type.String({ format: 'date-time' })),
  to: Type.Optional(Type.String({ format: 'date-time' })),
});
/** A message that was found, where it stands, and which parts of its text fit: [from, to) in UTF-16 units. */
export const SearchHit = Type.Object({ message: Message, conversation: Conversation, marks: Type.Array(Type.Array(Type.Integer(), { minItems: 2, maxItems: 2 })) });
export const SearchPage = page(SearchHit);

export type SearchQuery = Static<typeof SearchQuery>;
export type SearchHit = Static<typeof SearchHit>;
export type SearchPage = Static<typeof SearchPage>;
