import type { CallMode, PrincipalKind } from '../../../protocol/shapes.ts';
import type { Recorder } from '../../../protocol/site.ts';

/** How a side records. `standby`: sound alone, to fill the holes of the other side's recording. */
export interface RecorderRole {
  standby: boolean;
  /** Whether a video call's pictures are recorded. */
  pictures: boolean;
  timesliceMs: number;
}

/** What a side does with a site's word about recorders; null: it does not record. Without a word (an older server) the agent does. */
export function recorderRole(kind: PrincipalKind, recorder: Recorder | undefined): RecorderRole | null {
  const { who, sliceSeconds, video } = recorder ?? { who: 'agent', sliceSeconds: 2, video: true };
  if (who !== 'both' && who !== kind) return null;
  const standby = who === 'both' && kind === 'visitor';
  return { standby, pictures: video && !standby, timesliceMs: sliceSeconds * 1_000 };
}

/** What is recorded of a call of this mode. */
export function recordedMode(role: RecorderRole, mode: CallMode): CallMode {
  return role.pictures ? mode : 'audio';
}
