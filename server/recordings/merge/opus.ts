/** How long a packet of silence lasts. */
export const silenceMs = 20;

/**
 * An Opus packet of 20 ms of silence (RFC 6716 §3: one full-band CELT frame, its two bytes `FF FE`). Firefox writes the same
 * for silence; a decoder comes back from it without a click.
 */
export function opusSilence(channels: 1 | 2): Uint8Array {
  return Uint8Array.of(channels === 2 ? 0xfc : 0xf8, 0xff, 0xfe);
}

/** How long an Opus packet sounds, in ms, by its first bytes (RFC 6716 §3.1, §3.2); 0 when they are none of Opus's. */
export function opusDurationMs(packet: Uint8Array): number {
  const toc = packet[0];
  if (toc === undefined) return 0;
  const config = toc >> 3;
  const frameMs = config < 12 ? [10, 20, 40, 60][config & 3]! : config < 16 ? [10, 20][config & 1]! : [2.5, 5, 10, 20][config & 3]!;
  const code = toc & 3;
  if (code === 0) return frameMs;
  if (code < 3) return 2 * frameMs;
  const total = ((packet[1] ?? 0) & 0x3f) * frameMs;
  return total <= 120 ? total : 0;
}
