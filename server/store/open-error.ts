/** A database that cannot be opened, with a sentence for the person who started the server. No stack trace is wanted. */
export class OpenError extends Error {
  override name = 'OpenError';
}
