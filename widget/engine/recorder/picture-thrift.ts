/** How well pictures are recorded: as usual, with few bits, not at all. Sound is always recorded. */
export type PictureLevel = 'full' | 'low' | 'none';

/** What presses: bytes that wait for the server, and bytes that the browser still has room for (null: it does not tell). */
export interface UploadPressure {
  backlogBytes: number;
  freeBytes: number | null;
}

/** Bits a second of a picture at each level. */
export const PICTURE_BITS: Record<Exclude<PictureLevel, 'none'>, number> = { full: 800_000, low: 200_000 };

const ORDER: readonly PictureLevel[] = ['none', 'low', 'full'];

/**
 * From which backlog on, or below which room, a level is too much; and when one may come back: far enough from both that it does not
 * swing. Five minutes of pictures without a network are 30 MB; behind the last step an hour of sound is as much.
 */
const TOO_MUCH = { full: { backlog: 30_000_000, room: 200_000_000 }, low: { backlog: 80_000_000, room: 80_000_000 } };
const CALM = { backlog: 4_000_000, room: 400_000_000 };

/** The level for what follows: down by as many steps as it takes, up by one at a time. */
export function nextPictureLevel(level: PictureLevel, { backlogBytes, freeBytes }: UploadPressure): PictureLevel {
  const room = freeBytes ?? Number.POSITIVE_INFINITY;
  let next = level;
  if (next === 'full' && (backlogBytes > TOO_MUCH.full.backlog || room < TOO_MUCH.full.room)) next = 'low';
  if (next === 'low' && (backlogBytes > TOO_MUCH.low.backlog || room < TOO_MUCH.low.room)) next = 'none';
  if (next !== level || backlogBytes > CALM.backlog || room < CALM.room) return next;
  return ORDER[Math.min(ORDER.indexOf(level) + 1, 2)]!;
}

/** How much room the browser says there is for this origin, in bytes; null when it does not tell. */
export async function freeBytes(): Promise<number | null> {
  try {
    const { quota, usage } = await navigator.storage.estimate();
    return quota === undefined || usage === undefined ? null : quota - usage;
  } catch {
    return null;
  }
}
