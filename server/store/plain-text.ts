/**
 * Text as both engines can keep it. Postgres refuses U+0000 and has no lone surrogates, SQLite would keep the one and mangle
 * the other; so both become U+FFFD before they reach a database, as HTML does. Other text comes back as it is.
 */
export function plainText(text: string): string {
  const withoutNul = text.includes('\0') ? text.replaceAll('\0', '\uFFFD') : text;
  return loneSurrogate.test(withoutNul) ? withoutNul.replace(loneSurrogates, '\uFFFD') : withoutNul;
}

// With the `u` flag a surrogate matches only when it is not half of a pair.
const loneSurrogate = /\p{Surrogate}/u;
const loneSurrogates = /\p{Surrogate}/gu;
