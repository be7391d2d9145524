/** How hard a password is to guess, as people can be told: 0 nothing typed, 1 too short, 2 easy to guess, 3 good, 4 strong. */
export type Strength = 0 | 1 | 2 | 3 | 4;

/** What the server asks for at least. */
export const SHORTEST_PASSWORD = 10;

const common = /^(?:password|passw0rd|qwerty|asdf|zxcv|letmein|welcome|admin|iloveyou|abc123|1234|0000|1q2w3e)/i;

/**
 * A rough guess of a password's strength from its length, its kinds of characters and its repetitions; `about` are words that an
 * attacker tries first, such as the own name. The server has the last word.
 */
export function strengthOf(password: string, about: readonly string[] = []): Strength {
  const letters = [...password];
  if (letters.length === 0) return 0;
  if (letters.length < SHORTEST_PASSWORD) return 1;
  const lower = password.toLowerCase();
  const known = about.map((word) => word.trim().toLowerCase()).some((word) => word.length > 3 && lower.includes(word));
  // Steps to the same or a neighbouring character (aaaa, 1234, dcba) tell a guesser next to nothing.
  const codes = letters.map((letter) => letter.codePointAt(0)!);
  const surprises = codes.filter((code, index) => index === 0 || Math.abs(code - codes[index - 1]!) > 1).length;
  const different = new Set(lower).size;
  if (known || common.test(password) || different < 5 || surprises < 6) return 2;
  const kinds = [/[a-z]/, /[A-Z]/, /\d/, /[^A-Za-z0-9]/].filter((kind) => kind.test(password)).length;
  return surprises + 2 * kinds >= 22 ? 4 : 3;
}
