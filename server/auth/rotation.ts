/** For how long after its answer was lost a used refresh token still brings the same successor, in ms. */
export const rotationGraceMs = 10_000;

/** What this process knows of one refresh token: who shows it, and whether its successor reached anybody. */
export interface Rotation {
  /** When it was exchanged, ms since the epoch; null while nobody has, as far as this process knows. */
  readonly rotatedAt: number | null;
  /** The requests with this token that are not answered yet. True: they belong to the exchange and get its successor. */
  readonly open: ReadonlyMap<number, boolean>;
  /** A whole answer with the successor went out. */
  readonly delivered: boolean;
  /** When the last answer with the successor was cut off, ms since the epoch. */
  readonly lostAt: number | null;
}

/** What happens to a token. `left`: the request is over, `delivered` when its whole answer went out. Times in ms since the epoch. */
export type RotationEvent =
  | { type: 'arrived'; request: number; at: number }
  | { type: 'rotated'; at: number }
  | { type: 'left'; request: number; delivered: boolean; at: number };

/**
 * What a request with a used token gets. `same`: the successor again, for it raced with the exchange, or the answer was lost.
 * `refused`: its sender has, or had, the successor. `unknown`: the exchange was another process's, or an earlier one's.
 */
export type RotationVerdict = 'same' | 'refused' | 'unknown';

/** A token of which nothing is known. */
export const unusedToken: Rotation = { rotatedAt: null, open: new Map(), delivered: false, lostAt: null };

/** What is known after an event. */
export function afterRotationEvent(rotation: Rotation, event: RotationEvent): Rotation {
  const open = new Map(rotation.open);
  switch (event.type) {
    case 'arrived': {
      // A chain of overlapping requests must not keep an old token good for ever.
      const races = rotation.rotatedAt !== null && event.at - rotation.rotatedAt <= rotationGraceMs && [...open.values()].includes(true);
      return { ...rotation, open: open.set(event.request, races) };
    }
    case 'rotated':
      return { ...rotation, rotatedAt: rotation.rotatedAt ?? event.at, open: new Map([...open.keys()].map((request) => [request, true])) };
    case 'left': {
      const answered = open.get(event.request) === true;
      open.delete(event.request);
      if (!answered) return { ...rotation, open };
      return event.delivered ? { ...rotation, open, delivered: true } : { ...rotation, open, lostAt: event.at };
    }
  }
}

/** What an open request with a used token gets at the moment `now`, ms since the epoch. */
export function rotationVerdict(rotation: Rotation, request: number, now: number): RotationVerdict {
  if (rotation.open.get(request) === true) return 'same';
  if (rotation.rotatedAt === null) return 'unknown';
  return !rotation.delivered && rotation.lostAt !== null && now - rotation.lostAt <= rotationGraceMs ? 'same' : 'refused';
}

/** Whether what is known will not change a verdict any more: the database's own time of the exchange says the same. */
export function isRotationOver({ rotatedAt, open, lostAt }: Rotation, now: number): boolean {
  return open.size === 0 && (rotatedAt === null || now - Math.max(rotatedAt, lostAt ?? 0) > rotationGraceMs);
}
