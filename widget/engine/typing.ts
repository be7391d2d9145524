import type { Author, Named } from '../../protocol/shapes.ts';

/** How long a "typing" holds without being repeated, and how often the writer repeats it, in ms. */
const EXPIRY_MS = 6_000;
const REPEAT_MS = 3_000;

/** Who is typing where, forgotten by itself. */
export interface TypingWatch {
  of(conversationId: string): readonly Named[];
  set(conversationId: string, author: Author, on: boolean): void;
  dispose(): void;
}

/** `changed` is called with the conversation whose writers changed. */
export function createTypingWatch(changed: (conversationId: string) => void): TypingWatch {
  const writers = new Map<string, Map<string, { named: Named; timer: ReturnType<typeof setTimeout> }>>();
  return {
    of: (conversationId) => [...(writers.get(conversationId)?.values() ?? [])].map(({ named }) => named),
    set(conversationId, author, on) {
      const here = writers.get(conversationId) ?? new Map();
      writers.set(conversationId, here);
      const known = here.get(author.id);
      clearTimeout(known?.timer);
      if (on) {
        const timer = setTimeout(() => {
          here.delete(author.id);
          changed(conversationId);
        }, EXPIRY_MS);
        here.set(author.id, { named: { id: author.id, name: author.name }, timer });
      } else {
        here.delete(author.id);
      }
      if (Boolean(known) !== on) changed(conversationId);
    },
    dispose() {
      for (const here of writers.values()) for (const { timer } of here.values()) clearTimeout(timer);
      writers.clear();
    },
  };
}

/** Says "typing" to the others no more often than needed. `tell` sends it. */
export function createTypingTeller(tell: (conversationId: string, on: boolean) => void): (conversationId: string, on: boolean) => void {
  const told = new Map<string, number>();
  return (conversationId, on) => {
    const last = told.get(conversationId);
    if (on && last !== undefined && Date.now() - last < REPEAT_MS) return;
    if (!on && last === undefined) return;
    if (on) told.set(conversationId, Date.now());
    else told.delete(conversationId);
    tell(conversationId, on);
  };
}
