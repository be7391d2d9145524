import { frame, type FrameHandler } from '../gateway/frames.ts';
import type { Recordings } from './recordings.ts';

/** The frames of recordings. */
export function recordingsFrames(recordings: Recordings): FrameHandler[] {
  return [
    frame('recording.start', 'both', ({ callId, mimeType, epochMs, standby, late }, caller) => {
      const wish = { callId, mimeType, epochMs, ...(standby !== undefined && { standby }) };
      return late ? recordings.startLate(caller.principal, wish) : recordings.start(caller, wish);
    }),
    frame('recording.pause', 'both', ({ callId }, caller) => recordings.pause(caller, callId, true)),
    frame('recording.resume', 'both', ({ callId }, caller) => recordings.pause(caller, callId, false)),
    frame('recording.stop', 'both', ({ callId }, caller) => recordings.stop(caller, callId)),
  ];
}
