/** The WebSocket subprotocol that both sides must speak (RFC 6455 §1.9). A rename or removal in the wire makes a new one. */
export const SUBPROTOCOL = 'peer-consult.v1';

/** The largest text frame the server reads, in bytes (UTF-8). A larger one closes the socket with 1009. */
export const MAX_FRAME_BYTES = 64 * 1024;

/** The longest message text after trimming, as `textLength` counts. */
export const MAX_TEXT_LENGTH = 4000;

/** How many characters a text has: Unicode code points, so that an emoji counts as one wherever strings are UTF-16 or not. */
export function textLength(text: string): number {
  return text.replaceAll(/[\u{10000}-\u{10FFFF}]/gu, '.').length;
}

/** How often a silent side says `ping`, in ms. Either side drops a peer that was silent for two of them. */
export const HEARTBEAT_MS = 25_000;

/** The largest recording chunk, in bytes: below the common 1 MiB body limit of reverse proxies. */
export const MAX_CHUNK_BYTES = 1_000_000;

/** The text of the recording notice that a consent refers to; raise it whenever the words change in meaning. */
export const CONSENT_TEXT_VERSION = '2026-11';
